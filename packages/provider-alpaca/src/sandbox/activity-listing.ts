import type { Json } from '@finport/core'
import { type LedgerEntry, twelveHourPrefix } from './ledger.ts'

/** A refusal of the query. */
type ListingProblem = { readonly code: number; readonly message: string }

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

type ListedRow = { readonly id: string; readonly entry: LedgerEntry }

/** What answers `GET /v2/account/activities`: rows in the order of their ids. */
export type ActivityListing = (
  query: URLSearchParams,
  asked: { pathType: string | null; now: number },
) => Json[] | ListingProblem

/** Puts entries in the order in which they are listed. */
export function createActivityListing(entries: readonly LedgerEntry[], faults: ListingFaults): ActivityListing {
  const ascending = entries.map((entry): ListedRow => {
    const prefix = faults.changedPrefixes && isTrade(entry) ? twelveHourPrefix(entry.prefix) : entry.prefix
    return { id: `${prefix}::${entry.uuid}`, entry }
  })
  ascending.sort((a, b) => (a.id < b.id ? -1 : 1))
  const descending = ascending.toReversed()

  return (query, { pathType, now }) => {
    const chosen = isChosen(query, pathType)
    if (typeof chosen === 'object') return chosen
    const recorded = isRecorded(query)
    if (typeof recorded === 'object') return recorded
    const isByDay = query.has('date')
    const size = Number(query.get('page_size') ?? (isByDay ? entries.length : MOST_ROWS))
    if (!(Number.isInteger(size) && size >= 1) || (size > MOST_ROWS && query.has('page_size')))
      return invalid('page_size must be between 1 and 100')

    const isAscending = query.get('direction') === 'asc'
    const token = faults.repeatedPages ? null : query.get('page_token')
    const isBehind = (id: string) => token === null || (isAscending ? id > token : id < token)
    // What Alpaca does when several fills share the millisecond of the row that a page ended with.
    const millisecond = faults.skippedRows && !isByDay ? token?.slice(0, PREFIX_LENGTH) : undefined
    const isSkipped = ({ id, entry }: ListedRow) => id.slice(0, PREFIX_LENGTH) === millisecond && isTrade(entry)
    const page: Json[] = []
    for (const row of isAscending ? ascending : descending) {
      const { id, entry } = row
      if (page.length === size) break
      if (entry.createdAt > now || !isBehind(id) || !chosen(entry) || !recorded(entry) || isSkipped(row)) continue
      page.push({ id, ...entry.body })
    }
    return page
  }
}
