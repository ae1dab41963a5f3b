import { StorageError } from '../../errors/storage-error.ts'
import { isSameJson, type Json } from '../../json.ts'
import { Err, Ok, type Result } from '../../result.ts'
import { LayeredMap, type RowMap } from './layered-map.ts'

/** Rows by their key, and the key of the row that has something no other may have. */
export type Table<Row extends Json> = { readonly rows: RowMap<Row>; readonly owners: RowMap<string> }

/** An empty table. */
export function createTable<Row extends Json>(): Table<Row> {
  return { rows: new Map(), owners: new Map() }
}

/** A table over another that keeps what is written to itself until it is committed. */
export function layerOver<Row extends Json>(below: Table<Row>): Table<Row> & { commit(): void } {
  const rows = new LayeredMap(below.rows)
  const owners = new LayeredMap(below.owners)
  const commit = () => {
    rows.commit()
    owners.commit()
  }
  return { rows, owners, commit }
}

/** One key of several texts. */
export function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts)
}

/** Compares as bytes, for sorting. Ids are of letters that are one unit each. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Copies of the rows that a query wants, in its order. */
export function select<Row extends Json>(
  { rows }: Table<Row>,
  isWanted: (row: Row) => boolean,
  compare: (one: Row, other: Row) => number = () => 0,
  limit = Number.POSITIVE_INFINITY,
): Row[] {
  const found: Row[] = []
  for (const [, row] of rows.entries()) if (isWanted(row)) found.push(row)
  return found
    .sort(compare)
    .slice(0, limit)
    .map((row) => structuredClone(row))
}

/** Where a row is kept, and what of it no other row may have: `null` when it has nothing of the kind. */
export type RowKeys<Row> = { keyOf(row: Row): string; uniqueOf(row: Row): string | null }

/** Writes one row over whatever there is. */
export function saveRow<Row extends Json>(
  { rows, owners }: Table<Row>,
  keys: RowKeys<Row>,
  row: Row,
): Result<void, StorageError> {
  const key = keys.keyOf(row)
  const unique = keys.uniqueOf(row)
  if (unique !== null && (owners.get(unique) ?? key) !== key) return Err(new StorageError('STORAGE_CONFLICT'))
  const stored = rows.get(key)
  const before = stored === undefined ? null : keys.uniqueOf(stored)
  if (before !== null && before !== unique) owners.delete(before)
  if (unique !== null) owners.set(unique, key)
  rows.set(key, structuredClone(row))
  return Ok(undefined)
}

/** Writes those rows that are not stored just so. Returns how many. */
export function saveChangedRows<Row extends Json>(
  table: Table<Row>,
  keys: RowKeys<Row>,
  rows: readonly Row[],
): Result<number, StorageError> {
  let written = 0
  for (const row of rows) {
    const stored = table.rows.get(keys.keyOf(row))
    if (stored !== undefined && isSameJson(stored, row)) continue
    const saved = saveRow(table, keys, row)
    if (saved.isErr()) return saved
    written++
  }
  return Ok(written)
}

/** Writes a row if the one stored has the version that is expected (0: if there is none). */
export function saveVersion<Row extends Json & { readonly version: number }>(
  table: Table<Row>,
  keys: RowKeys<Row>,
  row: Row,
  expectedVersion: number,
): Result<void, StorageError> {
  const version = table.rows.get(keys.keyOf(row))?.version ?? 0
  return version === expectedVersion ? saveRow(table, keys, row) : Err(new StorageError('STORAGE_CONFLICT'))
}

/** Deletes a row. Returns whether it was there. */
export function removeRow<Row extends Json>({ rows, owners }: Table<Row>, keys: RowKeys<Row>, key: string): boolean {
  const stored = rows.get(key)
  if (stored === undefined) return false
  const unique = keys.uniqueOf(stored)
  if (unique !== null) owners.delete(unique)
  rows.delete(key)
  return true
}
