import type { AttemptResult, RequestAttempt } from '@finport/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { failing, json, networkError, request, START, scripted, type Turn } from './scripted-client.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

const post = { ...request, method: 'POST', form: { code: 'one' } } as const

describe('what may be processed twice', () => {
  test.each<[string, () => Turn]>([
    ...[408, 425, 429, 500, 502, 503, 504].map((status): [string, () => Turn] => [`${status}`, () => failing(status)]),
    ['a network that fails', () => networkError('ECONNRESET')],
    ['a body that breaks off', () => breakingOff],
  ])('is sent again after %s', async (_, turn) => {
    const { client, sent, waits } = scripted([turn(), turn(), turn(), json({ done: true })])
    expect((await client.request(request)).unwrap().value).toEqual({ done: true })
    expect(sent).toHaveLength(4)
    expect(waits).toEqual([1_000, 2_000, 4_000])
  })

  test.each([400, 401, 403, 404, 409, 422, 501, 599])('is not sent again after %i', async (status) => {
    const { client, sent } = scripted([failing(status)])
    expect((await client.request(request)).isErr()).toBe(true)
    expect(sent).toHaveLength(1)
  })

  test('is given up after the fourth time', async () => {
    const { client, sent } = scripted([failing(503)])
    expect((await client.request(request)).unwrapErr()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', status: 503 })
    expect(sent).toHaveLength(4)
  })

  test('a POST that is said to be', async () => {
    const { client, sent } = scripted([failing(500), json({})])
    expect((await client.request({ ...post, idempotent: true })).isOk()).toBe(true)
    expect(await Promise.all(sent.map((one) => one.text()))).toEqual(['code=one', 'code=one'])
  })
})

describe('what must not be processed twice', () => {
  test.each<[string, Turn]>([
    ['500', failing(500)],
    ['503', failing(503, { 'retry-after': '1' })],
    ['408', failing(408)],
    ['a connection that is lost', networkError('ECONNRESET')],
    ['an answer that does not come', networkError('UND_ERR_HEADERS_TIMEOUT')],
    ['a body that breaks off', () => breakingOff()],
    ['a host that is out of reach while its answer is awaited', networkError('EHOSTUNREACH', 'read')],
  ])('is not sent again after %s', async (_, turn) => {
    const { client, sent } = scripted([turn])
    expect((await client.request(post)).unwrapErr()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect(sent).toHaveLength(1)
  })

  test.each<[string, Turn]>([
    ['429', failing(429)],
    ['a connection that was never made', networkError('ECONNREFUSED')],
    ['a host that was not found', networkError('ENOTFOUND')],
    ['a network that is out of reach', networkError('ENETUNREACH', 'connect')],
  ])('is sent again after %s', async (_, turn) => {
    const { client, sent } = scripted([turn, json({})])
    expect((await client.request(post)).isOk()).toBe(true)
    expect(sent).toHaveLength(2)
  })
})

describe('waiting', () => {
  test('is a quarter longer by chance', async () => {
    const { client, waits } = scripted([failing(500)], {
      runtime: { random: (bytes) => new Uint8Array(bytes).fill(255) },
    })
    await client.request(request)
    expect(waits.map(Math.round)).toEqual([1_250, 2_500, 5_000])
  })

  test.each<[string, Record<string, string>, number]>([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a date', { 'retry-after': new Date(START + 9_000).toUTCString() }, 9_000],
    ['a date that is over', { 'retry-after': new Date(START - 9_000).toUTCString() }, 1_000],
    ['zero', { 'retry-after': '0' }, 1_000],
    ['the end of the window', { 'x-ratelimit-reset': `${START / 1000 + 12}` }, 12_000],
    [
      'seconds before the end of the window',
      { 'retry-after': '3', 'x-ratelimit-reset': `${START / 1000 + 12}` },
      3_000,
    ],
    ['a date in the form of RFC 850', { 'retry-after': 'Thursday, 15-Jan-26 12:00:09 GMT' }, 9_000],
    ['a date in the form of asctime', { 'retry-after': 'Thu Jan 15 12:00:09 2026' }, 9_000],
    ['a timestamp', { 'retry-after': '2026-01-15T12:00:09Z' }, 9_000],
    ['nonsense', { 'retry-after': 'soon', 'x-ratelimit-reset': 'later' }, 1_000],
    ['what is less than nothing', { 'retry-after': '-1', 'x-ratelimit-reset': `${START / 1000 + 12}` }, 12_000],
    [
      'what a platform takes for a date',
      { 'retry-after': 'May 3', 'x-ratelimit-reset': `${START / 1000 + 12}` },
      12_000,
    ],
  ])('as asked: %s', async (_, headers, wait) => {
    const { client, waits } = scripted([failing(429, headers), json({})])
    expect((await client.request(request)).isOk()).toBe(true)
    expect(waits).toEqual([wait])
  })

  test('as asked, wherever the machine is', async () => {
    vi.stubEnv('TZ', 'America/New_York')
    const { client, waits } = scripted([failing(429, { 'retry-after': 'Thu Jan 15 12:00:09 2026' }), json({})])
    await client.request(request)
    expect(waits).toEqual([9_000])
  })

  test('the end of a window says nothing about a fault of the server', async () => {
    const { client, waits } = scripted([failing(500, { 'x-ratelimit-reset': `${START / 1000 + 12}` }), json({})])
    await client.request(request)
    expect(waits).toEqual([1_000])
  })

  test.each([
    [429, 'PROVIDER_RATE_LIMITED'],
    [503, 'PROVIDER_UNAVAILABLE'],
  ])('not longer than the cap: %i comes back with what is asked', async (status, code) => {
    const { client, sent, waits } = scripted([failing(status, { 'retry-after': '31' })])
    expect((await client.request(request)).unwrapErr()).toMatchObject({ code, retryAfterSeconds: 31 })
    expect({ sent: sent.length, waits }).toEqual({ sent: 1, waits: [] })
  })

  test('not beyond the time for all of it', async () => {
    const { client, waits, clock } = scripted([failing(503, { 'retry-after': '25' })], {
      runtime: { retry: { retries: 10, totalMs: 60_000 } },
    })
    await client.request(request)
    expect(waits).toEqual([25_000, 25_000])
    expect(clock.now - START).toBeLessThan(60_000)
  })

  test('as the host says', async () => {
    const { client, waits } = scripted([failing(500)], { runtime: { retry: { retries: 1, delayMs: 10 } } })
    await client.request(request)
    expect(waits).toEqual([10])
  })
})

describe('time limits', () => {
  test('an answer that does not come ends its attempt, though the fetch pays no heed', async () => {
    vi.useFakeTimers()
    const { client, sent } = scripted([() => new Promise(() => {})])
    const ended = client.request(request)
    await vi.advanceTimersByTimeAsync(4 * 30_000)
    expect((await ended).unwrapErr()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', status: null })
    expect(sent).toHaveLength(4)
  })

  test('so does a body that never ends', async () => {
    vi.useFakeTimers()
    const { client, sent } = scripted([() => new Response(new ReadableStream())], {
      runtime: { timeoutMs: 500, retry: { retries: 0 } },
    })
    const ended = client.request(request)
    await vi.advanceTimersByTimeAsync(500)
    expect((await ended).unwrapErr()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect(sent[0]?.signal.aborted).toBe(true)
  })

  test('may be none: no timer is longer than the platform has', async () => {
    const { client } = scripted([() => new Promise((resolve) => setTimeout(resolve, 20, json({})))], {
      runtime: { timeoutMs: Number.POSITIVE_INFINITY, retry: { retries: 0, totalMs: Number.POSITIVE_INFINITY } },
    })
    expect((await client.request(request)).isOk()).toBe(true)
  })

  test.each<[string, (answer: Response) => Turn]>([
    ['that nobody reads any more', (answer) => answer],
    ['of an answer that comes too late', (answer) => () => new Promise((resolve) => setTimeout(resolve, 30, answer))],
  ])('let go of a body %s, though its fetch pays no heed', async (_, turnOf) => {
    const cancel = vi.fn()
    const answer = new Response(new ReadableStream({ cancel }))
    const turn = turnOf(answer)
    const { client } = scripted([typeof turn === 'function' ? turn : () => answer], {
      runtime: { timeoutMs: 10, retry: { retries: 0 } },
    })
    expect((await client.request(request)).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
  })
})

describe('abort', () => {
  test('before anything is sent', async () => {
    const { client, sent } = scripted([json({})])
    const error = (await client.request({ ...request, signal: AbortSignal.abort() })).unwrapErr()
    expect({ code: error.code, sent }).toEqual({ code: 'PROVIDER_ABORTED', sent: [] })
  })

  test.each<[string, Turn]>([
    ['while the answer is awaited', () => new Promise(() => {})],
    ['while the body is read', () => new Response(new ReadableStream())],
    ['while the body of a failure is read', () => new Response(new ReadableStream(), { status: 500 })],
  ])('%s', async (_, turn) => {
    const controller = new AbortController()
    const { client, sent } = scripted([turn])
    const ended = client.request({ ...request, signal: controller.signal })
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    controller.abort()
    expect((await ended).unwrapErr().code).toBe('PROVIDER_ABORTED')
    expect(sent).toHaveLength(1)
  })

  test('while it is waited', async () => {
    const controller = new AbortController()
    const { client, sent } = scripted([failing(500)], { runtime: { sleep: async () => controller.abort() } })
    expect((await client.request({ ...request, signal: controller.signal })).unwrapErr().code).toBe('PROVIDER_ABORTED')
    expect(sent).toHaveLength(1)
  })
})

describe('hooks', () => {
  test('are told of every attempt and its end', async () => {
    const attempts: RequestAttempt[] = []
    const results: AttemptResult[] = []
    const turns: Turn[] = [networkError('ECONNRESET'), failing(503, { 'x-request-id': 'r-2' }), json({})]
    const { client } = scripted(turns, {
      runtime: { hooks: { onAttempt: (one) => attempts.push(one), onResult: (one) => results.push(one) } },
    })
    await client.request({
      ...request,
      path: ['secret-account'],
      query: { token: 'canary' },
      headers: { key: 'canary' },
    })
    const common = { provider: 'scripted', operation: 'fetchAccounts', method: 'GET', host: 'api.example.com' }
    expect(attempts).toEqual([1, 2, 3].map((attempt) => ({ ...common, attempt })))
    expect(results).toEqual([
      {
        ...common,
        attempt: 1,
        status: null,
        requestId: null,
        durationMs: 0,
        error: 'PROVIDER_UNAVAILABLE',
        retryInMs: 1_000,
      },
      {
        ...common,
        attempt: 2,
        status: 503,
        requestId: 'r-2',
        durationMs: 0,
        error: 'PROVIDER_UNAVAILABLE',
        retryInMs: 2_000,
      },
      { ...common, attempt: 3, status: 200, requestId: null, durationMs: 0, error: null, retryInMs: null },
    ])
  })

  test('that throw do no harm', async () => {
    const hook = () => {
      throw new Error('The collector is down.')
    }
    const { client } = scripted([json({})], { runtime: { hooks: { onAttempt: hook, onResult: hook } } })
    expect((await client.request(request)).isOk()).toBe(true)
  })

  test('that reject do none either, nor does a logger that fails when it is told', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const hook = async () => {
      throw new Error('The collector is down.')
    }
    const warn = vi.fn(() => {
      throw new Error('So is the log.')
    })
    const logger = { debug() {}, info() {}, error() {}, warn }
    const { client } = scripted([json({})], { runtime: { logger, hooks: { onAttempt: hook, onResult: hook } } })
    expect((await client.request(request)).isOk()).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(warn).toHaveBeenCalledTimes(2)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

function breakingOff(): Response {
  return new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"done":')),
      pull: (controller) => controller.error(new TypeError('terminated')),
    }),
  )
}
