import { Ok, type Result, type StorageError } from '@finport/core'
import { CompiledQuery, sql } from 'kysely'
import type { Family } from './family.ts'
import type { Database, Session } from './session.ts'
import type { Table, Value } from './table.ts'

/** Rows of one statement: for PostgreSQL what is worth the way there and back, for SQLite what is worth Kysely's way through its executor. */
const ROWS_PER_STATEMENT = { sqlite: 50, postgres: 2_000 } as const satisfies Record<Family, number>

/**
 * The statement that writes rows which are not stored just so. For SQLite each value is a parameter, so that there is a statement for each number of rows; for PostgreSQL each column is one, an array.
 */
function toStatement<Model>({ name, columns, key }: Table<Model>, family: Family, count: number, db: Database): string {
  const names = sql.join(columns.map((column) => sql.id(column.name)))
  const arrays = columns.map(({ kind }, index) => {
    const type = kind === 'integer' || kind === 'boolean' ? 'integer' : 'text'
    return sql.raw(`$${index + 1}::${type}[]`)
  })
  const row = `(${columns.map(() => '?').join(', ')})`
  const values =
    family === 'sqlite'
      ? sql`values ${sql.raw(Array(count).fill(row).join(', '))}`
      : sql`select * from unnest(${sql.join(arrays)})`
  const others = columns.filter((column) => !key.includes(column.name)).map((column) => sql.id(column.name))
  const changes = others.map((column) => sql`${column} = excluded.${column}`)
  const differences = others.map((column) => sql`stored.${column} is distinct from excluded.${column}`)
  const statement = sql`insert into ${sql.table(name)} as stored (${names}) ${values}
    on conflict (${sql.join(key.map((column) => sql.id(column)))})
    do update set ${sql.join(changes)} where ${sql.join(differences, sql` or `)}`
  return statement.compile(db).sql
}

/** Of rows of the same key the last: in one statement, PostgreSQL takes a row once. */
function lastOfEach<Model>({ columns, key }: Table<Model>, rows: readonly Value[][]): readonly Value[][] {
  const places = key.map((name) => columns.findIndex((column) => column.name === name))
  const byKey = new Map(rows.map((row) => [JSON.stringify(places.map((place) => row[place])), row]))
  return byKey.size === rows.length ? rows : [...byKey.values()]
}

/** The rows of statement after statement. Those that are left over go one by one in SQLite: for each number of them it would prepare another statement. */
function toChunks(rows: readonly Value[][], family: Family): readonly (readonly Value[][])[] {
  const size = ROWS_PER_STATEMENT[family]
  const whole = family === 'sqlite' ? rows.length - (rows.length % size) : rows.length
  const chunks: (readonly Value[][])[] = []
  for (let start = 0; start < whole; start += size) chunks.push(rows.slice(start, start + size))
  for (let index = whole; index < rows.length; index++) chunks.push(rows.slice(index, index + 1))
  return chunks
}

function toParameters(rows: readonly Value[][], family: Family): unknown[] {
  return family === 'sqlite' ? rows.flat() : (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]))
}

/** Writes rows by their keys, all or none, and those alone that are not stored just so. Returns how many were written, or `STORAGE_CONFLICT` when a row has what another one has. */
export async function saveRows<Model>(
  session: Session,
  table: Table<Model>,
  models: readonly Model[],
): Promise<Result<number, StorageError>> {
  if (models.length === 0) return Ok(0)
  const { family, statements } = session
  const chunks = toChunks(lastOfEach(table, models.map(table.toValues)), family)
  return session.runAtomically(async (db) => {
    let written = 0
    for (const rows of chunks) {
      const name = family === 'sqlite' ? `${table.name} ${rows.length}` : table.name
      const text = statements.get(name) ?? toStatement(table, family, rows.length, db)
      statements.set(name, text)
      const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, toParameters(rows, family)))
      written += Number(numAffectedRows ?? 0)
    }
    return written
  })
}
