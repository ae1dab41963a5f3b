import type { AccountRepository } from '@finport/core'
import { saveRows } from '../save-rows.ts'
import type { Session } from '../session.ts'
import { accountTable } from '../table.ts'
import { toText } from '../to-text.ts'

/** Accounts in a database. */
export function kyselyAccounts(session: Session): AccountRepository {
  const list = async (column: 'user_id' | 'connection_id', id: string) => {
    const rows = await session.run((db) =>
      db.selectFrom('finport_accounts').selectAll().where(column, '=', id).orderBy('id').execute(),
    )
    return rows.map((all) => all.map(accountTable.fromRow))
  }
  return {
    async find(userId, id) {
      const row = await session.run((db) =>
        db
          .selectFrom('finport_accounts')
          .selectAll()
          .where('user_id', '=', userId)
          .where('id', '=', toText(id))
          .executeTakeFirst(),
      )
      return row.map((found) => (found === undefined ? null : accountTable.fromRow(found)))
    },
    listByUser: (userId) => list('user_id', userId),
    listByConnection: (connectionId) => list('connection_id', connectionId),
    save: (accounts) => saveRows(session, accountTable, accounts),
  }
}
