import { LONGEST_TIMER } from './http/deadline.ts'
import { createRateLimiter, type RateLimiter } from './http/rate-limiter.ts'
import type { RequestHooks } from './http/request-hooks.ts'
import type { RetryOptions } from './http/retry.ts'
import type { Json } from './json.ts'
import { isSandboxFetch, markSandboxFetch } from './sandbox.ts'

/** A fetch that takes a `Request`. Narrow on purpose: `globalThis.fetch`, a sandbox and a test double all fit. */
export type FetchFunction = (request: Request) => Promise<Response>

/** Where a provider says what it does. It is never given a secret. */
export interface Logger {
  /** What helps to follow a call step by step. */
  debug(message: string, fields?: Record<string, Json>): void
  /** What is worth knowing of a call that went well. */
  info(message: string, fields?: Record<string, Json>): void
  /** What went wrong without ending the call. */
  warn(message: string, fields?: Record<string, Json>): void
  /** What ended the call. */
  error(message: string, fields?: Record<string, Json>): void
}

/** Everything from outside that a provider may use. */
export interface ProviderRuntime {
  /**
   * Sends a request. What a provider gets here reaches only the hosts of its metadata, over https, and never follows a redirect; anything else
   * is a programmer's mistake and throws a TypeError before anything is sent.
   */
  readonly fetch: FetchFunction
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  /** So many bytes fit for secrets. */
  readonly random: (bytes: number) => Uint8Array
  readonly logger: Logger
  /** Lets `fetch` reach this machine over plain http as well, for sandboxes and tests. */
  readonly allowLoopback: boolean
  /** Keeps to the rate limits of the metadata: within this process, unless another is given. */
  readonly rateLimiter: RateLimiter
  /** How often requests that failed are sent again. */
  readonly retry: RetryOptions
  /** The most milliseconds that one sending of a request may take, to the last byte of its answer: 30,000 if nothing is said. */
  readonly timeoutMs: number
  /** Are told of every request, for traces and metrics. */
  readonly hooks: RequestHooks
}

/** Any parts of a {@link ProviderRuntime}: what is left out or `undefined` is the platform's own. */
export type RuntimeOptions = { readonly [Part in keyof ProviderRuntime]?: ProviderRuntime[Part] | undefined }

const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const finish = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, Math.min(milliseconds, LONGEST_TIMER))
    signal?.addEventListener('abort', finish)
  })
}

/** A whole runtime from the parts a caller gave. */
export function completeRuntime(parts: RuntimeOptions): ProviderRuntime {
  const now = parts.now ?? Date.now
  return {
    fetch: parts.fetch ?? ((request) => globalThis.fetch(request)),
    now,
    sleep: parts.sleep ?? sleep,
    random: parts.random ?? ((bytes) => crypto.getRandomValues(new Uint8Array(bytes))),
    logger: parts.logger ?? silentLogger,
    allowLoopback: parts.allowLoopback ?? false,
    rateLimiter: parts.rateLimiter ?? createRateLimiter({ now }),
    retry: parts.retry ?? {},
    timeoutMs: parts.timeoutMs ?? 30_000,
    hooks: parts.hooks ?? {},
  }
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Whether an address is one of this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK_HOST.test(hostname)
}

/** Whether a text is a host, with or without a port, and nothing more. */
export function isHost(text: string): boolean {
  return /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/i.test(text)
}

/** An address that a provider may not reach; told apart by its name, as each entry of the package may hold a copy of this class. */
class ForbiddenAddressError extends TypeError {
  override readonly name = 'ForbiddenAddressError'
}

/** Whether a fetch was refused for its address: nothing was sent. */
export function isForbiddenAddress(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'ForbiddenAddressError' || isForbiddenAddress(thrown.cause))
}

/**
 * A fetch that reaches only these hosts. A host without a port means https on its usual port.
 *
 * @throws TypeError (as a rejection) for any other host or scheme, before anything is sent. The message names the host, never the path or query.
 */
export function restrictFetch(
  fetch: FetchFunction,
  allowed: { slug: string; hosts: readonly string[]; loopback: boolean },
): FetchFunction {
  const hosts = new Set(allowed.hosts.map((host) => new URL(`https://${host}`).host))
  const check = (address: string) => {
    const url = new URL(address)
    const isLocal = allowed.loopback && isLoopback(url) && (url.protocol === 'http:' || url.protocol === 'https:')
    if (!isLocal && !(url.protocol === 'https:' && hosts.has(url.host))) {
      throw new ForbiddenAddressError(
        `The provider '${allowed.slug}' may not reach ${url.protocol}//${url.host}. Its metadata allows https to: ${[...hosts].join(', ') || 'no host'}.`,
      )
    }
    if (url.username !== '' || url.password !== '') {
      throw new ForbiddenAddressError(
        `The provider '${allowed.slug}' put credentials into an address. They belong into a header.`,
      )
    }
  }
  const restricted: FetchFunction = async (given) => {
    check(given.url)
    const request = new Request(given, { redirect: 'manual' })
    // What is sent need not be what a request says of itself.
    check(request.url)
    return fetch(request)
  }
  return isSandboxFetch(fetch) ? markSandboxFetch(restricted) : restricted
}
