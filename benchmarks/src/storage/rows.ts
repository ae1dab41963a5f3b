import { Decimal, type Transaction, toInstant } from '@finport/core'

const start = Date.parse('2020-01-01T00:00:00Z')
const DAY = 86_400_000
const words = ['COFFEE', 'GROCERIES', 'RENT', 'PAYROLL', 'TRANSFER', 'UTILITIES', 'BOOKS']

/** Transactions of an account, as a sync saves them: each with a provider's record of a dozen fields. Every hundredth is another one in the second version. */
export function createTransactions(from: number, count: number, version: 1 | 2): Transaction[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = from + offset
    const changed = version === 2 && index % 100 === 0
    const occurredAt = toInstant(start + Math.floor(index / 40) * DAY + (index % 40) * 60_000)
    const transactionDate = occurredAt.slice(0, 10) as Transaction['transactionDate']
    const description = `${words[index % words.length]} ${String(index).padStart(7, '0')}${changed ? ' corrected' : ''}`
    const amount = Decimal.parse(`${index % 5 === 0 ? '' : '-'}${index % 9_000}.${10 + (index % 90)}`).unwrap()
    return {
      id: `0198f3a0-${String(index).padStart(12, '0')}`,
      userId: 'user-1',
      accountId: 'account-1',
      providerTransactionId: `202001${String(index).padStart(10, '0')}`,
      providerAccountId: '4f2c1d',
      transactionType: 'payment',
      subtype: 'purchase',
      providerType: 'DEBIT',
      amount,
      currency: 'USD',
      description,
      transactionDate,
      authorizedDate: transactionDate,
      settlementDate: null,
      occurredAt,
      rail: 'card',
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
      rawData: {
        id: index,
        type: 'DEBIT',
        date: transactionDate,
        amount,
        memo: description,
        tags: ['a', 'b'],
        mcc: '5814',
      },
      removedAt: null,
      version: changed ? 2 : 1,
    }
  })
}

/** The columns of a row, in their order. */
export const columns = [
  'id',
  'user_id',
  'account_id',
  'provider_transaction_id',
  'provider_account_id',
  'transaction_type',
  'subtype',
  'provider_type',
  'amount',
  'currency',
  'description',
  'transaction_date',
  'authorized_date',
  'settlement_date',
  'occurred_at',
  'rail',
  'check_number',
  'symbol',
  'security_name',
  'asset_type',
  'quantity',
  'unit_price',
  'commission',
  'fees',
  'status',
  'group_id',
  'replaces',
  'raw_data',
  'removed_at',
  'version',
] as const

/** A row by hand. */
export function toValues(row: Transaction): (string | number | null)[] {
  return [
    row.id,
    row.userId,
    row.accountId,
    row.providerTransactionId,
    row.providerAccountId,
    row.transactionType,
    row.subtype,
    row.providerType,
    row.amount,
    row.currency,
    row.description,
    row.transactionDate,
    row.authorizedDate,
    row.settlementDate,
    row.occurredAt,
    row.rail,
    row.checkNumber,
    row.symbol,
    row.securityName,
    row.assetType,
    row.quantity,
    row.unitPrice,
    row.commission,
    JSON.stringify(row.fees),
    row.status,
    row.groupId,
    row.replaces,
    JSON.stringify(row.rawData),
    row.removedAt,
    row.version,
  ]
}

/** The statement by hand, with its values. */
export function toUpsert(values: string): string {
  const others = columns.filter((column) => column !== 'id')
  return `insert into finport_transactions as stored (${columns.join(', ')}) ${values} on conflict (id) do update set
    ${others.map((column) => `${column} = excluded.${column}`).join(', ')}
    where ${others.map((column) => `stored.${column} is distinct from excluded.${column}`).join(' or ')}`
}
