import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import type { Transaction } from '@finport/core'
import {
  createKyselyRepositories,
  createPGliteDialect,
  createSqliteDialect,
  type FinportTables,
  migrate,
} from '@finport/storage-kysely'
import { type Dialect, Kysely, PostgresDialect } from 'kysely'
import { Client, Pool } from 'pg'
import { columns, toUpsert, toValues } from './rows.ts'

/** Writes transactions that are not stored just so, and says how many: Finport's way, or raw SQL through the store's own driver. */
export type Writer = { save(rows: readonly Transaction[]): Promise<number>; close(): Promise<void> }

/** A store that both write to. */
export type Contest = { finport(): Promise<Writer>; raw(): Promise<Writer> }

const postgresUrl = process.env.FINPORT_POSTGRES_URL

async function openFinport(dialect: Dialect, remove: () => void): Promise<Writer> {
  const db = new Kysely<FinportTables>({ dialect })
  ;(await migrate({ db })).unwrap()
  const { transactions } = createKyselyRepositories({ db })
  return {
    save: async (rows) => (await transactions.save(rows)).unwrap(),
    async close() {
      await db.destroy()
      remove()
    },
  }
}

const newPath = () => join(tmpdir(), `finport-bench-${randomUUID()}`)
const removeAll = (path: string) => () => {
  for (const end of ['', '-wal', '-shm', '.lock', '.lock-journal']) rmSync(path + end, { recursive: true, force: true })
}

const sqlite: Contest = {
  finport() {
    const path = newPath()
    return openFinport(createSqliteDialect({ database: new DatabaseSync(path) }), removeAll(path))
  },
  async raw() {
    const path = newPath()
    const tables = new Kysely<FinportTables>({ dialect: createSqliteDialect({ database: new DatabaseSync(path) }) })
    ;(await migrate({ db: tables })).unwrap()
    await tables.destroy()
    const database = new DatabaseSync(path)
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    const upsert = database.prepare(toUpsert(`values (${columns.map(() => '?').join(', ')})`))
    return {
      async save(rows) {
        let written = 0
        database.exec('begin immediate')
        for (const row of rows) written += Number(upsert.run(...toValues(row)).changes)
        database.exec('commit')
        return written
      },
      async close() {
        database.close()
        removeAll(path)()
      },
    }
  },
}

const ROWS_PER_STATEMENT = 5_000
const unnest = toUpsert(
  `select * from unnest(${columns.map((name, index) => `$${index + 1}::${name === 'version' ? 'integer' : 'text'}[]`).join(', ')})`,
)

/** The fastest way there is without COPY: an array for each column. */
async function saveByColumns(
  rows: readonly Transaction[],
  query: (text: string, parameters: unknown[]) => Promise<number>,
): Promise<number> {
  let written = 0
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const values = rows.slice(start, start + ROWS_PER_STATEMENT).map(toValues)
    written += await query(
      unnest,
      columns.map((_, column) => values.map((row) => row[column])),
    )
  }
  return written
}

const pglite: Contest = {
  finport() {
    const path = newPath()
    return openFinport(
      createPGliteDialect({ dataDir: path, open: (dataDir) => PGlite.create(dataDir) }),
      removeAll(path),
    )
  },
  async raw() {
    const path = newPath()
    const dialect = createPGliteDialect({ dataDir: path, open: (dataDir) => PGlite.create(dataDir) })
    const tables = new Kysely<FinportTables>({ dialect })
    ;(await migrate({ db: tables })).unwrap()
    await tables.destroy()
    const database = await PGlite.create(path)
    return {
      save: (rows) =>
        database.transaction((inside) =>
          saveByColumns(rows, async (text, parameters) => (await inside.query(text, parameters)).affectedRows ?? 0),
        ),
      async close() {
        await database.close()
        removeAll(path)()
      },
    }
  },
}

function inNewSchema() {
  const schema = `bench_${randomUUID().replaceAll('-', '')}`
  return { schema, connection: { connectionString: postgresUrl, options: `-c search_path=${schema}` } }
}

async function runOnce(text: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query(text)
  await client.end()
}

const postgres: Contest = {
  async finport() {
    const { schema, connection } = inNewSchema()
    await runOnce(`create schema ${schema}`)
    const writer = await openFinport(new PostgresDialect({ pool: new Pool(connection) }), () => {})
    return {
      save: writer.save,
      async close() {
        await writer.close()
        await runOnce(`drop schema ${schema} cascade`)
      },
    }
  },
  async raw() {
    const { schema, connection } = inNewSchema()
    await runOnce(`create schema ${schema}`)
    await (await openFinport(new PostgresDialect({ pool: new Pool(connection) }), () => {})).close()
    const client = new Client(connection)
    await client.connect()
    return {
      async save(rows) {
        await client.query('begin')
        const written = await saveByColumns(
          rows,
          async (text, parameters) => (await client.query(text, parameters)).rowCount ?? 0,
        )
        await client.query('commit')
        return written
      },
      async close() {
        await client.end()
        await runOnce(`drop schema ${schema} cascade`)
      },
    }
  },
}

/** The stores by name. PostgreSQL's is that of FINPORT_POSTGRES_URL. */
export const contests: Readonly<Record<string, Contest>> = {
  'node:sqlite': sqlite,
  PGlite: pglite,
  ...(postgresUrl === undefined ? {} : { PostgreSQL: postgres }),
}
