import * as z from 'zod'
import { createHttpClient } from '../../src/http/index.ts'
import {
  type Credentials,
  Decimal,
  Err,
  type FetchFunction,
  type InputIssue,
  type Json,
  Ok,
  type Provider,
  ProviderAbortedError,
  type ProviderError,
  ProviderInvalidInputError,
  type ProviderRuntime,
  type ProviderWarning,
  parseIsoDate,
  type RejectedRecord,
  type RequestOptions,
  type Result,
  type TransactionQuery,
} from '../../src/index.ts'
import { fakeMetadata } from '../fake-provider.ts'
import { sampleAccount, sampleHolding, sampleTransaction } from '../sample-data.ts'

export function refuse(provider: string, operation: string, ...issues: InputIssue[]) {
  return Err(new ProviderInvalidInputError({ provider, operation, issues }))
}

export function toAccount(providerAccountId: string, number: string) {
  const accountNumberMasked = `••••${number.slice(-4)}`
  return { ...sampleAccount, providerAccountId, accountNumberMasked, rawData: { number: accountNumberMasked } }
}

export const accountNumbers = ['000123451234', '000123455678']

const records = [
  {
    id: 'account-1',
    number: accountNumbers[0],
    transactions: [
      { id: 'row-1', day: '2026-01-05', amount: '-12.5' },
      { id: 'row-2', day: '2026-01-05', amount: '-3' },
      { id: 'row-3', day: '2026-01-06', amount: '100' },
      { id: 'row-4', day: '2026-01-31', amount: '0.01' },
    ],
    holdings: [],
  },
  {
    id: 'account-2',
    number: accountNumbers[1],
    transactions: [{ id: 'row-1', day: '2026-01-06', amount: '7' }],
    holdings: [{ id: 'position-1', symbol: 'ACME', quantity: '10' }],
  },
]

/** What the institution has at an address; `null` for nothing. */
function find({ pathname, searchParams }: URL): object | null {
  if (pathname === '/token') return { access: 'canary-new-access', refresh: 'canary-new-refresh' }
  if (pathname === '/revoke') return { revoked: true }
  if (pathname === '/names') return { names: records.map(({ id }) => ({ id, name: `The name of ${id}` })) }
  if (pathname === '/accounts') return { accounts: records.map(({ id, number }) => ({ id, number })) }
  const [, , id, list] = pathname.split('/')
  const record = records.find((one) => one.id === id)
  if (record === undefined) return null
  const from = searchParams.get('from') ?? '0000-01-01'
  const to = searchParams.get('to') ?? '9999-12-31'
  if (list === 'holdings') return { holdings: record.holdings }
  return { transactions: record.transactions.filter(({ day }) => from <= day && day <= to) }
}

/** The institution's API. */
export const institution: FetchFunction = async ({ url }) => {
  const found = find(new URL(url))
  return found === null ? new Response(null, { status: 404 }) : Response.json(found)
}

const day = z.string().transform((text) => parseIsoDate(text).unwrap())
const decimal = z.string().transform((text) => Decimal.parse(text).unwrap())
export const wireRecords = {
  name: z.object({ id: z.string(), name: z.string() }),
  account: z.object({ id: z.string(), number: z.string() }),
  transaction: z.object({ id: z.string(), day, amount: decimal }),
  holding: z.object({ id: z.string(), symbol: z.string(), quantity: decimal }),
}

/** The forms of its answers. */
export const answers = {
  accounts: z.object({ accounts: z.array(z.json()) }),
  transactions: z.object({ transactions: z.array(z.json()) }),
  holdings: z.object({ holdings: z.array(z.json()) }),
  names: z.object({ names: z.array(z.json()) }),
  token: z.object({ access: z.string(), refresh: z.string() }),
  revoke: z.object({ revoked: z.boolean() }),
}

type Question<T> = {
  operation: string
  path: string
  answer: z.ZodType<T>
  authorization: string
  method?: 'GET' | 'POST'
}

/** Asks the institution; every failure is an error. */
export type Ask = <T>(question: Question<T>, options?: RequestOptions) => Promise<Result<T, ProviderError>>

/** Asks over the network. */
export function createAsk(provider: string, runtime: ProviderRuntime): Ask {
  const http = createHttpClient({ provider, metadata: fakeMetadata, runtime })
  return async ({ operation, path, answer, authorization, method }, { signal } = {}) => {
    const answered = await http.request({
      operation,
      method,
      url: `https://api.example.com${path}`,
      headers: { authorization },
      schema: answer,
      argument: 'providerAccountId',
      signal,
    })
    return answered.map(({ value }) => value)
  }
}

/** Asks without a network. */
export function createAskInMemory(provider: string): Ask {
  return async ({ operation, path, answer }, { signal } = {}) => {
    if (signal?.aborted) return Err(new ProviderAbortedError({ provider, operation }))
    const found = find(new URL(path, 'https://api.example.com'))
    return found === null
      ? refuse(provider, operation, { path: 'providerAccountId', reason: 'There is no such account.' })
      : Ok(answer.parse(found))
  }
}

/** Maps records one by one; those that can't be are rejected. */
export function readRecords<W, T>(
  records: readonly Json[],
  wireRecord: z.ZodType<W>,
  toItem: (record: W) => T,
): { items: T[]; rejected: RejectedRecord[]; warnings: ProviderWarning[] } {
  const items: T[] = []
  const rejected: RejectedRecord[] = []
  for (const [index, record] of records.entries()) {
    const read = wireRecord.safeParse(record)
    if (read.success) items.push(toItem(read.data))
    else {
      const reason = 'It is of another form than others.'
      rejected.push({ id: null, providerAccountId: null, path: `$[${index}]`, reason, rawData: null })
    }
  }
  return { items, rejected, warnings: [] }
}

/** The three fetches, by a way to ask the institution. */
export function createFetches<C extends Credentials>(
  ask: Ask,
  authorizationOf: (credentials: C) => string,
): Pick<Provider<C>, 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings'> {
  return {
    async fetchAccounts(credentials: C, options?: RequestOptions) {
      const authorization = authorizationOf(credentials)
      const question = { operation: 'fetchAccounts', path: '/accounts', answer: answers.accounts, authorization }
      return (await ask(question, options)).map(({ accounts }) => ({
        ...readRecords(accounts, wireRecords.account, ({ id, number }) => toAccount(id, number)),
        complete: true,
      }))
    },
    async fetchTransactions(credentials: C, providerAccountId: string, query: TransactionQuery = {}) {
      const days = Object.entries({ from: query.startDate, to: query.endDate }).filter(([, one]) => one !== undefined)
      const path = `/accounts/${providerAccountId}/transactions?${new URLSearchParams(days as [string, string][])}`
      const authorization = authorizationOf(credentials)
      const question = { operation: 'fetchTransactions', path, answer: answers.transactions, authorization }
      return (await ask(question, query)).map(({ transactions }) => ({
        ...readRecords(transactions, wireRecords.transaction, ({ id, day: transactionDate, amount }) => ({
          ...sampleTransaction,
          providerTransactionId: id,
          providerAccountId,
          transactionDate,
          amount,
        })),
        covered: null,
      }))
    },
    async fetchHoldings(credentials: C, providerAccountId: string, options?: RequestOptions) {
      const path = `/accounts/${providerAccountId}/holdings`
      const authorization = authorizationOf(credentials)
      const question = { operation: 'fetchHoldings', path, answer: answers.holdings, authorization }
      return (await ask(question, options)).map(({ holdings }) => ({
        ...readRecords(holdings, wireRecords.holding, ({ id, symbol, quantity }) => ({
          ...sampleHolding,
          providerHoldingId: id,
          providerAccountId,
          symbol,
          quantity,
        })),
        complete: true,
      }))
    },
  }
}
