import { Err, Ok, type Result } from './result.ts'

declare const brand: unique symbol

/** A day of the civil calendar, as `'2026-01-31'`: no time, no zone, made by {@link parseIsoDate} or {@link civilDate}. A transaction date is the day the institution printed. */
export type IsoDate = string & { readonly [brand]: 'IsoDate' }

/** A moment, in UTC, as `'2026-01-31T12:00:00.000Z'`: always with milliseconds, so that two instants sort as text. */
export type Instant = string & { readonly [brand]: 'Instant' }

/** Days from `from` to `to`, both included. */
export type DateRange = { from: IsoDate; to: IsoDate }

/** Why a text is no date or instant: `malformed` (another form), `impossible` (February 30th, hour 25). */
export type DateProblem = 'malformed' | 'impossible'

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/
/** What machines write, on days that every month has. */
const USUAL_INSTANT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3,9})?(?:Z|\+00:?00)$/
const SECOND_LENGTH = '2026-01-31T12:00:00'.length
const MILLISECOND_LENGTH = '2026-01-31T12:00:00.000'.length
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:?\d{2})$/

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * Reads `'2026-01-31'`. The day must exist: there is no February 30th.
 *
 * @example
 * ```ts
 * import { parseIsoDate } from '@finport/core'
 *
 * parseIsoDate('2026-01-31').unwrap() // '2026-01-31'
 * parseIsoDate('2026-02-30').unwrapErr() // 'impossible'
 * ```
 */
export function parseIsoDate(text: string): Result<IsoDate, DateProblem> {
  const match = ISO_DATE.exec(text)
  if (match === null) return Err('malformed')
  const [, year, month, day] = match.map(Number) as [number, number, number, number]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Err('impossible')
  return Ok(text as IsoDate)
}

/**
 * Reads an RFC 3339 timestamp with any offset and gives the same moment in UTC. Digits beyond the millisecond are cut.
 *
 * @example
 * ```ts
 * import { parseInstant } from '@finport/core'
 *
 * parseInstant('2026-01-31T20:30:00-05:00').unwrap() // '2026-02-01T01:30:00.000Z'
 * ```
 */
export function parseInstant(text: string): Result<Instant, DateProblem> {
  if (USUAL_INSTANT.test(text))
    return Ok(
      (text[SECOND_LENGTH] === '.'
        ? `${text.slice(0, MILLISECOND_LENGTH)}Z`
        : `${text.slice(0, SECOND_LENGTH)}.000Z`) as Instant,
    )
  const match = INSTANT.exec(text)
  if (match === null) return Err('malformed')
  const [, date = '', hour = '', minute = '', second = '00', fraction = '', offset = 'Z'] = match
  const day = parseIsoDate(date)
  if (day.isErr()) return day
  const offsetMinute = offset.length === 1 ? 0 : Number(offset.slice(-2))
  const offsetMinutes = offset.length === 1 ? 0 : Number(offset.slice(1, 3)) * 60 + offsetMinute
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return Err('impossible')
  if (offsetMinute > 59 || offsetMinutes > 18 * 60) return Err('impossible')
  const asWritten = `${day.value}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
  if (offsetMinutes === 0) return Ok(asWritten as Instant)
  const shift = (offset.startsWith('-') ? -1 : 1) * offsetMinutes * 60_000
  const moment = new Date(Date.parse(asWritten) - shift).toISOString()
  return moment.length === 24 ? Ok(moment as Instant) : Err('impossible')
}

/**
 * The instant of a count of milliseconds since 1970 (what `Date.now()` gives).
 *
 * @throws RangeError when the number is no moment between the years 0 and 9999.
 */
export function toInstant(epochMilliseconds: number): Instant {
  const text = new Date(epochMilliseconds).toISOString()
  if (text.length !== 24) throw new RangeError('An instant is a moment between the years 0 and 9999.')
  return text as Instant
}

/** Whether a value is a day in the form `'2026-01-31'` that exists. */
export function isIsoDate(value: unknown): value is IsoDate {
  return typeof value === 'string' && parseIsoDate(value).isOk()
}

/** Whether a value is an instant in its one form, `'2026-01-31T12:00:00.000Z'`. */
export function isInstant(value: unknown): value is Instant {
  if (typeof value !== 'string') return false
  const parsed = parseInstant(value)
  return parsed.isOk() && parsed.value === value
}

const DAY_MILLISECONDS = 86_400_000

/**
 * The day so many days later, or earlier when negative.
 *
 * @throws RangeError when that is no day between the years 0 and 9999.
 *
 * @example
 * ```ts
 * import { addDays, parseIsoDate } from '@finport/core'
 *
 * addDays(parseIsoDate('2026-01-31').unwrap(), 1) // '2026-02-01'
 * ```
 */
export function addDays(date: IsoDate, days: number): IsoDate {
  return toInstant(Date.parse(`${date}T00:00:00Z`) + days * DAY_MILLISECONDS).slice(0, 10) as IsoDate
}

/** How many days `to` is after `from`; negative when it is before. */
export function daysBetween(from: IsoDate, to: IsoDate): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MILLISECONDS)
}

const calendars = new Map<string, Intl.DateTimeFormat>()

/**
 * The day it is in a time zone at a moment: what a wall calendar there shows.
 *
 * @param timeZone an IANA name, such as `'America/New_York'`.
 * @throws RangeError when the runtime does not know the time zone.
 *
 * @example
 * ```ts
 * import { civilDate, parseInstant } from '@finport/core'
 *
 * civilDate(parseInstant('2026-03-01T01:30:00Z').unwrap(), 'America/New_York') // '2026-02-28'
 * ```
 */
export function civilDate(instant: Instant, timeZone: string): IsoDate {
  let calendar = calendars.get(timeZone)
  if (calendar === undefined) {
    calendar = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      era: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    })
    calendars.set(timeZone, calendar)
  }
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of calendar.formatToParts(new Date(instant))) parts[type] = value
  // The year before 1 AD is 0 here, and 1 BC to the calendar.
  const year = parts.era === 'BC' ? `${1 - Number(parts.year)}` : (parts.year ?? '')
  return `${year.padStart(4, '0')}-${parts.month}-${parts.day}` as IsoDate
}
