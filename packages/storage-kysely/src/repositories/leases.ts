import type { Lease, LeaseRepository } from '@finport/core'
import type { Session } from '../session.ts'
import { storeClock } from '../store-clock.ts'

/** A plain object: node:sqlite gives rows without a prototype. */
const toLease = (row: Lease | undefined): Lease | null => (row === undefined ? null : { ...row })

/** Leases in a database, by its clock. */
export function kyselyLeases(session: Session): LeaseRepository {
  const { family } = session
  return {
    async acquire({ key, owner, milliseconds }) {
      const lease = await session.run((db) =>
        db
          .insertInto('finport_leases')
          .values({ key, owner, until: storeClock(family, milliseconds) })
          .onConflict((conflict) =>
            conflict
              .column('key')
              .doUpdateSet((eb) => ({ owner: eb.ref('excluded.owner'), until: eb.ref('excluded.until') }))
              .where(({ eb, or }) =>
                or([eb('finport_leases.owner', '=', owner), eb('finport_leases.until', '<=', storeClock(family))]),
              ),
          )
          .returningAll()
          .executeTakeFirst(),
      )
      return lease.map(toLease)
    },
    async renew({ key, owner, milliseconds }) {
      const lease = await session.run((db) =>
        db
          .updateTable('finport_leases')
          .set({ until: storeClock(family, milliseconds) })
          .where('key', '=', key)
          .where('owner', '=', owner)
          .returningAll()
          .executeTakeFirst(),
      )
      return lease.map(toLease)
    },
    async release({ key, owner }) {
      const done = await session.run((db) =>
        db.deleteFrom('finport_leases').where('key', '=', key).where('owner', '=', owner).execute(),
      )
      return done.map(() => undefined)
    },
  }
}
