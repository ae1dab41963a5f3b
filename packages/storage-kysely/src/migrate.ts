import type { Result, StorageError } from '@finport/core'
import { sql } from 'kysely'
import { type Family, familyOf } from './family.ts'
import { type FinportMigration, migrations } from './migrations.ts'
import { type KyselyRepositoriesOptions, toDatabase } from './options.ts'
import type { FinportTables } from './schema.ts'
import { type Database, retried } from './session.ts'
import { storeClock } from './store-clock.ts'

/** What {@link migrate} did. */
export type MigrationReport = {
  /** The names of the steps it took, in their order: none when the tables were up to date. */
  applied: string[]
}

const done = sql.table('finport_migrations')
/** Any number that nobody else locks. */
const LOCK = 5_703_208_114

/** Has everybody wait for whoever is first. In SQLite, whoever writes is alone. */
async function waitForOthers(db: Database, family: Family): Promise<void> {
  if (family === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(db)
  const text = family === 'postgres' ? sql`text collate "C"` : sql`text`
  await sql`create table if not exists ${done} (name ${text} not null primary key, applied_at ${text} not null)`.execute(
    db,
  )
  // SQLite's `if not exists` only reads when the table is there.
  await sql`delete from ${done} where name = ''`.execute(db)
}

/** {@link migrate} with steps that are given. */
export function applyMigrations(
  db: Database,
  steps: Readonly<Record<string, FinportMigration>>,
): Promise<Result<MigrationReport, StorageError>> {
  const family = familyOf(db)
  return retried(() =>
    db.transaction().execute(async (transaction) => {
      await waitForOthers(transaction, family)
      const { rows } = await sql<{ name: string }>`select name from ${done}`.execute(transaction)
      const names = new Set(rows.map(({ name }) => name))
      const applied: string[] = []
      for (const [name, step] of Object.entries(steps)) {
        if (names.has(name)) continue
        await step.up(transaction)
        await sql`insert into ${done} (name, applied_at) values (${name}, ${storeClock(family)})`.execute(transaction)
        applied.push(name)
      }
      return { applied }
    }),
  )
}

/**
 * Makes the tables, or brings them up to date: all steps that are missing, in one transaction. Any number of processes may do it at a time, as when several are started: one takes the steps and the others wait for it.
 * Which were taken is in `finport_migrations`. Steps that a newer version took are left alone.
 *
 * @returns `STORAGE_UNAVAILABLE` when the database refused; nothing is changed then.
 */
export function migrate<Tables extends FinportTables>(
  options: KyselyRepositoriesOptions<Tables>,
): Promise<Result<MigrationReport, StorageError>> {
  return applyMigrations(toDatabase(options), migrations)
}
