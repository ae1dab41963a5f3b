import assert from 'node:assert/strict'
import type { FinportError } from '../errors/finport-error.ts'
import type { Result } from '../result.ts'
import { describeThrown } from './assertions.ts'

/** The result of a call that may not throw. */
export async function settle<T, E extends FinportError>(
  what: string,
  call: () => Promise<Result<T, E>>,
): Promise<Result<T, E>> {
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
export async function succeed<T, E extends FinportError>(what: string, call: () => Promise<Result<T, E>>): Promise<T> {
  const result = await settle(what, call)
  if (result.isErr()) return assert.fail(`${what} gave ${result.error.code}.`)
  return result.value
}
