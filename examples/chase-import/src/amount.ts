import type { Decimal } from '@finport/core'

// Two decimals at least, and more where there are more: an amount is never rounded.
const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 100 })

/** `'-1234.5'` as `-1,234.50`. The text is formatted as it is, not as a double. */
export function formatAmount(amount: Decimal | null): string {
  return amount === null ? '' : format.format(amount as `${number}`)
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}
