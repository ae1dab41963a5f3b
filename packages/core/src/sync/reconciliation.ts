import type { ProviderAccountData } from '../data/account.ts'
import type { ProviderWarning } from '../data/batch.ts'
import type { ProviderHoldingData } from '../data/holding.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import { Decimal } from '../decimal.ts'

/** What may have made two sums differ, and what that is to a reader. */
const causes = {
  pending: 'Transactions that are pending make up the difference.',
  missing_fee: 'Fees that are not part of their transactions make up the difference.',
  sign: 'A record with the opposite sign would make up the difference.',
  duplicate: 'A record that is there twice would make up the difference.',
  unknown: 'A record is missing or is too many.',
} as const

type Cause = keyof typeof causes

type Row = ProviderTransactionData

/** Rows that came, changed and went. */
export type RowChanges = {
  readonly added: readonly Row[]
  readonly modified: readonly { readonly stored: Row & { readonly removedAt: string | null }; readonly data: Row }[]
  readonly removed: readonly Row[]
}

/** The rows that changes take away, and those they bring. */
function sidesOf({ added, modified, removed }: RowChanges): readonly [before: Row[], after: Row[]] {
  const standing = modified.filter(({ stored }) => stored.removedAt === null).map(({ stored }) => stored)
  return [
    [...standing, ...removed],
    [...added, ...modified.map(({ data }) => data)],
  ]
}

/** How much more money the rows make than before. */
export function effectOf(changes: RowChanges): Decimal {
  return differenceOf(changes, settledOf(changes))
}

function differenceOf(changes: RowChanges, counts: (row: Row) => boolean): Decimal {
  const [before, after] = sidesOf(changes)
  return Decimal.subtract(sumOf(after.filter(counts)), sumOf(before.filter(counts)))
}

/** Whether all that the rows move is money of the account's currency: what another one makes of the balance, nobody told. */
export function isOfCurrency(changes: RowChanges, currency: string): boolean {
  const unknown = 'XXX'
  const isSettled = settledOf(changes)
  const isOwn = (row: Row) =>
    row.currency === currency || row.currency === unknown || !isSettled(row) || isZero(row.amount)
  return currency === unknown || sidesOf(changes).every((rows) => rows.every(isOwn))
}

/** A balance, what was told since, and the balance now. */
export type BalanceCheck = RowChanges & {
  readonly account: Pick<ProviderAccountData, 'providerAccountId' | 'currency'>
  readonly opening: Decimal
  readonly closing: Decimal
}

/** Whether the opening balance and what has been told since make the closing balance: a warning if not. `null` too where the money is not of one currency. */
export function checkBalance({
  account: { providerAccountId, currency },
  opening,
  closing,
  ...changes
}: BalanceCheck): ProviderWarning | null {
  if (!isOfCurrency(changes, currency)) return null
  const expected = Decimal.add(opening, effectOf(changes))
  const difference = Decimal.subtract(closing, expected)
  if (isZero(difference)) return null

  const [, after] = sidesOf(changes)
  const pending = differenceOf(changes, isPending)
  const fees = sum(after.flatMap((row) => [...row.fees.map(({ amount }) => amount), row.commission ?? zero]))
  const causeOf = (): Cause => {
    if (difference === pending) return 'pending'
    if (difference === fees) return 'missing_fee'
    if (after.some(({ amount }) => difference === twice(Decimal.negate(amount)))) return 'sign'
    if (repeated(after, contentOf).some(({ amount }) => difference === Decimal.negate(amount))) return 'duplicate'
    return 'unknown'
  }
  const message = 'The balance before and the transactions since do not make the balance.'
  return warn(providerAccountId, message, { expected, found: closing, difference, cause: causeOf() })
}

/** The money in an account: what its transactions add up to. `null` where the institution does not give it apart from what is held. */
export function cashOf({ category, balance, cashBalance }: ProviderAccountData): Decimal | null {
  const isCashAlone = category === 'depository' || category === 'credit' || category === 'loan'
  return cashBalance ?? (isCashAlone ? balance : null)
}

/** How much prices may have moved between the request for the account and the one for what it holds: a part in so many. */
const PRICE_MOVE = 200

/** Whether an account's cash and all it holds make its value: a warning if not. `null` too where the institution does not give all of these figures. */
export function checkHoldings(
  { providerAccountId, balance, cashBalance, currency }: ProviderAccountData,
  holdings: readonly ProviderHoldingData[],
): ProviderWarning | null {
  if (balance === null || cashBalance === null) return null
  const values: Decimal[] = []
  for (const { marketValue, currency: other } of holdings) {
    if (marketValue === null || other !== currency) return null
    values.push(marketValue)
  }
  const expected = Decimal.add(sum(values), cashBalance)
  const difference = Decimal.subtract(balance, expected)
  const moved = Decimal.multiply(absolute(difference), Decimal.parse(PRICE_MOVE).unwrap())
  if (Decimal.compare(moved, sum(values.map(absolute))) <= 0) return null

  const causeOf = (): Cause => {
    if (values.some((value) => difference === twice(Decimal.negate(value)))) return 'sign'
    const isCashTwice = difference === Decimal.negate(cashBalance) && !isZero(cashBalance)
    const isTwice = (value: Decimal) => difference === Decimal.negate(value)
    if (isCashTwice || repeated(values, (value) => value).some(isTwice)) return 'duplicate'
    return 'unknown'
  }
  const message = 'The cash and the market values do not make the value of the account.'
  return warn(providerAccountId, message, { expected, found: balance, difference, cause: causeOf() })
}

function warn(
  providerAccountId: string,
  message: string,
  details: { expected: Decimal; found: Decimal; difference: Decimal; cause: Cause },
): ProviderWarning {
  return { code: 'BALANCE_MISMATCH', providerAccountId, message: `${message} ${causes[details.cause]}`, details }
}

const zero = Decimal.parse('0').unwrap()
const isZero = (value: Decimal) => value === zero
const sum = (amounts: readonly Decimal[]) => amounts.reduce(Decimal.add, zero)
const sumOf = (rows: readonly Row[]) => sum(rows.map(({ amount }) => amount))
const twice = (value: Decimal) => Decimal.add(value, value)
const absolute = (value: Decimal) => (value.startsWith('-') ? Decimal.negate(value) : value)

const isPending = ({ status }: Row) => status === 'pending'

/** Whether a transaction has moved money. One that was reversed has where another one moved it back; where none did, as at Alpaca, it is as if it had never been. */
function settledOf(changes: RowChanges): (row: Row) => boolean {
  const undone = new Set(sidesOf(changes).flatMap((rows) => rows.map(({ replaces }) => replaces)))
  return ({ status, providerTransactionId }) =>
    status === 'posted' || (status === 'reversed' && undone.has(providerTransactionId))
}

const contentOf = ({ amount, description, transactionDate }: Row) =>
  JSON.stringify([amount, description, transactionDate])

/** Those of which there is an equal one before. */
function repeated<T>(records: readonly T[], keyOf: (record: T) => string): T[] {
  const seen = new Set<string>()
  return records.filter((record) => {
    const key = keyOf(record)
    if (seen.has(key)) return true
    seen.add(key)
    return false
  })
}
