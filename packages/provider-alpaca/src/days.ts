import { civilDate, type Instant, type IsoDate } from '@finport/core'

/** Alpaca's days are those of New York. */
export const timeZone = 'America/New_York'

const DAY_LENGTH = '2026-01-31'.length
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000

/** The day it is in New York at a moment: four or five hours behind Greenwich, which only between four and five makes a difference. */
export function newYorkDay(instant: Instant): IsoDate {
  const hour = instant.slice(DAY_LENGTH + 1, DAY_LENGTH + 3)
  if (hour === '04') return civilDate(instant, timeZone)
  return hour < '04' ? addDays(utcDay(instant), -1) : utcDay(instant)
}

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
