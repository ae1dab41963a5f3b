import { type Account, Decimal, type Holding } from '@finport/core'

export const ZERO = '0' as Decimal

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

/** The text is formatted as it is, and never as a double. */
export function formatDollars(amount: Decimal | null): string {
  return amount === null ? '' : dollars.format(amount as `${number}`)
}

/** What everything comes to, exactly. */
export function toNetWorth(accounts: readonly Account[]): Decimal {
  return accounts.reduce((sum, { balance }) => Decimal.add(sum, balance ?? ZERO), ZERO)
}

/** What is owned, by kind, the most first. */
export function toAllocation(accounts: readonly Account[], holdings: readonly Holding[]) {
  const cash = accounts.map((account) => ({
    kind: 'cash',
    value: account.category === 'investment' ? account.cashBalance : account.balance,
  }))
  const held = holdings.map(({ assetType, marketValue }) => ({ kind: assetType as string, value: marketValue }))
  const sums = new Map<string, Decimal>()
  for (const { kind, value } of [...cash, ...held]) sums.set(kind, Decimal.add(sums.get(kind) ?? ZERO, value ?? ZERO))
  const total = toNetWorth(accounts)
  return [...sums]
    .sort(([, a], [, b]) => Decimal.compare(b, a))
    .map(([kind, value]) => {
      const share = Decimal.divide(value, total, { decimals: 4, rounding: 'half-even' }).unwrapOr(ZERO)
      return { kind, value, share: `${(Number(share) * 100).toFixed(1)}%` }
    })
}
