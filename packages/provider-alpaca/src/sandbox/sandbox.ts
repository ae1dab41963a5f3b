import { type ApiKeyCredentials, type FetchFunction, type Json, markSandboxFetch } from '@finport/core'
import { type Environment, hosts } from '../environment.ts'
import { accountStateOf, toAccountAnswer, toPositions } from './account-state.ts'
import { createActivityListing } from './activity-listing.ts'
import { type AlpacaSandboxFaults, answerFaultOf } from './faults.ts'
import { createHistory } from './history.ts'
import { createRandom } from './random.ts'

/** What {@link createAlpacaSandbox} is made with; all of it has a default. */
export type AlpacaSandboxOptions = {
  /** The same seed, with the same clock at the start, gives the same account, ids and rows. 1 if nothing is said. */
  seed?: number
  /** The sandbox's clock, in milliseconds since 1970: its history ends there, and goes on for two weeks as the clock does. The machine's if nothing is said. */
  now?: () => number
  /** How it waits when it is told to be slow. */
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  faults?: AlpacaSandboxFaults
  /** A paper account if nothing is said. */
  environment?: 'live' | 'paper'
  /** How many days the account is old: 120 if nothing is said. */
  days?: number
  /** How many activities it has until now, but for a few: 250 if nothing is said. */
  activities?: number
  /** Requests that a key may make in a minute: 200 if nothing is said, `null` for no limit. */
  requestsPerMinute?: number | null
}

/** An Alpaca that is made up. */
export type AlpacaSandbox = {
  /** Answers requests as Alpaca would. It fits `runtime.fetch`, and is marked as a sandbox's. */
  readonly fetch: FetchFunction
  /** What `parseCredentials` takes, for the account that is here. */
  readonly credentials: Pick<ApiKeyCredentials, 'apiKey' | 'apiSecret' | 'environment'>
  /** The whole number of the account, which must never show. */
  readonly accountNumber: string
}

const MINUTE = 60_000
const SLOW_MILLISECONDS = MINUTE
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Requests of one minute, as the headers count them. */
function createMinuteCounter(limit: number, now: () => number) {
  let minute = 0
  let used = 0
  return () => {
    const current = Math.floor(now() / MINUTE)
    if (current !== minute) used = 0
    minute = current
    used++
    const headers = {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - used)),
      'x-ratelimit-reset': String(((minute + 1) * MINUTE) / 1000),
    }
    return { isOver: used > limit, headers }
  }
}

/**
 * An Alpaca that is made up: an account with its positions and activities, which agree with each other (its cash is the sum of theirs, each position the sum of its units), with shares, an option, coins and
 * a short position. It checks keys, limits requests, pages as Alpaca does and, when told so, errs as it does.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { alpaca } from '@finport/provider-alpaca'
 * import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
 *
 * const sandbox = createAlpacaSandbox({ seed: 7 })
 * const provider = createProvider(alpaca, {}, { fetch: sandbox.fetch }).unwrap()
 * const key = provider.parseCredentials(sandbox.credentials).unwrap()
 * const accounts = await provider.fetchAccounts(key)
 * ```
 */
export function createAlpacaSandbox(options: AlpacaSandboxOptions = {}): AlpacaSandbox {
  const { seed = 1, now = Date.now, sleep = wait, faults = {}, environment = 'paper' } = options
  const { days = 120, activities = 250, requestsPerMinute = 200 } = options
  const random = createRandom(seed)
  const isPaper = environment === 'paper'
  const apiKey = `${isPaper ? 'PK' : 'AK'}${random.hex(18).toUpperCase()}`
  const apiSecret = random.hex(40)
  const accountNumber = isPaper ? `PA${random.hex(10).toUpperCase()}` : String(100_000_000 + random.below(900_000_000))
  const id = random.uuid()
  const history = createHistory({ random, now: now(), days, activities, hasLateRows: faults.lateRows === true })
  const identity = { id, number: accountNumber, openedAt: history.openedAt }
  const list = createActivityListing(history.entries, {
    skippedRows: faults.skippedRows === true,
    changedPrefixes: faults.changedPrefixes === true,
    repeatedPages: faults.repeatedPages === true,
  })
  const stateAt = (time: number) => accountStateOf(history.entries.filter(({ createdAt }) => createdAt <= time))
  const count = requestsPerMinute === null ? null : createMinuteCounter(requestsPerMinute, now)
  let requests = 0

  const answer = (request: Request): { status: number; body: Json; headers?: Record<string, string> } => {
    const url = new URL(request.url)
    const key = request.headers.get('apca-api-key-id')
    const secret = request.headers.get('apca-api-secret-key')
    if (key === null || secret === null) return { status: 403, body: { message: 'forbidden.' } }
    if (key !== apiKey || secret !== apiSecret || !isHostOf(url, environment))
      return { status: 401, body: { code: 40110000, message: 'request is not authorized' } }
    const counted = count?.()
    const headers = counted?.headers ?? {}
    if (counted?.isOver) return { status: 429, body: { message: 'rate limit exceeded' }, headers }
    if (request.method !== 'GET') return { status: 405, body: { message: 'method not allowed' }, headers }
    return { headers, ...route(url) }
  }

  function route({ pathname, searchParams }: URL): { status: number; body: Json } {
    const time = now()
    const day = history.dayAt(time)
    const [version, resource = '', ...rest] = pathname.split('/').slice(1)
    if (version === 'v2' && resource === 'account' && rest.length === 0)
      return { status: 200, body: toAccountAnswer(stateAt(time), identity, day) }
    if (version === 'v2' && resource === 'positions' && rest.length === 0)
      return { status: 200, body: toPositions(stateAt(time), day) }
    if (version === 'v2' && resource === 'account' && rest[0] === 'activities' && rest.length <= 2) {
      const rows = list(searchParams, { pathType: rest[1] ?? null, now: time })
      return Array.isArray(rows) ? { status: 200, body: rows } : { status: 422, body: rows as Json }
    }
    return { status: 404, body: { message: 'endpoint not found.' } }
  }

  return {
    credentials: { apiKey, apiSecret, environment },
    accountNumber,
    fetch: markSandboxFetch(async (request) => {
      const requestId = (++requests).toString(16).padStart(32, '0')
      const fault = answerFaultOf(faults, requests)
      if (fault === 'slowAnswers') await sleep(SLOW_MILLISECONDS, request.signal)
      request.signal.throwIfAborted()
      if (fault === 'serverErrors') return webPage(502, '502 Bad Gateway')
      if (fault === 'redirects')
        return new Response(null, { status: 302, headers: { location: 'https://login.example/' } })
      const { status, body, headers } = answer(request)
      const text = JSON.stringify(body)
      return new Response(fault === 'truncatedBodies' ? text.slice(0, text.length >> 1) : text, {
        status,
        headers: { 'content-type': 'application/json; charset=UTF-8', 'x-request-id': requestId, ...headers },
      })
    }),
  }
}

/** On a local port it is both environments. */
function isHostOf({ host, hostname }: URL, environment: Environment): boolean {
  return host === hosts[environment] || loopback.test(hostname)
}

function webPage(status: number, title: string): Response {
  const page = `<html>\n<head><title>${title}</title></head>\n<body>\n<center><h1>${title}</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>`
  return new Response(page, { status, headers: { 'content-type': 'text/html' } })
}
