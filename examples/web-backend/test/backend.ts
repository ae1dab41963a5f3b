import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKey } from '@finport/vault'
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { createApp } from '../src/app.ts'
import { openFinport } from '../src/finport.ts'
import { createImportJobs } from '../src/import-jobs.ts'
import type { Problem } from '../src/page/problem.ts'
import { createSandbox } from '../src/sandbox.ts'
import { openStore } from '../src/store.ts'

const origin = 'http://127.0.0.1:3000'

type Call = { method?: string; body?: unknown; headers?: Record<string, string> }

/** What any answer may hold. */
// biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what the tests look at
type Answered = { status: number; headers: Headers; body: any; problem: Problem | undefined }

/** A browser: it keeps its cookies, and says where its requests come from. */
export type Browser = (path: string, call?: Call) => Promise<Answered>

/** The backend over a store in memory, against sandboxes. */
export async function openBackend() {
  const folder = await mkdtemp(join(tmpdir(), 'web-backend-'))
  const sandbox = createSandbox({ origin })
  const store = await openStore(':memory:')
  const errors: Error[] = []
  let time = 1_000_000_000
  const { providers, finport } = openFinport({ schwab: null, sandbox, store, keys: generateKey(), events() {} })
  const onError = (error: Error) => void errors.push(error)
  const importJobs = createImportJobs({ finport, providers, folder: join(folder, 'imports'), now: () => time, onError })
  const app = createApp({
    finport,
    providers,
    repositories: store.repositories,
    db: store.db,
    importJobs,
    page: new Hono(),
    sandbox,
    origin,
    sessionSecret: 'a secret of the tests, long enough to be one',
    clientOf: (c) => c.req.header('x-client') ?? 'a client',
    now: () => time,
    onError,
  })
  onTestFinished(async () => {
    await store.db.destroy()
    await rm(folder, { recursive: true })
  })

  function openBrowser(client = 'a client'): Browser {
    const cookies = new Map<string, string>()
    return async (path, { method = 'GET', body, headers = {} } = {}) => {
      const isText = body === undefined || typeof body === 'string'
      const response = await app.request(`${origin}${path}`, {
        method,
        headers: {
          'sec-fetch-site': 'same-origin',
          'x-client': client,
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...headers,
        },
        body: isText ? (body ?? null) : JSON.stringify(body),
      })
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        cookies.set(name, value)
      }
      const isJson = response.headers.get('content-type')?.startsWith('application/json')
      const content = isJson ? await response.json() : null
      return { status: response.status, headers: response.headers, body: content, problem: content?.problem }
    }
  }

  return {
    app,
    sandbox,
    finport,
    importJobs,
    importFolder: join(folder, 'imports'),
    errors,
    openBrowser,
    advance: (milliseconds: number) => {
      time += milliseconds
    },
  }
}

export type Backend = Awaited<ReturnType<typeof openBackend>>

/** Begins a login at Schwab, decides on its page, and gives the way back: a path with its query. */
export async function logInAtSchwab(
  { app }: Backend,
  browser: Browser,
  { decision = 'approve', connectionId }: { decision?: 'approve' | 'deny'; connectionId?: string } = {},
): Promise<string> {
  const begun = await browser('/oauth/schwab/authorize', { method: 'POST', body: { connectionId } })
  const url = new URL(begun.body.authorizationUrl)
  const page = await (await app.request(url.href)).text()
  const form = new URLSearchParams({ decision })
  for (const [, name = '', value = ''] of page.matchAll(/name="(login|account)" value="([^"]+)"/g))
    form.append(name, value)
  const answered = await app.request(`${origin}/v1/oauth/authorize`, { method: 'POST', body: form })
  const callback = new URL(answered.headers.get('location') ?? '')
  return `${callback.pathname}${callback.search}`
}

/** Connects Schwab and reads everything there. */
export async function connectSchwab(backend: Backend, browser: Browser): Promise<string> {
  const finished = await browser(await logInAtSchwab(backend, browser))
  const connectionId = new URLSearchParams(finished.headers.get('location')?.slice(2)).get('connected') ?? ''
  await browser(`/connections/${connectionId}/sync`, { method: 'POST' })
  return connectionId
}
