import { Ok, type Result, type StorageError } from '@finport/core'
import { CompiledQuery, sql } from 'kysely'
import type { Family } from './family.ts'
import type { Database, Session } from './session.ts'
import type { Table, Value } from './table.ts'

/** Rows of one statement for PostgreSQL. */
const ROWS_PER_STATEMENT = 2_000

/**
 * The statement that writes rows which are not stored just so. Each column has one parameter: a value for SQLite, where a prepared statement is run row by row, an array of values for PostgreSQL, where each
 * statement costs its way there and back.
 */
function toStatement<Model>({ name, columns, key }: Table<Model>, family: Family, db: Database): string {
  const names = sql.join(columns.map((column) => sql.id(column.name)))
  const placeholders = columns.map(({ kind }, index) => {
    const type = kind === 'integer' || kind === 'boolean' ? 'integer' : 'text'
    return sql.raw(family === 'sqlite' ? '?' : `$${index + 1}::${type}[]`)
  })
  const values =
    family === 'sqlite' ? sql`values (${sql.join(placeholders)})` : sql`select * from unnest(${sql.join(placeholders)})`
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

/** The parameters of statement after statement. */
function toParameters(rows: readonly Value[][], family: Family): readonly (readonly unknown[])[] {
  if (family === 'sqlite') return rows
  const width = rows[0]?.length ?? 0
  return Array.from({ length: Math.ceil(rows.length / ROWS_PER_STATEMENT) }, (_, index) => {
    const chunk = rows.slice(index * ROWS_PER_STATEMENT, (index + 1) * ROWS_PER_STATEMENT)
    return Array.from({ length: width }, (_, column) => chunk.map((row) => row[column]))
  })
}

/** Writes rows by their keys, all or none, and those alone that are not stored just so. Returns how many were written, or `STORAGE_CONFLICT` when a row has what another one has. */
export async function saveRows<Model>(
  session: Session,
  table: Table<Model>,
  models: readonly Model[],
): Promise<Result<number, StorageError>> {
  if (models.length === 0) return Ok(0)
  const { family, statements } = session
  const batches = toParameters(lastOfEach(table, models.map(table.toValues)), family)
  return session.runAtomically(async (db) => {
    const text = statements.get(table.name) ?? toStatement(table, family, db)
    statements.set(table.name, text)
    let written = 0
    for (const parameters of batches) {
      const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, [...parameters]))
      written += Number(numAffectedRows ?? 0)
    }
    return written
  })
}
