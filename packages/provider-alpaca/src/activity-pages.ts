import { type IsoDate, type Json, Ok, type ProviderError, type Result } from '@finport/core'
import * as z from 'zod'
import { dayOfId, identityOf } from './activity.ts'
import type { Api } from './api.ts'

/** The most that a page may have, and what it has by default. */
const PAGE_SIZE = 100

/** Each row is checked by itself, so that one that is bad does not spoil the others. */
const pageSchema = z.custom<Json[]>(Array.isArray)

/** Which activities to read, from the oldest on. */
export type ActivityRange = {
  readonly operation: string
  readonly signal: AbortSignal | undefined
  readonly category: 'trade_activity' | 'non_trade_activity'
  /** Only what was recorded since this moment (`after`), or on this day of UTC (`date`). Neither looks at the day of the activity itself. */
  readonly recorded: { readonly after: string } | { readonly date: IsoDate } | Record<never, never>
  /** Later days are not wanted: rows come in the order of their days, so reading ends there. */
  readonly until: IsoDate
}

/** How a read ended. */
export type PagesEnd = {
  /** Whether everything was given. Otherwise a page came again, or its last row had no id to go on from. */
  readonly isComplete: boolean
  /** The day of the last row; `null` without one. */
  readonly lastDay: IsoDate | null
  /** The days of the rows that pages ended with, where Alpaca is known to leave rows out. */
  readonly boundaryDays: ReadonlySet<IsoDate>
}

/**
 * Reads page after page, each from the id of the row that the last one ended with, until one is empty: a page may be short although others follow, since Alpaca leaves rows out. Rows are handed on at once and not kept.
 *
 * A page that ends with a row that one has ended with before would come for ever.
 */
export async function readPages(
  api: Api,
  range: ActivityRange,
  onRow: (row: Json) => void,
): Promise<Result<PagesEnd, ProviderError>> {
  const { operation, signal, category, recorded, until } = range
  // A day comes whole, unless a size is asked for.
  const isByDay = 'date' in recorded
  const pageSize = isByDay ? undefined : PAGE_SIZE
  const lastIds = new Set<string>()
  const boundaryDays = new Set<IsoDate>()
  let token: string | undefined
  let lastDay: IsoDate | null = null
  for (;;) {
    const page = await api.get({
      operation,
      path: ['account', 'activities'],
      query: { category, ...recorded, direction: 'asc', page_size: pageSize, page_token: token },
      schema: pageSchema,
      signal,
    })
    if (page.isErr()) return page
    const rows = page.value
    for (const row of rows) onRow(row)
    // A page ended before these rows, and one that is full ends before others.
    if (rows.length > 0 && lastDay !== null) boundaryDays.add(lastDay)
    const ended = (isComplete: boolean) => Ok({ isComplete, lastDay, boundaryDays })
    if (rows.length === 0 || rows.every((row) => isAfter(row, until))) return ended(true)
    if (isByDay && rows.length !== PAGE_SIZE) return ended(true)
    const lastId = idOf(rows.at(-1))
    if (lastId === null || lastIds.has(identityOf(lastId))) return ended(rows.length < PAGE_SIZE)
    lastIds.add(identityOf(lastId))
    lastDay = dayOfId(lastId)
    if (lastDay !== null && rows.length >= PAGE_SIZE) boundaryDays.add(lastDay)
    token = lastId
  }
}

function isAfter(row: Json, day: IsoDate): boolean {
  const id = idOf(row)
  return id !== null && (dayOfId(id) ?? '') > day
}

function idOf(row: Json | undefined): string | null {
  const id = (row as { id?: unknown } | null | undefined)?.id
  return typeof id === 'string' && id !== '' ? id : null
}
