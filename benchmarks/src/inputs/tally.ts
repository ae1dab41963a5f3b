/** What shows that a file was read: how many transactions, and the sum of their amounts in cents. */
export type Tally = { rows: number; cents: number }

/** An amount of whole cents, as a file or a reader gives it. */
export function centsOf(amount: string | number): number {
  return Math.round(Number(amount) * 100)
}

/** Cents as a file has them. */
export function amountOf(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
