import {
  type DateRange,
  Err,
  type IsoDate,
  isIsoDate,
  Ok,
  type ProviderError,
  ProviderInvalidInputError,
  type ProviderWarning,
  parseInstant,
  type Result,
  type TransactionBatch,
  type TransactionQuery,
  toInstant,
} from '@finport/core'
import { currencyOf, fetchNamedAccount, type WireAccount } from './account.ts'
import { type ActivityCollection, createActivityCollection } from './activity-collection.ts'
import { daysToRead, findGaps, type Gap } from './activity-gaps.ts'
import { type ActivityRange, type PagesEnd, readPages } from './activity-pages.ts'
import type { Api } from './api.ts'
import { withoutDays } from './covered-days.ts'
import { addDays, newYorkDay } from './days.ts'
import { createInstrumentReader } from './symbol.ts'

/**
 * How long before its own day an activity can have been recorded, in days. `after` looks at the day of the recording in UTC, which for fills is that of the fill or, in the evening, the next; other activities
 * may be announced. Later recordings need no bound: nothing is read with `until`.
 */
const DAYS_AHEAD = { trade_activity: 1, non_trade_activity: 7 } as const

/** Alpaca cancels orders that are older, in days: so far back can the first fills of an order lie. */
const LONGEST_ORDER_DAYS = 90

/** Alpaca was founded in 2015: there is nothing to ask for before. */
const EARLIEST = '2015-01-01'

/** What a call is, for its errors. */
type Call = { readonly provider: string; readonly operation: string; readonly signal: AbortSignal | undefined }

function checkQuery(call: Call, { startDate, endDate }: TransactionQuery): Result<void, ProviderError> {
  const refuse = (path: string, reason: string) =>
    Err(new ProviderInvalidInputError({ ...call, issues: [{ path, reason }] }))
  for (const [path, date] of Object.entries({ startDate, endDate })) {
    if (date !== undefined && !isIsoDate(date)) return refuse(path, "A day in the form '2026-01-31' is needed.")
  }
  if (startDate !== undefined && endDate !== undefined && startDate > endDate)
    return refuse('startDate', 'It must not come after endDate.')
  return Ok(undefined)
}

/** The transactions of an account: activities of both categories. */
export async function fetchTransactions(
  api: Api,
  providerAccountId: string,
  query: TransactionQuery,
  { provider, now, includeRawData }: { provider: string; now: () => number; includeRawData: boolean },
): Promise<Result<TransactionBatch, ProviderError>> {
  const call: Call = { provider, operation: 'fetchTransactions', signal: query.signal }
  const checked = checkQuery(call, query)
  if (checked.isErr()) return checked
  const account = await fetchNamedAccount(api, { ...call, providerAccountId })
  if (account.isErr()) return account

  const today = newYorkDay(toInstant(now()))
  const wanted = { from: query.startDate ?? null, to: query.endDate ?? today }
  const context = {
    providerAccountId,
    currency: currencyOf(account.value),
    includeRawData,
    instrumentOf: createInstrumentReader(),
  }
  const collection = createActivityCollection(context, wanted)
  const trades = await readCategory(api, call, 'trade_activity', wanted, collection)
  if (trades.isErr()) return trades
  const others = await readCategory(api, call, 'non_trade_activity', wanted, collection)
  if (others.isErr()) return others
  const gaps = await closeGaps(api, call, collection, trades.value.boundaryDays)
  if (gaps.isErr()) return gaps

  const items = collection.transactions()
  const first = wanted.from ?? firstDay(account.value, items[0]?.transactionDate ?? wanted.to)
  const last = earlier(wanted.to, today)
  const doubts = [
    ...cutOff('trade_activity', trades.value, { from: first, to: last }),
    ...cutOff('non_trade_activity', others.value, { from: first, to: last }),
    ...missingFills(gaps.value, wanted.from, first),
  ]
  return Ok({
    items,
    rejected: [...collection.rejected],
    warnings: doubts.map(
      ({ message, details }): ProviderWarning => ({ code: 'POSSIBLY_TRUNCATED', providerAccountId, message, details }),
    ),
    covered: withoutDays(
      first <= last ? { from: first, to: last } : null,
      doubts.flatMap(({ days }) => days),
    ),
  })
}

/** Where everything is asked for, the days before the account was opened have nothing. */
function firstDay({ created_at: created }: WireAccount, earliest: IsoDate): IsoDate {
  const opened = parseInstant(created ?? '')
  const day = opened.isOk() ? newYorkDay(opened.value) : earliest
  return earlier(day, earliest)
}

function earlier(a: IsoDate, b: IsoDate): IsoDate {
  return a < b ? a : b
}

function readCategory(
  api: Api,
  { operation, signal }: Call,
  category: ActivityRange['category'],
  { from, to }: { from: IsoDate | null; to: IsoDate },
  collection: ActivityCollection,
): Promise<Result<PagesEnd, ProviderError>> {
  const recorded =
    from === null || from < EARLIEST ? {} : { after: `${addDays(from, -DAYS_AHEAD[category])}T00:00:00Z` }
  let count = 0
  return readPages(api, { operation, signal, category, recorded, until: to }, (row) =>
    collection.add(row, `${category}[${count++}]`),
  )
}

/**
 * Reads the days again where fills are missing, which brings rows that paging left out. Once it has brought one, paging is known to leave rows out, and all the days in which a page ended are read again: an order of one fill has no chain
 * in which it would be missed.
 *
 * @returns the gaps that stay.
 */
async function closeGaps(
  api: Api,
  { operation, signal }: Call,
  collection: ActivityCollection,
  boundaryDays: ReadonlySet<IsoDate>,
): Promise<Result<Gap[], ProviderError>> {
  // Rows are only left out where a page ends: an order that stays open elsewhere was cancelled, or still is open.
  const isSuspect = ({ after, before }: Gap) => before !== null || (after !== null && boundaryDays.has(after.day))
  const suspects = findGaps(collection.fills).filter(isSuspect)
  const read = new Set<IsoDate>()
  let found = 0
  const readDays = async (days: Iterable<IsoDate>): Promise<Result<void, ProviderError>> => {
    for (const date of days) {
      if (read.has(date)) continue
      read.add(date)
      const range = {
        operation,
        signal,
        category: 'trade_activity',
        recorded: { date },
        until: addDays(date, 1),
      } as const
      const pages = await readPages(api, range, (row) => {
        if (collection.add(row, `trade_activity of ${date}`)) found++
      })
      if (pages.isErr()) return pages
    }
    return Ok(undefined)
  }
  const again = await readDays(suspects.flatMap(daysToRead))
  if (again.isErr()) return again
  if (found > 0) {
    const all = await readDays([...boundaryDays].flatMap((day) => [day, addDays(day, 1)]))
    if (all.isErr()) return all
  }
  return Ok(suspects.length === 0 ? [] : findGaps(collection.fills).filter(({ before }) => before !== null))
}

/** Days that can't be vouched for, and why. */
type Doubt = {
  readonly message: string
  readonly details: { readonly [key: string]: string | string[] }
  readonly days: DateRange[]
}

/** What a read that ended too early leaves open: rows come in the order of their days, so all from the last one on. */
function cutOff(
  category: ActivityRange['category'],
  { isComplete, lastDay }: PagesEnd,
  { from, to }: DateRange,
): Doubt[] {
  if (isComplete) return []
  const message = 'Alpaca gave the same page of activities again and again, so that those behind it could not be read.'
  return [{ message, details: { category }, days: [{ from: lastDay ?? from, to }] }]
}

/** What missing fills leave open: the days between those that are there. */
function missingFills(gaps: readonly Gap[], startDate: IsoDate | null, first: IsoDate): Doubt[] {
  const days: DateRange[] = []
  const orders = new Set<string>()
  for (const { orderId, after, before } of gaps) {
    // Where a start was asked for, the order may have begun before it.
    if (before === null || (after === null && startDate !== null)) continue
    const earliest = addDays(before.day, -LONGEST_ORDER_DAYS)
    days.push({ from: after?.day ?? (earliest > first ? earliest : first), to: before.day })
    orders.add(orderId)
  }
  if (orders.size === 0) return []
  const message = `Alpaca left out fills: their orders have more units filled than the fills that are there (${orders.size === 1 ? 'one order' : `${orders.size} orders`}).`
  return [{ message, details: { orderIds: [...orders] }, days }]
}
