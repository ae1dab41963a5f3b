import type { MiddlewareHandler } from 'hono'
import { refuse } from './answer.ts'
import type { AppEnv } from './session.ts'

export type RateLimit = {
  /** How many requests each client has. */
  requests: number
  perSeconds: number
  now: () => number
}

/** So many requests of a client within any stretch of that length, counted in this process. Behind several servers, count in what they share. */
export function rateLimit({ requests, perSeconds, now }: RateLimit): MiddlewareHandler<AppEnv> {
  const length = perSeconds * 1_000
  const times = new Map<string, number[]>()

  return async (c, next) => {
    const client = c.get('client')
    const time = now()
    const recent = (times.get(client) ?? []).filter((each) => time - each < length)
    times.delete(client)
    // Who has been quiet is forgotten, so that strangers can't fill the memory; the longest quiet comes first.
    for (const [other, seen] of times) {
      if (time - (seen.at(-1) ?? 0) < length) break
      times.delete(other)
    }
    times.set(client, recent)
    const [first] = recent
    if (first !== undefined && recent.length >= requests) {
      const retryAfterSeconds = Math.ceil((first + length - time) / 1_000)
      return refuse(c, { code: 'TOO_MANY_REQUESTS', retryAfterSeconds })
    }
    recent.push(time)
    return next()
  }
}
