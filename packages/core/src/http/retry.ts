import { parseInstant } from '../dates.ts'

/** How often a failed request is sent again, and how long that may take. */
export type RetryOptions = {
  /** How often beside the first time: 3 if nothing is said. */
  retries?: number | undefined
  /** Milliseconds before the second time, doubled for each that follows, and up to a quarter more by chance: 1,000 if nothing is said. */
  delayMs?: number | undefined
  /** The longest single wait in milliseconds. When a provider asks for more, its error comes back at once, with `retryAfterSeconds`: 30,000 if nothing is said. */
  maxDelayMs?: number | undefined
  /** Milliseconds for all attempts and waits together: 120,000 if nothing is said. */
  totalMs?: number | undefined
}

/** {@link RetryOptions} with nothing left out. */
export type RetryPolicy = { [Option in keyof RetryOptions]-?: number }

/** The policy of what a host said. */
export function toRetryPolicy(options: RetryOptions): RetryPolicy {
  return {
    retries: options.retries ?? 3,
    delayMs: options.delayMs ?? 1_000,
    maxDelayMs: options.maxDelayMs ?? 30_000,
    totalMs: options.totalMs ?? 120_000,
  }
}

/** Statuses after which the same request may succeed. */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Whether a request that was answered so may be sent again. One that must not be processed twice may be only after a 429, which says that it was not. */
export function isRetryableStatus(status: number, idempotent: boolean): boolean {
  return idempotent ? RETRYABLE_STATUSES.has(status) : status === 429
}

/** How Node, Bun and Deno call failures that come before anything is sent. */
const NOTHING_SENT = new Set(['ECONNREFUSED', 'ConnectionRefused', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/** What ends a connection that was never made, and also one that is lost while its answer is awaited: Linux gives up resending with the last of these it was told. */
const UNREACHABLE = new Set(['ENETUNREACH', 'EHOSTUNREACH'])

/** Whether a fetch surely failed before the other side saw anything of the request. */
export function isNothingSent(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    const { code, syscall } = error as { code?: unknown; syscall?: unknown }
    if (NOTHING_SENT.has(String(code)) || (UNREACHABLE.has(String(code)) && syscall === 'connect')) return true
  }
  return false
}

/** Milliseconds before an attempt: what the provider asked for, or what the policy says if that is longer, and up to a quarter of the latter by chance, so that many who failed together do not come back together. */
export function delayBefore(retry: number, askedMs: number, delayMs: number, random: number): number {
  const backoff = delayMs * 2 ** (retry - 1)
  return Math.max(askedMs, backoff) + (backoff * random) / 4
}

/** The three forms of RFC 9110, section 5.6.7. The platform reads dates out of far more texts. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? [\w -]{6,12} \d\d:\d\d:\d\d (?:GMT|\d{4})$/

/** The moment of a date as HTTP writes it, or of a timestamp, in milliseconds since 1970; NaN for anything else. */
function parseDate(text: string): number {
  const instant = parseInstant(text)
  if (instant.isOk()) return Date.parse(instant.value)
  // The oldest of the forms does not say that it is of Greenwich, and the platform would take it for local time.
  return HTTP_DATE.test(text) ? Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) : Number.NaN
}

/**
 * Milliseconds that an answer asks to wait: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), else, for a 429, `X-RateLimit-Reset` in seconds since 1970. `null` when it asks for nothing, or for nothing that can be read.
 */
export function retryAfterOf(status: number, headers: Headers, now: number): number | null {
  const after = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(after)) return Number(after) * 1000
  const date = parseDate(after)
  if (!Number.isNaN(date)) return Math.max(0, date - now)
  const reset = headers.get('x-ratelimit-reset')?.trim() ?? ''
  return status === 429 && /^\d{9,11}$/.test(reset) ? Math.max(0, Number(reset) * 1000 - now) : null
}
