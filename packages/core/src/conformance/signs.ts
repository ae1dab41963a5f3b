import assert from 'node:assert/strict'
import type { AssetType, ProviderHoldingData } from '../data/holding.ts'
import type { ProviderTransactionData, TransactionSubtype } from '../data/transaction.ts'
import type { Decimal } from '../decimal.ts'

const unitsIn: ReadonlySet<TransactionSubtype> = new Set([
  'buy',
  'buy_to_cover',
  'buy_to_open',
  'buy_to_close',
  'reinvest',
])
const unitsOut: ReadonlySet<TransactionSubtype> = new Set(['sell', 'sell_short', 'sell_to_open', 'sell_to_close'])

const isNegative = (value: Decimal) => value.startsWith('-')
const isPositive = (value: Decimal) => value !== '0' && !isNegative(value)

/** Asserts that units that come are positive and units that go negative. What was cancelled or undone may say the opposite. */
export function assertUnitSigns(transactions: readonly ProviderTransactionData[]): void {
  for (const { subtype, quantity, status } of transactions) {
    if (subtype === null || quantity === null || status === 'cancelled' || status === 'reversed') continue
    assert(!unitsIn.has(subtype) || !isNegative(quantity), `The quantity of a '${subtype}' must not be negative.`)
    assert(!unitsOut.has(subtype) || !isPositive(quantity), `The quantity of a '${subtype}' must not be positive.`)
  }
}

/** What is worth something for whoever holds it. Of a future, only what it has gained is told. */
const worthy: ReadonlySet<AssetType> = new Set([
  'equity',
  'adr',
  'preferred',
  'etf',
  'closed_end_fund',
  'mutual_fund',
  'option',
  'fixed_income',
  'crypto',
])

/** Asserts that what is held is worth something, and what is owed costs something. */
export function assertValueSigns(holdings: readonly ProviderHoldingData[]): void {
  for (const { assetType, quantity, marketValue } of holdings) {
    if (marketValue === null || !worthy.has(assetType)) continue
    assert(
      !(isNegative(quantity) && isPositive(marketValue)) && !(isPositive(quantity) && isNegative(marketValue)),
      'The marketValue of a holding must have the sign of its quantity: both are negative for a short position.',
    )
  }
}
