import {
  createKyselyCredentialRepository,
  createKyselyRepositories,
  type FinportTables,
  migrate,
} from '@finport/storage-kysely'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'

/** Finport's tables, and the one of this app. */
export type Tables = FinportTables & {
  /** When each quota lets the next request go. */
  sync_quotas: { key: string; next_at: Date }
}

/** The database that all workers share, with its tables: of several that start at once, one makes them. */
export async function openStore(databaseUrl: string, { connections = 10 }: { connections?: number } = {}) {
  const pool = new Pool({ connectionString: databaseUrl, max: connections })
  // A connection that the server ends while nobody uses it: the pool opens another.
  pool.on('error', (error) => console.error(`PostgreSQL: ${error.message}`))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), log: ['error'] })
  const migrated = await migrate({ db })
  if (migrated.isErr()) throw migrated.error
  await db.transaction().execute(async (transaction) => {
    // `create table if not exists` alone fails when two do it at once.
    await sql`select pg_advisory_xact_lock(hashtext('sync_quotas'))`.execute(transaction)
    await sql`create table if not exists sync_quotas (key text primary key, next_at timestamptz not null)`.execute(
      transaction,
    )
  })
  return {
    db,
    repositories: createKyselyRepositories({ db }),
    credentials: createKyselyCredentialRepository({ db }),
    close: () => db.destroy(),
  }
}

export type Store = Awaited<ReturnType<typeof openStore>>
