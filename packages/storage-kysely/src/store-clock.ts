import type { Instant } from '@finport/core'
import { type RawBuilder, sql } from 'kysely'
import type { Family } from './family.ts'

/** The database's own clock, so many milliseconds from now. Not that of the transaction: it would stand still. */
export function storeClock(family: Family, milliseconds = 0): RawBuilder<Instant> {
  return family === 'sqlite'
    ? sql<Instant>`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`${milliseconds / 1000} seconds`})`
    : sql<Instant>`to_char((clock_timestamp() + ${`${milliseconds} milliseconds`}::text::interval) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
