import { type Account, type AccountBalance, Decimal, type IsoDate, type Transaction } from '@finport/core'

/** An account's balance at the end of a day. */
export type BalancePoint = {
  day: IsoDate
  balance: Decimal
  /** `told` by the institution, or `reckoned` back from there by the transactions since. */
  source: 'told' | 'reckoned'
}

/** Accounts of which transactions are the whole story: what is held is worth more or less without any. */
export function isCashOnly({ category }: Pick<Account, 'category'>): boolean {
  return category === 'depository' || category === 'credit'
}

type Row = Pick<Transaction, 'transactionDate' | 'amount' | 'status'>

/** Balances over time, the oldest first: those that were told and, for accounts of cash, those before, reckoned back from the first one told. */
export function toBalanceHistory(told: readonly AccountBalance[], rows: readonly Row[]): BalancePoint[] {
  const points = told
    .map(({ day, balance }): BalancePoint => ({ day, balance, source: 'told' }))
    .sort((a, b) => (a.day < b.day ? -1 : 1))
  const [first] = points
  if (first === undefined) return []
  const sums = new Map<IsoDate, Decimal>()
  for (const { transactionDate, amount, status } of rows) {
    if (status !== 'posted') continue
    const sum = sums.get(transactionDate)
    sums.set(transactionDate, sum === undefined ? amount : Decimal.add(sum, amount))
  }
  const days = [...sums.keys()].filter((day) => day <= first.day).sort()
  const before: BalancePoint[] = []
  let balance = first.balance
  for (const day of days.reverse()) {
    if (day < first.day) before.push({ day, balance, source: 'reckoned' })
    balance = Decimal.subtract(balance, sums.get(day) as Decimal)
  }
  return [...before.reverse(), ...points]
}
