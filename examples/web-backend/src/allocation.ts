import { type Account, type AssetType, Decimal, type Holding } from '@finport/core'

/** What part of everything is of one kind. */
export type AllocationSlice = {
  assetType: AssetType
  value: Decimal
  /** Of the sum of all that is not owed, from 0 to 1. */
  share: number
}

const ZERO = '0' as Decimal

/** What investment accounts are made of, the largest first: holdings by kind, and their cash. Of one currency; what is owed, as a short position, is left out. */
export function toAllocation(
  accounts: readonly Pick<Account, 'cashBalance' | 'currency'>[],
  holdings: readonly Pick<Holding, 'assetType' | 'marketValue' | 'currency'>[],
  currency: string,
): AllocationSlice[] {
  const cash = accounts.map(({ cashBalance, currency }) => ({ assetType: 'cash', marketValue: cashBalance, currency }))
  const sums = new Map<AssetType, Decimal>()
  for (const { assetType, marketValue, currency: own } of [...holdings, ...cash] as typeof holdings) {
    if (own !== currency || marketValue === null || marketValue.startsWith('-')) continue
    sums.set(assetType, Decimal.add(sums.get(assetType) ?? ZERO, marketValue))
  }
  const total = [...sums.values()].reduce((sum, value) => Decimal.add(sum, value), ZERO)
  const shareOf = (value: Decimal) =>
    Number(Decimal.divide(value, total, { decimals: 6, rounding: 'half-even' }).unwrapOr(ZERO))
  return [...sums]
    .filter(([, value]) => value !== ZERO)
    .sort(([, a], [, b]) => Decimal.compare(b, a))
    .map(([assetType, value]) => ({ assetType, value, share: shareOf(value) }))
}
