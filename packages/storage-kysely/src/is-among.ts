import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Family } from './family.ts'
import { toText } from './to-text.ts'

/** Whether a column has one of many values, which are one parameter: a list of them would be too long for some drivers, and each length another statement. */
export function isAmong(family: Family, column: string, values: readonly string[]): RawBuilder<SqlBool> {
  const texts = values.map(toText)
  return family === 'sqlite'
    ? sql<SqlBool>`${sql.id(column)} in (select value from json_each(${JSON.stringify(texts)}))`
    : sql<SqlBool>`${sql.id(column)} = any(${texts}::text[])`
}
