import { type FetchFunction, markSandboxFetch, type TokenPolicy } from '@finport/core'
import type { SandboxAccount } from './account.ts'
import { createAuthorizationServer } from './authorization-server.ts'
import { createFaultQueue, type SchwabFault, tooManyRequests, unauthorized } from './faults.ts'
import { createRandomSource } from './random-source.ts'
import { createSampleAccounts } from './sample-accounts.ts'
import { createTraderApi } from './trader-api.ts'

/** What a sandbox is made with: all of it has defaults. */
export type SchwabSandboxOptions = {
  /** The same seed gives the same tokens, hashes and codes. 1 if nothing is said. */
  seed?: number
  /** The clock in milliseconds since 1970, which {@link SchwabSandbox.advance} moves on: the system's if nothing is said. */
  now?: () => number
  /** The app key that is registered: `'sandbox-app-key'` if nothing is said. */
  clientId?: string
  /** Its secret: `'sandbox-app-secret'` if nothing is said. */
  clientSecret?: string
  /** The callback URLs of the app: `'https://127.0.0.1:8182/callback'` if nothing is said. The first is the one in {@link SchwabSandbox.settings}. */
  redirectUris?: readonly string[]
  /**
   * What a refresh does to the refresh token: it stays (`never`), another one comes and both are good (`possible`), or another one comes and the old one is dead at once (`always`). Schwab's way is
   * `possible` by all that is known.
   */
  rotation?: TokenPolicy['rotation']
  /** The user's accounts: two made-up ones, with transactions of every type, if nothing is said. */
  accounts?: readonly SandboxAccount[]
  /** How many requests a minute are answered: 120 if nothing is said, `null` for no limit. */
  requestsPerMinute?: number | null
  /** What goes wrong, in this order. */
  faults?: readonly SchwabFault[]
}

/** A Schwab of your own. */
export type SchwabSandbox = {
  /** Answers as `https://api.schwabapi.com` does, whatever the host. Give it to a provider as `runtime.fetch`. */
  readonly fetch: FetchFunction
  /** Settings for a provider that uses it. */
  readonly settings: { clientId: string; clientSecret: string; redirectUri: string }
  /** The sandbox's clock, in milliseconds since 1970. Give it to a provider as `runtime.now`. */
  now(): number
  /** Lets time pass. */
  advance(milliseconds: number): void
  /**
   * Does what a user does on the page of an authorization URL, and gives the callback's query. The accounts are those to tick, by number: all of them if nothing is said.
   *
   * @throws TypeError when the page is refused, as for a redirect URI that is not registered, and for the number of an account that is not there.
   */
  approve(authorizationUrl: string, accountNumbers?: readonly string[]): Promise<URLSearchParams>
  /** What {@link SchwabSandbox.approve} does, when the user clicks Deny. */
  deny(authorizationUrl: string): Promise<URLSearchParams>
  /** Lets requests fail, in this order, after the faults that still wait. */
  fail(...faults: readonly SchwabFault[]): void
  /** Ends every access token, as Schwab does at times. */
  endAccessTokens(): void
}

const MINUTE_MILLISECONDS = 60_000

/**
 * Schwab without Schwab, which has no sandbox of its own: the page on which users allow access, codes that live 30 seconds and work once, access tokens of 30 minutes, refresh tokens of seven days, accounts, positions and transactions in the
 * shapes that are really sent, rate limits and outages as they look. Everything is made up and kept in memory.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { schwab } from '@finport/provider-schwab'
 * import { createSchwabSandbox } from '@finport/provider-schwab/sandbox'
 *
 * const sandbox = createSchwabSandbox()
 * const { fetch, now, settings } = sandbox
 * const provider = createProvider(schwab, settings, { fetch, now }).unwrap()
 *
 * const callback = await sandbox.approve(provider.authorizationUrl({ state: 'state' }))
 * const tokens = await provider.exchangeCodeForTokens(callback.get('code') ?? '')
 * const credentials = provider.credentialsFromTokens(tokens.unwrap())
 * const accounts = await provider.fetchAccounts(credentials)
 *
 * sandbox.advance(31 * 60_000) // the access token has ended
 * ```
 */
export function createSchwabSandbox(options: SchwabSandboxOptions = {}): SchwabSandbox {
  const { seed = 1, rotation = 'possible', requestsPerMinute = 120, faults = [] } = options
  const { clientId = 'sandbox-app-key', clientSecret = 'sandbox-app-secret' } = options
  const { redirectUris = ['https://127.0.0.1:8182/callback'] } = options
  const clock = options.now ?? Date.now
  let ahead = 0
  const now = () => clock() + ahead

  const accounts = options.accounts ?? createSampleAccounts(now())
  const random = createRandomSource(String(seed))
  const hashes = new Map(
    accounts.map(({ accountNumber }) => [
      accountNumber,
      createRandomSource(`${seed} ${clientId} ${accountNumber}`).hex(64),
    ]),
  )
  const app = { clientId, clientSecret, redirectUris }
  const authorization = createAuthorizationServer({ app, rotation, choices: accounts, random, now })
  const trader = createTraderApi(accounts, { hashOf: (number) => hashes.get(number) ?? '', random })
  const queue = createFaultQueue(faults)
  let minute = { start: now(), requests: 0 }

  function isTooMany(): boolean {
    if (now() - minute.start >= MINUTE_MILLISECONDS) minute = { start: now(), requests: 0 }
    minute.requests++
    return requestsPerMinute !== null && minute.requests > requestsPerMinute
  }

  async function answer(request: Request, url: URL): Promise<Response> {
    if (!url.pathname.endsWith('/authorize') && isTooMany()) return tooManyRequests()
    const ofOAuth = await authorization.handle(request, url)
    if (ofOAuth !== null) return ofOAuth
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
    const accountNumbers = authorization.open(token)
    return accountNumbers === null ? unauthorized(random.uuid()) : trader.answer({ url, accountNumbers })
  }

  const fetch: FetchFunction = async (request) => {
    request.signal.throwIfAborted()
    const url = new URL(request.url)
    const id = random.uuid()
    const response = await queue.apply(url, id, () => answer(request, url))
    response.headers.set('schwab-client-correlid', id)
    return response
  }

  async function decide(authorizationUrl: string, decision: 'approve' | 'deny', numbers?: readonly string[]) {
    const page = await fetch(new Request(authorizationUrl))
    const login = /name="login" value="([^"]+)"/.exec(await page.text())?.[1]
    if (login === undefined)
      throw new TypeError(
        `The sandbox refused the authorization URL. It must have the client_id and, letter by letter, a redirect_uri that the sandbox was made with: ${clientId} and ${redirectUris.join(' or ')}.`,
      )
    const unknown = numbers?.find((number) => !hashes.has(number))
    if (unknown !== undefined)
      throw new TypeError(`The sandbox has no account '${unknown}'. It has: ${[...hashes.keys()].join(', ')}.`)
    const body = new URLSearchParams({ login, decision })
    for (const number of numbers ?? hashes.keys()) body.append('account', number)
    const action = new URL('/v1/oauth/authorize', authorizationUrl)
    const answered = await fetch(new Request(action, { method: 'POST', body }))
    return new URL(answered.headers.get('location') ?? '').searchParams
  }

  return {
    fetch: markSandboxFetch(fetch),
    settings: { clientId, clientSecret, redirectUri: redirectUris[0] ?? '' },
    now,
    advance(milliseconds) {
      ahead += milliseconds
    },
    approve: (authorizationUrl, accountNumbers) => decide(authorizationUrl, 'approve', accountNumbers),
    deny: (authorizationUrl) => decide(authorizationUrl, 'deny'),
    fail: (...more) => queue.add(...more),
    endAccessTokens: () => authorization.endAccessTokens(),
  }
}
