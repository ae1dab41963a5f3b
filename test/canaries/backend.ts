import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { markSandboxFetch } from '@finport/core'
import { createApp } from '../../examples/web-backend/src/app.ts'
import { openFinport } from '../../examples/web-backend/src/finport.ts'
import { createImportJobs } from '../../examples/web-backend/src/import-jobs.ts'
import { bundlePage } from '../../examples/web-backend/src/page-bundle.ts'
import { createSandbox } from '../../examples/web-backend/src/sandbox.ts'
import { openStore } from '../../examples/web-backend/src/store.ts'
import { learnFrom } from './connections.ts'
import { markedFiles } from './files.ts'
import type { CanarySearch } from './search.ts'
import { hearDatabase } from './stores.ts'

const origin = 'http://127.0.0.1:3000'

type Call = { method?: string; body?: unknown }

/** The backend to copy, with marked secrets, asked for everything there is. */
export async function askMarkedBackend(search: CanarySearch): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-canaries-'))
  const path = join(folder, 'backend.sqlite')
  const store = await openStore(path)
  try {
    await askMarked(search, store, folder)
    await hearDatabase(search, path)
  } finally {
    await store.db.destroy()
    await rm(folder, { recursive: true, force: true })
  }
}

async function askMarked(
  search: CanarySearch,
  store: Awaited<ReturnType<typeof openStore>>,
  folder: string,
): Promise<void> {
  const made = createSandbox({ origin })
  const fetch = markSandboxFetch(async (request: Request) => {
    const sent = request.clone()
    const response = await made.fetch(request)
    await learnFrom(search, sent, response.clone())
    return response
  })
  const sandbox = { ...made, fetch }
  search.learn('client secret', made.schwab.clientSecret)
  const key = Buffer.from(search.plantDigits('key of a keyring', 32)).toString('base64url')
  search.learn('key of a keyring', key)
  const events = (event: unknown) => search.hear('log', 'an event', event)
  const { providers, finport } = openFinport({ schwab: null, sandbox, store, keys: `k1:${key}`, events })
  const onError = (error: Error) => search.hear('log', 'an error nobody expected', error)
  const sessionSecret = search.plant('secret of the sessions')
  const app = createApp({
    ...{ finport, providers, sandbox, origin, sessionSecret, onError },
    repositories: store.repositories,
    db: store.db,
    importJobs: createImportJobs({ finport, providers, folder: join(folder, 'imports'), now: Date.now, onError }),
    page: await bundlePage(),
    clientOf: () => 'a client',
    now: sandbox.now,
  })

  let cookie = ''
  /** Asks as a page does. What of an answer is data is the user's to see. */
  const ask = async (path: string, { method = 'GET', body }: Call = {}, place: 'answer' | 'data' = 'answer') => {
    const headers = { 'sec-fetch-site': 'same-origin', cookie }
    const content = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
    const response = await app.request(`${origin}${path}`, { method, headers, body: content })
    cookie ||= response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const text = response.headers.get('content-type')?.startsWith('text/event-stream') ? '' : await response.text()
    const shown = [...response.headers].filter(([name]) => name !== 'set-cookie')
    search.hear('answer', `the head of ${method} ${path.split('?')[0]}`, [response.status, ...shown])
    if (!path.endsWith('/authorize')) search.hear(place, `${method} ${path.split('?')[0]}`, text)
    return { response, text }
  }

  await ask('/connections')
  search.learn('value of the cookie', decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[1])
  await ask('/')
  await ask('/providers')
  await ask(`/${search.plant('path that is none')}`)

  const begun = await ask('/oauth/schwab/authorize', { method: 'POST', body: {} })
  const url = new URL((JSON.parse(begun.text) as { authorizationUrl: string }).authorizationUrl)
  search.learn('state', url.searchParams.get('state'))
  const page = await (await app.request(url.href)).text()
  const form = new URLSearchParams({ decision: 'approve' })
  for (const [, name = '', value = ''] of page.matchAll(/name="(login|account)" value="([^"]+)"/g)) {
    form.append(name, value)
    search.learn(`${name} on the institution's page`, value)
  }
  const decided = await app.request(`${origin}/v1/oauth/authorize`, { method: 'POST', body: form })
  const callback = new URL(decided.headers.get('location') ?? '')
  search.learn('code', callback.searchParams.get('code'))
  const wrong = new URLSearchParams({ code: search.plant('code'), state: search.plant('state') })
  await ask(`/oauth/schwab/callback?${wrong}`)
  await ask(`${callback.pathname}${callback.search}`)

  const { apiKey, apiSecret } = sandbox.alpacaKey
  search.learn('api key', apiKey)
  search.learn('api secret', apiSecret)
  const connect = (input: object) => ask('/connections', { method: 'POST', body: { provider: 'alpaca', input } })
  await connect({ apiKey, apiSecret: search.plant('api secret'), environment: 'live' })
  await connect({ apiKey: search.plant('api key') })
  await connect({ apiKey: [search.plant('api key')] })
  await connect(sandbox.alpacaKey)

  const listed = JSON.parse((await ask('/connections')).text) as { connections: { id: string }[] }
  if (listed.connections.length !== 2) throw new Error('Both logins must go well, or nothing is looked at.')
  for (const { id } of listed.connections) await ask(`/connections/${id}/sync`, { method: 'POST' })
  sandbox.endAccessTokens()
  for (const { id } of listed.connections) await ask(`/connections/${id}/sync`, { method: 'POST' })

  for (const { name, content } of markedFiles(search)) {
    const given = await ask(`/imports?${new URLSearchParams({ fileName: name })}`, { method: 'POST', body: content })
    const { id } = JSON.parse(given.text) as { id: string }
    await hearEvents(search, app, cookie, id)
    await ask(`/imports/${id}/confirm`, { method: 'POST', body: {} })
    await hearEvents(search, app, cookie, id)
  }
  await ask('/transactions?limit=200', {}, 'data')
  const rows = (await ask('/transactions?search=canary', {}, 'data')).text
  if (!rows.includes('canary')) throw new Error('Marked rows must be imported.')
  await ask(`/transactions?${new URLSearchParams({ after: search.plant('cursor') })}`)
  await ask('/accounts', {}, 'data')
  for (const { id } of listed.connections) await ask(`/connections/${id}`, { method: 'DELETE' })
}

/** The events of an import up to its outcome. */
async function hearEvents(search: CanarySearch, app: ReturnType<typeof createApp>, cookie: string, id: string) {
  const response = await app.request(`${origin}/imports/${id}/events`, { headers: { cookie } })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk)
    if (/event: (?:preview|imported|failed)\ndata: .*\n\n/.test(text)) break
  }
  search.hear('answer', 'events of an import', text)
}
