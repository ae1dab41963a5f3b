import type { Kysely } from 'kysely'
import { familyOf } from './family.ts'
import type { FinportTables } from './schema.ts'
import { createSession, type Database, type Session } from './session.ts'

/** Where to store. */
export type KyselyRepositoriesOptions<Tables extends FinportTables = FinportTables> = {
  /** Finport's own Kysely, or the one that a host has for its own tables. Its plugins are not used. Not a transaction. In PostgreSQL, the tables are in the first schema of the connection's search path. */
  db: Kysely<Tables>
}

/** The database that is meant, without anything that would change names or values. */
export function toDatabase<Tables extends FinportTables>({ db }: KyselyRepositoriesOptions<Tables>): Database {
  return db.withoutPlugins() as unknown as Database // It has these tables, and maybe others.
}

/** How to reach it. @throws TypeError when it speaks no SQL that Finport knows. */
export function createOuterSession<Tables extends FinportTables>(options: KyselyRepositoriesOptions<Tables>): Session {
  const db = toDatabase(options)
  return createSession(db, familyOf(db))
}
