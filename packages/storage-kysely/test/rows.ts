import { type Account, Decimal, type Transaction, toInstant } from '@finport/core'

/** A moment. */
const noon = toInstant(Date.parse('2026-01-31T12:00:00Z'))

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
    balance: Decimal.parse('0.10').unwrap(),
    availableBalance: null,
    cashBalance: null,
    holdingsValue: null,
    balanceAsOf: noon,
    status: 'open',
    isActive: true,
    paper: false,
    margin: null,
    rawData: { a: '1.10', b: [1, null] },
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
    amount: Decimal.parse('-12345678901234567890.123456789').unwrap(),
    currency: 'USD',
    description: 'COFFEE',
    transactionDate: '2026-01-31' as Transaction['transactionDate'],
    authorizedDate: null,
    settlementDate: null,
    occurredAt: noon,
    rail: null,
    checkNumber: '0042',
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
    rawData: { id: 1 },
    removedAt: null,
    version: 1,
    ...changes,
  }
}
