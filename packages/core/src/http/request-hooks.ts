import type { ProviderError } from '../errors/provider-error.ts'

/** One sending of a request. Neither path, query, header nor body is in it: they may hold secrets or ids of accounts. */
export type RequestAttempt = {
  /** The provider's slug. */
  provider: string
  /** The call it is made for, such as `'fetchAccounts'`. */
  operation: string
  method: string
  host: string
  /** 1 for the first time, 2 for the first retry. */
  attempt: number
}

/** How one sending ended. */
export type AttemptResult = RequestAttempt & {
  /** The status of the answer; `null` when there was none. */
  status: number | null
  /** The provider's id of the request. */
  requestId: string | null
  /** Milliseconds from sending to the last byte. */
  durationMs: number
  /** The code of the error it ended in; `null` when it went well. */
  error: ProviderError['code'] | null
  /** Milliseconds after which it is sent again; `null` when it is not. */
  retryInMs: number | null
}

/**
 * Is told of every request as it is made, for traces and metrics. What a hook throws or rejects with is ignored, and nobody waits for it.
 *
 * @example
 * ```ts
 * import { createRegistry } from '@finport/core'
 *
 * export const providers = createRegistry({
 *   hooks: {
 *     onResult: ({ provider, operation, attempt, status, durationMs, retryInMs }) =>
 *       console.log({ provider, operation, attempt, status, durationMs, retryInMs }),
 *   },
 * })
 * ```
 */
export interface RequestHooks {
  /** Just before a request is sent. */
  onAttempt?: ((attempt: RequestAttempt) => void) | undefined
  /** Once it is known how it ended. */
  onResult?: ((result: AttemptResult) => void) | undefined
}
