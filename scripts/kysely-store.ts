/** Stores of `@finport/storage-kysely` for what is raced and killed: processes import it by its path, and open a place that another made. A place is a file of SQLite, or a schema of the PostgreSQL of FINPORT_POSTGRES_URL. */
import { randomUUID } from 'node:crypto'
import { copyFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  createKyselyCredentialRepository,
  createKyselyRepositories,
  createSqliteDialect,
  type FinportTables,
  migrate,
} from '@finport/storage-kysely'
import { type Dialect, Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'

/** The stores there are. */
export const storeNames = ['SQLite', 'PostgreSQL'] as const
/** One of {@link storeNames}. */
export type StoreName = (typeof storeNames)[number]

const SCHEMA = 'schema:'
const connectionString = process.env.FINPORT_POSTGRES_URL

/** Tells of each statement before it is sent. */
function watched(dialect: Dialect, onStep: () => void): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver() {
      const driver = dialect.createDriver()
      const acquire = driver.acquireConnection.bind(driver)
      driver.acquireConnection = async (options) => {
        const connection = await acquire(options)
        const execute: typeof connection.executeQuery = connection.executeQuery.bind(connection)
        connection.executeQuery = <Row>(...query: Parameters<typeof execute<Row>>) => {
          onStep()
          return execute<Row>(...query)
        }
        return connection
      }
      const release = driver.releaseConnection.bind(driver)
      driver.releaseConnection = async (connection, options) => {
        Reflect.deleteProperty(connection, 'executeQuery')
        return release(connection, options)
      }
      return driver
    },
  }
}

function openDatabase(place: string, onStep?: () => void): Kysely<FinportTables> {
  const dialect = place.startsWith(SCHEMA)
    ? new PostgresDialect({
        pool: new Pool({ connectionString, max: 4, options: `-c search_path=${place.slice(SCHEMA.length)}` }),
      })
    : createSqliteDialect({ database: new DatabaseSync(place) })
  return new Kysely<FinportTables>({ dialect: onStep === undefined ? dialect : watched(dialect, onStep) })
}

/** A new place, with its tables. */
export async function createPlace(name: StoreName): Promise<string> {
  if (name === 'PostgreSQL' && connectionString === undefined)
    throw new Error('PostgreSQL is wanted: run this by `bash .ci/with-postgres`, or set FINPORT_POSTGRES_URL.')
  const id = `finport_${randomUUID().replaceAll('-', '')}`
  const place = name === 'PostgreSQL' ? SCHEMA + id : join(tmpdir(), `${id}.db`)
  const db = openDatabase(place)
  if (name === 'PostgreSQL') await sql`create schema ${sql.id(id)}`.execute(db)
  ;(await migrate({ db })).unwrap()
  await db.destroy()
  return place
}

/** Another place with the same in it. */
export async function copyPlace(place: string): Promise<string> {
  if (!place.startsWith(SCHEMA)) {
    const db = openDatabase(place)
    await sql`pragma wal_checkpoint(truncate)`.execute(db)
    await db.destroy()
    const copy = join(tmpdir(), `finport_${randomUUID()}.db`)
    copyFileSync(place, copy)
    return copy
  }
  const copy = await createPlace('PostgreSQL')
  const db = openDatabase(copy)
  for (const { name, schema } of await db.introspection.getTables()) {
    if (schema !== place.slice(SCHEMA.length) || name === 'finport_migrations') continue
    await sql`insert into ${sql.table(name)} select * from ${sql.table(`${schema}.${name}`)}`.execute(db)
  }
  await db.destroy()
  return copy
}

/** Removes a place and what is in it. */
export async function removePlace(place: string): Promise<void> {
  if (!place.startsWith(SCHEMA)) {
    for (const end of ['', '-wal', '-shm']) rmSync(place + end, { force: true })
    return
  }
  const db = openDatabase(place)
  await sql`drop schema ${sql.id(place.slice(SCHEMA.length))} cascade`.execute(db)
  await db.destroy()
}

/** The credentials of a place. */
export async function openCredentialRepository(place: string) {
  const db = openDatabase(place)
  return { ...createKyselyCredentialRepository({ db }), close: () => db.destroy() }
}

/** Everything else of a place. Leases that are left are ended, as time would. */
export async function openRepositories(place: string, onStep?: () => void) {
  const db = openDatabase(place, onStep)
  if (onStep === undefined) await db.deleteFrom('finport_leases').execute()
  return { ...createKyselyRepositories({ db }), close: () => db.destroy() }
}
