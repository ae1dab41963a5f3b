import {
  type ApiKeyCredentials,
  type Batch,
  defineProvider,
  Ok,
  type ProviderHoldingData,
  type ProviderMetadata,
  parseCredentials,
  type RequestOptions,
  type TransactionQuery,
} from '@finport/core'
import { createHttpClient } from '@finport/core/http'
import * as z from 'zod'
import { fetchAccounts } from './accounts.ts'
import { createAsk } from './ask.ts'
import { fetchTransactions } from './transactions.ts'

const slug = 'acme'

const metadata: ProviderMetadata = {
  displayName: 'Acme Bank',
  category: 'bank',
  authType: 'api_key',
  credentialType: 'api_key',
  supports: { accounts: true, transactions: true, holdings: false, balanceHistory: false },
  scopes: [],
  hosts: ['api.acme.example'],
  timeZone: 'America/New_York',
  tokenPolicy: null,
  rateLimit: { requests: 60, perSeconds: 60, per: 'credential' },
  sync: { maxWindowDays: null, overlapDays: 7 },
  documentationUrl: null,
  isProductionReady: false,
}

/**
 * Deposit accounts at Acme Bank, by API key.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { acme } from 'finport-provider-acme'
 *
 * const provider = createProvider(acme).unwrap()
 * const key = provider.parseCredentials({ apiKey: '…', apiSecret: '…' }).unwrap()
 * const accounts = await provider.fetchAccounts(key)
 * ```
 */
export const acme = defineProvider({
  slug,
  metadata,
  settings: z.object({}),
  create: (_settings, runtime) => {
    const http = createHttpClient({ provider: slug, metadata, runtime })
    return {
      parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: slug }),

      // Users end a key on the bank's own page.
      revoke: async (_credentials: ApiKeyCredentials) => Ok('unsupported' as const),

      fetchAccounts: (credentials: ApiKeyCredentials, options: RequestOptions = {}) =>
        fetchAccounts(createAsk(http, 'fetchAccounts', credentials), options),

      fetchTransactions: (credentials: ApiKeyCredentials, providerAccountId: string, query: TransactionQuery = {}) =>
        fetchTransactions(createAsk(http, 'fetchTransactions', credentials), providerAccountId, query, {
          now: runtime.now,
          timeZone: metadata.timeZone,
        }),

      // The bank keeps no securities, as `supports` says.
      fetchHoldings: async (_credentials: ApiKeyCredentials, _providerAccountId: string) =>
        Ok<Batch<ProviderHoldingData>>({ items: [], rejected: [], warnings: [], complete: true }),
    }
  },
})
