import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { chromiumPath } from './chromium-path.ts'
import { closeBrowser, dropFile, goToSchwab, openPage, waitForNotice } from './open-page.ts'

afterAll(closeBrowser)

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const statement = readFileSync(new URL('../fixtures/checking.qfx', import.meta.url), 'utf8')

/** What axe finds fault with, by WCAG 2.2 A and AA and its best practices; in dark, where nothing but colours is another, of these alone. */
async function faultsOf(page: Page): Promise<string[]> {
  // As of a debugger: the page's policy lets in no foreign script, and is not switched off.
  await page.evaluate(axeSource)
  const faults: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations, passes } = await page.evaluate(
      (options) =>
        // Put there by the script above.
        (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options),
      colorScheme === 'dark' ? { runOnly: ['cat.color'] } : {},
    )
    expect(passes).not.toEqual([])
    for (const { id, nodes } of violations) {
      faults.push(...nodes.map(({ target, failureSummary }) => `${colorScheme}: ${id} ${target}: ${failureSummary}`))
    }
  }
  return faults
}

describe.skipIf(chromiumPath === null)('accessibility', () => {
  test.for([{ width: 1280 }, { width: 390 }])('axe finds no fault in light or dark, $width wide', async (options) => {
    const { page, origin } = await openPage(options)
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Connect your first account' }).click()
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Alpaca/ }).click()
    expect(await faultsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await goToSchwab(page)
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Approve' }).click()
    await waitForNotice(page, 'Up to date')
    await dropFile(page, 'checking.qfx', statement)
    const confirm = page.getByRole('button', { name: 'Import 8 changes' })
    await confirm.waitFor()
    expect(await faultsOf(page)).toEqual([])
    await confirm.click()
    await waitForNotice(page, 'imported')
    await page.locator('#overview').getByLabel('Account').selectOption({ label: 'Checking ••••3390' })
    await page.getByText('Show as figures').click()
    await page.getByRole('button', { name: 'Skip 8 days' }).click()
    await page.getByRole('button', { name: 'Update Charles Schwab' }).click()
    await page.getByRole('button', { name: 'Log in again' }).waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.goto(`${origin}/nowhere`)
    await page.getByRole('link', { name: 'Back to your accounts' }).waitFor()
    expect(await faultsOf(page)).toEqual([])
  })
})
