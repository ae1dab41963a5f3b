import { afterEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import {
  createProvider,
  defineConnector,
  isSandboxFetch,
  markSandboxFetch,
  type ProviderRuntime,
} from '../src/index.ts'
import { fakeMetadata, parseApiKey, revoke } from './fake-provider.ts'

/** Gives away the runtime its `create` was handed. */
const open = defineConnector({
  slug: 'open',
  metadata: { ...fakeMetadata, hosts: ['api.example.com', 'upload.example.com:8443'] },
  settings: z.object({ hosts: z.array(z.string()).default([]) }),
  hosts: (settings) => settings.hosts,
  create: (_settings, runtime) => ({ parseCredentials: parseApiKey, revoke, runtime: () => runtime }),
})

const runtimeWith = (parts: Partial<ProviderRuntime>, hosts: string[] = []): ProviderRuntime =>
  createProvider(open, { hosts }, parts).unwrap().runtime()

function recorder() {
  const sent: Request[] = []
  const fetch = async (request: Request) => {
    sent.push(request)
    return new Response('answer')
  }
  return { sent, fetch }
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('fetch reaches the hosts of the metadata', () => {
  test.each([
    'https://api.example.com',
    'https://api.example.com/v1/accounts?page=2#top',
    'https://api.example.com:443/',
    'https://API.Example.COM/',
    'https://upload.example.com:8443/file',
    new URL('//api.example.com/next', 'https://api.example.com/first').href,
  ])('%s', async (address) => {
    const { sent, fetch } = recorder()
    const response = await runtimeWith({ fetch }).fetch(new Request(address))
    expect(await response.text()).toBe('answer')
    expect(sent.map(({ url }) => url)).toEqual([new Request(address).url])
  })

  test('with method, headers, body and signal as they were', async () => {
    const { sent, fetch } = recorder()
    const controller = new AbortController()
    const request = new Request('https://api.example.com/token', {
      method: 'POST',
      headers: { authorization: 'Bearer abc', 'content-type': 'text/plain' },
      body: 'grant_type=refresh_token',
      signal: controller.signal,
    })
    await runtimeWith({ fetch }).fetch(request)
    const [only] = sent
    expect(only?.method).toBe('POST')
    expect(only?.headers.get('authorization')).toBe('Bearer abc')
    expect(await only?.text()).toBe('grant_type=refresh_token')
    expect(only?.signal.aborted).toBe(false)
    controller.abort()
    expect(only?.signal.aborted).toBe(true)
  })

  test.each(['follow', 'error', 'manual', undefined] as const)('and never follows a redirect: %s', async (redirect) => {
    const { sent, fetch } = recorder()
    await runtimeWith({ fetch }).fetch(new Request('https://api.example.com/', redirect && { redirect }))
    expect(sent.map((request) => request.redirect)).toEqual(['manual'])
  })
})

describe('a sandbox', () => {
  test('is known by its fetch, also by the one that a provider is given', () => {
    const { fetch } = recorder()
    expect(isSandboxFetch(fetch)).toBe(false)
    expect(isSandboxFetch(runtimeWith({ fetch }).fetch)).toBe(false)
    expect(isSandboxFetch(markSandboxFetch(fetch))).toBe(true)
    expect(isSandboxFetch(runtimeWith({ fetch }).fetch)).toBe(true)
  })
})

describe('fetch refuses anything else before it is sent', () => {
  test.each([
    'https://evil.test/canary?token=canary',
    'https://example.com/canary',
    'https://evilapi.example.com/canary',
    'https://sub.api.example.com/canary',
    'https://api.example.com.evil.test/canary',
    'https://api.example.com%2eevil.test/canary',
    'https://api.example.com./canary',
    'https://api-example.com/canary',
    'https://evil.test/https://api.example.com/canary',
    'https://evil.test/?https://api.example.com/canary',
    'https://evil.test#canary@api.example.com',
    'https://аpi.example.com/canary',
    'https://api.example.com:8443/canary',
    'https://upload.example.com/canary',
    'https://upload.example.com:8444/canary',
    'http://api.example.com/canary?token=canary',
    'http://api.example.com:443/canary',
    'ftp://api.example.com/canary',
    'data:text/plain,canary',
    'http://localhost:3000/canary',
    'https://localhost/canary',
    'http://127.0.0.1/canary',
    'http://[::1]/canary',
    new URL('//evil.test/canary', 'https://api.example.com/').href,
    new URL('\\\\evil.test\\canary', 'https://api.example.com/').href,
  ])('%s', async (address) => {
    const { sent, fetch } = recorder()
    const request = new Request('https://api.example.com/')
    Object.defineProperty(request, 'url', { value: new URL(address).href })
    const outcome = await runtimeWith({ fetch })
      .fetch(request)
      .catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(TypeError)
    expect(sent).toEqual([])
    expect(String(outcome)).toContain("The provider 'open' may not reach")
    expect(String(outcome)).not.toContain('canary')
  })

  test.each([
    'https://user:canary@api.example.com/',
    'https://canary@api.example.com/',
    'https://:canary@api.example.com/',
    'https://user:canary@evil.test/',
    'https://api.example.com@evil.test/',
  ])('an address with credentials in it: %s', async (address) => {
    const { sent, fetch } = recorder()
    const request = new Request('https://api.example.com/')
    Object.defineProperty(request, 'url', { value: address })
    const outcome = await runtimeWith({ fetch })
      .fetch(request)
      .catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(TypeError)
    expect(sent).toEqual([])
    expect(String(outcome)).not.toContain('canary')
  })

  test('the message says what is allowed', async () => {
    const { fetch } = recorder()
    await expect(runtimeWith({ fetch }).fetch(new Request('http://evil.test:81/path'))).rejects.toThrow(
      "The provider 'open' may not reach http://evil.test:81. Its metadata allows https to: api.example.com, upload.example.com:8443.",
    )
  })

  test("the platform's own fetch is no way round", async () => {
    const platform = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('answer'))
    const runtime = runtimeWith({})
    await expect(runtime.fetch(new Request('https://evil.test/'))).rejects.toThrow(TypeError)
    expect(platform).not.toHaveBeenCalled()
    await runtime.fetch(new Request('https://api.example.com/'))
    expect(platform).toHaveBeenCalledOnce()
  })
})

describe('this machine', () => {
  const loopback = [
    'http://localhost/',
    'http://localhost:3000/token?x=1',
    'https://localhost:8443/',
    'http://127.0.0.1:3000/',
    'http://127.200.3.4/',
    'http://[::1]:3000/',
  ]

  test.each(loopback)('%s is reached when it is allowed', async (address) => {
    const { sent, fetch } = recorder()
    await runtimeWith({ fetch, allowLoopback: true }).fetch(new Request(address))
    expect(sent.map(({ url, redirect }) => ({ url, redirect }))).toEqual([{ url: address, redirect: 'manual' }])
  })

  test.each(loopback)('%s is not reached otherwise', async (address) => {
    const { sent, fetch } = recorder()
    for (const parts of [{ fetch }, { fetch, allowLoopback: false }]) {
      await expect(runtimeWith(parts).fetch(new Request(address))).rejects.toThrow(TypeError)
    }
    expect(sent).toEqual([])
  })

  test.each([
    'http://localhost.evil.test/',
    'http://evil.localhost/',
    'http://127.0.0.1.evil.test/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::2]/',
    'http://[::ffff:10.0.0.1]/',
    'ftp://localhost/',
    'http://api.example.com/',
    'https://evil.test/',
  ])('and no other by it: %s', async (address) => {
    const { sent, fetch } = recorder()
    await expect(runtimeWith({ fetch, allowLoopback: true }).fetch(new Request(address))).rejects.toThrow(TypeError)
    expect(sent).toEqual([])
  })

  test('the provider is told', () => {
    expect(runtimeWith({}).allowLoopback).toBe(false)
    expect(runtimeWith({ allowLoopback: true }).allowLoopback).toBe(true)
  })
})

describe('hosts out of settings', () => {
  test('are reached besides those of the metadata', async () => {
    const { sent, fetch } = recorder()
    const runtime = runtimeWith({ fetch }, ['Tenant.example.org', 'other.example.org:444'])
    await runtime.fetch(new Request('https://tenant.example.org/a'))
    await runtime.fetch(new Request('https://other.example.org:444/b'))
    await runtime.fetch(new Request('https://api.example.com/c'))
    expect(sent).toHaveLength(3)
    await expect(runtime.fetch(new Request('https://other.example.org/'))).rejects.toThrow(TypeError)
    await expect(runtime.fetch(new Request('http://tenant.example.org/'))).rejects.toThrow(TypeError)
    expect(sent).toHaveLength(3)
  })

  test('are those of one provider, not of all that its definition makes', async () => {
    const { sent, fetch } = recorder()
    const first = createProvider(open, { hosts: ['tenant.example.org'] }, { fetch }).unwrap()
    const second = createProvider(open, {}, { fetch }).unwrap()
    expect(first.metadata.hosts).toEqual(['api.example.com', 'upload.example.com:8443', 'tenant.example.org'])
    expect(second.metadata.hosts).toEqual(['api.example.com', 'upload.example.com:8443'])
    expect(open.metadata.hosts).toEqual(['api.example.com', 'upload.example.com:8443'])
    const request = new Request('https://tenant.example.org/')
    await expect(second.runtime().fetch(request)).rejects.toThrow(TypeError)
    expect(sent).toEqual([])
  })
})

describe('sleep', () => {
  test('is never cut short for being longer than a timer can be', async () => {
    const woken = vi.fn()
    const controller = new AbortController()
    const slept = runtimeWith({})
      .sleep(2 ** 31, controller.signal)
      .then(woken)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(woken).not.toHaveBeenCalled()
    controller.abort()
    await slept
  })

  test('takes as long as it is told', async () => {
    vi.useFakeTimers()
    const woken = vi.fn()
    const slept = runtimeWith({}).sleep(1_000).then(woken)
    await vi.advanceTimersByTimeAsync(999)
    expect(woken).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(woken).toHaveBeenCalledOnce()
    await slept
  })

  test('ends as soon as it is aborted, and leaves no timer and no listener behind', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    const removed = vi.spyOn(controller.signal, 'removeEventListener')
    const slept = runtimeWith({}).sleep(60_000, controller.signal)
    expect(vi.getTimerCount()).toBe(1)
    controller.abort()
    await slept
    expect(vi.getTimerCount()).toBe(0)
    expect(removed).toHaveBeenCalledOnce()
  })

  test('ends at once when it was aborted before', async () => {
    vi.useFakeTimers()
    await runtimeWith({}).sleep(60_000, AbortSignal.abort())
    expect(vi.getTimerCount()).toBe(0)
  })

  test('leaves no listener behind when it ends by itself', async () => {
    vi.useFakeTimers()
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    const slept = runtimeWith({}).sleep(10, signal)
    await vi.advanceTimersByTimeAsync(10)
    await slept
    expect(removed.mock.calls.map(([type, listener]) => [type, listener])).toEqual(
      added.mock.calls.map(([type, listener]) => [type, listener]),
    )
  })
})

describe('the other parts', () => {
  test("are the caller's where it gave them", () => {
    const parts = {
      now: () => 42,
      sleep: async () => {},
      random: (bytes: number) => new Uint8Array(bytes).fill(7),
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    }
    expect(runtimeWith(parts)).toMatchObject(parts)
  })

  test("are the platform's otherwise", () => {
    const runtime = runtimeWith({})
    expect(Math.abs(runtime.now() - Date.now())).toBeLessThan(5_000)
    expect(runtime.random(32)).toHaveLength(32)
    expect(runtime.random(32)).not.toEqual(runtime.random(32))
  })

  test('of which the logger is silent', () => {
    const { logger } = runtimeWith({})
    const printed = (['debug', 'info', 'log', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    )
    const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('a message', { field: 1 })
    for (const spy of [...printed, ...written]) expect(spy).not.toHaveBeenCalled()
  })
})
