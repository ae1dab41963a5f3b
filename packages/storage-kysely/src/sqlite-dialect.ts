import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import { isBusy } from './failure.ts'

/** A prepared statement, as node:sqlite and better-sqlite3 have it. */
export interface EmbeddedStatement {
  /** Whether it gives rows: better-sqlite3 says it so. */
  readonly reader?: boolean
  /** The columns it gives: node:sqlite says it so. */
  columns?(): readonly unknown[]
  /** Runs it and gives all rows. */
  all(...parameters: unknown[]): unknown[]
  /** Runs it. */
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  /** Runs it and gives row after row. */
  iterate(...parameters: unknown[]): IterableIterator<unknown>
}

/** An open database: a `DatabaseSync` of node:sqlite, or a `Database` of better-sqlite3. */
export interface EmbeddedDatabase {
  /** Prepares a statement. */
  prepare(sql: string): EmbeddedStatement
  /** Closes it. */
  close(): void
}

/** How to use a SQLite database: see {@link createSqliteDialect}. */
export type SqliteDialectOptions = {
  /** Opened by the host. `destroy()` of Kysely closes it. */
  database: EmbeddedDatabase
  /** How long to wait for other connections that write: 5 seconds if nothing is given. */
  busyTimeoutMilliseconds?: number | undefined
}

/** Statements that are kept prepared. */
const PREPARED = 64
const LONGEST_PAUSE_MILLISECONDS = 25

function toStatement(statement: EmbeddedStatement): SqliteStatement {
  const reader = statement.reader ?? (statement.columns?.() ?? []).length > 0
  return {
    reader,
    all: (parameters) => statement.all(...parameters),
    run: (parameters) => statement.run(...parameters),
    iterate: (parameters) => statement.iterate(...parameters),
  }
}

/** Preparing takes as long as running: what was prepared last is kept. */
function keepPrepared(database: EmbeddedDatabase): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = prepared.get(sql) ?? toStatement(database.prepare(sql))
      prepared.delete(sql)
      prepared.set(sql, statement)
      const [oldest] = prepared.keys()
      if (prepared.size > PREPARED && oldest !== undefined) prepared.delete(oldest)
      return statement
    },
  }
}

const pause = (attempt: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(LONGEST_PAUSE_MILLISECONDS, 2 ** attempt)))

/** Waits for other writers without holding up the process, as SQLite's own waiting would. */
class PatientConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection
  readonly #patience: number

  constructor(connection: DatabaseConnection, patience: number) {
    this.#connection = connection
    this.#patience = patience
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const start = performance.now()
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#connection.executeQuery<Row>(query)
      } catch (error) {
        if (!isBusy(error) || performance.now() - start > this.#patience) throw error
        await pause(attempt)
      }
    }
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery<Row>(query, chunkSize)
  }
}

class PatientDriver extends SqliteDriver {
  readonly #patience: number
  #connection: DatabaseConnection | null = null

  constructor(database: SqliteDatabase, patience: number) {
    const onCreateConnection = async (connection: DatabaseConnection) => {
      const patient = new PatientConnection(connection, patience)
      for (const pragma of ['journal_mode = wal', 'synchronous = full'])
        await patient.executeQuery(CompiledQuery.raw(`pragma ${pragma}`))
    }
    super({ database, onCreateConnection })
    this.#patience = patience
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#connection ??= new PatientConnection(await super.acquireConnection(), this.#patience)
    return this.#connection
  }

  /** A transaction that reads first and writes then can't wait for others: they changed what it read. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}

/** Kysely's says no, for the sake of others: SQLite rolls back changes of tables as any others. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** Has SQLite not wait by itself, by a statement that reads nothing of the file: another process may have it locked just now. */
function takeOver(database: EmbeddedDatabase): void {
  const statement = database.prepare('pragma busy_timeout = 0')
  const { reader, columns } = statement
  if (reader === undefined && columns === undefined)
    throw new TypeError('node:sqlite of Node 22.16 or newer is needed, or better-sqlite3.')
  statement.all()
}

/**
 * Kysely's dialect for SQLite, in a file that several processes of one machine may open. Beside it, this one keeps statements prepared, writes ahead (WAL) and syncs at each commit, begins transactions as writers, and waits for others' writes
 * without blocking the process.
 *
 * @throws TypeError for a node:sqlite that can't say what a statement gives: Node 22.16 or newer is needed.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createSqliteDialect, type FinportTables } from '@finport/storage-kysely'
 * import { Kysely } from 'kysely'
 *
 * const dialect = createSqliteDialect({ database: new DatabaseSync('finport.db') })
 * export const db = new Kysely<FinportTables>({ dialect })
 * ```
 */
export function createSqliteDialect({ database, busyTimeoutMilliseconds = 5_000 }: SqliteDialectOptions): Dialect {
  takeOver(database)
  const kept = keepPrepared(database)
  const base = new SqliteDialect({ database: kept })
  return {
    createDriver: (): Driver => new PatientDriver(kept, busyTimeoutMilliseconds),
    createAdapter: () => new TransactionalAdapter(),
    createQueryCompiler: () => base.createQueryCompiler(),
    createIntrospector: (db) => base.createIntrospector(db),
  }
}
