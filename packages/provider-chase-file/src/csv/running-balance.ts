import { Decimal, type IsoDate } from '@finport/core'

/** Which way a file goes through time. */
export type RowOrder = 'newest_first' | 'oldest_first'

/** Two balances that differ from each other by something else than the amounts between them. */
type BalanceMismatch = { readonly row: number; readonly expected: Decimal; readonly found: Decimal }

/** Watches the running balance of a checking account, which proves that no row is missing. */
export type RunningBalance = {
  /** The next row of the file; `balance` is `null` where the bank left it blank. */
  add(row: { number: number; date: IsoDate; amount: Decimal; balance: Decimal | null }): void
  /** `null` while all rows are of one day. */
  order(): RowOrder | null
  /** The order, or while that is not known the one that the balances fit best. */
  likelyOrder(): RowOrder
  /** The first mismatch and how many there are, going the way of the file; `null` when all is right. */
  mismatch(): { first: BalanceMismatch; count: number } | null
  /** The balance after the newest row that has one. */
  newest(): Decimal | null
}

type Direction = { count: number; first: BalanceMismatch | null }

/** Starts watching. Each way through time is checked, since the order may show only at the end. */
export function createRunningBalance(): RunningBalance {
  const directions: Record<RowOrder, Direction> = {
    newest_first: { count: 0, first: null },
    oldest_first: { count: 0, first: null },
  }
  let firstDate: IsoDate | null = null
  let order: RowOrder | null = null
  let firstBalance: Decimal | null = null
  /** The last row with a balance, and the sum of the rows behind it. */
  let known: { balance: Decimal; amount: Decimal } | null = null
  let between = '0' as Decimal

  const compare = (direction: RowOrder, row: number, expected: Decimal, found: Decimal) => {
    if (expected === found) return
    const seen = directions[direction]
    seen.count++
    seen.first ??= { row, expected, found }
  }

  const likelyOrder = (): RowOrder => {
    if (order !== null) return order
    return directions.oldest_first.count < directions.newest_first.count ? 'oldest_first' : 'newest_first'
  }

  return {
    add({ number, date, amount, balance }) {
      if (balance === null) {
        between = Decimal.add(between, amount)
        return
      }
      // Only of rows that are posted: those that are pending may be of an earlier day than the newest of these.
      firstDate ??= date
      if (order === null && date !== firstDate) order = date < firstDate ? 'newest_first' : 'oldest_first'
      firstBalance ??= balance
      if (known !== null) {
        if (order !== 'newest_first') {
          compare('oldest_first', number, Decimal.add(plus(known.balance, between), amount), balance)
        }
        if (order !== 'oldest_first') {
          compare('newest_first', number, minus(Decimal.subtract(known.balance, known.amount), between), balance)
        }
      }
      known = { balance, amount }
      between = '0' as Decimal
    },
    order: () => order,
    likelyOrder,
    mismatch() {
      const { first, count } = directions[likelyOrder()]
      return first === null ? null : { first, count }
    },
    newest: () => (likelyOrder() === 'newest_first' ? firstBalance : (known?.balance ?? null)),
  }
}

function plus(a: Decimal, b: Decimal): Decimal {
  return b === '0' ? a : Decimal.add(a, b)
}

function minus(a: Decimal, b: Decimal): Decimal {
  return b === '0' ? a : Decimal.subtract(a, b)
}
