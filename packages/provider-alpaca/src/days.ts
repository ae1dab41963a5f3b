import { civilDate, type Instant, type IsoDate } from '@finport/core'

/** Alpaca's days are those of New York. */
export const timeZone = 'America/New_York'

const HOUR_LENGTH = '2026-01-31T12'.length
let latest: { hour: string; day: IsoDate } | null = null

/** The day it is in New York at a moment. Rows come in the order of time, so the latest hour is remembered: the offset there is one of whole hours. */
export function newYorkDay(instant: Instant): IsoDate {
  const hour = instant.slice(0, HOUR_LENGTH)
  if (latest?.hour !== hour) latest = { hour, day: civilDate(instant, timeZone) }
  return latest.day
}

const DAY_LENGTH = '2026-01-31'.length
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000

/** A day so many days later, or earlier. */
export function addDays(day: IsoDate, count: number): IsoDate {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MILLISECONDS)
    .toISOString()
    .slice(0, DAY_LENGTH) as IsoDate
}

/** The day it is in Greenwich at a moment. */
export function utcDay(instant: Instant): IsoDate {
  return instant.slice(0, DAY_LENGTH) as IsoDate
}
