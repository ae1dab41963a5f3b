import { type IsoDate, type Json, Ok, type ProviderError, type Result } from '@finport/core'
import * as z from 'zod'
import { dayOfId, identityOf } from './activity.ts'
import type { Api } from './api.ts'

/** The most that a page may have, and what it has by default. */
const PAGE_SIZE = 100

const pageSchema = z.array(z.custom<Json>())

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
 * Reads page after page, each from the id of the row that the last one ended with. Rows are handed on at once and not kept.
 *
 * A page that brings nothing new would come for ever.
 */
export async function readPages(
  api: Api,
  range: ActivityRange,
  onRow: (row: Json) => void,
): Promise<Result<PagesEnd, ProviderError>> {
  const { operation, signal, category, recorded, until } = range
  const tokens = new Set<string>()
  const boundaryDays = new Set<IsoDate>()
  let token: string | undefined
  let lastDay: IsoDate | null = null
  for (;;) {
    const page = await api.get({
      operation,
      path: ['account', 'activities'],
      query: { category, ...recorded, direction: 'asc', page_size: PAGE_SIZE, page_token: token },
      schema: pageSchema,
      ...(signal === undefined ? {} : { signal }),
    })
    if (page.isErr()) return page
    const rows = page.value
    for (const row of rows) onRow(row)
    const lastId = idOf(rows.at(-1))
    const day = lastId === null ? null : dayOfId(lastId)
    const ended = (isComplete: boolean) => Ok({ isComplete, lastDay: day ?? lastDay, boundaryDays })
    if (rows.length < PAGE_SIZE || rows.every((row) => isAfter(row, until))) return ended(true)
    if (lastId === null || tokens.has(identityOf(lastId))) return ended(false)
    lastDay = day
    if (day !== null) boundaryDays.add(day)
    tokens.add(identityOf(lastId))
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
