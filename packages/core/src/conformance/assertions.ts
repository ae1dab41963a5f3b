import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ProviderError } from '../errors.ts'
import type { Result } from '../result.ts'

/** Every code a provider's call may end in: one that is missing, or one too many, does not compile. */
const errorCodes: Record<ProviderError['code'], true> = {
  PROVIDER_AUTHENTICATION_FAILED: true,
  PROVIDER_CONFIGURATION_REJECTED: true,
  PROVIDER_PERMISSION_DENIED: true,
  PROVIDER_RATE_LIMITED: true,
  PROVIDER_UNAVAILABLE: true,
  PROVIDER_INVALID_RESPONSE: true,
  PROVIDER_INVALID_INPUT: true,
  PROVIDER_ABORTED: true,
}

/** A call's result: it must be one, now or in a promise, whatever happens. */
export async function settle<T>(
  what: string,
  call: () => Promise<Result<T, ProviderError>> | Result<T, ProviderError>,
): Promise<Result<T, ProviderError>> {
  let result: Result<T, ProviderError>
  try {
    result = await call()
  } catch (thrown) {
    return assert.fail(`${what} threw or rejected with ${(thrown as Error)?.name}: it must give an Err.`)
  }
  assert(typeof result?.isOk === 'function', `${what} must give a Result.`)
  if (result.isErr()) {
    const { code, message, retryable, userAction } = result.error
    assert(Object.hasOwn(errorCodes, code), `${what} gave an error of the code ${code}, which is no provider error's.`)
    assert(typeof message === 'string' && message !== '', `${what} gave an error without a message.`)
    assert(
      typeof retryable === 'boolean' && typeof userAction === 'string',
      `${what} gave an error without retryable or userAction.`,
    )
  }
  return result
}

/** The value of a call that must succeed. */
export async function succeed<T>(what: string, call: () => Promise<Result<T, ProviderError>>): Promise<T> {
  const result = await settle(what, call)
  if (result.isErr()) assert.fail(`${what} gave ${result.error.code}: ${result.error.message}`)
  return result.value
}

/** Asserts that a value fits a schema. */
export function assertValid(schema: StandardSchemaV1, value: unknown, what: string): void {
  const checked = schema['~standard'].validate(value)
  assert(!(checked instanceof Promise))
  const paths = checked.issues?.map(
    ({ path, message }) =>
      `${(path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')}: ${message}`,
  )
  assert(paths === undefined, `${what} is not well formed. ${paths?.slice(0, 5).join('; ')}`)
}

/** Asserts that no id comes twice. */
export function assertUnique(ids: readonly string[], what: string): void {
  const seen = new Set<string>()
  for (const id of ids) {
    assert(!seen.has(id), `${what} must be unique, but one comes twice.`)
    seen.add(id)
  }
}

/** Asserts that a value is plain data. */
export function assertPlain(value: unknown, what: string): void {
  assert(isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value), `${what} does not survive JSON unchanged.`)
  assert(isDeepStrictEqual(structuredClone(value), value), `${what} does not survive structuredClone unchanged.`)
}

/** Asserts that no thing, printed in any way, holds a secret. */
export function assertNoSecret(things: readonly unknown[], secrets: readonly string[]): void {
  for (const thing of things) {
    const printed = [
      inspect(thing, { depth: 12, showHidden: true }),
      inspect(thing, { depth: 12 }),
      JSON.stringify(thing) ?? '',
      String(thing),
    ].join('\n')
    for (const [index, secret] of secrets.entries()) {
      assert(
        !printed.includes(secret),
        `The secret at index ${index} shows in what the provider gives, logs or prints.`,
      )
    }
  }
}
