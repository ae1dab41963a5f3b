import { type HoldingRepository, Ok } from '@finport/core'
import { isAmong } from '../is-among.ts'
import { saveRows } from '../save-rows.ts'
import type { Session } from '../session.ts'
import { holdingTable } from '../table.ts'

/** Holdings in a database. */
export function kyselyHoldings(session: Session): HoldingRepository {
  const list = async (column: 'user_id' | 'account_id', id: string) => {
    const rows = await session.run((db) =>
      db.selectFrom('finport_holdings').selectAll().where(column, '=', id).orderBy('id').execute(),
    )
    return rows.map((all) => all.map(holdingTable.fromRow))
  }
  return {
    listByUser: (userId) => list('user_id', userId),
    listByAccount: (accountId) => list('account_id', accountId),
    save: (holdings) => saveRows(session, holdingTable, holdings),
    async remove(accountId, ids) {
      if (ids.length === 0) return Ok(0)
      const done = await session.run((db) =>
        db
          .deleteFrom('finport_holdings')
          .where('account_id', '=', accountId)
          .where(isAmong(session.family, 'id', ids))
          .executeTakeFirst(),
      )
      return done.map(({ numDeletedRows }) => Number(numDeletedRows))
    },
  }
}
