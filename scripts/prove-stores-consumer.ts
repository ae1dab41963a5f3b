/** Runs the cases of the conformance kit on four stores, as an application would that has the packages from the registry, and prints what came out. `prove-stores.ts` runs it beside the tarballs. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import { createMemoryCredentialRepository, createMemoryRepositories } from '@finport/core'
import { credentialRepositoryConformance, repositoryConformance, type StoreHandle } from '@finport/core/conformance'
import {
  createKyselyCredentialRepository,
  createKyselyRepositories,
  createSqliteDialect,
  type FinportTables,
  migrate,
} from '@finport/storage-kysely'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'

type Opened = { handles: StoreHandle[]; close(): Promise<void> }
type Database = Kysely<FinportTables>

const three = <T>(make: () => T): T[] => Array.from({ length: 3 }, make)
const toHandle = (db: Database): StoreHandle => ({
  repositories: createKyselyRepositories({ db }),
  credentials: createKyselyCredentialRepository({ db }),
})

async function openMemory(): Promise<Opened> {
  const store = { repositories: createMemoryRepositories(), credentials: createMemoryCredentialRepository() }
  return { handles: three(() => store), close: async () => {} }
}

async function openSqlite(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-stores-'))
  const databases = three(() => {
    const dialect = createSqliteDialect({ database: new DatabaseSync(join(folder, 'finport.db')) })
    return new Kysely<FinportTables>({ dialect })
  })
  for (const db of databases) (await migrate({ db })).unwrap()
  const close = async () => {
    for (const db of databases) await db.destroy()
    await rm(folder, { recursive: true })
  }
  return { handles: databases.map(toHandle), close }
}

let pglite: PGlite | null = null

async function openPGlite(): Promise<Opened> {
  pglite ??= await PGlite.create()
  const db: Database = new Kysely<FinportTables>({ dialect: new PGliteDialect({ pglite }) })
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  ;(await migrate({ db })).unwrap()
  return { handles: three(() => toHandle(db)), close: async () => {} }
}

const connectionString = process.env.FINPORT_POSTGRES_URL

async function openPostgres(): Promise<Opened> {
  const schema = `stores_${randomUUID().replaceAll('-', '')}`
  const databases: Database[] = three(() => {
    const pool = new Pool({ connectionString, max: 4, options: `-c search_path=${schema}` })
    return new Kysely<FinportTables>({ dialect: new PostgresDialect({ pool }) })
  })
  const [first] = databases as [Database]
  await sql`create schema ${sql.id(schema)}`.execute(first)
  ;(await migrate({ db: first })).unwrap()
  const close = async () => {
    await sql`drop schema ${sql.id(schema)} cascade`.execute(first)
    for (const db of databases) await db.destroy()
  }
  return { handles: databases.map(toHandle), close }
}

const stores: Record<string, () => Promise<Opened>> = {
  memory: openMemory,
  SQLite: openSqlite,
  PGlite: openPGlite,
  ...(connectionString === undefined ? {} : { PostgreSQL: openPostgres }),
}

const table = new Map<string, Record<string, string>>()
let failed = 0
for (const [store, open] of Object.entries(stores)) {
  async function pick<Port extends keyof StoreHandle>(port: Port) {
    const { handles, close } = await open()
    return { handles: handles.map((handle) => handle[port]), close }
  }
  const cases = [
    ...repositoryConformance({ open: () => pick('repositories') }),
    ...credentialRepositoryConformance({ open: () => pick('credentials') }).map(({ name, run }) => ({
      name: `credentials: ${name}`,
      run,
    })),
  ]
  for (const { name, run } of cases) {
    const outcome = await run().then(
      () => 'holds',
      (reason: Error) => reason.message,
    )
    if (outcome !== 'holds') failed++
    table.set(name, { ...table.get(name), [store]: outcome })
  }
}

const names = Object.keys(stores)
console.log(`| case | ${names.join(' | ')} |\n| --- | ${names.map(() => '---').join(' | ')} |`)
for (const [name, row] of table) console.log(`| ${name} | ${names.map((store) => row[store]).join(' | ')} |`)
console.log(`\n${table.size} cases × ${names.length} stores, ${failed} failed.`)
if (connectionString === undefined) console.log('PostgreSQL is left out: FINPORT_POSTGRES_URL is not set.')
process.exit(failed === 0 ? 0 : 1)
