import {
  ProviderAbortedError,
  type ProviderError,
  type ProviderErrorContext,
  ProviderInvalidInputError,
  ProviderInvalidResponseError,
  ProviderRateLimitError,
  ProviderUnavailableError,
} from '../errors/provider-error.ts'
import type { ProviderMetadata } from '../metadata.ts'
import { Err, type Result } from '../result.ts'
import { isForbiddenAddress, isLoopback, type ProviderRuntime } from '../runtime.ts'
import { toAddress } from './address.ts'
import { withDeadline } from './deadline.ts'
import type { Classify, HttpAnswer, HttpBody, HttpRequest } from './http-request.ts'
import { type Outcome, readAnswer } from './read-answer.ts'
import { delayBefore, isNothingSent, toRetryPolicy } from './retry.ts'

/** What a client is made with. */
export type HttpClientOptions = {
  /** The provider's slug. */
  provider: string
  /** The provider's metadata: its `rateLimit` is kept. */
  metadata: Pick<ProviderMetadata, 'rateLimit'>
  /** As it is given to a definition's `create`. */
  runtime: ProviderRuntime
  /** Reads the provider's own words for a failure. */
  classify?: Classify | undefined
  /** The header in which the provider names its requests: `'x-request-id'` if nothing is said. */
  requestIdHeader?: string | undefined
  /** The most bytes of a body, decoded: 64 MiB if nothing is said. */
  maxBodyBytes?: number | undefined
}

/** Sends a provider's requests. */
export interface HttpClient {
  /**
   * Sends a request, and again where that is safe and may help: up to three times more after 408, 425, 429, 500, 502, 503, 504 and a failing network, 1, 2 and 4 seconds later, or when the provider says
   * (`Retry-After`, `X-RateLimit-Reset`). What must not be processed twice is sent again only if it surely was not processed. One attempt may take 30 seconds and all of them two minutes; `retry` and
   * `timeoutMs` of the runtime change that. A redirect is never followed. It never rejects.
   *
   * @returns the answer of a 2xx status; else the error that the provider's words (`classify`) or the status tell. `PROVIDER_INVALID_RESPONSE`, with paths, when the schema does not take the body.
   */
  request<As extends keyof HttpBody = 'json', T = HttpBody[As]>(
    request: HttpRequest<As, T>,
  ): Promise<Result<HttpAnswer<T>, ProviderError>>
}

/**
 * A client for a provider's requests, with all that is the same for every provider: retries, time limits, the rate limit of the metadata, the hosts it may reach, bodies of bounded size, JSON without
 * loss, and the way from a failure to its error.
 *
 * @example
 * ```ts
 * import type { ProviderMetadata, ProviderRuntime } from '@finport/core'
 * import { createHttpClient } from '@finport/core/http'
 * import * as z from 'zod'
 *
 * const wireAccount = z.object({ id: z.string(), balance: z.union([z.number(), z.string()]) })
 *
 * export function fetchAccount(metadata: ProviderMetadata, runtime: ProviderRuntime, accountId: string, token: string) {
 *   const http = createHttpClient({ provider: 'acme', metadata, runtime })
 *   return http.request({
 *     operation: 'fetchAccounts',
 *     url: 'https://api.acme.example/v1/accounts',
 *     path: [accountId],
 *     headers: { authorization: `Bearer ${token}` },
 *     schema: wireAccount,
 *     argument: 'providerAccountId',
 *   })
 * }
 * ```
 */
export function createHttpClient({
  provider,
  metadata,
  runtime,
  classify = () => null,
  requestIdHeader = 'x-request-id',
  maxBodyBytes = 64 * 1024 * 1024,
}: HttpClientOptions): HttpClient {
  const policy = toRetryPolicy(runtime.retry)

  return {
    async request<As extends keyof HttpBody = 'json', T = HttpBody[As]>(
      request: HttpRequest<As, T>,
    ): Promise<Result<HttpAnswer<T>, ProviderError>> {
      const { operation, method = 'GET', idempotent = method === 'GET', signal } = request
      const context = { provider, operation }
      const address = toAddress(request)
      if (address === null) return Err(forbiddenAddress(context, address))
      if (!(address instanceof URL)) return Err(refusedSegment(context, request.argument ?? address.path))
      const unsendable = unsendableHeader(request.headers)
      if (unsendable !== null) return Err(refusedHeader(context, unsendable))

      const deadline = runtime.now() + policy.totalMs
      for (let attempt = 1; ; attempt++) {
        const refused = await takeTurn(request, deadline)
        if (refused !== null) return Err(refused)

        const event = { provider, operation, method, host: address.host, attempt }
        void tell(() => runtime.hooks.onAttempt?.(event))
        const sent = runtime.now()
        const outcome = await send(request, { address, method, idempotent, timeoutMs: deadline - sent })
        const { result, mayRetry, askedMs, ...answer } = outcome
        const delayMs = delayBefore(attempt, askedMs ?? 0, policy.delayMs, chance())
        const ended = runtime.now()
        const isLast = attempt > policy.retries || (askedMs ?? 0) > policy.maxDelayMs || ended + delayMs > deadline
        const retryInMs = mayRetry && !isLast ? delayMs : null
        const error = result.isErr() ? result.error.code : null
        void tell(() => runtime.hooks.onResult?.({ ...event, ...answer, durationMs: ended - sent, error, retryInMs }))
        if (retryInMs === null) return result

        await runtime.sleep(retryInMs, signal)
        if (signal?.aborted) return Err(new ProviderAbortedError(context))
      }
    },
  }

  /** Waits until the provider's rate limit lets a request through; or says why that would be too long. */
  async function takeTurn(
    { operation, rateKey = '', signal }: Pick<HttpRequest, 'operation' | 'rateKey' | 'signal'>,
    deadline: number,
  ): Promise<ProviderError | null> {
    const limit = metadata.rateLimit
    const key = limit?.per === 'credential' ? `${provider}:${await hash(rateKey)}` : provider
    // Counted apart from the clock, which need not go on where waiting is made to take no time.
    let waitedMs = 0
    while (!signal?.aborted) {
      const waitMs = limit === null ? 0 : await waitOf(key, limit, signal)
      if (signal?.aborted) break
      if (waitMs <= 0) return null
      waitedMs += waitMs
      if (waitMs > policy.maxDelayMs || waitedMs > policy.totalMs || runtime.now() + waitMs > deadline) {
        return new ProviderRateLimitError({ provider, operation, retryAfterSeconds: Math.ceil(waitMs / 1000) })
      }
      await runtime.sleep(waitMs, signal)
    }
    return new ProviderAbortedError({ provider, operation })
  }

  async function waitOf(
    key: string,
    { requests, perSeconds }: NonNullable<ProviderMetadata['rateLimit']>,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    try {
      const take = () => runtime.rateLimiter.take(key, { requests, perSeconds })
      const waitMs = await withDeadline(runtime.timeoutMs, signal, take)
      if (typeof waitMs === 'number' && !Number.isNaN(waitMs)) return waitMs
    } catch {
      if (signal?.aborted) return 0
    }
    warn('The rate limiter failed: the request is sent without it.')
    return 0
  }

  async function send<As extends keyof HttpBody, T>(
    request: HttpRequest<As, T>,
    {
      address,
      method,
      idempotent,
      timeoutMs,
    }: { address: URL; method: string; idempotent: boolean; timeoutMs: number },
  ): Promise<Outcome<T>> {
    const { operation, headers, json, form, signal } = request
    const context = { provider, operation }
    try {
      return await withDeadline(Math.min(runtime.timeoutMs, timeoutMs), signal, async (ending) => {
        // With the first request, not before: loading it and the platform's fetch takes longer than all of core.
        const { default: ky } = await import('ky')
        const response = await ky(address, {
          method,
          headers: { accept: 'application/json', ...headers },
          ...(json === undefined ? {} : { json }),
          ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
          signal: ending,
          redirect: 'manual',
          fetch: (input) => runtime.fetch(input as Request),
          retry: 0,
          timeout: false,
          throwHttpErrors: false,
        })
        // What a fetch answers that knows of failures as answers.
        if (response.type === 'error') throw new TypeError('The fetch failed.')
        const now = runtime.now()
        const reading = { provider, request, idempotent, classify, requestIdHeader, maxBodyBytes, now, ending }
        return readAnswer(response, reading)
      })
    } catch (thrown) {
      const failed = { status: null, requestId: null, askedMs: null }
      if (signal?.aborted) return { ...failed, result: Err(new ProviderAbortedError(context)), mayRetry: false }
      if (isForbiddenAddress(thrown)) {
        const result = Err(forbiddenAddress(context, address))
        return { ...failed, result, mayRetry: false }
      }
      const mayRetry = idempotent || isNothingSent(thrown)
      return { ...failed, result: Err(new ProviderUnavailableError(context)), mayRetry }
    }
  }

  async function tell(hook: () => unknown): Promise<void> {
    try {
      await hook()
    } catch {
      warn('A request hook threw.')
    }
  }

  function warn(message: string): void {
    try {
      runtime.logger.warn(message, { provider })
    } catch {
      // There is nobody else to tell.
    }
  }

  /** From 0 to 1. */
  function chance(): number {
    return new DataView(runtime.random(4).slice().buffer).getUint32(0) / 2 ** 32
  }
}

/** An address comes from the author, or from an answer that the author follows. */
function forbiddenAddress(context: ProviderErrorContext, address: URL | null): ProviderError {
  const message =
    address !== null && isLoopback(address)
      ? `The provider '${context.provider}' led to an address on this machine. If you serve a sandbox there, set allowLoopback in its runtime.`
      : `The provider '${context.provider}' led to an address that its metadata does not allow.`
  return new ProviderInvalidResponseError({ ...context, message })
}

/** The name of a header that can't be sent; `null` when all can. */
function unsendableHeader(headers: HttpRequest['headers'] = {}): string | null {
  const isSendable = (some: HttpRequest['headers']) => {
    try {
      return new Headers(some) !== null
    } catch {
      return false
    }
  }
  if (isSendable(headers)) return null
  return Object.entries(headers).find(([name, value]) => !isSendable({ [name]: value }))?.[0] ?? null
}

/** A header comes from the author, and a token in it from whoever gave the credentials. */
function refusedHeader(context: ProviderErrorContext, name: string): ProviderError {
  const reason = 'It holds a line break or a letter that no header can. If it holds a token, that was not copied whole.'
  return new ProviderInvalidInputError({ ...context, issues: [{ path: `headers.${name}`, reason }] })
}

function refusedSegment(context: ProviderErrorContext, path: string): ProviderError {
  return new ProviderInvalidInputError({ ...context, issues: [{ path, reason: 'it can not be part of an address' }] })
}

async function hash(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
