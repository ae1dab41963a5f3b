import { inspect } from 'node:util'
import {
  type Connector,
  type CredentialRecord,
  type CredentialRepository,
  createMemoryCredentialRepository,
  Err,
  type FinportEvent,
  type OAuth2Credentials,
  Ok,
  ProviderAbortedError,
  ProviderAuthenticationError,
  ProviderConfigurationError,
  ProviderRateLimitError,
  ProviderUnavailableError,
  type StorableCredentials,
  StorageError,
  type TokenPolicy,
} from '@finport/core'
import { describe, expect, test } from 'vitest'
import { createVault, type VaultParts } from '../src/index.ts'
import { connectorOf, keyringOf, ref, secretKey } from './fixtures.ts'
import { TokenServer } from './token-server.ts'

const start = Date.parse('2026-01-31T12:00:00.000Z')
const MINUTE = 60_000
const DAY = 86_400_000

/** A vault with a login in it, and a clock that only tests move. */
async function setUp(policy: Partial<TokenPolicy> = {}, parts: Partial<VaultParts> = {}) {
  const clock = { now: start }
  const now = () => clock.now
  const server = new TokenServer(policy, now)
  const repository = createMemoryCredentialRepository({ now })
  const events: FinportEvent[] = []
  const create = (changes: Partial<VaultParts> = {}) =>
    createVault({
      keyring: keyringOf(secretKey('k1')),
      credentials: repository,
      now,
      sleep: patient(async () => {}),
      events: (event) => void events.push(event),
      ...parts,
      ...changes,
    })
  const vault = create()
  const provider = server.provider()
  const credentials = server.login()
  ;(await vault.put(ref, credentials)).unwrap()
  const use = (by = vault) => by.use(ref, provider, async ({ accessToken }) => Ok(accessToken))
  const stored = async () => (await repository.find(ref.connectionId)).unwrap() as CredentialRecord
  const types = () => events.map(({ type }) => type.replace('ProviderTokenRefresh', ''))
  return { clock, server, repository, events, types, vault, create, provider, credentials, use, stored }
}

/** Short sleeps are over at once, but for what they do. Long ones are deadlines and heartbeats: they last until they are told to end. */
function patient(onShort: (milliseconds: number) => Promise<void>): NonNullable<VaultParts['sleep']> {
  return async (milliseconds, signal) => {
    await new Promise((resolve) => setImmediate(resolve))
    if (milliseconds <= 1_000 || signal === undefined) return onShort(milliseconds)
    await new Promise((resolve) => (signal.aborted ? resolve(null) : signal.addEventListener('abort', resolve)))
  }
}

const context = { provider: 'acme', operation: 'refreshAccessToken' }
const unavailable = () => Err(new ProviderUnavailableError({ ...context, status: 503 }))

describe('when', () => {
  test.each([
    ['five minutes and a millisecond before the end, not', 25 * MINUTE - 1, 0],
    ['five minutes before the end', 25 * MINUTE, 1],
    ['at the end', 30 * MINUTE, 1],
    ['after the end', 90 * MINUTE, 1],
  ])('%s', async (_, elapsed, requests) => {
    const { clock, server, use, stored } = await setUp()
    clock.now += elapsed
    expect((await use()).isOk()).toBe(true)
    expect(server.requests).toHaveLength(requests)
    expect((await stored()).version).toBe(1 + requests)
  })

  test.each([
    [60, 48_000],
    [600, 480_000],
    [1_500, 1_200_000],
    [3_600, 3_300_000],
  ])('a life of %d s is renewed after %d ms, not before', async (accessTokenSeconds, at) => {
    const { clock, server, use } = await setUp({ accessTokenSeconds })
    clock.now += at - 1
    ;(await use()).unwrap()
    expect(server.requests).toHaveLength(0)
    clock.now += 1
    ;(await use()).unwrap()
    ;(await use()).unwrap()
    expect(server.requests).toHaveLength(1)
  })

  test('what is in the clear can neither hurry a refresh nor put it off beyond the end', async () => {
    for (const [refreshAt, elapsed, requests] of [
      ['2000-01-01T00:00:00.000Z', 10 * MINUTE, 0],
      ['2099-01-01T00:00:00.000Z', 31 * MINUTE, 1],
    ] as const) {
      const { clock, server, use, stored, repository } = await setUp()
      const record = await stored()
      const credentials = { ...record.credentials, refreshAt } as CredentialRecord['credentials']
      ;(await repository.save({ ...record, credentials }, 1)).unwrap()
      clock.now += elapsed
      ;(await use()).unwrap()
      expect(server.requests).toHaveLength(requests)
    }
  })

  test('credentials without an end, and those of no OAuth provider, never', async () => {
    const { server, vault, provider, credentials, clock } = await setUp()
    ;(await vault.put(ref, { ...credentials, expiresAt: null } as StorableCredentials)).unwrap()
    clock.now += 400 * DAY
    const use = (connector: Connector) =>
      vault.use(ref, connector, async (lent) => Ok((lent as OAuth2Credentials).accessToken))
    expect((await use(provider as Connector)).unwrap()).toBe('access-1')
    ;(await vault.put(ref, credentials)).unwrap()
    expect((await use(connectorOf('oauth2'))).unwrap()).toBe('access-1')
    expect(server.requests).toEqual([])
  })

  test('by hand, at any time', async () => {
    const { vault, provider, server, use } = await setUp()
    expect((await vault.refresh(ref, provider)).unwrap()).toMatchObject({ state: 'usable', type: 'oauth2' })
    expect(server.requests).toHaveLength(1)
    expect((await use()).unwrap()).toBe('access-3')
    expect((await vault.refresh(ref, connectorOf('oauth2'))).isOk()).toBe(true)
    expect(server.requests).toHaveLength(1)
  })
})

describe('what is kept', () => {
  test.each(['always', 'never'] as const)('with rotation %s, one refresh after the other works', async (rotation) => {
    const { clock, server, use } = await setUp({ rotation })
    const seen = new Set<string>()
    for (let time = 0; time < 5; time++) {
      clock.now += 26 * MINUTE
      seen.add((await use()).unwrap())
    }
    expect(seen.size).toBe(5)
    expect(new Set(server.requests).size).toBe(rotation === 'always' ? 5 : 1)
    expect(server.revokedFamilies).toBe(0)
  })

  test('nothing of the refresh but the tokens', async () => {
    const { clock, use, stored, types } = await setUp()
    clock.now += 30 * MINUTE
    ;(await use()).unwrap()
    expect(await stored()).toMatchObject({ version: 2, lease: null, refresh: null })
    expect(types()).toEqual(['Attempted', 'Succeeded'])
  })

  test('when the user must log in again: by the age of the refresh token', async () => {
    const week = { refreshTokenSeconds: 7 * 86_400, refreshExtends: false, rotation: 'never' } as const
    const { clock, use, vault, stored, server } = await setUp(week)
    const end = '2026-02-07T12:00:00.000Z'
    clock.now += 30 * MINUTE
    ;(await use()).unwrap()
    expect((await stored()).credentials?.reauthenticateBy).toBe(end)
    clock.now = Date.parse(end) - 1
    expect((await use()).isOk()).toBe(true)
    expect(server.requests).toHaveLength(2)
    expect((await vault.describe(ref)).unwrap().state).toBe('usable')
    clock.now += 26 * MINUTE
    expect((await use()).unwrap()).toBe('access-3')
    clock.now += 5 * MINUTE
    const over = { code: 'REAUTHENTICATION_REQUIRED', reason: 'refresh_token_expired', userAction: 'reconnect' }
    expect((await use()).unwrapErr()).toMatchObject(over)
    expect(server.requests).toHaveLength(2)
    expect((await vault.describe(ref)).unwrap()).toMatchObject({ state: 'reauthentication_required' })
  })

  test('a refresh that extends the login puts the day off', async () => {
    const { clock, use, stored } = await setUp({ refreshTokenSeconds: 86_400 })
    clock.now += 20 * 60 * MINUTE
    ;(await use()).unwrap()
    expect((await stored()).credentials?.reauthenticateBy).toBe('2026-02-02T08:00:00.000Z')
  })
})

describe('one for all', () => {
  test('of many at a time in one process', async () => {
    const { clock, server, use } = await setUp()
    clock.now += 31 * MINUTE
    const used = await Promise.all(Array.from({ length: 500 }, () => use()))
    expect(new Set(used.map((one) => one.unwrap()))).toEqual(new Set(['access-3']))
    expect(server.requests).toHaveLength(1)
  })

  test('of many at a time in several', async () => {
    const { clock, server, use, create } = await setUp()
    server.latency = () => new Promise((resolve) => setTimeout(resolve, 5))
    clock.now += 31 * MINUTE
    const vaults = Array.from({ length: 8 }, () => create())
    const used = await Promise.all(vaults.flatMap((vault) => Array.from({ length: 20 }, () => use(vault))))
    expect(new Set(used.map((one) => one.unwrap()))).toEqual(new Set(['access-3']))
    expect(server.requests).toHaveLength(1)
  })

  test('nobody waits for another while the old token lives', async () => {
    const { clock, server, use, create } = await setUp()
    let answer = () => {}
    server.latency = () => new Promise((resolve) => (answer = resolve as () => void))
    clock.now += 26 * MINUTE
    const first = use()
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect((await use()).unwrap()).toBe('access-1')
    expect((await use(create())).unwrap()).toBe('access-1')
    answer()
    expect((await first).unwrap()).toBe('access-3')
    expect(server.requests).toHaveLength(1)
  })

  test('an answer that does not come in time is an outage, not the end of a caller who waits', async () => {
    const isDeadline = (milliseconds: number) => milliseconds === 20_000
    const wait = patient(async () => {})
    const sleep: typeof wait = async (milliseconds, signal) =>
      isDeadline(milliseconds) ? undefined : wait(milliseconds, signal)
    const { clock, vault, provider } = await setUp({}, { sleep })
    clock.now += 31 * MINUTE
    const refreshAccessToken: typeof provider.refreshAccessToken = async (_token, { signal } = {}) => {
      while (signal?.aborted === false) await new Promise((resolve) => setImmediate(resolve))
      return Err(new ProviderAbortedError(context))
    }
    const used = await vault.use(ref, Object.assign(provider, { refreshAccessToken }), async () => Ok('never'))
    expect(used.unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
  })

  test("a caller's signal ends its waiting, not the refresh", async () => {
    const { clock, server, vault, provider, use } = await setUp()
    let answer = () => {}
    server.latency = () => new Promise((resolve) => (answer = resolve as () => void))
    clock.now += 31 * MINUTE
    const controller = new AbortController()
    const work = async () => Ok('never')
    const first = vault.use(ref, provider, work, { signal: controller.signal })
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect((await first).unwrapErr().code).toBe('PROVIDER_ABORTED')
    const second = use()
    answer()
    expect((await second).unwrap()).toBe('access-3')
    expect(server.requests).toHaveLength(1)
  })
})

describe('work that reports an expired token', () => {
  const expired = (isTokenExpired: boolean) =>
    Err(new ProviderAuthenticationError({ provider: 'acme', operation: 'fetchAccounts', status: 401, isTokenExpired }))

  test('is run once more with new ones', async () => {
    const { vault, provider, server } = await setUp()
    const tokens: string[] = []
    const result = await vault.use(ref, provider, async ({ accessToken }) => {
      tokens.push(accessToken)
      return tokens.length === 1 ? expired(true) : Ok('fine')
    })
    expect(result.unwrap()).toBe('fine')
    expect(tokens).toEqual(['access-1', 'access-3'])
    expect(server.requests).toHaveLength(1)
  })

  test('is run twice at most', async () => {
    const { vault, provider, server } = await setUp()
    let runs = 0
    const result = await vault.use(ref, provider, async () => {
      runs++
      return expired(true)
    })
    expect(result.unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    expect([runs, server.requests.length]).toEqual([2, 1])
  })

  test('is not run again when its tokens were refreshed for it', async () => {
    const { vault, provider, server, clock } = await setUp()
    clock.now += 31 * MINUTE
    let runs = 0
    const result = await vault.use(ref, provider, async () => {
      runs++
      return expired(true)
    })
    expect(result.unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    expect([runs, server.requests.length]).toEqual([1, 1])
  })

  test('many at a time cost one refresh', async () => {
    const { vault, provider, server } = await setUp()
    const work = async ({ accessToken }: OAuth2Credentials) =>
      accessToken === 'access-1' ? expired(true) : Ok(accessToken)
    const used = await Promise.all(Array.from({ length: 50 }, () => vault.use(ref, provider, work)))
    expect(used.every((one) => one.isOk())).toBe(true)
    expect(server.requests).toHaveLength(1)
  })

  test('refused for another reason, is not run again', async () => {
    const { vault, provider, server } = await setUp()
    const result = await vault.use(ref, provider, async () => expired(false))
    expect(result.unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    expect(server.requests).toHaveLength(0)
  })
})

describe('a refresh that fails', () => {
  test('for now: the old token serves while it lives, and then the error says how long to wait', async () => {
    const { clock, server, use, types } = await setUp()
    server.faults.push(unavailable, unavailable)
    clock.now += 26 * MINUTE
    expect((await use()).unwrap()).toBe('access-1')
    expect((await use()).unwrap()).toBe('access-1')
    expect(server.requests).toHaveLength(1)
    clock.now += 5 * MINUTE
    expect((await use()).unwrapErr()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    const waiting = (await use()).unwrapErr()
    expect(waiting).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true })
    expect((waiting as ProviderUnavailableError).retryAfterSeconds).toBeGreaterThan(0)
    expect(server.requests).toHaveLength(2)
    clock.now += MINUTE
    expect((await use()).unwrap()).toBe('access-3')
    expect(types()).toEqual(['Attempted', 'Failed', 'Attempted', 'Failed', 'Attempted', 'Succeeded'])
  })

  test('a thousand calls an hour against a provider that is down are a few requests', async () => {
    const { clock, server, use, create } = await setUp()
    server.faults.push(...Array.from({ length: 1_000 }, () => unavailable))
    clock.now += 31 * MINUTE
    const vaults = [create(), create(), create()]
    for (let call = 0; call < 1_000; call++) {
      expect((await use(vaults[call % 3])).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
      clock.now += 3_600
    }
    expect(server.requests.length).toBeLessThan(40)
  })

  test('by a limit of the provider: not before it says', async () => {
    const { clock, server, use } = await setUp()
    server.faults.push(() => Err(new ProviderRateLimitError({ ...context, status: 429, retryAfterSeconds: 600 })))
    clock.now += 31 * MINUTE
    expect((await use()).unwrapErr().code).toBe('PROVIDER_RATE_LIMITED')
    clock.now += 570_000
    expect((await use()).unwrapErr()).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryAfterSeconds: expect.toSatisfy((seconds) => seconds >= 30 && seconds <= 50),
    })
    clock.now += 50_000
    expect((await use()).isOk()).toBe(true)
    expect(server.requests).toHaveLength(2)
  })

  test('in a process whose clock is hours ahead: the others do not wait as long', async () => {
    const { clock, server, use, create } = await setUp()
    server.faults.push(unavailable)
    clock.now += 31 * MINUTE
    expect((await use(create({ now: () => clock.now + 6 * 60 * MINUTE }))).unwrapErr().code).toBe(
      'PROVIDER_UNAVAILABLE',
    )
    clock.now += MINUTE
    expect((await use()).isOk()).toBe(true)
  })

  test("by the app's own key: the user has nothing to do with it", async () => {
    const { clock, server, use, stored, events } = await setUp()
    server.faults.push(() => Err(new ProviderConfigurationError({ ...context, status: 401 })))
    clock.now += 31 * MINUTE
    expect((await use()).unwrapErr().code).toBe('PROVIDER_CONFIGURATION_REJECTED')
    expect((await stored()).refresh?.reauthentication).toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'ProviderTokenRefreshFailed', isTerminal: false })
    clock.now += 10 * MINUTE
    expect((await use()).isOk()).toBe(true)
  })

  test('for good: no other request is sent, until the user logs in again', async () => {
    const { clock, server, use, vault, events, create } = await setUp()
    server.revokeAll()
    clock.now += 26 * MINUTE
    const refused = { code: 'REAUTHENTICATION_REQUIRED', reason: 'refresh_token_refused' }
    expect((await use()).unwrapErr()).toMatchObject(refused)
    clock.now += DAY
    expect((await use(create())).unwrapErr()).toMatchObject(refused)
    expect(server.requests).toHaveLength(1)
    expect((await vault.describe(ref)).unwrap()).toMatchObject({
      state: 'reauthentication_required',
      reason: 'refresh_token_refused',
    })
    expect(events.at(-1)).toMatchObject({ type: 'ProviderTokenRefreshFailed', isTerminal: true })
    ;(await vault.put(ref, server.login())).unwrap()
    expect((await use()).isOk()).toBe(true)
  })

  test.for([
    ['always', 'refresh_token_missing', 1],
    ['possible', null, 2],
  ] as const)('an answer without a refresh token, with rotation %s', async ([rotation, reason, requests]) => {
    const { clock, server, use } = await setUp({ rotation })
    const tokens = {
      accessToken: 'access-lone',
      refreshToken: null,
      expiresIn: 1_800,
      tokenType: 'Bearer',
      scope: null,
    }
    server.faults.push(() => Ok(tokens))
    clock.now += 26 * MINUTE
    expect((await use()).unwrap()).toBe('access-lone')
    clock.now += 31 * MINUTE
    const used = await use()
    expect(used.isErr() && 'reason' in used.error ? used.error.reason : null).toBe(reason)
    expect(server.requests).toHaveLength(requests)
  })

  test('there is no refresh token: the access token serves to its end', async () => {
    const { clock, vault, use, server, credentials } = await setUp()
    ;(await vault.put(ref, { ...credentials, refreshToken: null } as StorableCredentials)).unwrap()
    clock.now += 29 * MINUTE
    expect((await use()).unwrap()).toBe('access-1')
    clock.now += MINUTE
    expect((await use()).unwrapErr()).toMatchObject({ reason: 'refresh_token_missing' })
    expect(server.requests).toEqual([])
  })

  test('nothing secret is told', async () => {
    const { clock, server, use, events } = await setUp()
    server.faults.push('lost_after', 'lost_after')
    clock.now += 31 * MINUTE
    const result = await use()
    clock.now += 10 * MINUTE
    await use()
    const text = inspect([result, events], { depth: 9, showHidden: true }) + JSON.stringify(events)
    expect(text).not.toMatch(/canary|access-\d|refresh-\d/)
    expect(events.length).toBeGreaterThan(3)
  })
})

describe('an answer that got lost', () => {
  test.each(['lost_before', 'lost_after'] as const)('%s: is asked for again within the grace', async (fault) => {
    const { clock, server, use, stored } = await setUp({ graceSeconds: 30 })
    server.faults.push(fault)
    clock.now += 31 * MINUTE
    expect((await use()).isOk()).toBe(true)
    expect(server.requests).toEqual(['refresh-1', 'refresh-1'])
    expect(await stored()).toMatchObject({ version: 2, refresh: null })
    clock.now += 31 * MINUTE
    expect((await use()).isOk()).toBe(true)
    expect(server.revokedFamilies).toBe(0)
  })

  test.each([
    ['nothing', undefined],
    ['tokens without a token', Ok({ expiresIn: 60 })],
    ['an error that is a text', Err('canary')],
  ])('%s in place of an answer is one that got lost', async (_, answer) => {
    const { clock, server, use } = await setUp({ graceSeconds: 30 })
    server.faults.push(() => answer as never)
    clock.now += 31 * MINUTE
    expect((await use()).unwrap()).toBe('access-3')
    expect(server.requests).toEqual(['refresh-1', 'refresh-1'])
  })

  test('is not asked for at once without a grace, and is lost by name when it was given', async () => {
    const { clock, server, use, stored } = await setUp()
    server.faults.push('lost_after')
    clock.now += 31 * MINUTE
    expect((await use()).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
    expect(server.requests).toHaveLength(1)
    expect((await stored()).refresh?.inDoubtSince).not.toBeNull()
    clock.now += MINUTE
    expect((await use()).unwrapErr()).toMatchObject({ reason: 'refresh_in_doubt' })
    expect((await use()).unwrapErr()).toMatchObject({ reason: 'refresh_in_doubt' })
    expect(server.requests).toHaveLength(2)
  })

  test('costs nothing without a grace when the request never came', async () => {
    const { clock, server, use } = await setUp()
    server.faults.push('lost_before')
    clock.now += 31 * MINUTE
    expect((await use()).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
    clock.now += MINUTE
    expect((await use()).isOk()).toBe(true)
    expect(server.revokedFamilies).toBe(0)
  })

  test('costs nothing where refresh tokens do not rotate', async () => {
    const { clock, server, use } = await setUp({ rotation: 'never' })
    server.faults.push('lost_after')
    clock.now += 31 * MINUTE
    expect((await use()).isOk()).toBe(true)
    expect(server.requests).toHaveLength(2)
  })

  test('a provider that never answers holds nobody for ever', async () => {
    const { clock, server, use, create } = await setUp()
    server.latency = () => new Promise(() => {})
    clock.now += 31 * MINUTE
    const hurried = create({
      sleep: async (milliseconds, signal) => {
        await new Promise((resolve) => setImmediate(resolve))
        // The one who asks has more patience than the provider is given time.
        if (milliseconds > MINUTE) await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        if (!signal?.aborted) clock.now += milliseconds
      },
    })
    expect((await use(hurried)).unwrapErr()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    server.latency = async () => {}
    clock.now += 10 * MINUTE
    expect((await use(hurried)).isOk()).toBe(true)
  })

  test('a process that died is followed by one that knows of it', async () => {
    const { clock, server, use, create, repository } = await setUp({ graceSeconds: 60 })
    clock.now += 31 * MINUTE
    // The first takes the lease, marks, sends, and is never heard of again.
    const dead = create({ credentials: { ...repository, save: () => new Promise(() => {}) } })
    void use(dead)
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const before = clock.now
    const sleep = patient(async (milliseconds) => {
      clock.now += milliseconds
    })
    const successor = use(create({ sleep }))
    expect((await successor).isOk()).toBe(true)
    expect(clock.now - before).toBeLessThan(60_000)
    expect(server.requests).toEqual(['refresh-1', 'refresh-1'])
    expect(server.revokedFamilies).toBe(0)
  })
})

describe('others meanwhile', () => {
  /** Does something while a refresh is on its way. */
  const during = async (act: (parts: Awaited<ReturnType<typeof setUp>>) => Promise<unknown>) => {
    const parts = await setUp()
    const { clock, server, use } = parts
    let answer = () => {}
    server.latency = () => new Promise((resolve) => (answer = resolve as () => void))
    clock.now += 31 * MINUTE
    const used = use()
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await act(parts)
    answer()
    return { ...parts, used: await used }
  }

  test('what is forgotten stays forgotten, and the tokens that came are ended', async () => {
    const { used, stored, server } = await during(({ vault }) => vault.forget(ref))
    expect(used.unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
    expect(await stored()).toMatchObject({ version: 2, credentials: null, refresh: null, lease: null })
    expect(server.revoked).toEqual(['access-3'])
  })

  test('a login counts more than a refresh of the one before', async () => {
    const { used, stored, server, use } = await during(async ({ vault, server }) => vault.put(ref, server.login()))
    expect(used.unwrap()).toBe('access-2')
    expect((await stored()).version).toBe(2)
    expect((await use()).unwrap()).toBe('access-2')
    expect(server.requests).toHaveLength(1)
  })

  test('credentials that are sealed with another key meanwhile lose neither the lease nor the tokens', async () => {
    const { used, stored } = await during(async ({ create }) => {
      const rotated = create({ keyring: keyringOf(secretKey('k2', 2), secretKey('k1')) })
      expect((await rotated.rewrap()).unwrap()).toMatchObject({ rewrapped: 1, complete: true })
    })
    expect(used.unwrap()).toBe('access-3')
    expect(await stored()).toMatchObject({ version: 2, credentials: { keyId: 'k1' } })
  })

  test('a refusal that comes after another one refreshed is none', async () => {
    const { used, server } = await during(async ({ repository, server, create, provider }) => {
      const record = (await repository.find(ref.connectionId)).unwrap() as CredentialRecord
      // The lease ended, another took it and was quicker.
      await repository.saveRefresh({ ...record, owner: record.lease?.owner ?? '', refresh: null, release: true })
      const latency = server.latency
      server.latency = async () => {}
      expect((await create().refresh(ref, provider)).isOk()).toBe(true)
      server.latency = latency
    })
    expect(used.unwrap()).toBe('access-3')
    expect(server.requests).toHaveLength(2)
  })
})

describe('a store that fails', () => {
  const failing = (repository: CredentialRepository, times: number): CredentialRepository => {
    let left = times
    return {
      ...repository,
      save: async (record, expected) =>
        record.version === 2 && left-- > 0
          ? Err(new StorageError('STORAGE_UNAVAILABLE'))
          : repository.save(record, expected),
    }
  }

  test('new tokens are written again until they are', async () => {
    const { clock, server, use, create, repository, stored } = await setUp()
    clock.now += 31 * MINUTE
    const vault = create({ credentials: failing(repository, 12) })
    expect((await use(vault)).unwrap()).toBe('access-3')
    expect((await stored()).version).toBe(2)
    expect(server.requests).toHaveLength(1)
  })

  test('nothing is sent when the mark can not be written', async () => {
    const { clock, server, use, create, repository } = await setUp()
    clock.now += 31 * MINUTE
    const saveRefresh = async () => Err(new StorageError('STORAGE_UNAVAILABLE'))
    expect((await use(create({ credentials: { ...repository, saveRefresh } }))).unwrapErr().code).toBe(
      'STORAGE_UNAVAILABLE',
    )
    expect(server.requests).toEqual([])
  })

  test('one that takes most of the lease is waited for, and the lease kept', async () => {
    const { clock, server, use, create, repository } = await setUp()
    clock.now += 31 * MINUTE
    const saveRefresh: CredentialRepository['saveRefresh'] = async (change) => {
      await new Promise((resolve) => setTimeout(resolve, 240))
      return repository.saveRefresh(change)
    }
    const credentials = { ...repository, saveRefresh }
    const used = await use(create({ credentials, sleep: undefined, refresh: { leaseMilliseconds: 300 } }))
    expect(used.unwrap()).toBe('access-3')
    expect(server.requests).toHaveLength(1)
  })

  test('a failing sink of events harms nobody', async () => {
    const { clock, use, create } = await setUp()
    clock.now += 31 * MINUTE
    let told = 0
    const events = () => {
      told++
      if (told % 2 === 0) throw new Error('canary')
      return Promise.reject(new Error('canary'))
    }
    expect((await use(create({ events }))).isOk()).toBe(true)
    expect(told).toBe(2)
  })
})

describe('a text that is kept elsewhere', () => {
  test('opens for the same owner alone', async () => {
    const { vault } = await setUp()
    const sealed = (await vault.sealText(ref, 'verifier-canary')).unwrap()
    expect(sealed).toMatch(/^[\w-]+$/)
    expect(sealed).not.toContain('canary')
    expect((await vault.openText(ref, sealed)).unwrap()).toBe('verifier-canary')
    for (const other of [
      { ...ref, userId: 'user-2' },
      { ...ref, connectionId: 'connection-2' },
      { ...ref, provider: 'other' },
    ])
      expect((await vault.openText(other, sealed)).unwrapErr()).toMatchObject({ reason: 'not_authentic' })
    expect((await vault.openText(ref, 'no text of a vault!')).unwrapErr().code).toBe('DECRYPTION_FAILED')
  })

  test('is not credentials, nor the other way round', async () => {
    const { vault, stored, repository } = await setUp()
    const record = await stored()
    const text = Buffer.from(record.credentials?.encryptedData ?? []).toString('base64url')
    expect((await vault.openText(ref, text)).unwrapErr()).toMatchObject({ reason: 'not_authentic' })
    const sealed = Buffer.from((await vault.sealText(ref, '{"type":"oauth2"}')).unwrap(), 'base64url')
    const credentials = { ...record.credentials, encryptedData: sealed } as CredentialRecord['credentials']
    ;(await repository.save({ ...record, credentials }, 1)).unwrap()
    const used = await vault.use(ref, connectorOf('oauth2'), async () => Ok('opened'))
    expect(used.unwrapErr().code).toBe('DECRYPTION_FAILED')
  })
})
