import { Ok } from '../../result.ts'
import type { Account, AccountRepository } from '../account-repository.ts'
import { compareText, keyOf, type RowKeys, saveChangedRows, select } from './table.ts'
import type { Access } from './tables.ts'

const keys: RowKeys<Account> = {
  keyOf: ({ id }) => id,
  uniqueOf: ({ connectionId, providerAccountId }) => keyOf(connectionId, providerAccountId),
}

/** Accounts in memory. */
export function memoryAccounts({ read, write }: Access): AccountRepository {
  const list = (isWanted: (row: Account) => boolean) =>
    Ok(select(read().accounts, isWanted, (one, other) => compareText(one.id, other.id)))
  return {
    async find(userId, id) {
      const row = read().accounts.rows.get(id)
      return Ok(row?.userId === userId ? structuredClone(row) : null)
    },
    listByUser: async (userId) => list((row) => row.userId === userId),
    listByConnection: async (connectionId) => list((row) => row.connectionId === connectionId),
    save: (rows) => write(({ accounts }) => saveChangedRows(accounts, keys, rows)),
  }
}
