import {
  type BalanceSnapshot,
  Decimal,
  type ProviderAccountData,
  type ProviderHoldingData,
  type ProviderTransactionData,
  parseIsoDate,
  toInstant,
} from '../src/index.ts'

const noon = toInstant(Date.parse('2026-01-31T12:00:00Z'))
const day = parseIsoDate('2026-01-31').unwrap()
const zero = Decimal.parse('0').unwrap()

/** An account of which the institution says as little as it may. */
export const sampleAccount: ProviderAccountData = {
  providerAccountId: 'account-1',
  accountNumberMasked: '••••1234',
  name: 'Everyday',
  category: 'depository',
  accountType: 'checking',
  providerAccountType: 'CHECKING',
  taxTreatment: null,
  currency: 'USD',
  balance: null,
  availableBalance: null,
  cashBalance: null,
  holdingsValue: null,
  balanceAsOf: null,
  status: 'open',
  isActive: true,
  paper: false,
  margin: null,
  rawData: null,
}

/** A transaction of which the institution says as little as it may. */
export const sampleTransaction: ProviderTransactionData = {
  providerTransactionId: 'transaction-1',
  providerAccountId: 'account-1',
  transactionType: 'payment',
  subtype: null,
  providerType: 'DEBIT',
  amount: Decimal.parse('-12.5').unwrap(),
  currency: 'USD',
  description: '',
  transactionDate: day,
  authorizedDate: null,
  settlementDate: null,
  occurredAt: null,
  rail: null,
  checkNumber: null,
  symbol: null,
  securityName: null,
  assetType: null,
  quantity: null,
  unitPrice: null,
  commission: null,
  fees: [],
  status: 'posted',
  groupId: null,
  replaces: null,
  rawData: null,
}

/** A holding of which the institution says as little as it may. */
export const sampleHolding: ProviderHoldingData = {
  providerHoldingId: 'holding-1',
  providerAccountId: 'account-1',
  symbol: null,
  securityName: null,
  assetType: 'unknown',
  identifiers: { cusip: null, isin: null, figi: null, occ: null },
  quantity: zero,
  costBasis: null,
  marketValue: null,
  currency: 'USD',
  averagePrice: null,
  currentPrice: null,
  priceAsOf: null,
  multiplier: Decimal.parse('1').unwrap(),
  rawData: null,
}

export const sampleBalance: BalanceSnapshot = {
  balance: zero,
  holdingsValue: null,
  cashValue: null,
  currency: 'USD',
  source: 'sync',
  asOf: noon,
}
