import type { Json } from '@finport/core'
import { type LedgerEntry, twelveHourPrefix } from './ledger.ts'

/** A refusal of the query. */
export type ListingProblem = { readonly code: number; readonly message: string }

const MOST_ROWS = 100
const DAY = 24 * 60 * 60 * 1000
const PREFIX_LENGTH = 17

/** How rows are given, faults and all. */
export type ListingFaults = {
  readonly skippedRows: boolean
  readonly changedPrefixes: boolean
  readonly repeatedPages: boolean
}

const isTrade = ({ body }: LedgerEntry) => body.activity_type === 'FILL'

function invalid(message: string): ListingProblem {
  return { code: 40010001, message }
}

/** A moment from a day or an RFC 3339 time. */
function timeOf(text: string | null): number | null | ListingProblem {
  if (text === null) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? invalid('invalid date format') : time
}

function isChosen(query: URLSearchParams, pathType: string | null): ((entry: LedgerEntry) => boolean) | ListingProblem {
  const types = pathType ?? query.get('activity_types')
  const category = query.get('category')
  if (types !== null && category !== null) return invalid('activity_types and category can not be used together')
  if (types !== null) {
    const words = new Set(types.split(','))
    const wrong = [...words].find((word) => !/^[A-Z]{2,6}$/.test(word))
    return wrong === undefined ? ({ body }) => words.has(body.activity_type) : invalid('invalid activity type')
  }
  if (category === null) return () => true
  if (category !== 'trade_activity' && category !== 'non_trade_activity') return invalid('invalid category')
  return (entry) => isTrade(entry) === (category === 'trade_activity')
}

function isRecorded(query: URLSearchParams): ((entry: LedgerEntry) => boolean) | ListingProblem {
  const date = timeOf(query.get('date'))
  const after = timeOf(query.get('after'))
  const until = timeOf(query.get('until'))
  for (const one of [date, after, until]) if (one !== null && typeof one === 'object') return one
  if (date !== null && (after !== null || until !== null)) return invalid('date can not be used with after or until')
  return ({ createdAt }) =>
    (date === null || (createdAt >= Number(date) && createdAt < Number(date) + DAY)) &&
    (after === null || createdAt > Number(after)) &&
    (until === null || createdAt < Number(until))
}

/** The answer of `GET /v2/account/activities`: rows in the order of their ids. */
export function listActivities(
  entries: readonly LedgerEntry[],
  query: URLSearchParams,
  pathType: string | null,
  faults: ListingFaults,
): Json[] | ListingProblem {
  const chosen = isChosen(query, pathType)
  if (typeof chosen === 'object') return chosen
  const recorded = isRecorded(query)
  if (typeof recorded === 'object') return recorded
  const isByDay = query.has('date')
  const size = Number(query.get('page_size') ?? (isByDay ? Number.MAX_SAFE_INTEGER : MOST_ROWS))
  if (!(Number.isInteger(size) && size >= 1) || (size > MOST_ROWS && query.has('page_size')))
    return invalid('page_size must be between 1 and 100')
  const isAscending = query.get('direction') === 'asc'

  const rows: { id: string; entry: LedgerEntry }[] = []
  for (const entry of entries) {
    if (!chosen(entry) || !recorded(entry)) continue
    const prefix = faults.changedPrefixes && isTrade(entry) ? twelveHourPrefix(entry.prefix) : entry.prefix
    rows.push({ id: `${prefix}::${entry.uuid}`, entry })
  }
  const direction = isAscending ? 1 : -1
  rows.sort((a, b) => (a.id < b.id ? -direction : direction))

  const token = faults.repeatedPages ? null : query.get('page_token')
  // What Alpaca does when several fills share the millisecond of the row that a page ended with.
  const isSkipped = ({ id, entry }: { id: string; entry: LedgerEntry }) =>
    faults.skippedRows &&
    !isByDay &&
    token !== null &&
    isTrade(entry) &&
    id.slice(0, PREFIX_LENGTH) === token.slice(0, PREFIX_LENGTH)
  const following =
    token === null ? rows : rows.filter((row) => (isAscending ? row.id > token : row.id < token) && !isSkipped(row))
  return following.slice(0, size).map(({ id, entry }) => ({ id, ...entry.body }))
}
