import { Decimal } from '@finport/core'

/** What a reader found in a file. */
export type Reading = {
  rows: number
  /** Of all rows, those that can't be used too, where their amount can be read. */
  sum: Decimal
  /** Rows that can't be used: where, and why. They are not among `rows`. */
  rejected: string[]
  /** Why there is nothing; `null` when the file was read. */
  problem: string | null
}

/** A way to read a file. It may throw, and it may never end. */
export type Reader = (path: string) => Promise<Reading>

/** A reading of nothing yet. */
export function emptyReading(): Reading {
  return { rows: 0, sum: Decimal.parse(0).unwrap(), rejected: [], problem: null }
}

/** Adds what a file has for an amount, blanks and a comma or a point for the decimals as they may be; what can't be read adds nothing. */
export function addAmount(reading: Reading, amount: unknown): void {
  const text = String(amount ?? '').replace(/\s/g, '')
  const mark = Math.max(text.lastIndexOf(','), text.lastIndexOf('.'))
  const plain = mark === -1 ? text : `${text.slice(0, mark).replace(/[.,]/g, '')}.${text.slice(mark + 1)}`
  reading.sum = Decimal.add(reading.sum, Decimal.parse(plain).unwrapOr(emptyReading().sum))
}
