import { inspect } from 'node:util'
import type { ProviderError, Result } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { accessToken, createFixtureProvider, everything, fixtureText, hashes } from './fixture-fetch.ts'

type Given = ReturnType<typeof createFixtureProvider>

const calls: Readonly<
  Record<string, readonly [path: string, call: (given: Given) => Promise<Result<unknown, ProviderError>>]>
> = {
  fetchAccounts: ['accounts', ({ provider, credentials }) => provider.fetchAccounts(credentials)],
  fetchHoldings: [
    `accounts/${hashes.margin}`,
    ({ provider, credentials }) => provider.fetchHoldings(credentials, hashes.margin),
  ],
  fetchTransactions: [
    `accounts/${hashes.margin}/transactions`,
    ({ provider, credentials }) => provider.fetchTransactions(credentials, hashes.margin),
  ],
}

const json = (body: unknown, status: number) => Response.json(body, { status })
const unauthorized = { errors: [{ id: 'x', status: 401, title: 'Unauthorized', detail: 'Client not authorized' }] }
const lostRoute = "404 Not Found: Requested route ('traderapi-accounts.apigx-origin.schwab.com') does not exist.\n"

const answers: readonly [string, () => Response, code: string][] = [
  ['401', () => json(unauthorized, 401), 'PROVIDER_AUTHENTICATION_FAILED'],
  [
    '403 in JSON',
    () => json({ errors: [{ id: 'x', status: '403', title: 'Forbidden' }] }, 403),
    'PROVIDER_PERMISSION_DENIED',
  ],
  [
    '403 as a page of Akamai',
    () => new Response('<HTML><HEAD>\n<TITLE>Access Denied', { status: 403 }),
    'PROVIDER_UNAVAILABLE',
  ],
  ['404 as text: an outage', () => new Response(lostRoute, { status: 404 }), 'PROVIDER_UNAVAILABLE'],
  ['404 without a body', () => new Response(null, { status: 404 }), 'PROVIDER_UNAVAILABLE'],
  ['429', () => new Response('Rate Limit Exceeded', { status: 429 }), 'PROVIDER_RATE_LIMITED'],
  ['500', () => new Response('<html>Whitelabel Error Page', { status: 500 }), 'PROVIDER_UNAVAILABLE'],
  ['502', () => json({ fault: { faultstring: 'Body buffer overflow', detail: {} } }, 502), 'PROVIDER_UNAVAILABLE'],
  ['504', () => new Response('upstream request timeout', { status: 504 }), 'PROVIDER_UNAVAILABLE'],
  [
    '400 about a date',
    () => json({ message: "'2025-10-11' is not a valid value for startDate" }, 400),
    'PROVIDER_INVALID_RESPONSE',
  ],
  ['200 with a page', () => new Response('<html>maintenance'), 'PROVIDER_INVALID_RESPONSE'],
  ['200 with half of the JSON', () => new Response('[{"securitiesAccount"'), 'PROVIDER_INVALID_RESPONSE'],
  ['200 with an error in place of a list', () => json({ message: 'no' }, 200), 'PROVIDER_INVALID_RESPONSE'],
  [
    '200 with what is nested without end',
    () => new Response(`[${'['.repeat(1e5)}${']'.repeat(1e5)}]`),
    'PROVIDER_INVALID_RESPONSE',
  ],
  ['a redirect', () => Response.redirect('https://www.schwab.com/', 302), 'PROVIDER_INVALID_RESPONSE'],
]

describe.each(Object.entries(calls))('%s', (operation, [path, call]) => {
  test.each(answers)('after %s', async (_, answer, code) => {
    const error = (await call(createFixtureProvider({ ...everything, [path]: answer }))).unwrapErr()
    expect(error).toMatchObject({ code, operation, provider: 'schwab' })
    expect(`${inspect(error)} ${JSON.stringify(error)}`).not.toContain(accessToken)
  })
})

test('401 is an expired token, which a refresh may heal', async () => {
  const { provider, credentials } = createFixtureProvider({ ...everything, accounts: json(unauthorized, 401) })
  const error = (await provider.fetchAccounts(credentials)).unwrapErr()
  expect(error).toMatchObject({ code: 'PROVIDER_AUTHENTICATION_FAILED', isTokenExpired: true })
})

test("an account number that Schwab does not take is the caller's, and says what to give", async () => {
  const invalid = () => json({ message: 'Invalid account number' }, 400)
  const { provider, credentials, asked } = createFixtureProvider({ 'accounts/NOT-MINE': invalid })
  const error = (await provider.fetchHoldings(credentials, 'NOT-MINE')).unwrapErr()
  expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'providerAccountId' }] })
  expect(asked).toHaveLength(1)
  // A plain number would stand in an address, and in somebody's log.
  for (const number of ['12345678', '1234-5678']) {
    expect((await provider.fetchHoldings(credentials, number)).unwrapErr().code).toBe('PROVIDER_INVALID_INPUT')
    expect((await provider.fetchTransactions(credentials, number)).unwrapErr().code).toBe('PROVIDER_INVALID_INPUT')
  }
  expect(asked).toHaveLength(1)
})

test("Schwab's id of the request is in the error, for its support", async () => {
  const headers = { 'Schwab-Client-CorrelId': 'c0ffee00-1234-4abc-8def-000000000000' }
  const answer = () => new Response('upstream request timeout', { status: 504, headers })
  const { provider, credentials } = createFixtureProvider({ ...everything, accounts: answer })
  expect((await provider.fetchAccounts(credentials)).unwrapErr().requestId).toBe(headers['Schwab-Client-CorrelId'])
})

describe('what may be missing or other', () => {
  test('preferences that can not be read cost the names alone', async () => {
    for (const answer of [() => json({ errors: [] }, 403), () => new Response('<html>')]) {
      const { provider, credentials } = createFixtureProvider({ ...everything, userPreference: answer })
      const batch = (await provider.fetchAccounts(credentials)).unwrap()
      expect(batch.items[0]?.name).toBe('Schwab ••••2345')
      expect(batch.warnings).toHaveLength(1)
    }
  })

  test('preferences that are late are an error, lest accounts lose their names', async () => {
    const { provider, credentials } = createFixtureProvider({ ...everything, userPreference: () => json({}, 503) })
    expect((await provider.fetchAccounts(credentials)).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
  })

  test('preferences may be a list, as the published schema has it', async () => {
    const list = `[${fixtureText('user-preference.json')}]`
    const { provider, credentials } = createFixtureProvider({ ...everything, userPreference: list })
    expect((await provider.fetchAccounts(credentials)).unwrap().items[0]?.name).toBe('Rainy days')
  })

  test('an account that is known by number alone makes the batch incomplete', async () => {
    const { provider, credentials } = createFixtureProvider({ ...everything, accounts: '[]' })
    expect((await provider.fetchAccounts(credentials)).unwrap()).toMatchObject({ items: [], complete: false })
    const empty = createFixtureProvider({ ...everything, accounts: '[]', 'accounts/accountNumbers': '[]' })
    const batch = (await empty.provider.fetchAccounts(empty.credentials)).unwrap()
    expect(batch).toMatchObject({ items: [], complete: true })
  })

  test('numbers of many digits keep them', async () => {
    const text = fixtureText('positions-margin.json').replace('89.048384353742', '89.04838435374212345678')
    const { provider, credentials } = createFixtureProvider({ [`accounts/${hashes.margin}`]: text })
    const { items } = (await provider.fetchHoldings(credentials, hashes.margin)).unwrap()
    expect(items.map(({ averagePrice }) => averagePrice)).toContain('89.04838435374212345678')
  })

  const usd = { assetType: 'CURRENCY', symbol: 'CURRENCY_USD' }
  const rowOf = (netAmount: number, transferItems: readonly object[]) => {
    const time = '2026-11-16T15:00:00+0000'
    return { activityId: 7, time, tradeDate: time, type: 'TRADE', description: 'ASSIGNED', netAmount, transferItems }
  }
  const transactionsOf = async (row: object) => {
    const path = `accounts/${hashes.margin}/transactions`
    const { provider, credentials } = createFixtureProvider(
      { [path]: JSON.stringify([row]) },
      { includeRawData: false },
    )
    return (await provider.fetchTransactions(credentials, hashes.margin)).unwrap()
  }

  test('legs may come in any order: each security keeps its id', async () => {
    const option = { assetType: 'OPTION', symbol: 'AAPL  260320C00100000' }
    const legs = [
      { instrument: { assetType: 'EQUITY', symbol: 'AAPL' }, amount: -100, cost: 10_000, price: 100 },
      { instrument: option, amount: 1, cost: 0, price: 0, positionEffect: 'CLOSING' },
      { instrument: usd, amount: 0.65, cost: -0.65, feeType: 'COMMISSION' },
    ]
    const { items } = await transactionsOf(rowOf(9_999.35, legs))
    expect(items).toHaveLength(2)
    expect((await transactionsOf(rowOf(9_999.35, legs.toReversed()))).items).toEqual(items)
  })

  test('a fee may lack both its type and its cost: beside a trade its amount is what was paid', async () => {
    const future = { instrument: { assetType: 'FUTURE', symbol: '/ESH27' }, amount: 1, cost: 0, price: 6_000 }
    const { items, warnings } = await transactionsOf(rowOf(-0.02, [future, { instrument: usd, amount: 0.02 }]))
    expect(items).toMatchObject([{ amount: '-0.02', fees: [{ type: 'other_fee', amount: '-0.02' }] }])
    expect(warnings).toEqual([])
  })

  test('a dividend of a name that two securities share has no symbol', async () => {
    const text = fixtureText('positions-margin.json').replace('"symbol": "UPRO"', '"symbol": "OTHER"')
    const holdings = text.replace('PROSHARES ULTRAPRO S&P 500 ETF', 'APPLE INC')
    const given = createFixtureProvider({ ...everything, [`accounts/${hashes.margin}`]: holdings })
    const { items } = (await given.provider.fetchTransactions(given.credentials, hashes.margin)).unwrap()
    const dividend = items.find(
      ({ description, subtype }) => description === 'APPLE INC' && subtype === 'dividend_qualified',
    )
    expect(dividend).toMatchObject({ symbol: null, amount: '2.4' })
  })
})

test('a sweep vehicle that may be the cash is told of where the sum can not tell', async () => {
  const text = fixtureText('positions-cash.json').replace(/"marketValue": [\d.]+/, '"marketValue": null')
  const { provider, credentials } = createFixtureProvider({ [`accounts/${hashes.cash}`]: text })
  const batch = (await provider.fetchHoldings(credentials, hashes.cash)).unwrap()
  const sweep = batch.items.find(({ assetType }) => assetType === 'sweep')
  expect(batch.warnings).toMatchObject([
    { code: 'BALANCE_MISMATCH', details: { sweeps: [{ symbol: sweep?.symbol, marketValue: sweep?.marketValue }] } },
  ])
})

test('positions that do not add up to the value are told of, and kept', async () => {
  const text = fixtureText('positions-cash.json').replace('8215.09', '9000')
  const { provider, credentials } = createFixtureProvider({ [`accounts/${hashes.cash}`]: text })
  const batch = (await provider.fetchHoldings(credentials, hashes.cash)).unwrap()
  expect(batch.items).toHaveLength(4)
  expect(batch.warnings).toMatchObject([
    { code: 'BALANCE_MISMATCH', details: { value: '9000', cash: '1012.34', holdings: '8215.09' } },
  ])
})
