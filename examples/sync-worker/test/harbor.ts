import {
  type ApiKeyCredentials,
  type Batch,
  Decimal,
  defineProvider,
  type IsoDate,
  Ok,
  type ProviderAccountData,
  type ProviderError,
  type ProviderHoldingData,
  type ProviderMetadata,
  type ProviderTransactionData,
  parseCredentials,
  type RequestOptions,
  type Result,
  type TransactionBatch,
  type TransactionQuery,
} from '@finport/core'
import { createHttpClient } from '@finport/core/http'
import * as z from 'zod'

/** What the institution allows all users of an app together. */
export const quota = { requests: 100, perSeconds: 2 }

const metadata: ProviderMetadata = {
  displayName: 'Harbor Bank',
  category: 'bank',
  authType: 'api_key',
  credentialType: 'api_key',
  supports: { accounts: true, transactions: true, holdings: false, balanceHistory: false },
  scopes: [],
  hosts: ['api.harbor.example'],
  timeZone: 'America/New_York',
  tokenPolicy: null,
  rateLimit: { ...quota, per: 'app' },
  sync: { maxWindowDays: null, overlapDays: 7 },
  documentationUrl: null,
  isProductionReady: false,
}

const amount = Decimal.parse('-12.34').unwrap()
const days = ['2026-11-02', '2026-11-03', '2026-11-04'] as IsoDate[]

const account: Omit<ProviderAccountData, 'providerAccountId'> = {
  accountNumberMasked: '...0000',
  name: 'Checking',
  category: 'depository',
  accountType: 'checking',
  providerAccountType: 'CHECKING',
  taxTreatment: null,
  currency: 'USD',
  balance: amount,
  availableBalance: null,
  cashBalance: null,
  holdingsValue: null,
  balanceAsOf: null,
  status: 'open',
  isActive: true,
  paper: false,
  margin: null,
  rawData: {},
}

const toTransaction = (providerAccountId: string, transactionDate: IsoDate): ProviderTransactionData => ({
  providerTransactionId: `t-${transactionDate}`,
  providerAccountId,
  transactionType: 'payment',
  subtype: 'purchase',
  providerType: 'CARD',
  amount,
  currency: 'USD',
  description: 'Corner shop',
  transactionDate,
  authorizedDate: null,
  settlementDate: null,
  occurredAt: null,
  rail: null,
  checkNumber: null,
  symbol: null,
  securityName: null,
  assetType: null,
  quantity: null,
  unitPrice: null,
  commission: null,
  fees: [],
  status: 'posted',
  groupId: null,
  replaces: null,
  rawData: {},
})

/** A bank of the tests: an account and three transactions for each key, by two requests. */
export const harbor = defineProvider({
  slug: 'harbor',
  metadata,
  settings: z.object({ baseUrl: z.url() }),
  create(settings, runtime) {
    const http = createHttpClient({ provider: 'harbor', metadata, runtime })
    const ask = (operation: string, { apiKey }: ApiKeyCredentials, { signal }: RequestOptions) =>
      http.request({ operation, url: `${settings.baseUrl}/${operation}`, headers: { authorization: apiKey }, signal })

    return {
      parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'harbor' }),

      revoke: async (_credentials: ApiKeyCredentials) => Ok('unsupported' as const),

      async fetchAccounts(
        credentials: ApiKeyCredentials,
        options: RequestOptions = {},
      ): Promise<Result<Batch<ProviderAccountData>, ProviderError>> {
        const items = [{ ...account, providerAccountId: credentials.apiKey }]
        const answer = await ask('accounts', credentials, options)
        return answer.map(() => ({ items, rejected: [], warnings: [], complete: true }))
      },

      async fetchTransactions(
        credentials: ApiKeyCredentials,
        providerAccountId: string,
        query: TransactionQuery = {},
      ): Promise<Result<TransactionBatch, ProviderError>> {
        const items = days.map((day) => toTransaction(providerAccountId, day))
        const covered = { from: '2026-11-01' as IsoDate, to: '2026-11-20' as IsoDate }
        const answer = await ask('transactions', credentials, query)
        return answer.map(() => ({ items, rejected: [], warnings: [], covered }))
      },

      fetchHoldings: async (_credentials: ApiKeyCredentials, _providerAccountId: string) =>
        Ok<Batch<ProviderHoldingData>>({ items: [], rejected: [], warnings: [], complete: true }),
    }
  },
})
