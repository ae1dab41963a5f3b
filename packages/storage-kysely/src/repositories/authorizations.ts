import { type AuthorizationRepository, Err, Ok, StorageError } from '@finport/core'
import type { Session } from '../session.ts'
import { authorizationTable } from '../table.ts'

/** Logins that were begun, in a database. */
export function kyselyAuthorizations(session: Session): AuthorizationRepository {
  return {
    async insert(request) {
      const row = authorizationTable.toRow(request)
      const done = await session.run((db) =>
        db
          .insertInto('finport_authorizations')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst(),
      )
      return done.andThen(({ numInsertedOrUpdatedRows }) =>
        numInsertedOrUpdatedRows === 1n ? Ok(undefined) : Err(new StorageError('STORAGE_CONFLICT')),
      )
    },
    async take(userId, stateHash) {
      const row = await session.run((db) =>
        db
          .deleteFrom('finport_authorizations')
          .where('user_id', '=', userId)
          .where('state_hash', '=', stateHash)
          .returningAll()
          .executeTakeFirst(),
      )
      return row.map((taken) => (taken === undefined ? null : authorizationTable.fromRow(taken)))
    },
    async removeExpired(before) {
      const done = await session.run((db) =>
        db.deleteFrom('finport_authorizations').where('expires_at', '<', before).executeTakeFirst(),
      )
      return done.map(({ numDeletedRows }) => Number(numDeletedRows))
    },
  }
}
