import { ProviderAbortedError, type ProviderError, ProviderInvalidResponseError } from './errors/provider-error.ts'
import type { Connector, RequestOptions } from './provider.ts'
import { Err, type Result } from './result.ts'

const isAnything = () => true
const isObject = (value: unknown) => typeof value === 'object' && value !== null
const isBatch = (value: unknown) => {
  const { items, rejected, warnings } = (value ?? {}) as { [list: string]: unknown }
  return Array.isArray(items) && items.every(isObject) && Array.isArray(rejected) && Array.isArray(warnings)
}

/** The calls that give a Result, how they give it, and what it must at least be. The vault asks for new tokens itself: to it, what is thrown is an answer that got lost. */
const calls = {
  parseCredentials: { gives: 'now', isWellFormed: isObject },
  revoke: { gives: 'promise', isWellFormed: isAnything },
  fetchAccounts: { gives: 'promise', isWellFormed: isBatch },
  fetchTransactions: { gives: 'promise', isWellFormed: isBatch },
  fetchHoldings: { gives: 'promise', isWellFormed: isBatch },
  act: { gives: 'promise', isWellFormed: isAnything },
  exchangeCodeForTokens: { gives: 'promise', isWellFormed: isObject },
  exchangeCredentials: { gives: 'promise', isWellFormed: isObject },
  identify: { gives: 'promise', isWellFormed: isAnything },
  fetchSnapshot: { gives: 'stream', isWellFormed: isObject },
  fetchChanges: { gives: 'stream', isWellFormed: isObject },
} as const satisfies Record<string, { gives: 'now' | 'promise' | 'stream'; isWellFormed: (value: unknown) => boolean }>

type Answer = Result<unknown, ProviderError>

/** The options among the arguments of a connector's call: the last of them that is an object. */
export function requestOptionsIn(args: readonly unknown[]): RequestOptions {
  const { signal } = (args.findLast((argument) => typeof argument === 'object' && argument !== null) ??
    {}) as RequestOptions
  return { signal: signal instanceof AbortSignal ? signal : undefined }
}

/** @throws TypeError for what is no answer. */
function checked(answer: unknown, isWellFormed: (value: unknown) => boolean): Answer {
  const result = answer as Answer
  const isWell = result.isOk() ? isWellFormed(result.value) : typeof result.error.code === 'string'
  if (!isWell) throw new TypeError('What came is no answer.')
  return result
}

/** A connector as the use cases call it: one that throws, or gives no Result, ends nothing halfway, and what it throws, which may quote anything, is not passed on. */
export function settledProvider<P extends Connector>(provider: P): P {
  return new Proxy(provider, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      const call = (args: readonly unknown[]): unknown => Reflect.apply(method, target, args)
      const fail = (args: readonly unknown[]): Answer => {
        const context = { provider: target.slug, operation: String(name) }
        const isAborted = requestOptionsIn(args).signal?.aborted
        return Err(isAborted ? new ProviderAbortedError(context) : new ProviderInvalidResponseError(context))
      }
      if (!Object.hasOwn(calls, name)) return (...args: unknown[]) => call(args)
      const { gives, isWellFormed } = calls[name as keyof typeof calls]
      switch (gives) {
        case 'now':
          return (...args: unknown[]) => {
            let answer: unknown
            try {
              answer = call(args)
              return checked(answer, isWellFormed)
            } catch {
              // A promise is no answer, and nobody hears of it when it rejects.
              Promise.resolve(answer).catch(() => {})
              return fail(args)
            }
          }
        case 'promise':
          return async (...args: unknown[]) => {
            try {
              return checked(await call(args), isWellFormed)
            } catch {
              return fail(args)
            }
          }
        case 'stream':
          return (...args: unknown[]) => {
            const open = () => call(args) as AsyncIterable<unknown>
            return settledStream(
              open,
              (page) => checked(page, isWellFormed),
              () => fail(args),
            )
          }
      }
    },
  })
}

/** The provider's pages until it throws. What is thrown by whoever reads them ends the provider's reading, too. */
async function* settledStream(
  open: () => AsyncIterable<unknown>,
  check: (page: unknown) => Answer,
  fail: () => Answer,
): AsyncGenerator<Answer> {
  let pages: AsyncIterator<unknown> | null = null
  try {
    for (;;) {
      let page: Answer
      try {
        pages ??= open()[Symbol.asyncIterator]()
        const { done, value } = await pages.next()
        if (done) {
          pages = null
          return
        }
        page = check(value)
      } catch {
        yield fail()
        return
      }
      yield page
    }
  } finally {
    await (async () => pages?.return?.())().catch(() => undefined)
  }
}
