import { createProvider, type FetchFunction, type IsoDate, type Json, type RuntimeOptions } from '@finport/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { schwab } from '../src/index.ts'
import { accessToken, settings } from './fixture-fetch.ts'
import { cashRow } from './small-account.ts'

const DAY = 86_400_000
const today = Date.parse('2026-06-15T16:00:00Z')
const daysAgo = (days: number) => today - days * DAY
const isoDate = (time: number) => new Date(time).toISOString().slice(0, 10) as IsoDate

type Row = { readonly activityId: number; readonly time: string; readonly [key: string]: Json }

/** Of many rows, each is as short as it may be. */
function smallRow(activityId: number, epochMilliseconds: number): Row {
  const { time } = cashRow(activityId, epochMilliseconds)
  return { activityId, time, type: 'JOURNAL', netAmount: 1 }
}

/** A Schwab with these rows: cuts off at 3,000 and, unless told otherwise, refuses more than a year. */
function createProviderWith(
  rows: readonly Row[],
  { oldestDays = Number.POSITIVE_INFINITY, ...runtime }: RuntimeOptions & { oldestDays?: number } = {},
) {
  const asked: [from: number, to: number][] = []
  const fetch: FetchFunction = async (request) => {
    const { searchParams, pathname } = new URL(request.url)
    if (!pathname.endsWith('/transactions')) return Response.json({ securitiesAccount: { accountNumber: '71234567' } })
    const [from, to] = ['startDate', 'endDate'].map((name) => Date.parse(searchParams.get(name) ?? '')) as [
      number,
      number,
    ]
    asked.push([from, to])
    if (to - from > 366 * DAY)
      return Response.json({ message: 'Date range must not be more than 1 year' }, { status: 400 })
    if (to < daysAgo(oldestDays)) return Response.json({ message: 'Too far back' }, { status: 400 })
    const found = rows.filter(({ time }) => Date.parse(time) >= from && Date.parse(time) <= to)
    return Response.json(found.slice(0, 3_000))
  }
  const options = { fetch, now: () => today, sleep: async () => {}, rateLimiter: { take: async () => 0 }, ...runtime }
  const provider = createProvider(schwab, { ...settings, includeRawData: false }, options).unwrap()
  const credentials = provider.parseCredentials({ accessToken }).unwrap()
  return { asked, fetchRows: (query = {}) => provider.fetchTransactions(credentials, 'HASH', query) }
}

const idsOf = (items: readonly { providerTransactionId: string }[]) =>
  items.map(({ providerTransactionId }) => Number(providerTransactionId)).sort((a, b) => a - b)

describe('however far and however often it asks', () => {
  test('a range gives each of its rows once', async () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 1_500 * 24 }), { maxLength: 40 })
    const range = fc.tuple(fc.integer({ min: 0, max: 1_500 }), fc.integer({ min: 0, max: 1_500 }))
    await fc.assert(
      fc.asyncProperty(times, range, async (hours, [one, other]) => {
        const rows = hours.map((hour) => cashRow(hour + 1, today - hour * 3_600_000))
        const { fetchRows, asked } = createProviderWith(rows)
        const [startDate, endDate] = [isoDate(daysAgo(Math.max(one, other))), isoDate(daysAgo(Math.min(one, other)))]
        const batch = (await fetchRows({ startDate, endDate })).unwrap()
        const newYork = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' })
        const expected = rows.filter(({ time }) => {
          const day = newYork.format(new Date(time))
          return day >= startDate && day <= endDate
        })
        expect(idsOf(batch.items)).toEqual(
          idsOf(expected.map(({ activityId }) => ({ providerTransactionId: String(activityId) }))),
        )
        expect(batch.covered).toEqual({ from: startDate, to: endDate })
        for (const [from, to] of asked) expect(to - from).toBeLessThanOrEqual(365 * DAY)
      }),
      { numRuns: 40 },
    )
  })

  test('days asked for one by one give what all of them together give', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => cashRow(index + 1, today - index * 7 * 3_600_000))
    const { fetchRows } = createProviderWith(rows)
    const all = (await fetchRows({ startDate: isoDate(daysAgo(20)) })).unwrap()
    const single: string[] = []
    for (let days = 20; days >= 0; days--) {
      const day = isoDate(daysAgo(days))
      const batch = (await fetchRows({ startDate: day, endDate: day })).unwrap()
      expect(batch.items.every(({ transactionDate }) => transactionDate === day)).toBe(true)
      single.push(...batch.items.map(({ providerTransactionId }) => providerTransactionId))
    }
    expect(single.map(Number).sort((a, b) => a - b)).toEqual(idsOf(all.items))
    expect(new Set(single).size).toBe(single.length)
  })
})

describe('3,000 rows', () => {
  test('are asked for in halves, and all of them come', async () => {
    const rows = Array.from({ length: 7_000 }, (_, index) => smallRow(index + 1, daysAgo(300) + index * 30_000))
    const { fetchRows, asked } = createProviderWith(rows)
    const batch = (await fetchRows({ startDate: isoDate(daysAgo(340)) })).unwrap()
    expect(batch.items).toHaveLength(7_000)
    expect(new Set(idsOf(batch.items)).size).toBe(7_000)
    expect(batch.warnings).toEqual([])
    expect(batch.covered).not.toBeNull()
    expect(asked.length).toBeLessThan(50)
  })

  test('of one moment are told of, and nothing is said to be covered', async () => {
    const rows = Array.from({ length: 3_500 }, (_, index) => smallRow(index + 1, daysAgo(10)))
    const { fetchRows, asked } = createProviderWith(rows)
    const batch = (await fetchRows({ startDate: isoDate(daysAgo(20)) })).unwrap()
    expect(batch.items).toHaveLength(3_000)
    expect(batch.warnings).toMatchObject([{ code: 'POSSIBLY_TRUNCATED' }])
    expect(batch.covered).toBeNull()
    expect(asked.length).toBeLessThan(50)
  })
})

test('an answer that does not care for the dates asked for ends all the same', async () => {
  let calls = 0
  const text = JSON.stringify(Array.from({ length: 3_000 }, (_, index) => smallRow(index + 1, daysAgo(100) + index)))
  const fetch: FetchFunction = async () => {
    calls++
    return new Response(text)
  }
  const { fetchRows } = createProviderWith([], { fetch })
  const batch = (await fetchRows({ startDate: isoDate(daysAgo(200)) })).unwrap()
  expect(batch).toMatchObject({ covered: null, warnings: [{ code: 'POSSIBLY_TRUNCATED' }] })
  expect(batch.items).toHaveLength(3_000)
  expect(calls).toBeLessThan(50)
})

describe('without a first day', () => {
  test('it goes back until a whole window is empty', async () => {
    const rows = [5, 340, 700, 1_000].map((days, index) => cashRow(index + 1, daysAgo(days)))
    const { fetchRows, asked } = createProviderWith(rows)
    const batch = (await fetchRows()).unwrap()
    expect(idsOf(batch.items)).toEqual([1, 2, 3, 4])
    expect(asked).toHaveLength(4)
    expect(batch.covered).toEqual({ from: isoDate(daysAgo(4 * 350 - 1)), to: '2026-06-15' })
  })

  test('it ends where Schwab refuses to go further back, and says so', async () => {
    const rows = [5, 340, 700].map((days, index) => cashRow(index + 1, daysAgo(days)))
    const { fetchRows } = createProviderWith(rows, { oldestDays: 600 })
    const batch = (await fetchRows()).unwrap()
    expect(idsOf(batch.items)).toEqual([1, 2])
    expect(batch.warnings).toMatchObject([{ code: 'POSSIBLY_TRUNCATED' }])
    expect(batch.covered).toEqual({ from: isoDate(daysAgo(2 * 350 - 1)), to: '2026-06-15' })
    const { covered } = (await fetchRows({ startDate: isoDate(daysAgo(900)) })).unwrap()
    expect(covered).toEqual(batch.covered)
    // Where nothing came at all, an empty answer would mean that there was nothing.
    const old = await fetchRows({ startDate: isoDate(daysAgo(900)), endDate: isoDate(daysAgo(800)) })
    expect(old.unwrapErr()).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE', status: 400 })
  })

  test('days that are still to come are not said to be covered', async () => {
    const { fetchRows, asked } = createProviderWith([cashRow(1, daysAgo(1))])
    const batch = (await fetchRows({ startDate: isoDate(daysAgo(2)), endDate: '2027-01-01' })).unwrap()
    expect(batch.covered).toEqual({ from: isoDate(daysAgo(2)), to: '2026-06-15' })
    expect(asked[0]?.[1]).toBe(today)
    const none = (await fetchRows({ startDate: '2026-12-01', endDate: '2027-01-01' })).unwrap()
    expect(none).toEqual({ items: [], rejected: [], warnings: [], covered: null })
  })
})

test('what an overlapping answer brings again is one row, as it was told last', async () => {
  let calls = 0
  const row = cashRow(7, daysAgo(351))
  const fetch: FetchFunction = async (request) => {
    const { searchParams } = new URL(request.url)
    const [from, to] = ['startDate', 'endDate'].map((name) => Date.parse(searchParams.get(name) ?? '')) as [
      number,
      number,
    ]
    const time = Date.parse(row.time)
    return Response.json(time >= from && time <= to ? [{ ...row, status: calls++ === 0 ? 'PENDING' : 'VALID' }] : [])
  }
  const { fetchRows } = createProviderWith([], { fetch })
  const batch = (await fetchRows({ startDate: isoDate(daysAgo(400)) })).unwrap()
  expect(calls).toBe(2)
  expect(batch.items).toMatchObject([{ providerTransactionId: '7', status: 'posted' }])
  expect(batch.rejected).toEqual([])
})

test('the first day may be any day', async () => {
  const { fetchRows, asked } = createProviderWith([cashRow(1, daysAgo(1))])
  const batch = (await fetchRows({ startDate: '0000-01-01' })).unwrap()
  expect(batch).toMatchObject({ items: [{ providerTransactionId: '1' }], covered: { from: '0000-01-01' } })
  expect(asked.length).toBeLessThan(70)
})

test('a query that makes no sense is refused before anything is sent', async () => {
  const { fetchRows, asked } = createProviderWith([])
  for (const query of [
    { startDate: '2026-02-30' },
    { endDate: 'today' },
    { startDate: '2026-02-02', endDate: '2026-02-01' },
  ])
    expect((await fetchRows(query)).unwrapErr().code).toBe('PROVIDER_INVALID_INPUT')
  expect(asked).toHaveLength(0)
})

/** An order of a share, and a dividend of a name. */
function tradeOf(symbol: string, activityId: number, days: number): Row {
  const instrument = { assetType: 'EQUITY', symbol, description: 'ALPHABET INC' }
  const leg = { instrument, amount: 1, cost: -1, price: 1 }
  return { ...cashRow(activityId, daysAgo(days)), type: 'TRADE', netAmount: -1, transferItems: [leg] }
}
const dividendOf = (description: string, activityId: number, days: number): Row => ({
  ...cashRow(activityId, daysAgo(days)),
  type: 'DIVIDEND_OR_INTEREST',
  description,
})

describe('a dividend that its name alone tells', () => {
  const symbolsOf = async (rows: readonly Row[], query = {}) => {
    const { fetchRows, asked } = createProviderWith(rows)
    const { items } = (await fetchRows(query)).unwrap()
    const found = items.filter(({ providerType }) => providerType === 'DIVIDEND_OR_INTEREST')
    return { symbols: found.map(({ symbol }) => symbol), asked: asked.length }
  }
  const lately = { startDate: isoDate(daysAgo(7)) }

  test('has the same symbol, whatever days are asked for', async () => {
    const rows = [tradeOf('GOOGL', 1, 200), dividendOf('ALPHABET INC', 2, 3)]
    expect((await symbolsOf(rows)).symbols).toEqual(['GOOGL'])
    expect((await symbolsOf(rows, lately)).symbols).toEqual(['GOOGL'])
  })

  test('has none where another of its name was traded before the days asked for', async () => {
    const rows = [tradeOf('GOOG', 1, 200), tradeOf('GOOGL', 2, 5), dividendOf('ALPHABET INC', 3, 3)]
    expect((await symbolsOf(rows, lately)).symbols).toEqual([null])
  })

  test('is the only one that anything more is asked for', async () => {
    const descriptions = ['SCHWAB1 INT 09/28-10/29', 'MARGIN INTEREST 09/28 THRU 10/28', 'Ordinary Dividend~GOOG']
    const rows = descriptions.map((description, index) => dividendOf(description, index + 1, 3))
    expect(await symbolsOf(rows, lately)).toEqual({ symbols: [null, null, 'GOOG'], asked: 1 })
  })
})
