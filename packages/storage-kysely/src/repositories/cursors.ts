import type { CursorRepository } from '@finport/core'
import { saveVersion } from '../save-version.ts'
import type { Session } from '../session.ts'
import { cursorTable } from '../table.ts'

/** Cursors in a database. */
export function kyselyCursors(session: Session): CursorRepository {
  return {
    async find(connectionId, stream) {
      const row = await session.run((db) =>
        db
          .selectFrom('finport_cursors')
          .selectAll()
          .where('connection_id', '=', connectionId)
          .where('stream', '=', stream)
          .executeTakeFirst(),
      )
      return row.map((found) => (found === undefined ? null : cursorTable.fromRow(found)))
    },
    save: (cursor, expectedVersion) => saveVersion(session, cursorTable, cursor, expectedVersion),
  }
}
