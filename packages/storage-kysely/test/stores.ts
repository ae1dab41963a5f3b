import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import type { CredentialRepository, Repositories } from '@finport/core'
import BetterSqlite from 'better-sqlite3'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import {
  createKyselyCredentialRepository,
  createKyselyRepositories,
  createSqliteDialect,
  type FinportTables,
  type KyselyRepositoriesOptions,
  migrate,
} from '../src/index.ts'

/** One way into a store. */
export type Handle = { db: Kysely<FinportTables>; repositories: Repositories; credentials: CredentialRepository }

/** An empty store with several ways into it. */
export type OpenStore = { handles: readonly Handle[]; close(): Promise<void> }

const HANDLES = 3

function toHandle(options: KyselyRepositoriesOptions): Handle {
  return {
    db: options.db,
    repositories: createKyselyRepositories(options),
    credentials: createKyselyCredentialRepository(options),
  }
}

const times = <T>(make: () => T) => Array.from({ length: HANDLES }, make)

async function openFile(open: (path: string) => DatabaseSync | BetterSqlite.Database): Promise<OpenStore> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-storage-'))
  const databases = times(() => {
    const dialect = createSqliteDialect({ database: open(join(folder, 'finport.db')) })
    return new Kysely<FinportTables>({ dialect })
  })
  for (const db of databases) (await migrate({ db })).unwrap()
  return {
    handles: databases.map((db) => toHandle({ db })),
    async close() {
      for (const db of databases) await db.destroy()
      await rm(folder, { recursive: true })
    },
  }
}

let pglite: Promise<PGlite> | null = null

/** PGlite takes seconds to start: there is one for all, and what was in it is dropped. */
async function openPGlite(): Promise<OpenStore> {
  pglite ??= PGlite.create()
  const db = new Kysely<FinportTables>({ dialect: new PGliteDialect({ pglite: await pglite }) })
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  ;(await migrate({ db })).unwrap()
  return { handles: times(() => toHandle({ db })), close: async () => {} }
}

/** Where a PostgreSQL is that the tests may use: see `.ci/with-postgres`. */
export const postgresUrl = process.env.FINPORT_POSTGRES_URL

async function openPostgres(): Promise<OpenStore> {
  const schema = `finport_${randomUUID().replaceAll('-', '')}`
  const databases = times(() => {
    const pool = new Pool({ connectionString: postgresUrl, max: 4, options: `-c search_path=${schema}` })
    return new Kysely<FinportTables>({ dialect: new PostgresDialect({ pool }) })
  })
  const [first] = databases as [Kysely<FinportTables>]
  await sql`create schema ${sql.id(schema)}`.execute(first)
  ;(await migrate({ db: first })).unwrap()
  return {
    handles: databases.map((db) => toHandle({ db })),
    async close() {
      await sql`drop schema ${sql.id(schema)} cascade`.execute(first)
      for (const db of databases) await db.destroy()
    },
  }
}

/** The stores by name. */
export const stores: Readonly<Record<string, () => Promise<OpenStore>>> = {
  'node:sqlite': () => openFile((path) => new DatabaseSync(path)),
  'better-sqlite3': () => openFile((path) => new BetterSqlite(path)),
  PGlite: openPGlite,
  ...(postgresUrl === undefined ? {} : { PostgreSQL: openPostgres }),
}
