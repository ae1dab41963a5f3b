import { type QueryExecutorProvider, sql } from 'kysely'

/** Which SQL a database speaks. */
export type Family = 'sqlite' | 'postgres'

/**
 * Finds out by how a statement is written: classes of a host's Kysely may come from another copy of it.
 *
 * @throws TypeError for a database of another kind.
 */
export function familyOf(db: QueryExecutorProvider): Family {
  const written = sql`${sql.id('a')} = ${1}`.compile(db).sql
  if (written === '"a" = ?') return 'sqlite'
  if (written === '"a" = $1') return 'postgres'
  throw new TypeError('Finport stores in SQLite, PGlite and PostgreSQL: this Kysely speaks to another database.')
}
