import type { Decimal } from '@finport/core'

/** An amount in its currency. The text is formatted as it is, and never as a double. */
export function formatMoney(amount: Decimal, currency: string): string {
  // 'XXX' is what ISO 4217 has for "no currency".
  if (currency === 'XXX') return formatQuantity(amount)
  return new Intl.NumberFormat('en-US', { style: 'currency', currency, signDisplay: 'negative' }).format(
    amount as `${number}`,
  )
}

/** A round number on a scale: cents only where it has some. */
export function formatRound(value: number, currency: string): string {
  const style = currency === 'XXX' ? ({ style: 'decimal' } as const) : ({ style: 'currency', currency } as const)
  return new Intl.NumberFormat('en-US', { ...style, trailingZeroDisplay: 'stripIfInteger' }).format(value)
}

/** An amount with its sign, as of something that came or went. */
export function formatChange(amount: Decimal, currency: string): string {
  const text = formatMoney(amount, currency)
  // What rounds to nothing has no sign.
  return amount.startsWith('-') || !/[1-9]/.test(text) ? text : `+${text}`
}

export function formatQuantity(quantity: Decimal): string {
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: 8 }).format(quantity as `${number}`)
}

export function formatShare(share: number): string {
  return new Intl.NumberFormat('en-US', {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(share)
}

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

const dayFormat = new Intl.DateTimeFormat('en-US', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  timeZone: 'UTC',
})

/** A civil day, such as `2026-01-31`, or the day of a moment. */
export function formatDay(day: string): string {
  return dayFormat.format(new Date(day.length === 10 ? `${day}T00:00:00Z` : day))
}

/** `credit_card` as `Credit card`. */
export function formatWord(word: string): string {
  const text = word.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const kinds: Readonly<Record<string, string>> = {
  adr: 'ADRs',
  cash: 'Cash',
  crypto: 'Crypto',
  equity: 'Stocks',
  etf: 'ETFs',
  fixed_income: 'Bonds',
  money_market: 'Money market',
  mutual_fund: 'Mutual funds',
  option: 'Options',
}

/** What is held, in words. */
export function formatAssetType(assetType: string): string {
  return kinds[assetType] ?? formatWord(assetType)
}
