import type { ProviderError } from '../errors/provider-error.ts'
import type { RuntimeOptions } from '../runtime.ts'

/** A request that is to meet with a fault. */
export type Asked = {
  request: Request
  /** What the institution would say. */
  good(): Promise<Response>
  /** The secrets of the harness: what fails quotes them, as some institutions do. */
  quoted: string
  /** The time that the provider knows. */
  now(): number
  /** Aborts the signal of the call. */
  abort(): void
  /** Says what the provider should not have done. */
  complain(what: string): void
}

/** Something that goes wrong on the way to an institution, or there. */
export type Fault = {
  /** What a call may end in. */
  codes: readonly ProviderError['code'][]
  /** Whether the institution finds fault with the request: outside of data, that can be the user's grant or the app's registration. */
  isRefusal?: boolean
  /** Whether `revoke` may end well all the same: nothing is left to end, or the status is good and the body no matter. */
  mayBeRevoked?: boolean
  /** Whether it is the caller who ends the call. */
  isAbort?: boolean
  /** When a call may end well all the same: never; if it warns and has every record, as when names of accounts can't be had; if it has every record; or always. */
  mayBeOk: 'never' | 'warned' | 'whole' | 'always'
  /** Which requests may be sent again: none, all, or those that change nothing. */
  repeats: 'none' | 'reads' | 'all'
  /** The milliseconds to sleep before. */
  pauseMs: number
  /** What the error must say, from and to. */
  retryAfterSeconds?: readonly [number, number]
  runtime?: Pick<RuntimeOptions, 'retry' | 'timeoutMs'>
  /** What comes instead of the good answer; `null` where the fault can't be made of it. */
  answer(asked: Asked): Promise<Response | null> | Response | null
}
