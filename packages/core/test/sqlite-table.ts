import type { DatabaseSync } from 'node:sqlite'
import type { Json } from '../src/index.ts'
import { isSameJson } from '../src/json.ts'

/** How a kind of row is found again. */
export type RowKeys<Row> = {
  keyOf(row: Row): string
  /** What no other row may have; `null` for nothing. */
  uniqueOf(row: Row): string | null
  /** Whose it is, and where it stands among its owner's. */
  placeOf(row: Row): readonly [owner: string, place: string]
}

/** Rows of one kind, as JSON beside what finds them. */
export function openTable<Row extends Json>(database: DatabaseSync, name: string, keys: RowKeys<Row>) {
  database.exec(
    `CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, uniq TEXT UNIQUE, owner TEXT, place TEXT, json TEXT);
     CREATE INDEX IF NOT EXISTS ${name}_place ON ${name} (owner, place)`,
  )
  const byKey = database.prepare(`SELECT json FROM ${name} WHERE key = ?`)
  const byUnique = database.prepare(`SELECT json FROM ${name} WHERE uniq = ?`)
  const byPlace = database.prepare(
    `SELECT json FROM ${name} WHERE owner = ? AND place >= ? AND place < ? ORDER BY place`,
  )
  const all = database.prepare(`SELECT json FROM ${name} ORDER BY key`)
  const upsert = database.prepare(
    `INSERT INTO ${name} (key, uniq, owner, place, json) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
     SET uniq = excluded.uniq, owner = excluded.owner, place = excluded.place, json = excluded.json`,
  )
  const remove = database.prepare(`DELETE FROM ${name} WHERE key = ?`)
  const read = (rows: unknown[]): Row[] => rows.map((row) => JSON.parse((row as { json: string }).json))
  const find = (key: string): Row | null => read(byKey.all(key))[0] ?? null
  return {
    find,
    findUnique: (unique: string): Row | null => read(byUnique.all(unique))[0] ?? null,
    /** An owner's rows, from a place on and up to another. */
    list: (owner: string, from = '', to = '\uffff'): Row[] => read(byPlace.all(owner, from, to)),
    all: (): Row[] => read(all.all()),
    /** Writes a row that is not stored just so. How many that were. */
    put(row: Row): number {
      const key = keys.keyOf(row)
      if (isSameJson(find(key), row)) return 0
      upsert.run(key, keys.uniqueOf(row), ...keys.placeOf(row), JSON.stringify(row))
      return 1
    },
    remove: (row: Row): number => Number(remove.run(keys.keyOf(row)).changes),
  }
}
