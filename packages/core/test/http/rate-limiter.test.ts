import { createRateLimiter, type RateLimiter } from '@finport/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { json, request, START, scripted } from './scripted-client.ts'

describe('createRateLimiter', () => {
  test('never lets more through in any window than the bucket and what has flowed into it', async () => {
    const calls = fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(
        calls,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        async (gaps, requests, perSeconds) => {
          let now = 0
          const limiter = createRateLimiter({ now: () => now })
          const taken: number[] = []
          for (const gap of gaps) {
            now += gap
            if ((await limiter.take('key', { requests, perSeconds })) === 0) taken.push(now)
          }
          for (const [first, from] of taken.entries()) {
            for (const [last, to] of taken.entries()) {
              if (last < first) continue
              const flowed = ((to - from) / 1000) * (requests / perSeconds)
              expect(last - first + 1).toBeLessThanOrEqual(requests + flowed + 1e-6)
            }
          }
        },
      ),
    )
  })

  test('says how long to wait, and that is long enough', async () => {
    let now = 0
    const limiter = createRateLimiter({ now: () => now })
    const limit = { requests: 3, perSeconds: 7 }
    for (let taken = 0; taken < 3; taken++) expect(await limiter.take('key', limit)).toBe(0)
    const wait = await limiter.take('key', limit)
    expect(wait).toBe(Math.ceil(7_000 / 3))
    now += wait
    expect(await limiter.take('key', limit)).toBe(0)
    expect(await limiter.take('key', limit)).toBeGreaterThan(0)
  })

  test('counts each key by itself', async () => {
    const limiter = createRateLimiter({ now: () => 0 })
    const limit = { requests: 1, perSeconds: 60 }
    expect([await limiter.take('a', limit), await limiter.take('b', limit)]).toEqual([0, 0])
    expect(await limiter.take('a', limit)).toBe(60_000)
  })

  test('a clock that is set back takes nothing away', async () => {
    let now = 10_000
    const limiter = createRateLimiter({ now: () => now })
    await limiter.take('key', { requests: 2, perSeconds: 1 })
    now = 0
    expect(await limiter.take('key', { requests: 2, perSeconds: 1 })).toBe(0)
  })

  test('a clock that is set back stops nothing: the bucket fills from there on', async () => {
    let now = 3_600_000
    const limit = { requests: 1, perSeconds: 10 }
    const limiter = createRateLimiter({ now: () => now })
    await limiter.take('key', limit)
    now = 0
    expect(await limiter.take('key', limit)).toBe(10_000)
    now += 10_000
    expect(await limiter.take('key', limit)).toBe(0)
  })
})

describe('a client', () => {
  const perApp = { rateLimit: { requests: 2, perSeconds: 10, per: 'app' } } as const
  const perCredential = { rateLimit: { requests: 1, perSeconds: 10, per: 'credential' } } as const

  test('waits for its turn', async () => {
    const { client, sent, waits, clock } = scripted([json({})], { metadata: perApp })
    for (let count = 0; count < 4; count++) await client.request(request)
    expect(sent).toHaveLength(4)
    expect(waits).toEqual([5_000, 5_000])
    expect(clock.now).toBe(START + 10_000)
  })

  test('counts by credential where the limit is so', async () => {
    const { client, waits } = scripted([json({})], { metadata: perCredential })
    await client.request({ ...request, rateKey: 'one' })
    await client.request({ ...request, rateKey: 'two' })
    expect(waits).toEqual([])
    await client.request({ ...request, rateKey: 'one' })
    expect(waits).toEqual([10_000])
  })

  test('gives a limiter of the host no more than a hash of the credential', async () => {
    const keys: string[] = []
    const rateLimiter: RateLimiter = {
      async take(key) {
        keys.push(key)
        return 0
      },
    }
    const { client } = scripted([json({})], { metadata: perCredential, runtime: { rateLimiter } })
    await client.request({ ...request, rateKey: 'canary' })
    expect(keys).toEqual([expect.stringMatching(/^scripted:[0-9a-f]{64}$/)])
  })

  test('is refused by its own limiter when the turn is too far away', async () => {
    const { client, sent } = scripted([json({})], {
      runtime: { rateLimiter: { take: async () => 40_500 } },
      metadata: perApp,
    })
    expect((await client.request(request)).unwrapErr()).toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      status: null,
      retryAfterSeconds: 41,
    })
    expect(sent).toEqual([])
  })

  test('does not wait for ever on a clock that stands still', async () => {
    const { client, sent } = scripted([json({})], {
      metadata: perApp,
      runtime: { rateLimiter: { take: async () => 10_000 }, sleep: async () => {} },
    })
    expect((await client.request(request)).unwrapErr().code).toBe('PROVIDER_RATE_LIMITED')
    expect(sent).toEqual([])
  })

  test('sends without a limiter that fails, and says so', async () => {
    const warnings: string[] = []
    const rateLimiter: RateLimiter = { take: () => Promise.reject(new Error('redis://user:canary@host')) }
    const logger = { debug() {}, info() {}, error() {}, warn: (message: string) => warnings.push(message) }
    const { client } = scripted([json({})], { metadata: perApp, runtime: { rateLimiter, logger } })
    expect((await client.request(request)).isOk()).toBe(true)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).not.toContain('canary')
  })

  test('sends without a limiter that gives no number', async () => {
    const { client, sent } = scripted([json({})], {
      metadata: perApp,
      runtime: { rateLimiter: { take: async () => Number.NaN } },
    })
    expect((await client.request(request)).isOk()).toBe(true)
    expect(sent).toHaveLength(1)
  })

  test('sends without a limiter that says nothing, after the time of one sending', async () => {
    const { client } = scripted([json({})], {
      metadata: perApp,
      runtime: { rateLimiter: { take: () => new Promise(() => {}) }, timeoutMs: 10 },
    })
    expect((await client.request(request)).isOk()).toBe(true)
  })

  test('does not wait for a limiter that says nothing when it is aborted', async () => {
    const controller = new AbortController()
    const { client, sent } = scripted([json({})], {
      metadata: perApp,
      runtime: { rateLimiter: { take: () => new Promise(() => {}) } },
    })
    const ended = client.request({ ...request, signal: controller.signal })
    controller.abort()
    expect((await ended).unwrapErr().code).toBe('PROVIDER_ABORTED')
    expect(sent).toEqual([])
  })

  test('stops waiting for its turn when it is aborted', async () => {
    const controller = new AbortController()
    const { client, sent } = scripted([json({})], {
      metadata: perApp,
      runtime: { rateLimiter: { take: async () => 10 }, sleep: async () => controller.abort() },
    })
    expect((await client.request({ ...request, signal: controller.signal })).unwrapErr().code).toBe('PROVIDER_ABORTED')
    expect(sent).toEqual([])
  })
})
