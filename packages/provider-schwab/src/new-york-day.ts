import { addDays, civilDate, type Instant, type IsoDate, parseInstant, toInstant } from '@finport/core'

/** Schwab's calendar: booked items are dated midnight there. */
export const SCHWAB_TIME_ZONE = 'America/New_York'

/** When a day starts in New York, in milliseconds since 1970. Clocks change at two in the morning there, so midnight is four or five hours behind. */
export function startOfDay(date: IsoDate): number {
  const summer = Date.parse(`${date}T04:00:00.000Z`)
  return civilDate(toInstant(summer), SCHWAB_TIME_ZONE) === date ? summer : summer + 3_600_000
}

/** The last millisecond of a day in New York. */
export function endOfDay(date: IsoDate): number {
  return startOfDay(addDays(date, 1)) - 1
}

/** Days by their hours, which rows share. */
const daysByHour = new Map<string, IsoDate>()
const MOST_HOURS = 1_000
const HOUR_LENGTH = '2026-01-31T12'.length

/** The clocks of New York change on the hour, so that an hour of UTC is of one day there. */
function newYorkDay(instant: Instant): IsoDate {
  const hour = instant.slice(0, HOUR_LENGTH)
  const known = daysByHour.get(hour)
  if (known !== undefined) return known
  const day = civilDate(instant, SCHWAB_TIME_ZONE)
  if (daysByHour.size >= MOST_HOURS) daysByHour.clear()
  daysByHour.set(hour, day)
  return day
}

/** The day in New York of a moment as Schwab writes it, `'2026-01-14T05:15:12+0000'`; `null` for any other text. */
export function dayOf(text: string | null): IsoDate | null {
  const instant = instantOf(text)
  return instant === null ? null : newYorkDay(instant)
}

/** A moment as Schwab writes it; `null` for any other text. */
export function instantOf(text: string | null): Instant | null {
  return text === null ? null : parseInstant(text).unwrapOr(null)
}

/** Today in New York. */
export function todayOf(now: number): IsoDate {
  return civilDate(toInstant(now), SCHWAB_TIME_ZONE)
}
