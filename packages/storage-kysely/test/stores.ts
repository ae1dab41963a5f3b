import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import type { StoreHandle } from '@finport/core/conformance'
import BetterSqlite from 'better-sqlite3'
import { type Dialect, Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import {
  createKyselyCredentialRepository,
  createKyselyRepositories,
  createSqliteDialect,
  type FinportTables,
  migrate,
} from '../src/index.ts'

/** Where a store is that several processes can open. */
export type StoreAddress = {
  kind: 'node:sqlite' | 'better-sqlite3' | 'PostgreSQL' | 'PostgreSQL, serializable'
  place: string
}

/** One way into a store. */
export type Handle = StoreHandle & { db: Kysely<FinportTables> }

/** An empty store with its tables. */
export type EmptyStore = { address: StoreAddress; remove(): Promise<void> }

/** Where a PostgreSQL is that the tests may use: see `.ci/with-postgres`. */
export const postgresUrl = process.env.FINPORT_POSTGRES_URL

/** Stores that several processes can open. */
export const sharedKinds: readonly StoreAddress['kind'][] = [
  'node:sqlite',
  'better-sqlite3',
  ...(postgresUrl === undefined ? [] : (['PostgreSQL'] as const)),
]

/** A pool whose tables are in a schema of their own. */
function openPool(schema: string, isolation: string): Pool {
  const options = `-c search_path=${schema} -c default_transaction_isolation=${isolation}`
  return new Pool({ connectionString: postgresUrl, max: 4, options })
}

function dialectOf({ kind, place }: StoreAddress): Dialect {
  switch (kind) {
    case 'node:sqlite':
      return createSqliteDialect({ database: new DatabaseSync(place) })
    case 'better-sqlite3':
      return createSqliteDialect({ database: new BetterSqlite(place) })
    case 'PostgreSQL':
      return new PostgresDialect({ pool: openPool(place, 'read\\ committed') })
    case 'PostgreSQL, serializable':
      return new PostgresDialect({ pool: openPool(place, 'serializable') })
  }
}

/** Both kinds of repositories over a Kysely. */
function toHandle(db: Kysely<FinportTables>): Handle {
  return { db, repositories: createKyselyRepositories({ db }), credentials: createKyselyCredentialRepository({ db }) }
}

/** Opens a store. */
export function openHandle(address: StoreAddress): Handle {
  return toHandle(new Kysely<FinportTables>({ dialect: dialectOf(address) }))
}

/** A place for a store, without any tables. */
export async function createPlace(kind: StoreAddress['kind']): Promise<EmptyStore> {
  if (kind === 'node:sqlite' || kind === 'better-sqlite3') {
    const folder = await mkdtemp(join(tmpdir(), 'finport-storage-'))
    return { address: { kind, place: join(folder, 'finport.db') }, remove: () => rm(folder, { recursive: true }) }
  }
  const schema = `finport_${randomUUID().replaceAll('-', '')}`
  const address = { kind, place: schema }
  const run = async (statement: 'create' | 'drop') => {
    const { db } = openHandle(address)
    await sql`${sql.raw(statement)} schema ${sql.id(schema)} ${sql.raw(statement === 'drop' ? 'cascade' : '')}`.execute(
      db,
    )
    await db.destroy()
  }
  await run('create')
  return { address, remove: () => run('drop') }
}

/** A store with its tables. */
export async function createStore(kind: StoreAddress['kind']): Promise<EmptyStore> {
  const store = await createPlace(kind)
  const { db } = openHandle(store.address)
  ;(await migrate({ db })).unwrap()
  await db.destroy()
  return store
}

let pglite: Promise<PGlite> | null = null

/** A Kysely over a PGlite without any tables. It takes seconds to start: there is one for all, and what was in it is dropped. */
export async function openPGlite(): Promise<Kysely<FinportTables>> {
  pglite ??= PGlite.create()
  const db = new Kysely<FinportTables>({ dialect: new PGliteDialect({ pglite: await pglite }) })
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  return db
}

const HANDLES = 3

/** Opens an empty store in several ways. */
export async function openStore(
  kind: StoreAddress['kind'] | 'PGlite',
): Promise<{ handles: readonly Handle[]; close(): Promise<void> }> {
  if (kind === 'PGlite') {
    const db = await openPGlite()
    ;(await migrate({ db })).unwrap()
    return { handles: Array.from({ length: HANDLES }, () => toHandle(db)), close: async () => {} }
  }
  const { address, remove } = await createStore(kind)
  const handles = Array.from({ length: HANDLES }, () => openHandle(address))
  return {
    handles,
    async close() {
      for (const { db } of handles) await db.destroy()
      await remove()
    },
  }
}
