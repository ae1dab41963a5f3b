import type { DateRange, IsoDate } from '@finport/core'
import { addDays } from './days.ts'

/** The longest run of days in a range that has none of the doubtful ones, the latest of several; `null` where none is left. */
export function withoutDays(range: DateRange | null, doubtful: readonly DateRange[]): DateRange | null {
  if (range === null) return null
  let longest: DateRange | null = null
  let from = range.from
  const consider = (to: IsoDate) => {
    if (from <= to && (longest === null || lengthOf({ from, to }) >= lengthOf(longest))) longest = { from, to }
  }
  for (const doubt of [...doubtful].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if (doubt.to < range.from || doubt.from > range.to) continue
    consider(addDays(doubt.from, -1))
    const next = addDays(doubt.to, 1)
    if (next > from) from = next
  }
  consider(range.to)
  return longest
}

function lengthOf({ from, to }: DateRange): number {
  return Date.parse(to) - Date.parse(from)
}
