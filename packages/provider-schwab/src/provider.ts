import {
  defineProvider,
  Err,
  type InputIssue,
  isIsoDate,
  type Methods,
  type OAuth2Credentials,
  type OAuthProvider,
  Ok,
  type Provider,
  type ProviderError,
  ProviderInvalidInputError,
  type ProviderMetadata,
  parseCredentials,
  type RequestOptions,
  type Result,
  type TransactionQuery,
} from '@finport/core'
import { createHttpClient } from '@finport/core/http'
import * as z from 'zod'
import { fetchAccounts } from './accounts.ts'
import { createAsk } from './ask.ts'
import { classify } from './error.ts'
import { fetchHoldings } from './holdings.ts'
import { SCHWAB_TIME_ZONE } from './new-york-day.ts'
import { createOAuth, tokenPolicy } from './oauth.ts'
import { checkRedirectUri } from './redirect-uri.ts'
import { fetchTransactions, MAXIMUM_WINDOW_DAYS } from './transactions.ts'

const slug = 'schwab'

const schwabUrl = 'https://api.schwabapi.com'

const settings = z.object({
  /** The app key of the app at developer.schwab.com. */
  clientId: z.string().regex(/\S/),
  /** The app's secret. */
  clientSecret: z.string().regex(/\S/),
  /** The callback URL, as it is registered there, letter by letter. */
  redirectUri: z.string().regex(/\S/),
  /** Another place that speaks as Schwab does, such as a sandbox that is served: scheme and host. */
  baseUrl: z.url({ protocol: /^https?$/ }).default(schwabUrl),
  /** Whether records, rejected ones too, keep Schwab's own of them, account numbers masked. Otherwise `rawData` is `null`. */
  includeRawData: z.boolean().default(true),
})

type Settings = z.output<typeof settings>

const metadata: ProviderMetadata = {
  displayName: 'Charles Schwab',
  category: 'brokerage',
  authType: 'oauth',
  credentialType: 'oauth2',
  supports: { accounts: true, transactions: true, holdings: true, balanceHistory: false },
  scopes: [
    {
      scope: 'api',
      description:
        'Read balances, positions and transactions of the accounts you choose. Schwab has no narrower permission; Finport places no orders.',
    },
  ],
  hosts: ['api.schwabapi.com'],
  timeZone: SCHWAB_TIME_ZONE,
  tokenPolicy,
  rateLimit: { requests: 120, perSeconds: 60, per: 'app' },
  sync: { maxWindowDays: MAXIMUM_WINDOW_DAYS, overlapDays: 7 },
  documentationUrl: 'https://developer.schwab.com/products/trader-api--individual',
  isProductionReady: false,
}

/** Copied keys often bring a blank along, and Schwab then says no more than that the client is invalid. */
function checkSettings({ clientId, clientSecret, redirectUri, baseUrl }: Settings): InputIssue[] {
  const issues = Object.entries({ clientId, clientSecret })
    .filter(([, value]) => /[^!-~]/.test(value))
    .map(([path]) => ({ path, reason: 'It holds a blank or another character that no key has: copy it again.' }))
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(baseUrl)
  const isMore = pathname !== '/' || `${search}${hash}${username}${password}` !== ''
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
  if (isMore) issues.push({ path: 'baseUrl', reason: 'It must be a scheme and a host, without a path.' })
  if (protocol !== 'https:' && !isLocal)
    issues.push({ path: 'baseUrl', reason: 'It must be https, but for a server on this machine.' })
  return [...issues, ...checkRedirectUri(redirectUri)]
}

function checkQuery(operation: string, { startDate, endDate }: TransactionQuery): Result<void, ProviderError> {
  const refuse = (path: string, reason: string) =>
    Err(new ProviderInvalidInputError({ provider: slug, operation, issues: [{ path, reason }] }))
  for (const [path, date] of Object.entries({ startDate, endDate })) {
    if (date !== undefined && !isIsoDate(date)) return refuse(path, "A day in the form '2026-01-31' is needed.")
  }
  if (startDate !== undefined && endDate !== undefined && startDate > endDate)
    return refuse('startDate', 'It must not come after endDate.')
  return Ok(undefined)
}

/** An account number is not what Schwab takes here, and must not stand in an address. */
function checkAccountId(operation: string, providerAccountId: string): Result<void, ProviderError> {
  if (!/^[\d -]*$/.test(providerAccountId)) return Ok(undefined)
  const reason = 'It is the hash that fetchAccounts gives, not an account number.'
  const issues = [{ path: 'providerAccountId', reason }]
  return Err(new ProviderInvalidInputError({ provider: slug, operation, issues }))
}

/**
 * Charles Schwab accounts, by the Trader API for individuals. Credentials are OAuth tokens: the access token lives 30 minutes, the refresh token seven days from the login, which no refresh extends. `revoke` is `'unsupported'`: users end the app's access at
 * schwab.com, and forgetting the tokens ends yours.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { schwab } from '@finport/provider-schwab'
 *
 * const provider = createProvider(schwab, {
 *   clientId: 'the app key',
 *   clientSecret: 'its secret',
 *   redirectUri: 'https://app.example.com/callback',
 * }).unwrap()
 *
 * export const loginUrl = provider.authorizationUrl({ state: crypto.randomUUID() })
 *
 * export async function finishLogin(callback: URLSearchParams) {
 *   const tokens = await provider.exchangeCodeForTokens(callback.get('code') ?? '')
 *   if (tokens.isErr()) throw tokens.error
 *   const credentials = provider.credentialsFromTokens(tokens.value)
 *   return provider.fetchAccounts(credentials)
 * }
 * ```
 */
export const schwab = defineProvider({
  slug,
  metadata,
  settings,
  checkSettings,
  hosts: ({ baseUrl }) => (baseUrl === schwabUrl ? [] : [new URL(baseUrl).host]),
  create(given, runtime): Methods<Provider<OAuth2Credentials> & OAuthProvider> {
    const { includeRawData } = given
    const { now } = runtime
    const baseUrl = new URL(given.baseUrl).origin
    const requestIdHeader = 'schwab-client-correlid'
    const http = createHttpClient({ provider: slug, metadata, runtime, classify, requestIdHeader })
    const askFor = (operation: string, credentials: OAuth2Credentials) =>
      createAsk(http, { operation, baseUrl, credentials })

    return {
      ...createOAuth({ ...given, baseUrl }, { http, now }),

      parseCredentials: (input: unknown) => parseCredentials('oauth2', input, { provider: slug }),

      // No such request is documented. Users end an app's access at schwab.com.
      revoke: async (_credentials: OAuth2Credentials) => Ok('unsupported' as const),

      fetchAccounts: (credentials: OAuth2Credentials, { signal }: RequestOptions = {}) =>
        fetchAccounts(askFor('fetchAccounts', credentials), { signal, includeRawData }),

      async fetchTransactions(credentials: OAuth2Credentials, providerAccountId: string, query: TransactionQuery = {}) {
        const operation = 'fetchTransactions'
        const checked = checkQuery(operation, query).andThen(() => checkAccountId(operation, providerAccountId))
        if (checked.isErr()) return Err(checked.error)
        return fetchTransactions(askFor(operation, credentials), providerAccountId, { ...query, now, includeRawData })
      },

      async fetchHoldings(credentials: OAuth2Credentials, providerAccountId: string, { signal }: RequestOptions = {}) {
        const operation = 'fetchHoldings'
        const checked = checkAccountId(operation, providerAccountId)
        if (checked.isErr()) return Err(checked.error)
        return fetchHoldings(askFor(operation, credentials), providerAccountId, { signal, includeRawData })
      },
    }
  },
})
