import type { Kysely } from 'kysely'
import { familyOf } from './family.ts'
import type { FinportTables } from './schema.ts'
import { createSession, type Database, type Session } from './session.ts'

/** Where to store. */
export type KyselyRepositoriesOptions<Tables extends FinportTables = FinportTables> = {
  /** Finport's own Kysely, or the one that a host has for its own tables. Its plugins are not used. Not a transaction. */
  db: Kysely<Tables>
  /** The schema the tables are in, of PostgreSQL: the first one of the search path if nothing is given. */
  schema?: string | undefined
}

/** The database that is meant, without anything that would change names or values. */
export function toDatabase<Tables extends FinportTables>({ db, schema }: KyselyRepositoriesOptions<Tables>): Database {
  const plain = db.withoutPlugins() as unknown as Database // It has these tables, and maybe others.
  return schema === undefined ? plain : plain.withSchema(schema)
}

/** How to reach it. @throws TypeError when it speaks no SQL that Finport knows. */
export function createOuterSession<Tables extends FinportTables>(options: KyselyRepositoriesOptions<Tables>): Session {
  const db = toDatabase(options)
  return createSession(db, familyOf(db))
}
