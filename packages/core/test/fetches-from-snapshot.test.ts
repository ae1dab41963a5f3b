import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type ApiKeyCredentials,
  type DateRange,
  Err,
  fetchesFromSnapshot,
  Ok,
  type Provider,
  ProviderAbortedError,
  type ProviderError,
  ProviderUnavailableError,
  parseIsoDate,
  type RejectedRecord,
  type Result,
  type SnapshotPage,
  type TransactionQuery,
} from '../src/index.ts'
import { emptyPage } from './fake-provider.ts'
import { sampleAccount, sampleHolding, sampleTransaction } from './sample-data.ts'

const credentials: ApiKeyCredentials = { type: 'api_key', apiKey: 'k', apiSecret: 's' }
const day = (text: string) => parseIsoDate(text).unwrap()
const days = (from: string, to: string): DateRange => ({ from: day(from), to: day(to) })
const january = days('2026-01-01', '2026-01-31')

const account = (providerAccountId: string, name = 'Everyday') => ({ ...sampleAccount, providerAccountId, name })
const transaction = (providerAccountId: string, providerTransactionId: string, date = '2026-01-31') => ({
  ...sampleTransaction,
  providerAccountId,
  providerTransactionId,
  transactionDate: day(date),
})
const holding = (providerAccountId: string, providerHoldingId: string) => ({
  ...sampleHolding,
  providerAccountId,
  providerHoldingId,
})
const rejected = (providerAccountId: string | null, id: string): RejectedRecord => ({
  id,
  providerAccountId,
  path: `$.${id}`,
  reason: 'No amount.',
  rawData: null,
})
const warning = (providerAccountId: string | null, message: string) => ({
  code: 'OTHER' as const,
  providerAccountId,
  message,
  details: null,
})
const through = (providerAccountId: string, covered: DateRange | null = null, holdings = false) => ({
  providerAccountId,
  covered,
  holdings,
})

type Page = Partial<SnapshotPage> | ProviderError

/** The three calls over these pages; what is not said of a page is empty. An aborted signal ends them as the protocol says. */
function fetchesOf(pages: Page[], options: { once?: boolean } = {}) {
  const asked: { credentials: ApiKeyCredentials; query: TransactionQuery | undefined }[] = []
  const counts = { given: 0, closed: 0 }
  const fetches = fetchesFromSnapshot(
    async function* (
      credentials: ApiKeyCredentials,
      query?: TransactionQuery,
    ): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
      asked.push({ credentials, query })
      try {
        for (const page of pages) {
          await Promise.resolve()
          if (query?.signal?.aborted) {
            yield Err(new ProviderAbortedError({ provider: 'fake', operation: 'fetchSnapshot' }))
            return
          }
          counts.given++
          yield page instanceof Error ? Err(page) : Ok({ ...emptyPage, ...page })
        }
      } finally {
        counts.closed++
      }
    },
    { provider: 'fake', ...options },
  )
  return { ...fetches, asked, counts }
}

const twoAccounts: Page[] = [
  {
    accounts: [account('a')],
    transactions: [transaction('a', 'a1')],
    holdings: [holding('a', 'ha')],
    rejected: [rejected('a', 'r1')],
    warnings: [warning('a', 'of a'), warning(null, 'of all')],
  },
  {
    accounts: [account('b')],
    transactions: [transaction('a', 'a2'), transaction('b', 'b1')],
    holdings: [holding('b', 'hb')],
    rejected: [rejected('b', 'r2'), rejected('b', 'r3')],
    warnings: [warning('b', 'of b')],
    completed: [through('a', january, true)],
  },
  {
    transactions: [transaction('b', 'b2')],
    rejected: [rejected('a', 'r4')],
    completed: [through('b')],
  },
]

describe('pages are put together', () => {
  test('into all accounts, with what went wrong in none of them', async () => {
    const { fetchAccounts } = fetchesOf([...twoAccounts, { rejected: [rejected(null, 'r5'), rejected('ghost', 'r6')] }])
    expect((await fetchAccounts(credentials)).unwrap()).toEqual({
      items: [account('a'), account('b')],
      rejected: [rejected(null, 'r5'), rejected('ghost', 'r6')],
      warnings: [warning(null, 'of all')],
      complete: true,
    })
  })

  test("into one account's transactions, in their order, with what went wrong in it", async () => {
    const { fetchTransactions } = fetchesOf(twoAccounts)
    expect((await fetchTransactions(credentials, 'a')).unwrap()).toEqual({
      items: [transaction('a', 'a1'), transaction('a', 'a2')],
      rejected: [rejected('a', 'r1'), rejected('a', 'r4')],
      warnings: [warning('a', 'of a')],
      covered: january,
    })
    expect((await fetchTransactions(credentials, 'b')).unwrap()).toEqual({
      items: [transaction('b', 'b1'), transaction('b', 'b2')],
      rejected: [rejected('b', 'r2'), rejected('b', 'r3')],
      warnings: [warning('b', 'of b')],
      covered: null,
    })
  })

  test("into one account's holdings, with what went wrong in it", async () => {
    const { fetchHoldings } = fetchesOf(twoAccounts)
    expect((await fetchHoldings(credentials, 'a')).unwrap()).toEqual({
      items: [holding('a', 'ha')],
      rejected: [rejected('a', 'r1'), rejected('a', 'r4')],
      warnings: [warning('a', 'of a')],
      complete: true,
    })
    expect((await fetchHoldings(credentials, 'b')).unwrap()).toMatchObject({
      items: [holding('b', 'hb')],
      complete: false,
    })
  })

  test('an account told more than once is there once, as it was told last', async () => {
    const { fetchAccounts, fetchTransactions, fetchHoldings } = fetchesOf([
      { accounts: [account('a', 'first'), account('b')], completed: [through('a', null, false)] },
      { accounts: [account('a', 'last')], completed: [through('a', january, true)] },
    ])
    expect((await fetchAccounts(credentials)).unwrap().items).toEqual([account('a', 'last'), account('b')])
    expect((await fetchTransactions(credentials, 'a')).unwrap().covered).toEqual(january)
    expect((await fetchHoldings(credentials, 'a')).unwrap().complete).toBe(true)
  })

  test('and the pages themselves are left alone', async () => {
    const page = { ...emptyPage, accounts: [account('a')] }
    const { fetchAccounts } = fetchesOf([page, { accounts: [account('b')] }])
    expect((await fetchAccounts(credentials)).unwrap().items).toHaveLength(2)
    expect((await fetchAccounts(credentials)).unwrap().items).toHaveLength(2)
    expect(page.accounts).toHaveLength(1)
    expect(emptyPage.accounts).toEqual([])
  })

  test('what is told again is as it was told last, where it came first', async () => {
    const first = transaction('a', 'a1')
    const corrected = { ...first, status: 'cancelled' as const }
    const { fetchTransactions } = fetchesOf([
      { accounts: [account('a')], transactions: [first, transaction('a', 'a2')] },
      { transactions: [corrected] },
    ])
    const { items } = (await fetchTransactions(credentials, 'a')).unwrap()
    expect(items.map(({ providerTransactionId, status }) => [providerTransactionId, status])).toEqual([
      ['a1', 'cancelled'],
      ['a2', 'posted'],
    ])
  })

  test('a page as long as a whole history does not overflow the stack', async () => {
    const count = 200_000
    const long = {
      accounts: [account('a')],
      transactions: Array.from({ length: count }, (_, index) => transaction('a', `a${index}`)),
    }
    const { fetchTransactions } = fetchesOf([long, { transactions: [transaction('a', 'last')] }])
    expect((await fetchTransactions(credentials, 'a')).unwrap().items).toHaveLength(count + 1)
  })
})

describe('what is not said is not claimed', () => {
  test('accounts are complete only when each one is through', async () => {
    const { fetchAccounts } = fetchesOf(twoAccounts.slice(0, 2))
    expect((await fetchAccounts(credentials)).unwrap()).toMatchObject({ complete: false })
  })

  test('of an account that is not through, nothing is covered and nothing complete', async () => {
    const { fetchTransactions, fetchHoldings } = fetchesOf(twoAccounts.slice(0, 1))
    expect((await fetchTransactions(credentials, 'a')).unwrap()).toMatchObject({ covered: null })
    expect((await fetchHoldings(credentials, 'a')).unwrap()).toMatchObject({ complete: false })
  })

  test('an institution without accounts is complete', async () => {
    expect((await fetchesOf([]).fetchAccounts(credentials)).unwrap()).toEqual({
      items: [],
      rejected: [],
      warnings: [],
      complete: true,
    })
  })

  test('an account that is not there is bad input, not an empty one', async () => {
    const { fetchTransactions, fetchHoldings } = fetchesOf(twoAccounts)
    for (const [operation, result] of [
      ['fetchTransactions', await fetchTransactions(credentials, 'c')],
      ['fetchHoldings', await fetchHoldings(credentials, 'c')],
    ] as const) {
      expect(result.unwrapErr()).toMatchObject({
        code: 'PROVIDER_INVALID_INPUT',
        provider: 'fake',
        operation,
        issues: [{ path: 'providerAccountId' }],
      })
    }
  })

  test('while a record may belong to any account, nothing is: its stored twin would be taken for removed', async () => {
    const { fetchTransactions, fetchHoldings } = fetchesOf([...twoAccounts, { rejected: [rejected(null, 'a3')] }])
    expect((await fetchTransactions(credentials, 'a')).unwrap()).toMatchObject({ covered: null })
    expect((await fetchHoldings(credentials, 'a')).unwrap()).toMatchObject({ complete: false })
  })
})

describe.each([false, true])('rows outside the asked days are never returned, read once: %s', (once) => {
  const history: Page[] = [
    {
      accounts: [account('a')],
      transactions: [
        transaction('a', 'before', '2026-01-09'),
        transaction('a', 'first', '2026-01-10'),
        transaction('a', 'last', '2026-01-20'),
        transaction('a', 'after', '2026-01-21'),
      ],
      completed: [through('a', january)],
    },
  ]
  test.each<[string | undefined, string | undefined, string[], DateRange | null]>([
    [undefined, undefined, ['before', 'first', 'last', 'after'], january],
    ['2026-01-10', undefined, ['first', 'last', 'after'], days('2026-01-10', '2026-01-31')],
    [undefined, '2026-01-20', ['before', 'first', 'last'], days('2026-01-01', '2026-01-20')],
    ['2026-01-10', '2026-01-20', ['first', 'last'], days('2026-01-10', '2026-01-20')],
    ['2025-06-01', '2026-06-01', ['before', 'first', 'last', 'after'], january],
    ['2026-03-01', '2026-03-31', [], null],
  ])('from %s to %s, and only those days are covered', async (startDate, endDate, ids, covered) => {
    const { fetchTransactions } = fetchesOf(history, { once })
    const query = { startDate: startDate && day(startDate), endDate: endDate && day(endDate) } as TransactionQuery
    const batch = (await fetchTransactions(credentials, 'a', query)).unwrap()
    expect(batch.items.map((item) => item.providerTransactionId)).toEqual(ids)
    expect(batch.covered).toEqual(covered)
  })
})

describe('an error', () => {
  const outage = new ProviderUnavailableError({ provider: 'fake', operation: 'fetchSnapshot' })

  test.each([false, true])('is the answer, however much came before it, read once: %s', async (once) => {
    const { fetchAccounts, fetchTransactions, fetchHoldings } = fetchesOf([...twoAccounts, outage], { once })
    expect((await fetchAccounts(credentials)).unwrapErr()).toBe(outage)
    expect((await fetchTransactions(credentials, 'a')).unwrapErr()).toBe(outage)
    expect((await fetchHoldings(credentials, 'a')).unwrapErr()).toBe(outage)
  })

  test('ends the reading, and lets the provider close what it opened', async () => {
    const later = new ProviderAbortedError({ provider: 'fake', operation: 'fetchSnapshot' })
    const { fetchAccounts, counts } = fetchesOf([{}, outage, {}, later])
    expect((await fetchAccounts(credentials)).unwrapErr()).toBe(outage)
    expect(counts).toEqual({ given: 2, closed: 1 })
  })
})

test('credentials, days and signal reach the snapshot, which is read anew for each call', async () => {
  const { signal } = new AbortController()
  const query = { startDate: january.from, endDate: january.to, signal }
  const { fetchAccounts, fetchTransactions, fetchHoldings, asked } = fetchesOf(twoAccounts)
  await fetchAccounts(credentials, { signal })
  await fetchTransactions(credentials, 'a', query)
  await fetchHoldings(credentials, 'a', { signal })
  expect(asked).toEqual([
    { credentials, query: { signal } },
    { credentials, query },
    { credentials, query: { signal } },
  ])
  for (const one of asked) expect(one.credentials).toBe(credentials)
})

describe('a snapshot that is read once', () => {
  test('serves all calls with the same credentials, even at the same time', async () => {
    const { fetchAccounts, fetchTransactions, fetchHoldings, asked } = fetchesOf(twoAccounts, { once: true })
    await Promise.all([
      fetchAccounts(credentials),
      fetchTransactions(credentials, 'a'),
      fetchHoldings(credentials, 'b'),
    ])
    const { signal } = new AbortController()
    await fetchTransactions(credentials, 'b', { startDate: january.from, signal })
    expect(asked).toHaveLength(1)
  })

  test('is read whole, whatever days the first call asks for', async () => {
    const { fetchTransactions, asked } = fetchesOf(twoAccounts, { once: true })
    await fetchTransactions(credentials, 'a', { startDate: day('2026-02-01') })
    expect((await fetchTransactions(credentials, 'a')).unwrap().items).toHaveLength(2)
    expect(asked.map(({ query }) => query)).toEqual([{ signal: undefined }])
  })

  test('is kept for others when it was read for a caller with a signal', async () => {
    const { signal } = new AbortController()
    const { fetchAccounts, fetchTransactions, asked } = fetchesOf(twoAccounts, { once: true })
    await fetchAccounts(credentials, { signal })
    await fetchTransactions(credentials, 'a')
    expect(asked.map(({ query }) => query)).toEqual([{ signal }])
  })

  test('is read for each credentials object', async () => {
    const { fetchAccounts, asked } = fetchesOf(twoAccounts, { once: true })
    await fetchAccounts(credentials)
    await fetchAccounts({ ...credentials })
    expect(asked).toHaveLength(2)
  })

  test('is read again after an error', async () => {
    const pages: Page[] = [new ProviderUnavailableError({ provider: 'fake', operation: 'fetchSnapshot' })]
    const { fetchAccounts, asked } = fetchesOf(pages, { once: true })
    expect((await fetchAccounts(credentials)).isErr()).toBe(true)
    pages.splice(0, 1, ...twoAccounts)
    expect((await fetchAccounts(credentials)).unwrap().items).toHaveLength(2)
    expect(asked).toHaveLength(2)
  })

  test("is not ended for others by one caller's signal", async () => {
    const controller = new AbortController()
    const { fetchAccounts } = fetchesOf(twoAccounts, { once: true })
    const first = fetchAccounts(credentials, { signal: controller.signal })
    const second = fetchAccounts(credentials)
    controller.abort()
    expect((await first).unwrapErr().code).toBe('PROVIDER_ABORTED')
    expect((await second).unwrap().items).toHaveLength(2)
  })

  test('is kept though a caller comes with an aborted signal, who is told so', async () => {
    const { fetchAccounts, asked } = fetchesOf(twoAccounts, { once: true })
    await fetchAccounts(credentials)
    const aborted = await fetchAccounts(credentials, { signal: AbortSignal.abort() })
    expect(aborted.unwrapErr().code).toBe('PROVIDER_ABORTED')
    const before = asked.length
    expect((await fetchAccounts(credentials)).isOk()).toBe(true)
    expect(asked).toHaveLength(before)
  })
})

test('the three calls fit the protocol', () => {
  expectTypeOf(fetchesOf([])).toExtend<
    Pick<Provider<ApiKeyCredentials>, 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings'>
  >()
})
