import { Ok } from '../../result.ts'
import type { Transaction, TransactionRepository } from '../transaction-repository.ts'
import { compareText, keyOf, type RowKeys, saveChangedRows, select } from './table.ts'
import type { Access } from './tables.ts'

const keys: RowKeys<Transaction> = {
  keyOf: ({ id }) => id,
  uniqueOf: ({ accountId, providerTransactionId }) => keyOf(accountId, providerTransactionId),
}

type Place = Pick<Transaction, 'transactionDate' | 'id'>

function compare(one: Place, other: Place): number {
  return compareText(one.transactionDate, other.transactionDate) || compareText(one.id, other.id)
}

/** Transactions in memory. */
export function memoryTransactions({ read, write }: Access): TransactionRepository {
  return {
    async list({ userId, accountId, from, to, status, includeRemoved = false, after, limit }) {
      const isWanted = (row: Transaction) =>
        row.userId === userId &&
        (accountId === undefined || row.accountId === accountId) &&
        (from === undefined || row.transactionDate >= from) &&
        (to === undefined || row.transactionDate <= to) &&
        (status === undefined || row.status === status) &&
        (includeRemoved || row.removedAt === null) &&
        (after === null || compare(row, after) < 0)
      return Ok(select(read().transactions, isWanted, (one, other) => compare(other, one), limit))
    },
    async listInRange(accountId, { from, to }) {
      const isWanted = (row: Transaction) =>
        row.accountId === accountId && row.transactionDate >= from && row.transactionDate <= to
      return Ok(select(read().transactions, isWanted, compare))
    },
    async findByProviderIds(accountId, providerTransactionIds) {
      const { rows, owners } = read().transactions
      const ids = new Set(providerTransactionIds.map((id) => owners.get(keyOf(accountId, id))))
      const found = [...ids].flatMap((id) => (id === undefined ? [] : (rows.get(id) ?? [])))
      return Ok(structuredClone(found))
    },
    save: (rows) => write(({ transactions }) => saveChangedRows(transactions, keys, rows)),
  }
}
