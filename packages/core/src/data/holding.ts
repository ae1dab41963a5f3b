import type { Instant } from '../dates.ts'
import type { Decimal } from '../decimal.ts'
import type { Json } from '../json.ts'

/** What kinds of things are held. */
export const assetTypes = [
  'equity',
  'adr',
  'preferred',
  'etf',
  'closed_end_fund',
  'mutual_fund',
  'money_market',
  'option',
  'future',
  'fixed_income',
  'cash',
  'sweep',
  'crypto',
  'crypto_perp',
  'fx',
  'commodity',
  'structured',
  'annuity',
  'private',
  'index',
  'other',
  'unknown',
] as const

/** One of {@link assetTypes}. */
export type AssetType = (typeof assetTypes)[number]

/** The numbers a security goes by. `occ` is an option's 21-character symbol with its blanks. */
export type SecurityIdentifiers = { cusip: string | null; isin: string | null; figi: string | null; occ: string | null }

/** A position as a provider gives it. Plain JSON; `null` where the institution does not say. */
export type ProviderHoldingData = {
  /** Names this position within its account for ever. */
  providerHoldingId: string
  providerAccountId: string
  /** The ticker; for an option the OCC symbol without blanks. */
  symbol: string | null
  securityName: string | null
  assetType: AssetType
  identifiers: SecurityIdentifiers
  /** Units held; a short position is negative. */
  quantity: Decimal
  /** What the whole position cost, contract multiplier included. */
  costBasis: Decimal | null
  /** What the whole position is worth; negative for a short one. */
  marketValue: Decimal | null
  /** ISO 4217 code of all amounts here. */
  currency: string
  /** Cost of one unit. */
  averagePrice: Decimal | null
  /** Price of one unit. */
  currentPrice: Decimal | null
  priceAsOf: Instant | null
  /** Units of the underlying per unit held: 100 for most equity options, 1 otherwise. */
  multiplier: Decimal
  /** The provider's record under its own keys; `null` when the provider is told not to keep it. */
  rawData: Json
}
