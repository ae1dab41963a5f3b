import assert from 'node:assert/strict'
import type { StorageError } from '../errors/storage-error.ts'
import { isSameJson, type Json } from '../json.ts'
import type { Repositories } from '../ports/repositories.ts'
import type { Result } from '../result.ts'
import { settle } from './credential-store.ts'

/** A store that was opened for a case. */
export type RepositoryStore = {
  first: Repositories
  second: Repositories
  handles: readonly Repositories[]
  /** Lets so many milliseconds pass by the clock of the store. */
  pass(milliseconds: number): Promise<void>
}

/** Cases by their names. */
export type RepositoryCases = Readonly<Record<string, (store: RepositoryStore) => Promise<void>>>

/** Asserts that a call is refused. */
export async function conflict<T>(what: string, call: () => Promise<Result<T, StorageError>>): Promise<void> {
  const result = await settle(what, call)
  assert.equal(result.isErr() ? result.error.code : 'no error', 'STORAGE_CONFLICT', `${what} must be refused.`)
}

/** Asserts that records came back as they were saved, in this order. Keys may come in another one. */
export function assertRows(actual: readonly Json[], expected: readonly Json[], what: string): void {
  assert(Array.isArray(actual), `${what} must give a list.`)
  assert.equal(actual.length, expected.length, `${what} must give ${expected.length} of them.`)
  for (const [index, row] of expected.entries()) {
    const given = actual[index] as Json
    if (isSameJson(given, row)) continue
    const [left, right] = [given ?? {}, row ?? {}] as { readonly [field: string]: Json }[]
    const fields = Object.keys({ ...left, ...right })
    const wrong = fields.filter((field) => !isSameJson(left?.[field] as Json, right?.[field] as Json))
    assert.fail(`${what} gave another record at ${index}: ${wrong.join(', ')} came back as another.`)
  }
}

/** The ids of records. */
export const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)
