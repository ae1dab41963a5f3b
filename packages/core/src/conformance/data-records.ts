import type { IsoDate } from '../dates.ts'
import type { Decimal } from '../decimal.ts'
import type { Account } from '../ports/account-repository.ts'
import type { AccountBalance } from '../ports/balance-repository.ts'
import type { SyncCursor } from '../ports/cursor-repository.ts'
import type { Holding } from '../ports/holding-repository.ts'
import type { Transaction } from '../ports/transaction-repository.ts'
import { instant } from './credential-record.ts'

/** A day of January 2026. */
export const day = (number: number) => `2026-01-${String(number).padStart(2, '0')}` as IsoDate

/** More digits than a double has, and none that it could be written with shorter. */
const longDecimal = '-12345678901234567890.123456789' as Decimal

const moment = instant('2026-01-31T12:00:00.001Z')

/** Data of an institution's own shape: numbers that are no decimals, keys in an order, and what databases are picky about. */
const rawData = { b: [1, 0.1, null, true], a: { 'ключ "1"': 'ü 🏦 \\ \n', empty: {} } }

/** An account like any other, with something in every field. */
export function accountOf(id: string, changes: Partial<Account> = {}): Account {
  return {
    id,
    userId: 'user-1',
    connectionId: 'connection-1',
    version: 1,
    providerAccountId: `provider-${id}`,
    accountNumberMasked: '••••1234',
    name: 'L\'épargne "1"',
    category: 'investment',
    accountType: 'ira_roth',
    providerAccountType: 'ROTH',
    taxTreatment: 'free',
    currency: 'USD',
    balance: longDecimal,
    availableBalance: '0' as Decimal,
    cashBalance: null,
    holdingsValue: '0.1' as Decimal,
    balanceAsOf: moment,
    status: 'restricted',
    isActive: true,
    paper: false,
    margin: null,
    rawData,
    ...changes,
  }
}

/** A transaction like any other, with something in every field. */
export function transactionOf(id: string, changes: Partial<Transaction> = {}): Transaction {
  return {
    id,
    userId: 'user-1',
    accountId: 'account-1',
    version: 1,
    removedAt: null,
    providerTransactionId: `provider-${id}`,
    providerAccountId: 'provider-account-1',
    transactionType: 'trade',
    subtype: 'buy',
    providerType: 'BUY',
    amount: longDecimal,
    currency: 'USD',
    description: 'Bought “10” 🏦',
    transactionDate: day(31),
    authorizedDate: day(30),
    settlementDate: null,
    occurredAt: moment,
    rail: 'acats',
    checkNumber: '0042',
    symbol: 'BRK.B',
    securityName: 'Berkshire',
    assetType: 'equity',
    quantity: '0.000000001' as Decimal,
    unitPrice: '100' as Decimal,
    commission: '-1' as Decimal,
    fees: [{ type: 'SEC', amount: '-0.01' as Decimal }],
    status: 'posted',
    groupId: 'order-1',
    replaces: null,
    rawData,
    ...changes,
  }
}

/** A holding like any other, with something in every field. */
export function holdingOf(id: string, changes: Partial<Holding> = {}): Holding {
  return {
    id,
    userId: 'user-1',
    accountId: 'account-1',
    version: 1,
    providerHoldingId: `provider-${id}`,
    providerAccountId: 'provider-account-1',
    symbol: 'AAPL260116C00200000',
    securityName: null,
    assetType: 'option',
    identifiers: { cusip: null, isin: null, figi: null, occ: 'AAPL  260116C00200000' },
    quantity: longDecimal,
    costBasis: '12.5' as Decimal,
    marketValue: null,
    currency: 'USD',
    averagePrice: null,
    currentPrice: '0.1' as Decimal,
    priceAsOf: moment,
    multiplier: '100' as Decimal,
    rawData,
    ...changes,
  }
}

/** A balance like any other. */
export function balanceOf(number: number, changes: Partial<AccountBalance> = {}): AccountBalance {
  return {
    userId: 'user-1',
    accountId: 'account-1',
    day: day(number),
    balance: longDecimal,
    holdingsValue: null,
    cashValue: '0.1' as Decimal,
    currency: 'USD',
    source: 'file',
    asOf: instant(`${day(number)}T12:00:00.000Z`),
    ...changes,
  }
}

/** A cursor like any other. */
export function cursorOf(version: number, changes: Partial<SyncCursor> = {}): SyncCursor {
  const covered = { from: day(1), to: day(31) }
  return {
    connectionId: 'connection-1',
    stream: 'transactions:1',
    cursor: `{"at":"${version}"}`,
    covered,
    version,
    ...changes,
  }
}
