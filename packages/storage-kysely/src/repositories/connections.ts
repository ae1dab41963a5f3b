import type { ConnectionRepository } from '@finport/core'
import { saveVersion } from '../save-version.ts'
import type { Session } from '../session.ts'
import { connectionTable } from '../table.ts'
import { toText } from '../to-text.ts'

/** Connections in a database. */
export function kyselyConnections(session: Session): ConnectionRepository {
  return {
    async find(userId, id) {
      const row = await session.run((db) =>
        db
          .selectFrom('finport_connections')
          .selectAll()
          .where('user_id', '=', userId)
          .where('id', '=', toText(id))
          .executeTakeFirst(),
      )
      return row.map((found) => (found === undefined ? null : connectionTable.fromRow(found)))
    },
    save: (connection, expectedVersion) => saveVersion(session, connectionTable, connection, expectedVersion),
    async list({ userId, provider, status, updatedBefore, after, limit }) {
      const rows = await session.run((db) => {
        let query = db.selectFrom('finport_connections').selectAll()
        if (userId !== undefined) query = query.where('user_id', '=', userId)
        if (provider !== undefined) query = query.where('provider', '=', provider)
        if (status !== undefined) query = query.where('status', '=', status)
        if (updatedBefore !== undefined) query = query.where('updated_at', '<', updatedBefore)
        if (after !== null) query = query.where('id', '>', after)
        return query.orderBy('id').limit(limit).execute()
      })
      return rows.map((all) => all.map(connectionTable.fromRow))
    },
  }
}
