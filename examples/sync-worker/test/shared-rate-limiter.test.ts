import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSharedRateLimiter } from '../src/shared-rate-limiter.ts'
import { openStore, type Store } from '../src/store.ts'
import { createDatabase, postgresUrl } from './night.ts'

describe.skipIf(postgresUrl === undefined)('quotas that workers share', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>
  let stores: Store[]
  beforeAll(async () => {
    database = await createDatabase()
    stores = await Promise.all([openStore(database.url), openStore(database.url)])
  })
  afterAll(async () => {
    for (const store of stores) await store.close()
    await database.drop()
  })
  const limiterOf = (index: number, stopping?: AbortSignal) =>
    createSharedRateLimiter({ db: (stores[index] as Store).db, lateMilliseconds: 0, stopping })

  test('turns are one interval apart, whoever takes them', async () => {
    const limiters = [limiterOf(0), limiterOf(1)]
    const limit = { requests: 40, perSeconds: 1 }
    const times: number[] = []
    const takeTen = async (limiter: (typeof limiters)[number]) => {
      for (let taken = 0; taken < 10; taken++) {
        expect(await limiter.take('app', limit)).toBe(0)
        times.push(performance.now())
      }
    }
    const began = performance.now()
    await Promise.all(limiters.flatMap((limiter) => [takeTen(limiter), takeTen(limiter)]))
    expect(times).toHaveLength(40)
    // Forty turns of 25 ms, of which the first is at once. Timers may fire a millisecond early.
    expect(Math.max(...times) - began).toBeGreaterThan(39 * 25 - 5)
  })

  test('quotas do not count for each other, and one that was left alone lets go at once', async () => {
    const limit = { requests: 1, perSeconds: 3_600 }
    expect(await limiterOf(0).take('user-1', limit)).toBe(0)
    expect(await limiterOf(1).take('user-2', limit)).toBe(0)
  })

  test('whoever would wait too long is told to ask again, and takes no turn', async () => {
    const limit = { requests: 1, perSeconds: 3_600 }
    expect(await limiterOf(0).take('far', limit)).toBe(0)
    const next = () => sql<{ next: Date }>`select next_at as next from sync_quotas where key = 'far'`
    const before = await next().execute((stores[0] as Store).db)
    expect(await limiterOf(1).take('far', limit)).toBe(20_000)
    expect((await next().execute((stores[0] as Store).db)).rows).toEqual(before.rows)
  })

  test('a worker that stops waits no longer, and is let through nowhere', async () => {
    const stopping = new AbortController()
    const limiter = limiterOf(0, stopping.signal)
    const limit = { requests: 1, perSeconds: 15 }
    expect(await limiter.take('stopped', limit)).toBe(0)
    const waiting = limiter.take('stopped', limit)
    stopping.abort()
    expect(await waiting).toBeGreaterThan(0)
  })
})
