import { type DateProblem, Err, type Instant, type IsoDate, parseIsoDate, type Result, toInstant } from '@finport/core'

const DATE = /^(\d{4})(\d{2})(\d{2})(?:\d\d){0,3}(?!\d)/
const TIME = /^\d{8}(\d{2})(\d{2})?(\d{2})?(?:\.(\d{1,3}))?/
const OFFSET = /\[([+-]?\d{1,2}(?:\.\d{1,2})?)(?::|\])/
const LARGEST_OFFSET_HOURS = 14
const FIRST_MOMENT = Date.parse('0000-01-01T00:00:00.000Z')
const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * The day that a date of OFX section 3.2.8 (`20260131120000[-5:EST]`) names, as it stands: its first eight digits. Converting it would move days, since banks stamp noon or
 * midnight in zones they don't mean.
 */
export function parseOfxDate(text: string): Result<IsoDate, DateProblem> {
  const match = DATE.exec(text)
  return match === null ? Err('malformed') : parseIsoDate(`${match[1]}-${match[2]}-${match[3]}`)
}

/** {@link parseOfxDate} for the rows of a file. */
export type OfxDateReader = typeof parseOfxDate

/** A reader that knows the last date it read: rows are grouped by day. */
export function createOfxDateReader(): OfxDateReader {
  let lastText = ''
  let lastResult: ReturnType<OfxDateReader> = Err('malformed')
  return (text) => {
    if (text !== lastText) {
      lastText = text
      lastResult = parseOfxDate(text)
    }
    return lastResult
  }
}

/** The moment that a date of OFX section 3.2.8 names: Greenwich's without an offset, or with one that no zone has. `null` when it can't be read. */
export function parseOfxInstant(text: string): Instant | null {
  const date = parseOfxDate(text)
  if (date.isErr()) return null
  const [, hour = '00', minute = '00', second = '00', fraction = '0'] = TIME.exec(text) ?? []
  if (hour > '23' || minute > '59' || second > '59') return null
  const local = Date.parse(`${date.value}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`)
  // The fraction is of an hour: -3.50 is three hours and a half.
  const offset = Number(OFFSET.exec(text)?.[1] ?? 0)
  const moment = local - (Math.abs(offset) <= LARGEST_OFFSET_HOURS ? offset : 0) * 3_600_000
  return moment >= FIRST_MOMENT && moment <= LAST_MOMENT ? toInstant(moment) : null
}
