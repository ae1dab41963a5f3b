import type { Instant } from '../dates.ts'
import type { Decimal } from '../decimal.ts'

/** Where a balance came from. */
export const balanceSources = ['sync', 'file', 'manual'] as const

/** One of {@link balanceSources}. */
export type BalanceSource = (typeof balanceSources)[number]

/** An account's balance at a moment: the points of a chart over time. */
export type BalanceSnapshot = {
  /** What the account was worth to its holder: money owed is negative. */
  balance: Decimal
  holdingsValue: Decimal | null
  cashValue: Decimal | null
  /** ISO 4217 code of all amounts here. */
  currency: string
  source: BalanceSource
  asOf: Instant
}
