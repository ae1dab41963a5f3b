import assert from 'node:assert/strict'
import type { StorageError } from '../errors/storage-error.ts'
import type { CredentialRepository } from '../ports/credential-repository.ts'
import type { Result } from '../result.ts'
import { describeThrown } from './assertions.ts'

/** A store that was opened for a case. */
export type CredentialStore = {
  first: CredentialRepository
  second: CredentialRepository
  handles: readonly CredentialRepository[]
  pass(milliseconds: number): Promise<void>
}

/** The result of a call that may not throw. */
export async function settle<T>(
  what: string,
  call: () => Promise<Result<T, StorageError>>,
): Promise<Result<T, StorageError>> {
  try {
    const result = await call()
    assert(typeof result?.isOk === 'function', `${what} must give a Result.`)
    return result
  } catch (thrown) {
    if (thrown instanceof assert.AssertionError) throw thrown
    return assert.fail(`${what} rejected with ${describeThrown(thrown)}: nothing may.`)
  }
}

/** The value of a call that must succeed. */
export async function succeed<T>(what: string, call: () => Promise<Result<T, StorageError>>): Promise<T> {
  const result = await settle(what, call)
  if (result.isErr()) return assert.fail(`${what} gave ${result.error.code}.`)
  return result.value
}
