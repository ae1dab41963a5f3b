import type { Connection } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { createHost } from './connections/host.ts'

const [userId, attacker, provider] = ['user-1', 'user-2', 'broker']

/** Everything that is stored of both users, for comparison. */
async function storedIn({ connections, repositories, credentials, institution }: ReturnType<typeof createHost>) {
  const lists = await Promise.all(
    [userId, attacker].map(async (user) => [
      (await connections.list({ userId: user })).unwrap(),
      (await repositories.accounts.listByUser(user)).unwrap(),
    ]),
  )
  const all = lists.flat(2) as Connection[]
  const sealed = await Promise.all(all.map(async ({ id }) => (await credentials.find(id)).unwrap()))
  return { lists, sealed, liveGrants: institution.liveGrants }
}

/** A victim's connection in use, and what must not change. */
async function setUp(options: Parameters<typeof createHost>[0] = {}) {
  const host = createHost(options)
  const victim = await host.login()
  const begin = async (user: string, request: object = {}) =>
    (await host.connections.beginOAuth({ userId: user, provider, alias: 'new', ...request })).unwrap()
  const finish = (user: string, callback: URLSearchParams, request: object = {}) =>
    host.connections.finishOAuth({ userId: user, provider, callback, ...request })
  return { ...host, host, victim, begin, finish }
}

describe("another user's connection is not found", () => {
  test.each([
    ['open', (app, connectionId) => app.connections.open({ userId: attacker, connectionId })],
    ['get', (app, connectionId) => app.connections.get({ userId: attacker, connectionId })],
    ['refresh', (app, connectionId) => app.connections.refresh({ userId: attacker, connectionId })],
    ['disconnect', (app, connectionId) => app.connections.disconnect({ userId: attacker, connectionId })],
    ['beginOAuth', (app, connectionId) => app.connections.beginOAuth({ userId: attacker, provider, connectionId })],
    [
      'connect',
      (app, connectionId) =>
        app.connections.connect({
          userId: attacker,
          provider: 'key-broker',
          connectionId,
          input: { apiKey: 'key-bob', apiSecret: 'made-up' },
        }),
    ],
  ] as const satisfies [string, (app: ReturnType<typeof createHost>, id: string) => Promise<unknown>][])(
    '%s',
    async (_, call) => {
      const { host, victim } = await setUp()
      const before = await storedIn(host)
      expect((await call(host, victim.id)).unwrapErr().code).toBe('CONNECTION_NOT_FOUND')
      expect(await storedIn(host)).toEqual(before)
    },
  )

  test("nor is a user's own under another provider", async () => {
    const { host, victim, connections } = await setUp()
    const before = await storedIn(host)
    const open = await connections.open({ userId, connectionId: victim.id, provider: 'other-broker' })
    expect(open.unwrapErr().code).toBe('CONNECTION_NOT_FOUND')
    const begun = await connections.beginOAuth({ userId, connectionId: victim.id, provider: 'other-broker' })
    expect(begun.unwrapErr().code).toBe('CONNECTION_NOT_FOUND')
    expect(await storedIn(host)).toEqual(before)
  })
})

describe('a callback that is not what was begun', () => {
  test("a replayed state, in the victim's own session", async () => {
    const { host, begin, finish, institution } = await setUp()
    const { authorizationUrl } = await begin(userId)
    const callback = institution.consent(authorizationUrl, 'bob')
    expect((await finish(userId, callback)).isOk()).toBe(true)
    const before = await storedIn(host)
    const replayed = institution.consent(authorizationUrl, 'bob')
    for (const again of [callback, replayed])
      expect((await finish(userId, again)).unwrapErr().code).toBe('OAUTH_STATE_INVALID')
    expect(await storedIn(host)).toEqual(before)
    expect(institution.count('/token')).toBe(2)
  })

  test("the attacker's code with the victim's state, and the other way round: PKCE refuses both", async () => {
    const { host, begin, finish, institution, victim } = await setUp()
    const own = await begin(attacker)
    const theirs = await begin(userId, { connectionId: victim.id })
    const ownCallback = institution.consent(own.authorizationUrl, 'bob')
    const swapped = institution.consent(theirs.authorizationUrl, 'ada')
    swapped.set('code', ownCallback.get('code') ?? '')
    const before = await storedIn(host)
    expect((await finish(userId, swapped)).unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    expect(await storedIn(host)).toEqual(before)
  })

  test("the victim is sent the attacker's callback: the attacker's accounts do not come into the victim's hands", async () => {
    const { host, begin, finish, institution } = await setUp()
    const { authorizationUrl } = await begin(attacker)
    const callback = institution.consent(authorizationUrl, 'bob')
    const before = await storedIn(host)
    expect((await finish(userId, callback)).unwrapErr().code).toBe('OAUTH_STATE_INVALID')
    expect(await storedIn(host)).toEqual(before)
    // Nor does that keep the one whose it is from ending it.
    expect((await finish(attacker, callback)).isOk()).toBe(true)
  })

  test("the attacker ends the victim's login in a session of their own", async () => {
    const { host, begin, finish, institution } = await setUp()
    const { authorizationUrl } = await begin(userId)
    const callback = institution.consent(authorizationUrl, 'bob')
    const before = await storedIn(host)
    expect((await finish(attacker, callback)).unwrapErr().code).toBe('OAUTH_STATE_INVALID')
    expect(await storedIn(host)).toEqual(before)
  })

  test('a login that was begun in another browser', async () => {
    const { host, begin, finish, institution } = await setUp()
    for (const browserBinding of ['cookie-of-another', undefined, '']) {
      const { authorizationUrl } = await begin(userId, { browserBinding: 'cookie' })
      const callback = institution.consent(authorizationUrl, 'bob')
      const before = await storedIn(host)
      expect((await finish(userId, callback, { browserBinding })).unwrapErr().code).toBe('OAUTH_STATE_INVALID')
      expect(await storedIn(host)).toEqual(before)
      expect((await finish(userId, callback, { browserBinding: 'cookie' })).isErr()).toBe(true)
    }
  })

  test("another provider's route", async () => {
    const { host, begin, finish, institution } = await setUp()
    const { authorizationUrl } = await begin(userId)
    const callback = institution.consent(authorizationUrl, 'bob')
    const before = await storedIn(host)
    const mixed = await finish(userId, callback, { provider: 'other-broker' })
    expect(mixed.unwrapErr().code).toBe('OAUTH_STATE_INVALID')
    expect(await storedIn(host)).toEqual(before)
    expect(institution.count('/token')).toBe(1)
  })

  test.each([
    [undefined, 'https://evil.example', false],
    [undefined, 'no address', false],
    [undefined, 'http://acme.example', false],
    [undefined, 'javascript://acme.example/%0aalert(1)', false],
    [undefined, 'https://acme.example@evil.example', false],
    [undefined, 'https://acme.example\0', false],
    [undefined, 'https:/acme.example', false],
    [undefined, 'https://acme.example#evil.example', false],
    [undefined, 'https://evil.example@acme.example', false],
    [undefined, 'https://acme.example', true],
    [undefined, 'https://acme.example/tenant', true],
    [undefined, null, true],
    ['https://login.acme.example/tenant', 'https://login.acme.example/tenant', true],
    ['https://login.acme.example/tenant', 'https://login.acme.example/another', false],
    ['https://login.acme.example/tenant', null, false],
  ])('a provider that calls itself %s, and a callback that says %s', async (issuer, iss, isTaken) => {
    const host = createHost(issuer === undefined ? {} : { issuer })
    const { authorizationUrl } = (await host.connections.beginOAuth({ userId, provider })).unwrap()
    const callback = host.institution.consent(authorizationUrl, 'bob', iss === null ? {} : { iss })
    const finished = await host.connections.finishOAuth({ userId, provider, callback })
    expect(finished.isOk() || finished.error.code).toBe(isTaken || 'OAUTH_STATE_INVALID')
    expect(host.institution.count('/token')).toBe(isTaken ? 1 : 0)
  })

  test.each([
    ['no state', (callback: URLSearchParams) => callback.delete('state')],
    ['a state that was never given', (callback: URLSearchParams) => callback.set('state', 'A'.repeat(43))],
    ['two states', (callback: URLSearchParams) => callback.append('state', callback.get('state') ?? '')],
    ['two servers', (callback: URLSearchParams) => ['1', '2'].map((iss) => callback.append('iss', iss))],
  ])('%s', async (_, spoil) => {
    const { host, begin, finish, institution } = await setUp()
    const { authorizationUrl } = await begin(userId)
    const callback = institution.consent(authorizationUrl, 'bob')
    spoil(callback)
    const before = await storedIn(host)
    expect((await finish(userId, callback)).unwrapErr().code).toBe('OAUTH_STATE_INVALID')
    expect(await storedIn(host)).toEqual(before)
  })

  test('is told of, without what it carried', async () => {
    const { finish, events } = await setUp()
    await finish(attacker, new URLSearchParams({ state: 'state-canary', code: 'code-canary' }))
    expect(events.at(-1)).toMatchObject({ type: 'ProviderConnectionFailed', userId: attacker, connectionId: null })
    expect(JSON.stringify(events)).not.toContain('canary')
  })
})

test('a sandbox connection is nothing to live providers, nor the other way round', async () => {
  for (const isSandbox of [true, false]) {
    const { host, victim, begin, institution, createApp } = await setUp({ isSandbox })
    const { authorizationUrl } = await begin(userId, { connectionId: victim.id })
    const callback = institution.consent(authorizationUrl, 'ada')
    const { connections } = createApp(isSandbox)
    const before = await storedIn(host)
    const requests = institution.paths.length
    const request = { userId, connectionId: victim.id }
    for (const refused of [
      await connections.open(request),
      await connections.refresh(request),
      await connections.beginOAuth({ ...request, provider }),
      await connections.finishOAuth({ userId, provider, callback }),
    ])
      expect(refused.unwrapErr()).toMatchObject({
        code: 'CONNECTION_SANDBOX_MISMATCH',
        userAction: 'fix_configuration',
      })
    expect(await storedIn(host)).toEqual(before)
    expect(institution.paths).toHaveLength(requests)
    expect((await host.connections.open(request)).isOk()).toBe(true)
    // It can be ended by both: the institution that is not reached is not asked.
    expect((await connections.disconnect(request)).unwrap()).toEqual({ revocation: 'failed' })
    expect(institution.paths).toHaveLength(requests)
  }
})

describe('returnContext leads nowhere else', () => {
  test.each([
    'https://evil.example',
    'https:evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '\n//evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    ' https://evil.example',
    'evil.example/path',
    '?next=//evil.example/\u0000',
    `/${'a'.repeat(3_000)}`,
    '',
  ])('%j', async (returnContext) => {
    const { host, connections } = await setUp()
    const before = await storedIn(host)
    const begun = await connections.beginOAuth({ userId, provider, alias: 'new', returnContext })
    expect(begun.unwrapErr()).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'returnContext' }] })
    expect(await storedIn(host)).toEqual(before)
  })

  test.each(['/', '/accounts?tab=2#top', '/a/b%2Fc', '/search?q=https://acme.example', 'onboarding-step_2'])(
    '%j comes back as it was',
    async (returnContext) => {
      const { begin, finish, institution } = await setUp()
      const { authorizationUrl } = await begin(userId, { returnContext })
      const callback = institution.consent(authorizationUrl, 'bob', { returnContext: 'https://evil.example' })
      expect((await finish(userId, callback)).unwrap().returnContext).toBe(returnContext)
    },
  )
})
