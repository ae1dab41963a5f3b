import { Decimal, type IsoDate } from '@finport/core'
import type { Fill } from './activity.ts'
import { addDays, utcDay } from './days.ts'

/** Where fills of an order are missing. */
export type Gap = {
  readonly orderId: string
  /** The fill before; `null` when it is the first that is missing. */
  readonly after: Fill | null
  /** The fill behind; `null` when nothing is missing but the end, which an order that was cancelled does not have. */
  readonly before: Fill | null
}

const zero = '0' as Decimal

/**
 * The gaps in the chains of orders: a fill says how much of its order is filled with it, so that what came before is known. Alpaca leaves out rows
 * where a page ends among fills of one millisecond.
 */
export function findGaps(fills: Iterable<Fill>): Gap[] {
  const orders = new Map<string, Fill[]>()
  for (const fill of fills) {
    const order = orders.get(fill.orderId)
    if (order === undefined) orders.set(fill.orderId, [fill])
    else order.push(fill)
  }
  return [...orders.values()].flatMap(gapsOf)
}

function gapsOf(order: readonly Fill[]): Gap[] {
  const chain = withCumulative(order)
  if (chain === null) return []
  chain.sort((a, b) => Decimal.compare(a.cumulative, b.cumulative))
  const gaps: Gap[] = []
  let reached = zero
  let after: Fill | null = null
  for (const { fill, cumulative } of chain) {
    if (Decimal.compare(Decimal.subtract(cumulative, fill.quantity), reached) > 0)
      gaps.push({ orderId: fill.orderId, after, before: fill })
    reached = cumulative
    after = fill
  }
  if (after !== null && !order.some(({ isLast }) => isLast)) gaps.push({ orderId: after.orderId, after, before: null })
  return gaps
}

/** Each fill with what is filled with it. Where that is not told, it is the order less what stays open; `null` when it can't be known. */
function withCumulative(order: readonly Fill[]): { fill: Fill; cumulative: Decimal }[] | null {
  const whole = order.find(({ cumulative, leaves }) => cumulative !== null && leaves !== null)
  const total = whole === undefined ? null : Decimal.add(whole.cumulative ?? zero, whole.leaves ?? zero)
  const chain: { fill: Fill; cumulative: Decimal }[] = []
  for (const fill of order) {
    const { leaves } = fill
    const cumulative = fill.cumulative ?? (total === null || leaves === null ? null : Decimal.subtract(total, leaves))
    if (cumulative === null) return null
    chain.push({ fill, cumulative })
  }
  return chain
}

/** A gap between fills that lie farther apart is not looked for: an order lives for 90 days at most. */
const MOST_DAYS = 91

/** The days of UTC on which the missing fills can have been recorded. */
export function daysToRead({ after, before }: Gap): IsoDate[] {
  const first = after === null ? before?.day : utcDay(after.occurredAt)
  const last = before ?? after
  if (first === undefined || last === null) return []
  const days: IsoDate[] = []
  for (let day = first; day <= utcDay(last.occurredAt) && days.length < MOST_DAYS; day = addDays(day, 1)) days.push(day)
  return days
}
