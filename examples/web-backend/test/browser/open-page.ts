import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { readConfiguration } from '../../src/configuration.ts'
import type { AppEnv } from '../../src/session.ts'
import { start } from '../../src/start.ts'
import { chromiumPath } from './chromium-path.ts'

let browser: Promise<Browser> | undefined

/** One Chromium for all tests, with a profile of its own for each page. */
function openBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: chromiumPath ?? '' })
  return browser
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close()
  browser = undefined
}

/** The whole app on a port of this machine, as `main.ts` starts it. */
async function serveApp() {
  let app: Hono<AppEnv> | undefined
  const fetch = (request: Request, env: object) => app?.fetch(request, env) ?? new Response(null, { status: 503 })
  const server = serve({ fetch, hostname: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const folder = await mkdtemp(join(tmpdir(), 'web-backend-'))
  const configuration = readConfiguration({ PORT: String(port), DATA_FOLDER: folder })
  const errors: Error[] = []
  const started = await start(configuration, { info() {}, error: (error) => void errors.push(error) })
  app = started.app
  onTestFinished(async () => {
    server.close()
    await started.close()
    await rm(folder, { recursive: true })
    expect(errors).toEqual([])
  })
  return configuration.origin
}

export type PageOptions = { width?: number }

/** The page of a new user, of an app of its own. Nothing may be refused by the policy of contents, and no script may fail. */
export async function openPage({ width = 1280 }: PageOptions = {}) {
  const origin = await serveApp()
  const context = await (await openBrowser()).newContext({ viewport: { width, height: 900 } })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    // Chromium logs each answer of 400 and above, which is what some tests are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  onTestFinished(async () => {
    await context.close()
    expect(faults).toEqual([])
  })
  await page.goto(origin)
  await page.waitForSelector('body[data-ready]')
  return { page, origin }
}

/** Waits for a notice of this text. */
export async function waitForNotice(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('#notice .notice').filter({ hasText: text }).waitFor()
}

/** Goes to Schwab's page, from wherever users begin. */
export async function goToSchwab(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Connect/ }).click()
  await page.getByRole('button', { name: /Charles Schwab/ }).click()
  await page.getByRole('button', { name: 'Continue to Charles Schwab' }).click()
  await page.waitForURL('**/v1/oauth/authorize?**')
}

/** Connects Schwab as a user does. */
export async function connectSchwab(page: Page): Promise<void> {
  await goToSchwab(page)
  await page.getByRole('button', { name: 'Approve' }).click()
  await waitForNotice(page, /^Up to date: \d+ new transactions\.$/)
}

/** Drops a file on the place for it, as a user drags it there. */
export async function dropFile(page: Page, name: string, content: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName, text]) => {
      const data = new DataTransfer()
      data.items.add(new File([text], fileName))
      return data
    },
    [name, content] as const,
  )
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: transfer })
}
