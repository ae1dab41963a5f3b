import type { Connection } from '../../connections/connection.ts'
import type { Instant, IsoDate } from '../../dates.ts'
import type { Decimal } from '../../decimal.ts'
import type { Json } from '../../json.ts'
import type { Account } from '../../ports/account-repository.ts'
import type { AuthorizationRequest } from '../../ports/authorization-repository.ts'
import type { AccountBalance } from '../../ports/balance-repository.ts'
import type { SyncCursor } from '../../ports/cursor-repository.ts'
import type { Holding } from '../../ports/holding-repository.ts'
import type { Transaction } from '../../ports/transaction-repository.ts'

/** A moment. */
export const instant = (text: string) => text as Instant
/** A day. */
export const day = (text: string) => text as IsoDate
/** A number, in its canonical form. */
export const decimal = (text: string) => text as Decimal

/** Texts that a database may take for something else. */
export const TEXTS = [
  '',
  ' ',
  'NULL',
  'null',
  "it's",
  '"quoted"',
  'back\\slash',
  '\\N',
  '{a,b}',
  '{}',
  'line\nbreak\r\ttab',
  '$1 ? :name %s',
  "'; drop table x; --",
  'Café 東京 🏦 ﷺ',
  'e\u0301',
  '\u{10FFFF}\uFEFF\u2028',
  '0.10',
  '00123',
  '1e5',
  'true',
  '2026-01-31',
  'x'.repeat(20_000),
] as const

/** Numbers that no double holds, or that a database may write otherwise. */
export const DECIMALS = [
  '0',
  '-0.1',
  '0.1',
  '100',
  '12345678901234567890.123456789012345678',
  '-0.000000000000000001',
  '9007199254740993',
  `1${'0'.repeat(60)}`,
].map(decimal)

/** Values of JSON that a database may change. */
export const JSON_VALUES: readonly Json[] = [
  null,
  false,
  0,
  '',
  'null',
  -0.1,
  1e21,
  [],
  {},
  [null, [], {}],
  { b: 1, a: { z: [1, 2, { y: null }] }, '': 'no name', 'a.b': '1', '10': 'x', '9': 'y' },
  { amount: '0.10', big: 9007199254740991, nul: 'a\u0000b', quote: '"\\', emoji: '🏦' },
]

/** A connection like any other. */
export function connectionOf(id: string, changes: Partial<Connection> = {}): Connection {
  return {
    id,
    userId: 'user-1',
    provider: 'acme',
    alias: id,
    status: 'pending',
    reauthenticateBy: null,
    sandbox: false,
    meta: {},
    createdAt: instant('2026-01-31T12:00:00.000Z'),
    updatedAt: instant('2026-01-31T12:00:00.000Z'),
    version: 1,
    ...changes,
  }
}

/** A login like any other. */
export function loginOf(stateHash: string, changes: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  return {
    stateHash,
    userId: 'user-1',
    connectionId: 'connection-1',
    provider: 'acme',
    sealedCodeVerifier: 'c2VhbGVk',
    browserBindingHash: null,
    returnContext: null,
    expiresAt: instant('2026-01-31T12:10:00.000Z'),
    ...changes,
  }
}

/** An account like any other. */
export function accountOf(id: string, changes: Partial<Account> = {}): Account {
  return {
    id,
    userId: 'user-1',
    connectionId: 'connection-1',
    providerAccountId: `provider-${id}`,
    accountNumberMasked: '••••1234',
    name: 'Everyday',
    category: 'depository',
    accountType: 'checking',
    providerAccountType: 'CHECKING',
    taxTreatment: null,
    currency: 'USD',
    balance: decimal('1234.5'),
    availableBalance: null,
    cashBalance: null,
    holdingsValue: null,
    balanceAsOf: null,
    status: 'open',
    isActive: true,
    paper: false,
    margin: null,
    rawData: null,
    version: 1,
    ...changes,
  }
}

/** A transaction like any other. */
export function transactionOf(id: string, changes: Partial<Transaction> = {}): Transaction {
  return {
    id,
    userId: 'user-1',
    accountId: 'account-1',
    providerTransactionId: `provider-${id}`,
    providerAccountId: 'provider-account-1',
    transactionType: 'payment',
    subtype: 'purchase',
    providerType: 'DEBIT',
    amount: decimal('-12.5'),
    currency: 'USD',
    description: 'COFFEE',
    transactionDate: day('2026-01-31'),
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
    removedAt: null,
    version: 1,
    ...changes,
  }
}

/** A position like any other. */
export function holdingOf(id: string, changes: Partial<Holding> = {}): Holding {
  return {
    id,
    userId: 'user-1',
    accountId: 'account-1',
    providerHoldingId: `provider-${id}`,
    providerAccountId: 'provider-account-1',
    symbol: 'MSFT',
    securityName: null,
    assetType: 'equity',
    identifiers: { cusip: null, isin: null, figi: null, occ: null },
    quantity: decimal('10'),
    costBasis: null,
    marketValue: null,
    currency: 'USD',
    averagePrice: null,
    currentPrice: null,
    priceAsOf: null,
    multiplier: decimal('1'),
    rawData: null,
    version: 1,
    ...changes,
  }
}

/** A balance like any other. */
export function balanceOf(date: string, changes: Partial<AccountBalance> = {}): AccountBalance {
  return {
    userId: 'user-1',
    accountId: 'account-1',
    day: day(date),
    balance: decimal('1234.5'),
    holdingsValue: null,
    cashValue: null,
    currency: 'USD',
    source: 'sync',
    asOf: instant('2026-01-31T12:00:00.000Z'),
    ...changes,
  }
}

/** A cursor like any other. */
export function cursorOf(version: number, changes: Partial<SyncCursor> = {}): SyncCursor {
  return { connectionId: 'connection-1', stream: 'stream-1', cursor: null, covered: null, version, ...changes }
}
