import { addDays, type DateRange, type IsoDate } from '../dates.ts'

/** What decides which days are asked for. */
export type WindowPlan = {
  /** The days that are stored already. */
  readonly covered: DateRange | null
  /** Today, where the institution is. */
  readonly today: IsoDate
  readonly startDate?: IsoDate | undefined
  readonly endDate?: IsoDate | undefined
  /** The days before the end of `covered` that may still change. */
  readonly overlapDays: number
  /** The oldest day of a transaction whose last word is not spoken: it is asked for again. */
  readonly oldestOpen: IsoDate | null
  /** The longest range of one call; `null` for no limit. */
  readonly maxWindowDays: number | null
}

/**
 * The days that are asked for first, the oldest first, so that what is covered grows without a hole: those since the last sync with the overlap, or those the caller wants. Nothing when nothing is known of the past:
 * then {@link windowBefore} goes back from today.
 */
export function recentWindows(plan: WindowPlan): DateRange[] {
  const { covered, today, startDate, endDate = today } = plan
  if (startDate !== undefined) return split({ from: startDate, to: endDate }, plan.maxWindowDays)
  if (covered === null) return []
  const overlap = addDays(covered.to, -plan.overlapDays)
  const from = earlier(overlap, plan.oldestOpen ?? overlap)
  return split({ from: later(from, covered.from), to: endDate }, plan.maxWindowDays)
}

/** The window of so many days that ends on a day. */
export function windowBefore(to: IsoDate, days: number): DateRange {
  return { from: addDays(to, 1 - days), to }
}

/** What is covered once a window is: `covered` does not grow by days that are apart from it. */
export function joinRanges(covered: DateRange | null, window: DateRange | null): DateRange | null {
  if (covered === null || window === null) return covered ?? window
  const isApart = window.from > addDays(covered.to, 1) || window.to < addDays(covered.from, -1)
  if (isApart) return covered
  return { from: earlier(covered.from, window.from), to: later(covered.to, window.to) }
}

/** The days that are in both; `null` for none. */
export function intersect(one: DateRange | null, other: DateRange): DateRange | null {
  if (one === null) return null
  const both = { from: later(one.from, other.from), to: earlier(one.to, other.to) }
  return both.from <= both.to ? both : null
}

const earlier = (a: IsoDate, b: IsoDate): IsoDate => (a < b ? a : b)
const later = (a: IsoDate, b: IsoDate): IsoDate => (a > b ? a : b)

/** A range as windows of at most so many days; none when it ends before it starts. */
function split({ from, to }: DateRange, maxWindowDays: number | null): DateRange[] {
  const windows: DateRange[] = []
  for (let start = from; start <= to; ) {
    const end = maxWindowDays === null ? to : earlier(addDays(start, maxWindowDays - 1), to)
    windows.push({ from: start, to: end })
    start = addDays(end, 1)
  }
  return windows
}
