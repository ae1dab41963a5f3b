/** What shows that a file was read: how many transactions, and the sum of their amounts in cents. */
export type Tally = { rows: number; cents: number }

const MINUS = 45
const ZERO = 48
const NINE = 57

/** An amount of whole cents, as a file or a reader gives it. A text is read digit by digit, which costs a reader's time less than making it a number. */
export function centsOf(amount: string | number): number {
  if (typeof amount === 'number') return Math.round(amount * 100)
  let digits = 0
  for (let index = 0; index < amount.length; index++) {
    const unit = amount.charCodeAt(index)
    if (unit >= ZERO && unit <= NINE) digits = digits * 10 + unit - ZERO
  }
  const point = amount.indexOf('.')
  const decimals = point === -1 ? 0 : amount.length - point - 1
  const cents = decimals === 2 ? digits : digits * 10 ** (2 - decimals)
  return amount.charCodeAt(0) === MINUS ? -cents : cents
}

/** Cents as a file has them. */
export function amountOf(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
