import {
  type ApiKeyCredentials,
  type Batch,
  defineProvider,
  Err,
  type InputIssue,
  type Methods,
  Ok,
  type Provider,
  type ProviderAccountData,
  type ProviderError,
  type ProviderHoldingData,
  ProviderInvalidInputError,
  type ProviderMetadata,
  type ProviderWarning,
  parseCredentials,
  type RequestOptions,
  type Result,
  type TransactionQuery,
} from '@finport/core'
import { createHttpClient } from '@finport/core/http'
import * as z from 'zod'
import { currencyOf, fetchAccount, fetchNamedAccount, maskedAccount, toAccount, type WireAccount } from './account.ts'
import { fetchTransactions } from './activities.ts'
import { createApi } from './api.ts'
import { timeZone } from './days.ts'
import { environments, hosts } from './environment.ts'
import { classify } from './error.ts'
import { fetchHoldings } from './holdings.ts'

const slug = 'alpaca'

const settings = z.object({
  /** Which of Alpaca's two worlds to use when credentials don't say: `'paper'` (play money) unless told otherwise. */
  environment: z.literal(environments).default('paper'),
  /** Another address than Alpaca's, such as a sandbox's on a local port: without `/v2`. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Whether records, rejected ones too, keep Alpaca's own under `rawData`, account numbers masked. Otherwise it is `null`. */
  includeRawData: z.boolean().default(true),
})

/** Keys go to this address. */
function checkSettings({ baseUrl }: z.output<typeof settings>): InputIssue[] {
  if (baseUrl === undefined) return []
  const { protocol, hostname, host, pathname, search, hash, username, password } = new URL(baseUrl)
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
  const reasons = [
    ...(protocol === 'https:' || isLocal ? [] : ['It must be https, but for a server on this machine.']),
    ...(/\/v2\/*$/.test(pathname) ? ["Leave out '/v2': it is added to each address."] : []),
    ...(`${search}${hash}${username}${password}` === '' ? [] : ['It must be a scheme, a host and a path, no more.']),
  ]
  // Each account would pass for one of the environment that the credentials or the settings name.
  if (Object.values(hosts).includes(host))
    reasons.push("Alpaca's own addresses are chosen by the environment: leave this setting out.")
  return reasons.map((reason) => ({ path: 'baseUrl', reason }))
}

const metadata = {
  displayName: 'Alpaca',
  category: 'brokerage',
  authType: 'api_key',
  credentialType: 'api_key',
  supports: { accounts: true, transactions: true, holdings: true, balanceHistory: false },
  scopes: [],
  hosts: [hosts.live, hosts.paper],
  timeZone,
  tokenPolicy: null,
  // 200 in each minute of the clock. So many at once, with what comes by steadily, are never more in any minute.
  rateLimit: { requests: 50, perSeconds: 20, per: 'credential' },
  // Fees are recorded a day later, dividends when they are paid, corrections whenever: under the day they are for.
  sync: { maxWindowDays: null, overlapDays: 14 },
  documentationUrl: 'https://docs.alpaca.markets/docs/authentication-1',
  isProductionReady: false,
} satisfies ProviderMetadata

/** What can go into a header. */
const HEADER_TEXT = /^[\x21-\x7e]+$/

function parseKey(input: unknown): Result<ApiKeyCredentials, ProviderInvalidInputError> {
  return parseCredentials('api_key', input, { provider: slug }).andThen((credentials) => {
    const { apiKey, apiSecret, environment } = credentials
    const issues = Object.entries({ apiKey, apiSecret })
      .filter(([, value]) => !HEADER_TEXT.test(value))
      .map(([path]) => ({ path, reason: 'It holds blanks, line breaks or letters that no key has: copy it again.' }))
    if (environment !== undefined && !environments.some((known) => known === environment))
      issues.push({ path: 'environment', reason: `It is one of ${environments.join(', ')}, or left out.` })
    return issues.length === 0
      ? Ok(credentials)
      : Err(new ProviderInvalidInputError({ provider: slug, operation: 'parseCredentials', issues }))
  })
}

function toAccountBatch(
  account: WireAccount,
  mapped: ProviderAccountData | string,
  includeRawData: boolean,
): Batch<ProviderAccountData> {
  if (typeof mapped === 'string') {
    const rejected = {
      id: account.id,
      providerAccountId: null,
      path: `$.${mapped}`,
      reason: 'It is no decimal number.',
    }
    return {
      items: [],
      rejected: [{ ...rejected, rawData: includeRawData ? maskedAccount(account) : null }],
      warnings: [],
      complete: true,
    }
  }
  const warnings: ProviderWarning[] =
    account.status === 'ACTION_REQUIRED'
      ? [
          {
            code: 'INSTITUTION_NEEDS_ATTENTION',
            providerAccountId: account.id,
            message: 'Alpaca asks for something: sign in there.',
            details: { status: account.status },
          },
        ]
      : []
  return { items: [mapped], rejected: [], warnings, complete: true }
}

/**
 * Trading accounts at Alpaca, by API key: live ones and paper ones (play money). A key reaches exactly one account.
 *
 * Credentials are of type `api_key`. Their `environment` (`'live'` or `'paper'`) decides where they are used, or else the setting, which is `'paper'` unless told otherwise: no key
 * reaches real money by default.
 *
 * Transactions are Alpaca's account activities, of all types. `covered` leaves out days whose fills are known to be incomplete, and says so in a warning.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { alpaca } from '@finport/provider-alpaca'
 *
 * const provider = createProvider(alpaca).unwrap()
 * const key = provider.parseCredentials({ apiKey: 'PK…', apiSecret: '…' })
 * if (key.isErr()) throw key.error
 *
 * const accounts = await provider.fetchAccounts(key.value)
 * if (accounts.isErr()) throw accounts.error
 * for (const { providerAccountId, name, balance } of accounts.value.items) {
 *   const holdings = await provider.fetchHoldings(key.value, providerAccountId)
 *   const transactions = await provider.fetchTransactions(key.value, providerAccountId)
 *   if (holdings.isErr() || transactions.isErr()) continue
 *   console.log(name, balance, holdings.value.items.length, transactions.value.items.length)
 * }
 * ```
 */
export const alpaca = defineProvider({
  slug,
  metadata,
  settings,
  checkSettings,
  hosts: ({ baseUrl }) => (baseUrl === undefined ? [] : [new URL(baseUrl).host]),
  create({ environment, baseUrl, includeRawData }, runtime): Methods<Provider<ApiKeyCredentials>> {
    const client = createHttpClient({ provider: slug, metadata, runtime, classify })
    const apiFor = (credentials: ApiKeyCredentials) => createApi(client, { environment, baseUrl }, credentials)

    return {
      parseCredentials: parseKey,
      // Keys end at Alpaca's dashboard alone.
      revoke: async (_credentials: ApiKeyCredentials) => Ok('unsupported' as const),
      async fetchAccounts(credentials: ApiKeyCredentials, { signal }: RequestOptions = {}) {
        const api = apiFor(credentials)
        const account = await fetchAccount(api, 'fetchAccounts', signal)
        return account.map((one) =>
          toAccountBatch(one, toAccount(one, { environment: api.environment, includeRawData }), includeRawData),
        )
      },
      async fetchTransactions(credentials: ApiKeyCredentials, providerAccountId: string, query: TransactionQuery = {}) {
        return fetchTransactions(apiFor(credentials), providerAccountId, query, {
          provider: slug,
          now: runtime.now,
          includeRawData,
        })
      },
      async fetchHoldings(
        credentials: ApiKeyCredentials,
        providerAccountId: string,
        { signal }: RequestOptions = {},
      ): Promise<Result<Batch<ProviderHoldingData>, ProviderError>> {
        const api = apiFor(credentials)
        const operation = 'fetchHoldings'
        const account = await fetchNamedAccount(api, { provider: slug, operation, providerAccountId, signal })
        if (account.isErr()) return account
        const context = { providerAccountId, currency: currencyOf(account.value), includeRawData }
        return fetchHoldings(api, context, { operation, signal })
      },
    }
  },
})
