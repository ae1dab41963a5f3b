import { createProvider, Decimal, type ProviderError, type ProviderTransactionData } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import {
  type AlpacaSandbox,
  type AlpacaSandboxFaults,
  type AlpacaSandboxOptions,
  createAlpacaSandbox,
} from '@finport/provider-alpaca/sandbox'
import { alpacaSandboxHandlers } from '@finport/provider-alpaca/sandbox/msw'
import { serveAlpacaSandbox } from '@finport/provider-alpaca/sandbox/server'
import { setupServer } from 'msw/node'
import { describe, expect, onTestFinished, test } from 'vitest'

const start = Date.parse('2026-11-20T20:00:00Z')
const zero = '0' as Decimal

/** A sandbox and a provider that share a clock, which goes on when either waits. */
function createPair(options: AlpacaSandboxOptions = {}) {
  const clock = { now: start }
  const now = () => clock.now
  const sleep = async (milliseconds: number) => {
    clock.now += milliseconds
  }
  const sandbox = createAlpacaSandbox({ now, sleep, ...options })
  const statuses = new Set<number>()
  const asked: string[] = []
  const fetch = async (request: Request) => {
    const response = await sandbox.fetch(request)
    asked.push(request.url)
    statuses.add(response.status)
    return response
  }
  const provider = createProvider(alpaca, {}, { fetch, now, sleep }).unwrap()
  const credentials = provider.parseCredentials(sandbox.credentials).unwrap()
  const fetchAll = async () => {
    const account = (await provider.fetchAccounts(credentials)).unwrap().items[0]
    const id = account?.providerAccountId ?? ''
    const holdings = (await provider.fetchHoldings(credentials, id)).unwrap()
    const transactions = (await provider.fetchTransactions(credentials, id)).unwrap()
    return { account, holdings, transactions }
  }
  return { clock, asked, statuses, provider, credentials, fetchAll }
}

function sumsOf(transactions: readonly ProviderTransactionData[]) {
  let cash = zero
  const units = new Map<string, Decimal>()
  for (const { amount, quantity, symbol, status } of transactions) {
    if (status === 'reversed') continue
    cash = Decimal.add(cash, amount)
    if (quantity !== null && symbol !== null) units.set(symbol, Decimal.add(units.get(symbol) ?? zero, quantity))
  }
  return { cash, units: Object.fromEntries([...units].filter(([, quantity]) => quantity !== '0')) }
}

describe('the account', () => {
  test.each([
    { options: { seed: 1 } },
    { options: { seed: 2, activities: 1_500 } },
    { options: { seed: 3, days: 400, activities: 800, faults: { lateRows: true } } },
    { options: { seed: 4, environment: 'live' } },
  ] satisfies { options: AlpacaSandboxOptions }[])('agrees with itself: $options', async ({ options }) => {
    const { account, holdings, transactions } = await createPair(options).fetchAll()
    const { cash, units } = sumsOf(transactions.items)
    expect(account?.cashBalance).toBe(cash)
    expect(Object.fromEntries(holdings.items.map(({ symbol, quantity }) => [symbol, quantity]))).toEqual(units)
    const value = holdings.items.reduce((sum, { marketValue }) => Decimal.add(sum, marketValue ?? zero), zero)
    expect(account?.holdingsValue).toBe(value)
    expect(account?.balance).toBe(Decimal.add(cash, value))
    expect([...transactions.rejected, ...holdings.rejected, ...transactions.warnings]).toEqual([])
  })

  test('has what accounts have: shares, an option, coins, a short position, fees, dividends, corrections', async () => {
    const { holdings, transactions } = await createPair({ activities: 2_000 }).fetchAll()
    const seen = new Set(
      transactions.items.map(
        ({ providerType, assetType, status, subtype }) => `${providerType} ${assetType} ${subtype} ${status}`,
      ),
    )
    for (const kind of [
      'FILL equity buy posted',
      'FILL option buy posted',
      'FILL crypto sell posted',
      'FILL equity sell_short posted',
      'OPEXP option option_expiration posted',
      'CFEE crypto other_fee posted',
      'DIV equity dividend posted',
      'FEE null regulatory_fee reversed',
      'INT null correction posted',
    ])
      expect(seen).toContain(kind)
    expect(holdings.items.some(({ quantity }) => quantity.startsWith('-'))).toBe(true)
  })

  test('is the same for the same seed and clock, and another for another seed', async () => {
    const first = await createPair().fetchAll()
    expect(await createPair().fetchAll()).toEqual(first)
    const other = await createPair({ seed: 2 }).fetchAll()
    expect(other.account?.providerAccountId).not.toBe(first.account?.providerAccountId)
    const ids = new Set(first.transactions.items.map(({ providerTransactionId }) => providerTransactionId))
    expect(other.transactions.items.some(({ providerTransactionId }) => ids.has(providerTransactionId))).toBe(false)
  })

  test('goes on with its clock', async () => {
    const { clock, fetchAll } = createPair()
    const before = await fetchAll()
    clock.now += 5 * 24 * 60 * 60 * 1000
    const after = await fetchAll()
    expect(after.transactions.items.length).toBeGreaterThan(before.transactions.items.length)
    expect(after.account?.cashBalance).toBe(sumsOf(after.transactions.items).cash)
  })
})

describe('late rows', () => {
  test('are found among older ones by the overlap that the metadata asks for', async () => {
    const { clock, provider, credentials, fetchAll } = createPair({ faults: { lateRows: true } })
    const { account, transactions } = await fetchAll()
    const kept = new Map(transactions.items.map((item) => [item.providerTransactionId, item]))
    for (let sync = 0; sync < 12; sync++) {
      const lastDay = Math.floor(clock.now / 86_400_000) * 86_400_000
      clock.now += 24 * 60 * 60 * 1000
      const from = new Date(lastDay - provider.metadata.sync.overlapDays * 86_400_000).toISOString().slice(0, 10)
      const query = { startDate: from as ProviderTransactionData['transactionDate'] }
      const batch = (await provider.fetchTransactions(credentials, account?.providerAccountId ?? '', query)).unwrap()
      for (const item of batch.items) kept.set(item.providerTransactionId, item)
    }
    const all = (await fetchAll()).transactions.items.map(({ providerTransactionId }) => providerTransactionId)
    expect([...kept.keys()].sort()).toEqual([...all].sort())
    expect(kept.size).toBeGreaterThan(transactions.items.length)
  })
})

describe('faults', () => {
  const size = { activities: 1_000 } as const

  async function read(faults: AlpacaSandboxFaults) {
    const { asked, fetchAll } = createPair({ ...size, faults })
    const { transactions } = await fetchAll()
    expect(transactions.warnings).toEqual([])
    return { asked, ids: transactions.items.map(({ providerTransactionId }) => providerTransactionId).sort() }
  }
  const faultless = read({})

  test.each([
    { changedPrefixes: true },
    { skippedRows: true },
    { skippedRows: true, changedPrefixes: true },
    { serverErrors: 3 },
  ] satisfies AlpacaSandboxFaults[])('%j: all transactions come all the same', async (faults) => {
    expect((await read(faults)).ids).toEqual((await faultless).ids)
  })

  test('rows that are skipped would be missed by paging alone', async () => {
    const daysRead = ({ asked }: { asked: string[] }) => asked.filter((address) => address.includes('date=')).length
    expect(daysRead(await read({ skippedRows: true }))).toBeGreaterThan(daysRead(await faultless))
  })

  test('a cursor that does nothing is seen', async () => {
    const { transactions } = await createPair({ ...size, faults: { repeatedPages: true } }).fetchAll()
    expect(transactions.items.length).toBeLessThan(201)
    expect(transactions.warnings.map(({ code }) => code)).toContain('POSSIBLY_TRUNCATED')
    expect(transactions.covered === null || transactions.covered.to < '2026-08-31').toBe(true)
  })

  test.each([
    { faults: { serverErrors: 1 }, code: 'PROVIDER_UNAVAILABLE' },
    { faults: { truncatedBodies: 1 }, code: 'PROVIDER_INVALID_RESPONSE' },
    { faults: { redirects: 1 }, code: 'PROVIDER_INVALID_RESPONSE' },
  ] satisfies { faults: AlpacaSandboxFaults; code: ProviderError['code'] }[])(
    '$faults end in $code',
    async ({ faults, code }) => {
      const { provider, credentials } = createPair({ faults })
      expect((await provider.fetchAccounts(credentials)).unwrapErr().code).toBe(code)
    },
  )

  test('an answer that does not come is waited for no longer than the runtime says', async () => {
    const sandbox = createAlpacaSandbox({ now: () => start, faults: { slowAnswers: 1 } })
    const provider = createProvider(alpaca, {}, { fetch: sandbox.fetch, timeoutMs: 20, retry: { retries: 0 } }).unwrap()
    const credentials = provider.parseCredentials(sandbox.credentials).unwrap()
    expect((await provider.fetchAccounts(credentials)).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
  })

  test('a slow answer comes after its minute', async () => {
    const { clock, fetchAll } = createPair({ faults: { slowAnswers: 1 } })
    await fetchAll()
    expect(clock.now - start).toBeGreaterThanOrEqual(3 * 60_000)
  })
})

describe('requests', () => {
  const address = 'https://paper-api.alpaca.markets/v2'

  function ask(sandbox: AlpacaSandbox, path: string, init: RequestInit = {}) {
    const { apiKey, apiSecret } = sandbox.credentials
    const headers = { 'APCA-API-KEY-ID': apiKey, 'APCA-API-SECRET-KEY': apiSecret }
    return sandbox.fetch(new Request(path.startsWith('https:') ? path : address + path, { headers, ...init }))
  }

  test.each([
    { path: '/account', init: { headers: {} }, status: 403, body: { message: 'forbidden.' } },
    {
      path: '/account',
      init: { headers: { 'APCA-API-KEY-ID': 'PK1', 'APCA-API-SECRET-KEY': 'x' } },
      status: 401,
      body: { code: 40110000 },
    },
    { path: 'https://api.alpaca.markets/v2/account', status: 401, body: { code: 40110000 } },
    { path: '/account', init: { method: 'POST' }, status: 405, body: {} },
    { path: '/nothing', status: 404, body: {} },
    { path: '/%E0%A4', status: 404, body: {} },
    { path: '/account/activities?page_size=500', status: 422, body: { code: 40010001 } },
    { path: '/account/activities?date=2026-02-02&after=2026-02-01', status: 422, body: { code: 40010001 } },
    { path: '/account/activities?category=trade_activity&activity_types=FILL', status: 422, body: {} },
    { path: '/account/activities?category=all', status: 422, body: {} },
    { path: '/account/activities?after=yesterday', status: 422, body: {} },
    { path: '/account/activities/invalid', status: 422, body: { code: 40010001 } },
  ])('$path is answered with $status', async ({ path, init, status, body }) => {
    const response = await ask(createAlpacaSandbox({ now: () => start }), path, init)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject(body)
  })

  test('are counted by the minute', async () => {
    let now = start
    const sandbox = createAlpacaSandbox({ now: () => now, requestsPerMinute: 2 })
    const statuses = []
    for (let request = 0; request < 3; request++) statuses.push((await ask(sandbox, '/positions')).status)
    const refused = await ask(sandbox, '/positions')
    expect([...statuses, refused.status]).toEqual([200, 200, 429, 429])
    expect(refused.headers.get('x-ratelimit-limit')).toBe('2')
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
    expect(refused.headers.get('x-ratelimit-reset')).toBe(String(start / 1000 + 60))
    now += 60_000
    expect((await ask(sandbox, '/positions')).status).toBe(200)
  })

  test('of a provider keep to the limit by themselves', async () => {
    const { provider, credentials, statuses, clock } = createPair({ days: 5, activities: 5 })
    for (let request = 0; request < 450; request++) await provider.fetchAccounts(credentials)
    expect(statuses).toEqual(new Set([200]))
    expect(clock.now - start).toBeGreaterThan(2 * 60_000)
  })

  test('ask for activities by type, in both directions, by day', async () => {
    const sandbox = createAlpacaSandbox({ now: () => start })
    const list = async (query: string) =>
      (await (await ask(sandbox, `/account/activities${query}`)).json()) as { id: string; activity_type: string }[]
    const types = async (query: string) => [...new Set((await list(query)).map((row) => row.activity_type))].sort()
    expect(await types('/DIV')).toEqual(['DIV'])
    expect(await types('?activity_types=CSD,CSW')).toEqual(['CSD', 'CSW'])
    const newest = await list('?page_size=5')
    expect(newest.map(({ id }) => id)).toEqual(
      newest
        .map(({ id }) => id)
        .sort()
        .reverse(),
    )
    const next = await list(`?page_size=5&page_token=${encodeURIComponent(newest[4]?.id ?? '')}`)
    expect((next[0]?.id ?? '') < (newest[4]?.id ?? '')).toBe(true)
    expect(await list('?until=2026-01-01')).toEqual([])
  })
})

describe('ways to use it', () => {
  test('as handlers of msw', async () => {
    const sandbox = createAlpacaSandbox({ now: () => start })
    const server = setupServer(...alpacaSandboxHandlers(sandbox))
    server.listen({})
    onTestFinished(() => server.close())
    const provider = createProvider(alpaca).unwrap()
    const accounts = await provider.fetchAccounts(provider.parseCredentials(sandbox.credentials).unwrap())
    expect(accounts.unwrap().items).toHaveLength(1)
  })

  test('on a local port', async () => {
    const sandbox = createAlpacaSandbox({ now: () => start })
    const server = (await serveAlpacaSandbox(sandbox)).unwrap()
    const port = Number(new URL(server.url).port)
    expect((await serveAlpacaSandbox(sandbox, { port })).unwrapErr().message).toContain('port')

    const provider = createProvider(alpaca, { baseUrl: server.url }, { allowLoopback: true, now: () => start }).unwrap()
    const credentials = provider.parseCredentials(sandbox.credentials).unwrap()
    const { items } = (await provider.fetchAccounts(credentials)).unwrap()
    const transactions = await provider.fetchTransactions(credentials, items[0]?.providerAccountId ?? '')
    expect(transactions.unwrap().items.length).toBeGreaterThan(200)
    await server.close()
  })
})
