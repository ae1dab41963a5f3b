import { Ok } from '../../result.ts'
import type { AccountBalance, BalanceRepository } from '../balance-repository.ts'
import { compareText, keyOf, type RowKeys, saveChangedRows, select } from './table.ts'
import type { Access } from './tables.ts'

const keys: RowKeys<AccountBalance> = { keyOf: ({ accountId, day }) => keyOf(accountId, day), uniqueOf: () => null }

/** Balances in memory. */
export function memoryBalances({ read, write }: Access): BalanceRepository {
  return {
    async list({ userId, accountId, from, to, after, limit }) {
      const isWanted = (row: AccountBalance) =>
        row.userId === userId &&
        row.accountId === accountId &&
        (from === undefined || row.day >= from) &&
        (to === undefined || row.day <= to) &&
        (after === null || row.day < after)
      return Ok(select(read().balances, isWanted, (one, other) => compareText(other.day, one.day), limit))
    },
    save: (rows) => write(({ balances }) => saveChangedRows(balances, keys, rows)),
  }
}
