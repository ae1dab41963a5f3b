import { Ok } from '../../result.ts'
import type { Holding, HoldingRepository } from '../holding-repository.ts'
import { compareText, keyOf, type RowKeys, removeRow, saveChangedRows, select } from './table.ts'
import type { Access } from './tables.ts'

const keys: RowKeys<Holding> = {
  keyOf: ({ id }) => id,
  uniqueOf: ({ accountId, providerHoldingId }) => keyOf(accountId, providerHoldingId),
}

/** Holdings in memory. */
export function memoryHoldings({ read, write }: Access): HoldingRepository {
  const list = (isWanted: (row: Holding) => boolean) =>
    Ok(select(read().holdings, isWanted, (one, other) => compareText(one.id, other.id)))
  return {
    listByUser: async (userId) => list((row) => row.userId === userId),
    listByAccount: async (accountId) => list((row) => row.accountId === accountId),
    save: (rows) => write(({ holdings }) => saveChangedRows(holdings, keys, rows)),
    remove: (accountId, ids) =>
      write(({ holdings }) => {
        const own = ids.filter((id) => holdings.rows.get(id)?.accountId === accountId)
        return Ok(own.filter((id) => removeRow(holdings, keys, id)).length)
      }),
  }
}
