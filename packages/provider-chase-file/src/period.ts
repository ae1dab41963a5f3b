import type { DateRange, IsoDate } from '@finport/core'

/** The days of a period and one more day. */
export function withDay(period: DateRange | null, day: IsoDate): DateRange {
  if (period === null) return { from: day, to: day }
  if (day >= period.from && day <= period.to) return period
  return day < period.from ? { from: day, to: period.to } : { from: period.from, to: day }
}

/** The days from the first to the last of two periods. */
export function unionOf(a: DateRange | null, b: DateRange | null): DateRange | null {
  return b === null ? a : withDay(withDay(a, b.from), b.to)
}
