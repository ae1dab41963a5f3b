import { civilDate, type IsoDate, toInstant } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { accountId, connect, fakeFetch, fill, idOf, type Paging, type Row } from './fake-alpaca.ts'

const day = (text: string) => text as IsoDate

/** What fetchTransactions gives, and what was asked of Alpaca for it. */
async function fetchFrom(
  activities: readonly Row[],
  query: { startDate?: IsoDate; endDate?: IsoDate } = {},
  paging: Paging = {},
) {
  const asked: URLSearchParams[] = []
  const answer = fakeFetch({ activities }, paging)
  const { provider, credentials } = connect(async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname.endsWith('/activities')) asked.push(searchParams)
    return answer(request)
  })
  const batch = (await provider.fetchTransactions(credentials, accountId, query)).unwrap()
  return { ...batch, asked, ids: batch.items.map(({ providerTransactionId }) => providerTransactionId) }
}

const dividend = (date: string, name: string, fields: object = {}): Row => ({
  id: idOf(date.replaceAll('-', ''), name),
  activity_type: 'DIV',
  date,
  net_amount: '1',
  ...fields,
})

/** A fill at half past nine in New York, in summer. */
const fillOn = (date: string, name: string, fields: { [key: string]: string } = {}) =>
  fill(idOf(`${date.replaceAll('-', '')}0930`, name), `${date}T13:30:00Z`, fields)

/** The fills of one order, of one unit each, a millisecond apart. */
const order = (date: string, name: string, units: number, { isCancelled = false } = {}): Row[] =>
  Array.from({ length: units }, (_, index) => {
    const leaves = units - 1 - index + (isCancelled ? 1 : 0)
    const milliseconds = String(index).padStart(3, '0')
    const fields = {
      order_id: `order-${name}`,
      cum_qty: String(index + 1),
      leaves_qty: String(leaves),
      type: leaves === 0 ? 'fill' : 'partial_fill',
    }
    return fill(
      idOf(`${date.replaceAll('-', '')}093000${milliseconds}`, `${name}-${index}`),
      `${date}T13:30:00.${milliseconds}Z`,
      fields,
    )
  })

describe('days', () => {
  const rows = [
    fillOn('2026-08-03', 'monday'),
    // A quarter past nine in the evening of the fourth in New York.
    fill(idOf('20260804211500', 'evening'), '2026-08-05T01:15:00Z'),
    fillOn('2026-08-06', 'thursday'),
    dividend('2026-08-03', 'told-late', { created_at: '2026-10-20T11:00:00Z' }),
    dividend('2026-08-05', 'told-before', { created_at: '2026-08-01T11:00:00Z' }),
  ]

  test.each([
    { startDate: '2026-08-03', endDate: '2026-08-03', ids: ['told-late', 'monday'] },
    { startDate: '2026-08-04', endDate: '2026-08-04', ids: ['evening'] },
    { startDate: '2026-08-05', endDate: '2026-08-06', ids: ['told-before', 'thursday'] },
    { startDate: '2026-08-07', endDate: '2026-08-09', ids: [] },
  ])('from $startDate to $endDate', async ({ startDate, endDate, ids }) => {
    const batch = await fetchFrom(rows, { startDate: day(startDate), endDate: day(endDate) })
    expect(batch.ids).toEqual(ids)
    expect(batch.covered).toEqual({ from: startDate, to: endDate })
  })

  test('without a start are all, covered from the day the account was opened', async () => {
    const batch = await fetchFrom(rows)
    expect(batch.ids).toEqual(['told-late', 'monday', 'evening', 'told-before', 'thursday'])
    expect(batch.covered).toEqual({ from: '2026-01-05', to: '2026-11-20' })
    expect((await fetchFrom([dividend('2025-12-30', 'older')])).covered?.from).toBe('2025-12-30')
  })

  test('to come are not covered', async () => {
    const tomorrow = day('2026-11-21')
    expect((await fetchFrom([], { startDate: day('2026-11-19'), endDate: day('2026-12-31') })).covered).toEqual({
      from: '2026-11-19',
      to: '2026-11-20',
    })
    expect((await fetchFrom([], { startDate: tomorrow, endDate: tomorrow })).covered).toBeNull()
  })

  test('that are none are refused before anything is asked', async () => {
    const { provider, credentials } = connect(async () => Response.error())
    for (const [query, path] of [
      [{ startDate: day('2026-02-30') }, 'startDate'],
      [{ endDate: day('today') }, 'endDate'],
      [{ startDate: day('2026-02-02'), endDate: day('2026-02-01') }, 'startDate'],
    ] as const) {
      const error = (await provider.fetchTransactions(credentials, accountId, query)).unwrapErr()
      expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path }] })
    }
  })
})

test('before Alpaca are asked for without a date, which the first years of the calendar have no form for', async () => {
  const { asked, covered, items } = await fetchFrom([dividend('2026-03-02', 'a')], { startDate: day('0000-01-01') })
  expect(asked.map((query) => query.get('after'))).toEqual(asked.map(() => null))
  expect({ from: covered?.from, count: items.length }).toEqual({ from: '0000-01-01', count: 1 })
})

test.each([
  ['shares that an assignment brings', { activity_type: 'OPTRD', net_amount: '-15000' }, 'trade', 'buy'],
  ['shares that an assignment takes', { activity_type: 'OPTRD', net_amount: '15000' }, 'trade', 'sell'],
  ['tax that was withheld', { activity_type: 'DIVNRA', net_amount: '-3' }, 'tax', 'nra_withholding'],
  ['tax that comes back', { activity_type: 'DIVNRA', net_amount: '3' }, 'tax', 'tax_refund'],
])('cash alone tells which way it goes: %s', async (_, fields, transactionType, subtype) => {
  const { items } = await fetchFrom([dividend('2026-03-02', 'a', fields)])
  expect(items).toMatchObject([{ transactionType, subtype, amount: fields.net_amount }])
})

test('a class of shares is no pair of coins', async () => {
  const { items } = await fetchFrom([fillOn('2026-06-02', 'a', { symbol: 'BRK/B' })])
  expect(items).toMatchObject([{ symbol: 'BRK/B', currency: 'USD', assetType: 'unknown' }])
})

test('of a fill are those of New York, at every hour of the year and when clocks change', async () => {
  const hours = Array.from(
    { length: 366 * 24 },
    (_, index) => Date.parse('2025-11-20T00:29:59.999Z') + index * 60 * 60 * 1000,
  )
  const rows = hours.map((time, index) =>
    fill(idOf(new Date(time).toISOString().replace(/\D/g, ''), String(index)), new Date(time).toISOString()),
  )
  const { provider, credentials } = connect(async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/v2/account') return fakeFetch({})(request)
    const isFirst = searchParams.get('category') === 'trade_activity' && !searchParams.has('page_token')
    return Response.json(isFirst ? rows : [])
  })
  const { items } = (await provider.fetchTransactions(credentials, accountId)).unwrap()
  const days = new Map(
    items.map(({ providerTransactionId, transactionDate }) => [providerTransactionId, transactionDate]),
  )
  for (const [index, time] of hours.entries()) {
    const expected = civilDate(toInstant(time), 'America/New_York')
    if (expected <= '2026-11-20') expect(days.get(String(index))).toBe(expected)
  }
})

describe('pages', () => {
  const many = Array.from({ length: 250 }, (_, index) => dividend('2026-08-03', String(index).padStart(3, '0')))

  test('go on from the last id, in each category, from the oldest on', async () => {
    const { ids, asked, covered } = await fetchFrom(many)
    expect(ids).toHaveLength(250)
    expect(covered).not.toBeNull()
    const others = asked.filter((query) => query.get('category') === 'non_trade_activity')
    expect(others.map((query) => query.get('page_token'))).toEqual([null, many[99]?.id, many[199]?.id, many[249]?.id])
    expect(new Set(asked.map((query) => `${query.get('direction')} ${query.get('page_size')}`))).toEqual(
      new Set(['asc 100']),
    )
  })

  test('are not read beyond the days wanted', async () => {
    const later = Array.from({ length: 500 }, (_, index) => dividend('2026-08-05', String(index).padStart(3, '0')))
    const query = { startDate: day('2026-08-03'), endDate: day('2026-08-04') }
    const { ids, asked, covered } = await fetchFrom([dividend('2026-08-03', 'wanted'), ...later], query)
    expect(ids).toEqual(['wanted'])
    expect(covered).toEqual({ from: '2026-08-03', to: '2026-08-04' })
    expect(asked).toHaveLength(3)
  })

  test('may be shorter than asked for, and still not be the last', async () => {
    expect((await fetchFrom(many, {}, { pageSize: 7 })).ids).toHaveLength(250)
  })

  test('that come again end the reading: the days from there on are not covered', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => dividend('2026-08-03', String(index).padStart(3, '0')))
    const first = fakeFetch({ activities: rows })
    const { provider, credentials } = connect((request) => {
      const url = new URL(request.url)
      url.searchParams.delete('page_token')
      return first(new Request(url))
    })
    const batch = (await provider.fetchTransactions(credentials, accountId)).unwrap()
    expect(batch.items).toHaveLength(100)
    expect(batch.covered).toEqual({ from: '2026-01-05', to: '2026-08-02' })
    expect(batch.warnings).toMatchObject([{ code: 'POSSIBLY_TRUNCATED', details: { category: 'non_trade_activity' } }])
  })

  test('without an id to go on from leave everything behind open', async () => {
    const rows = Array.from({ length: 100 }, () => ({ activity_type: 'DIV' }))
    const { provider, credentials } = connect(async (request) =>
      new URL(request.url).searchParams.get('category') === 'non_trade_activity'
        ? Response.json(rows)
        : fakeFetch({})(request),
    )
    const batch = (await provider.fetchTransactions(credentials, accountId)).unwrap()
    expect(batch.rejected).toHaveLength(100)
    expect(batch.covered).toBeNull()
  })

  test('bring each activity once, though the time in its id has changed', async () => {
    const [one, other] = [
      fillOn('2026-08-03', 'same'),
      { ...fillOn('2026-08-03', 'same'), id: idOf('202608030330', 'same') },
    ]
    expect((await fetchFrom([one, other])).ids).toEqual(['same'])
  })

  test('that fail fail the call: half of the transactions are no answer', async () => {
    const answer = fakeFetch({ activities: many })
    const { provider, credentials } = connect(
      (request) =>
        request.url.includes('page_token') ? Promise.resolve(new Response('', { status: 500 })) : answer(request),
      {},
      { retry: { retries: 0 } },
    )
    expect((await provider.fetchTransactions(credentials, accountId)).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
  })
})

describe('fills that Alpaca leaves out', () => {
  const chain = order('2026-08-04', 'chain', 4)
  const [, second, , last] = chain.map(({ id }) => id)

  test('are read again by day, and then nothing is amiss', async () => {
    const { ids, covered, warnings, asked } = await fetchFrom(chain, {}, { skipped: new Set([second ?? '']) })
    expect(ids).toEqual(['chain-0', 'chain-1', 'chain-2', 'chain-3'])
    expect(covered).toEqual({ from: '2026-01-05', to: '2026-11-20' })
    expect(warnings).toEqual([])
    expect(
      asked
        .filter((query) => query.has('date'))
        .map((query) => [query.get('date'), query.get('after'), query.get('page_size')]),
    ).toContainEqual(['2026-08-04', null, null])
  })

  test('and do not come even so are a warning, and their days are not covered', async () => {
    const { ids, covered, warnings } = await fetchFrom(chain, {}, { lost: new Set([second ?? '']) })
    expect(ids).toEqual(['chain-0', 'chain-2', 'chain-3'])
    expect(covered).toEqual({ from: '2026-01-05', to: '2026-08-03' })
    expect(warnings).toMatchObject([{ code: 'POSSIBLY_TRUNCATED', details: { orderIds: ['order-chain'] } }])
  })

  test('at the start of an order leave its longest life open', async () => {
    const { covered, warnings } = await fetchFrom(chain.slice(1))
    expect(covered).toEqual({ from: '2026-01-05', to: '2026-05-05' })
    expect(warnings).toHaveLength(1)
  })

  test('before the days asked for are none: the order began earlier', async () => {
    const { covered, warnings } = await fetchFrom(chain.slice(2), { startDate: day('2026-08-04') })
    expect(covered).toEqual({ from: '2026-08-04', to: '2026-11-20' })
    expect(warnings).toEqual([])
  })

  test('between days make all of them doubtful', async () => {
    const slow = [...order('2026-08-04', 'slow', 3).slice(0, 1), ...order('2026-08-07', 'slow', 3).slice(2)]
    expect((await fetchFrom(slow)).covered).toEqual({ from: '2026-01-05', to: '2026-08-03' })
    expect((await fetchFrom(slow, { startDate: day('2026-08-04'), endDate: day('2026-08-07') })).covered).toBeNull()
    expect((await fetchFrom(slow, { startDate: day('2026-08-03'), endDate: day('2026-08-31') })).covered).toEqual({
      from: '2026-08-08',
      to: '2026-08-31',
    })
  })

  test('at the end of an order are looked for where a page ended', async () => {
    const before = Array.from({ length: 97 }, (_, index) => fillOn('2026-08-04', String(index).padStart(3, '0')))
    const rows = [
      ...before.map((row, index) => ({
        ...row,
        id: idOf(`20260804092900${String(index).padStart(3, '0')}`, `other-${index}`),
      })),
      ...chain,
    ]
    expect((await fetchFrom(rows, {}, { skipped: new Set([last ?? '']) })).ids).toHaveLength(rows.length)
  })

  test('once found, make every day suspect in which a page ended: an order of one fill has no chain', async () => {
    const single = fillOn('2026-08-05', 'single')
    const rows = [
      ...chain,
      ...Array.from({ length: 200 }, (_, index) =>
        fill(idOf(`20260805093100${String(index).padStart(3, '0')}`, `o-${index}`), '2026-08-05T13:31:00Z'),
      ),
      single,
    ]
    expect((await fetchFrom(rows, {}, { skipped: new Set([second ?? '', single.id]) })).ids).toHaveLength(rows.length)
  })

  test('are not missed in an order that was cancelled, nor in one without an id', async () => {
    const cancelled = order('2026-08-04', 'cancelled', 3, { isCancelled: true })
    const without = { ...fillOn('2026-08-04', 'without'), order_id: null, cum_qty: '5' }
    const { covered, warnings, asked } = await fetchFrom([...cancelled, without])
    expect(covered).toEqual({ from: '2026-01-05', to: '2026-11-20' })
    expect(warnings).toEqual([])
    expect(asked.some((query) => query.has('date'))).toBe(false)
  })
})
