import { Err, Ok, type Result, StorageError } from '@finport/core'
import { type RawBuilder, sql } from 'kysely'
import type { Session } from './session.ts'
import type { Table } from './table.ts'

/** What a statement writes, by the names of its columns. */
export type Values = Readonly<Record<string, unknown>>

/** Inserts a row where there is none that has its key or anything else that must be its own. */
export function insertOnce(table: string, values: Values): RawBuilder<unknown> {
  const names = Object.keys(values).map((name) => sql.id(name))
  return sql`insert into ${sql.table(table)} (${sql.join(names)}) values (${sql.join(Object.values(values))})
    on conflict do nothing`
}

/** Writes over a row that has this key and the version that is expected. */
export function updateVersion(
  table: string,
  key: Values,
  expectedVersion: number,
  values: Values,
): RawBuilder<unknown> {
  const changes = Object.entries(values).map(([name, value]) => sql`${sql.id(name)} = ${value}`)
  const isMeant = Object.entries(key).map(([name, value]) => sql`${sql.id(name)} = ${value}`)
  return sql`update ${sql.table(table)} set ${sql.join(changes)}
    where ${sql.join(isMeant, sql` and `)} and version = ${expectedVersion}`
}

/** Runs a statement that writes one row, or none when somebody else was first: `STORAGE_CONFLICT`. */
export async function writeOne(session: Session, statement: RawBuilder<unknown>): Promise<Result<void, StorageError>> {
  const done = await session.runGuarded((db) => statement.execute(db))
  return done.andThen(({ numAffectedRows }) =>
    numAffectedRows === 1n ? Ok(undefined) : Err(new StorageError('STORAGE_CONFLICT')),
  )
}

/** Writes a row if the one stored has the version that is expected (0: if there is none), by one statement. Returns `STORAGE_CONFLICT` when it has another. */
export function saveVersion<Model>(
  session: Session,
  { name, key, toRow }: Table<Model>,
  model: Model,
  expectedVersion: number,
): Promise<Result<void, StorageError>> {
  const row: Values = toRow(model)
  const statement =
    expectedVersion === 0
      ? insertOnce(name, row)
      : updateVersion(name, Object.fromEntries(key.map((column) => [column, row[column]])), expectedVersion, row)
  return writeOne(session, statement)
}
