import type { FetchFunction } from './runtime.ts'

/** From the registry of symbols: every copy of this package knows the mark. */
const mark = Symbol.for('finport.sandbox')

/**
 * Marks a fetch as a sandbox's: what comes through it is made up. For those who write a sandbox.
 *
 * @returns the same function.
 */
export function markSandboxFetch(fetch: FetchFunction): FetchFunction {
  return Object.defineProperty(fetch, mark, { value: true, configurable: true })
}

/** Whether a fetch was marked by {@link markSandboxFetch}. The fetch that a provider is given keeps the mark of the one behind it. */
export function isSandboxFetch(fetch: FetchFunction): boolean {
  return Reflect.get(fetch, mark) === true
}
