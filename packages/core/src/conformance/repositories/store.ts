import assert from 'node:assert/strict'
import { isSameJson, type Json } from '../../json.ts'
import type { Repositories } from '../../ports/repositories.ts'

/** A store that was opened for a case. */
export type Store = {
  first: Repositories
  second: Repositories
  handles: readonly Repositories[]
}

/** What a store must do, by name. */
export type StoreCases = Readonly<Record<string, (store: Store) => Promise<void>>>

/** How many ask at a time. */
export const RACERS = 16
/** How many hold up each other: a database may take a second to find out about each two. */
export const RIVALS = 3

/** Has many do something at once, on handles in turn. */
export function race<T>(
  { handles }: Store,
  racer: (handle: Repositories, index: number) => Promise<T>,
  count = RACERS,
): Promise<T[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => racer(handles[index % handles.length] as Repositories, index)),
  )
}

/** Asserts that a row came back as it was saved: field by field, since rows may have more columns. */
export function assertRow<Row extends Json>(actual: Row | null | undefined, expected: Row, what: string): void {
  assert(actual !== null && actual !== undefined, `${what} must be found.`)
  // Rows are objects, which `Row extends Json` alone does not say.
  const fields = actual as unknown as { [field: string]: Json }
  for (const [field, value] of Object.entries(expected as unknown as { [field: string]: Json })) {
    assert(fields[field] !== undefined, `${what} came back without ${field}.`)
    assert(isSameJson(fields[field], value), `${what} came back with another ${field} than was saved.`)
  }
}

/** Asserts that these rows came back, in this order. */
export function assertRows<Row extends Json>(actual: readonly Row[], expected: readonly Row[], what: string): void {
  assert.equal(actual.length, expected.length, `${what}: ${expected.length} are wanted, ${actual.length} came back.`)
  for (const [index, row] of expected.entries()) assertRow(actual[index], row, `${what}, number ${index + 1}`)
}

/** Rows in the order of their ids. */
export function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}
