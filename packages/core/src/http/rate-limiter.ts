/** How often something may be done. */
export type RateLimit = {
  /** So many requests … */
  requests: number
  /** … in so many seconds. */
  perSeconds: number
}

/**
 * Counts requests, so that a provider's limit is not exceeded. The default, {@link createRateLimiter}, counts within one process; where several share a provider's limit, pass one in the runtime that
 * counts where all of them can see it.
 *
 * @example rate-limiter-flexible, which counts in Redis or PostgreSQL and rejects with how long to wait
 * ```ts
 * import { createRegistry, type RateLimit, type RateLimiter } from '@finport/core'
 *
 * // new RateLimiterRedis({ storeClient, points: limit.requests, duration: limit.perSeconds }), kept per limit
 * declare function limiterOf(limit: RateLimit): { consume(key: string): Promise<unknown> }
 *
 * const rateLimiter: RateLimiter = {
 *   async take(key, limit) {
 *     try {
 *       await limiterOf(limit).consume(key)
 *       return 0
 *     } catch (refused) {
 *       if (refused instanceof Error) throw refused
 *       return (refused as { msBeforeNext: number }).msBeforeNext
 *     }
 *   },
 * }
 * export const providers = createRegistry({ rateLimiter })
 * ```
 */
export interface RateLimiter {
  /**
   * Takes one request, if one is left. Where it rejects, gives no number or says nothing for the time of one sending, the request is sent all the same and the logger warned: a provider refuses what is too much by itself.
   *
   * @param key what is counted together: a provider, or a user's credentials at it. It shows no secret.
   * @returns 0 when it was taken, else the milliseconds after which to ask again.
   */
  take(key: string, limit: RateLimit): Promise<number>
}

/** What is in a bucket, and since when that is known. */
type Bucket = { tokens: number; at: number }

/** A bucket that was left alone is full again and says nothing: so many are kept, the longest unused one goes first. */
const MAX_BUCKETS = 10_000

/**
 * A limiter for one process: for each key a token bucket, which starts full and fills steadily.
 *
 * @example one for all providers that are made in this process
 * ```ts
 * import { createRateLimiter, createRegistry } from '@finport/core'
 *
 * export const providers = createRegistry({ rateLimiter: createRateLimiter() })
 * ```
 */
export function createRateLimiter({ now = Date.now }: { now?: () => number } = {}): RateLimiter {
  const buckets = new Map<string, Bucket>()

  const tokensIn = (bucket: Bucket | undefined, limit: RateLimit): number => {
    if (bucket === undefined) return limit.requests
    // A clock that was set back takes nothing away.
    const seconds = Math.max(0, now() - bucket.at) / 1000
    return Math.min(limit.requests, bucket.tokens + (seconds * limit.requests) / limit.perSeconds)
  }

  return {
    async take(key, limit) {
      const bucket = buckets.get(key)
      const tokens = tokensIn(bucket, limit)
      // The bucket fills from the new time on: from the old one it would not until that comes again.
      if (bucket !== undefined && now() < bucket.at) bucket.at = now()
      if (tokens < 1) return Math.ceil(((1 - tokens) * limit.perSeconds * 1000) / limit.requests)
      buckets.delete(key)
      const [longestUnused] = buckets.keys()
      if (buckets.size >= MAX_BUCKETS && longestUnused !== undefined) buckets.delete(longestUnused)
      buckets.set(key, { tokens: tokens - 1, at: now() })
      return 0
    },
  }
}
