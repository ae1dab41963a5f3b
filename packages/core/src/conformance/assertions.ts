import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ProviderError } from '../errors/provider-error.ts'
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

/** What was thrown and where, without its message: that may quote anything. */
export function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `something that is no Error (${typeof thrown})`
  const frames = thrown.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return [thrown.name, ...frames.slice(0, 3).map((line) => line.trim())].join(' ')
}

function assertResult<T>(what: string, result: Result<T, ProviderError>): Result<T, ProviderError> {
  const isResult = typeof result?.isOk === 'function' && typeof result.isErr === 'function'
  assert(isResult, `${what} must give a Result.`)
  if (result.isErr()) {
    const { code, message, retryable, userAction, cause } = (result.error ?? {}) as Partial<ProviderError>
    assert(
      code !== undefined && Object.hasOwn(errorCodes, code),
      `${what} gave an error of the code ${code}, which is no provider error's.`,
    )
    assert(typeof message === 'string' && message !== '', `${what} gave an error without a message.`)
    assert(
      typeof retryable === 'boolean' && typeof userAction === 'string',
      `${what} gave an error without retryable or userAction.`,
    )
    assert(cause === undefined, `${what} gave an error with a cause, which would be logged with all that is in it.`)
  }
  return result
}

/** What a call gives, now or in a promise, that may not throw. */
async function attempt<T>(what: string, call: () => Promise<T> | T): Promise<T> {
  try {
    return await call()
  } catch (thrown) {
    return assert.fail(`${what} threw or rejected with ${describeThrown(thrown)}: nothing may.`)
  }
}

/** A call's result: it must be one, now or in a promise, whatever happens. */
export async function settle<T>(
  what: string,
  call: () => Promise<Result<T, ProviderError>> | Result<T, ProviderError>,
): Promise<Result<T, ProviderError>> {
  return assertResult(what, await attempt(what, call))
}

/** {@link settle} for a call that may not wait. */
export function settleNow<T>(what: string, call: () => Result<T, ProviderError>): Result<T, ProviderError> {
  let result: Result<T, ProviderError>
  try {
    result = call()
  } catch (thrown) {
    return assert.fail(`${what} threw or rejected with ${describeThrown(thrown)}: nothing may.`)
  }
  return assertResult(what, result)
}

/** The results of a call that gives page after page, until the first error. */
export async function settleAll<T>(
  what: string,
  call: () => AsyncIterable<Result<T, ProviderError>>,
): Promise<Result<T, ProviderError>[]> {
  const results: Result<T, ProviderError>[] = []
  await attempt(what, async () => {
    for await (const result of call()) results.push(result)
  })
  for (const result of results) assertResult(what, result)
  return results
}

/** The value of a call that must succeed. */
export async function succeed<T>(what: string, call: () => Promise<Result<T, ProviderError>>): Promise<T> {
  return toValue(what, await settle(what, call))
}

/** The value of a result that must be one. */
export function toValue<T>(what: string, result: Result<T, ProviderError>): T {
  if (result.isErr()) {
    const { code, message, status } = result.error
    const answered = typeof status === 'number' ? ` (the institution answered ${status})` : ''
    assert.fail(`${what} gave ${code}${answered}: ${message}`)
  }
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
  const survives = (copy: (value: unknown) => unknown) => {
    try {
      return isDeepStrictEqual(copy(value), value)
    } catch {
      return false // It holds itself, or what can't be copied.
    }
  }
  assert(
    survives((one) => JSON.parse(JSON.stringify(one))),
    `${what} does not survive JSON unchanged.`,
  )
  assert(survives(structuredClone), `${what} does not survive structuredClone unchanged.`)
}

const whole = { depth: 12, maxArrayLength: null, maxStringLength: null } as const

function printedForms(thing: unknown): string {
  if (typeof thing === 'string') return thing
  const forms = [
    () => inspect(thing, { ...whole, showHidden: true }),
    () => inspect(thing, whole),
    () => JSON.stringify(thing),
    () => String(thing),
  ]
  return forms
    .map((print) => {
      try {
        return print() ?? ''
      } catch {
        return '' // What can't be printed shows nothing.
      }
    })
    .join('\n')
}

/** Without what printing adds or changes: quotes, escapes, line breaks. */
function bare(text: string): string {
  return text.replace(/\\[nrt]|[\\'"`+\s]/g, '')
}

/** Asserts that no thing, printed in any way, holds a secret. */
export function assertNoSecret(
  things: readonly unknown[],
  secrets: readonly string[],
  describe = (index: number) => `The secret at index ${index} shows in what the provider gives, logs or prints.`,
): void {
  for (const thing of things) {
    const printed = bare(printedForms(thing))
    for (const [index, secret] of secrets.entries()) {
      assert(!printed.includes(bare(secret)), describe(index))
    }
  }
}
