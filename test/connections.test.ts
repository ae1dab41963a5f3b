import { inspect } from 'node:util'
import { type Connected, type Connector, Err, StorageError } from '@finport/core'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { createHost, DAY, type HostOptions, MINUTE, start } from './connections/host.ts'
import type { keyBroker } from './connections/providers.ts'

const userId = 'user-1'
const provider = 'broker'

const accountsOf = async (host: ReturnType<typeof createHost>, connectionId: string) => {
  const connected = (await host.connections.open({ userId, connectionId, provider })).unwrap()
  return (await connected.fetchAccounts()).map(({ items }) => items.map(({ providerAccountId }) => providerAccountId))
}

describe('connecting by OAuth', () => {
  test('a login ends in an active connection, and the provider answers through it', async () => {
    const host = createHost()
    const begun = (
      await host.connections.beginOAuth({
        userId,
        provider,
        alias: 'mine',
        returnContext: '/accounts?tab=2',
        meta: { a: 1 },
      })
    ).unwrap()
    expect(begun).toMatchObject({ expiresAt: '2026-01-31T12:10:00.000Z' })
    expect((await host.connections.get({ userId, connectionId: begun.connectionId })).unwrap().status).toBe('pending')
    const callback = host.institution.consent(begun.authorizationUrl, 'ada')
    const finished = (await host.connections.finishOAuth({ userId, provider, callback })).unwrap()
    expect(finished).toEqual({
      id: begun.connectionId,
      userId,
      provider,
      alias: 'mine',
      status: 'active',
      reauthenticateBy: '2026-02-07T12:00:00.000Z',
      sandbox: true,
      meta: { a: 1 },
      createdAt: '2026-01-31T12:00:00.000Z',
      updatedAt: '2026-01-31T12:00:00.000Z',
      version: 2,
      returnContext: '/accounts?tab=2',
    })
    expect((await accountsOf(host, finished.id)).unwrap()).toEqual(['A-1', 'A-2'])
    expect((await host.repositories.accounts.listByUser(userId)).unwrap()).toHaveLength(2)
    expect(host.events).toMatchObject([
      { type: 'ProviderConnectionAttempted', action: 'PROVIDER_CONNECTION_ATTEMPTED', userId, provider },
      { type: 'ProviderConnectionSucceeded', action: 'PROVIDER_CONNECTED', connectionId: finished.id },
    ])
  })

  test('nothing of a login that could end it is stored, or told', async () => {
    const host = createHost()
    const inserted: unknown[] = []
    const authorizations = host.repositories.authorizations
    const insert = authorizations.insert
    authorizations.insert = (request) => {
      inserted.push(request)
      return insert(request)
    }
    const { authorizationUrl } = (
      await host.connections.beginOAuth({ userId, provider, browserBinding: 'cookie-canary' })
    ).unwrap()
    const callback = host.institution.consent(authorizationUrl, 'ada')
    const result = await host.connections.finishOAuth({ userId, provider, callback, browserBinding: 'cookie-canary' })
    const state = callback.get('state') ?? ''
    expect(state).toMatch(/^[\w-]{43}$/)
    const text = inspect([inserted, host.events, result], { depth: 9, showHidden: true })
    for (const secret of [state, callback.get('code') ?? '', 'cookie-canary', 'access-', 'refresh-'])
      expect(text).not.toContain(secret)
    expect(inserted).toHaveLength(1)
  })

  test.each([
    [{ error: 'access_denied' }, 'OAUTH_DENIED', 'reconnect'],
    [{ error: 'consent_required' }, 'OAUTH_DENIED', 'reconnect'],
    [{ error: 'invalid_scope' }, 'OAUTH_REQUEST_REJECTED', 'fix_configuration'],
    [{ error: 'unauthorized_client' }, 'OAUTH_REQUEST_REJECTED', 'fix_configuration'],
    [{ error: 'toString' }, 'OAUTH_REQUEST_REJECTED', 'fix_configuration'],
    [{ error: 'server_error' }, 'OAUTH_SERVER_ERROR', 'none'],
    [{ error: 'temporarily_unavailable' }, 'OAUTH_SERVER_ERROR', 'none'],
    [{}, 'OAUTH_SERVER_ERROR', 'none'],
  ])('a callback with %j is %s', async (answer, code, userAction) => {
    const host = createHost()
    const { authorizationUrl, connectionId } = (await host.connections.beginOAuth({ userId, provider })).unwrap()
    const state = new URL(authorizationUrl).searchParams.get('state') ?? ''
    const finish = () =>
      host.connections.finishOAuth({ userId, provider, callback: new URLSearchParams({ ...answer, state }) })
    expect((await finish()).unwrapErr()).toMatchObject({ code, userAction })
    expect((await host.connections.get({ userId, connectionId })).unwrap().status).toBe('failed')
    expect((await finish()).unwrapErr().code).toBe('OAUTH_STATE_INVALID')
    expect(host.types().at(-2)).toBe('ProviderConnectionFailed')
    expect((await host.login()).id).toBe(connectionId)
  })

  test('a login is over after ten minutes', async () => {
    for (const [elapsed, isOver] of [
      [10 * MINUTE - 1, false],
      [10 * MINUTE, true],
    ] as const) {
      const host = createHost()
      const { authorizationUrl } = (await host.connections.beginOAuth({ userId, provider })).unwrap()
      host.clock.now += elapsed
      const callback = host.institution.consent(authorizationUrl, 'ada')
      const finished = await host.connections.finishOAuth({ userId, provider, callback })
      expect(finished.isErr() && finished.error.code === 'OAUTH_STATE_INVALID').toBe(isOver)
    }
  })

  test('of many callbacks of one login at a time, one ends it', async () => {
    const host = createHost()
    const { authorizationUrl } = (await host.connections.beginOAuth({ userId, provider })).unwrap()
    const callback = host.institution.consent(authorizationUrl, 'ada')
    const finished = await Promise.all(
      Array.from({ length: 10 }, () => host.connections.finishOAuth({ userId, provider, callback })),
    )
    expect(finished.filter((one) => one.isOk())).toHaveLength(1)
    expect(host.institution.count('/token')).toBe(1)
  })

  test('users begin as often as they like: it stays one connection until one login ends', async () => {
    const host = createHost()
    const begun = await Promise.all(Array.from({ length: 5 }, () => host.connections.beginOAuth({ userId, provider })))
    const ids = new Set(begun.map((one) => one.unwrap().connectionId))
    expect(ids.size).toBe(1)
    const callback = host.institution.consent(begun[3]?.unwrap().authorizationUrl ?? '', 'ada')
    expect((await host.connections.finishOAuth({ userId, provider, callback })).isOk()).toBe(true)
    const again = await host.connections.beginOAuth({ userId, provider })
    expect(again.unwrapErr()).toMatchObject({ code: 'CONNECTION_ALIAS_TAKEN', userAction: 'fix_input' })
    expect((await host.connections.beginOAuth({ userId, provider, alias: 'second' })).isOk()).toBe(true)
    expect((await host.connections.beginOAuth({ userId: 'user-2', provider })).isOk()).toBe(true)
  })

  test('an institution that is out of reach after the login does not undo it', async () => {
    const host = createHost()
    host.institution.faults.push({ path: '/accounts', status: 503 })
    const connection = await host.login()
    expect(connection.status).toBe('active')
    expect((await accountsOf(host, connection.id)).isOk()).toBe(true)
  })

  test("a refusal of the app's own key is the app's affair", async () => {
    const host = createHost()
    host.institution.clientId = 'another'
    const { authorizationUrl } = (await host.connections.beginOAuth({ userId, provider })).unwrap()
    const callback = host.institution.consent(authorizationUrl, 'ada')
    const finished = await host.connections.finishOAuth({ userId, provider, callback })
    expect(finished.unwrapErr()).toMatchObject({
      code: 'PROVIDER_CONFIGURATION_REJECTED',
      userAction: 'fix_configuration',
    })
  })

  test('a provider without OAuth, and one that is not registered, are told apart', async () => {
    const host = createHost()
    const begin = (slug: string) => host.connections.beginOAuth({ userId, provider: slug })
    expect((await begin('key-broker')).unwrapErr().code).toBe('PROVIDER_INVALID_INPUT')
    expect((await begin('nobody')).unwrapErr().code).toBe('PROVIDER_UNKNOWN')
    // @ts-expect-error A literal that is misspelt does not compile.
    expect((await host.connections.beginOAuth({ userId, provider: 'borker' })).isErr()).toBe(true)
  })
})

describe('logging in again', () => {
  test('in place: the connection, its accounts and their ids stay, whatever its state', async () => {
    const host = createHost()
    const connection = await host.login()
    const before = (await host.repositories.accounts.listByConnection(connection.id)).unwrap()
    const again = await host.login('ada', { connectionId: connection.id })
    expect(again).toMatchObject({ id: connection.id, status: 'active', alias: '', version: 3 })
    host.institution.revokeAll()
    host.clock.now += 31 * MINUTE
    expect((await accountsOf(host, connection.id)).isErr()).toBe(true)
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('expired')
    host.institution.accounts.set('ada', ['A-2', 'A-3'])
    expect((await host.login('ada', { connectionId: connection.id })).status).toBe('active')
    const after = (await host.repositories.accounts.listByConnection(connection.id)).unwrap()
    expect(after.slice(0, 2)).toEqual(before)
    expect(after.map(({ providerAccountId }) => providerAccountId)).toEqual(['A-1', 'A-2', 'A-3'])
    expect((await accountsOf(host, connection.id)).unwrap()).toEqual(['A-2', 'A-3'])
  })

  test('as somebody else changes nothing', async () => {
    const host = createHost()
    const connection = await host.login('ada')
    for (const other of ['bob', 'no-accounts']) {
      const { authorizationUrl } = (
        await host.connections.beginOAuth({ userId, provider, connectionId: connection.id })
      ).unwrap()
      const callback = host.institution.consent(authorizationUrl, other)
      const finished = await host.connections.finishOAuth({ userId, provider, callback })
      expect(finished.unwrapErr()).toMatchObject({ code: 'CONNECTION_MISMATCH', userAction: 'reconnect' })
    }
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap()).toEqual(connection)
    expect((await accountsOf(host, connection.id)).unwrap()).toEqual(['A-1', 'A-2'])
  })

  test('to accounts that another connection has is a duplicate, for a new connection and for one in use', async () => {
    const host = createHost()
    const first = await host.login('ada')
    const second = await host.login('bob', { alias: 'second' })
    const duplicate = { code: 'CONNECTION_DUPLICATE', userAction: 'fix_input' }
    for (const request of [{ alias: 'third' }, { connectionId: second.id }]) {
      const begun = (await host.connections.beginOAuth({ userId, provider, ...request })).unwrap()
      const callback = host.institution.consent(begun.authorizationUrl, 'ada')
      const finished = await host.connections.finishOAuth({ userId, provider, callback })
      expect(finished.unwrapErr()).toMatchObject(duplicate)
    }
    const statuses = (await host.connections.list({ userId })).unwrap().map(({ alias, status }) => `${alias} ${status}`)
    expect(statuses.sort()).toEqual([' active', 'second active', 'third failed'])
    expect((await accountsOf(host, first.id)).unwrap()).toEqual(['A-1', 'A-2'])
    expect((await accountsOf(host, second.id)).unwrap()).toEqual(['B-1'])
    // Of another user it is none: people share accounts.
    expect((await host.login('ada', { userId: 'user-2' })).status).toBe('active')
  })

  test('that is denied, or that the institution does not confirm, leaves the old login in use', async () => {
    const host = createHost()
    const connection = await host.login()
    const begin = async () =>
      (await host.connections.beginOAuth({ userId, provider, connectionId: connection.id })).unwrap().authorizationUrl
    const denied = host.institution.consent(await begin(), null)
    expect((await host.connections.finishOAuth({ userId, provider, callback: denied })).unwrapErr().code).toBe(
      'OAUTH_DENIED',
    )
    const callback = host.institution.consent(await begin(), 'ada')
    host.institution.faults.push({ path: '/accounts', status: 503 })
    expect((await host.connections.finishOAuth({ userId, provider, callback })).unwrapErr().code).toBe(
      'PROVIDER_UNAVAILABLE',
    )
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap()).toEqual(connection)
    expect((await accountsOf(host, connection.id)).isOk()).toBe(true)
  })
})

describe('tokens', () => {
  test.each([
    ['never', false],
    ['always', false],
    ['always', true],
    ['possible', true],
  ] as const)(
    'with rotation %s, extending %s, are refreshed unseen for as long as the login lasts',
    async (rotation, refreshExtends) => {
      const host = createHost({ policy: { rotation, refreshExtends } })
      const connection = await host.login()
      for (let hour = 0; hour < 24 * 6; hour++) {
        host.clock.now += 60 * MINUTE
        expect((await accountsOf(host, connection.id)).isOk()).toBe(true)
      }
      expect(host.institution.count('/token')).toBe(1 + 24 * 6)
      const { reauthenticateBy } = (await host.connections.get({ userId, connectionId: connection.id })).unwrap()
      const issuedAt = refreshExtends ? host.clock.now : start
      expect(reauthenticateBy).toBe(new Date(issuedAt + 7 * DAY).toISOString())
    },
  )

  test('the seventh day: the connection expires once, and the user is told', async () => {
    const host = createHost()
    const connection = await host.login()
    host.clock.now = start + 7 * DAY + MINUTE
    const calls = await Promise.all(Array.from({ length: 5 }, () => accountsOf(host, connection.id)))
    for (const call of calls) {
      const error = call.unwrapErr()
      expect(error).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED', reason: 'refresh_token_expired' })
    }
    expect(host.institution.count('/token')).toBe(1)
    const open = await host.connections.open({ userId, connectionId: connection.id })
    expect(open.unwrapErr()).toMatchObject({ code: 'CONNECTION_NOT_ACTIVE', userAction: 'reconnect' })
    expect(host.events.filter(({ type }) => type === 'ProviderConnectionExpired')).toMatchObject([
      { action: 'PROVIDER_CONNECTION_EXPIRED', notifyUser: true, error: { code: 'REAUTHENTICATION_REQUIRED' } },
    ])
    expect((await host.login('ada', { connectionId: connection.id })).reauthenticateBy).toBe('2026-02-14T12:01:00.000Z')
  })

  test('an institution that is down, and an app key that is refused, expire nothing', async () => {
    const host = createHost()
    const connection = await host.login()
    host.clock.now += 31 * MINUTE
    host.institution.faults.push({ path: '/token', status: 503 })
    expect((await accountsOf(host, connection.id)).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
    host.clock.now += MINUTE
    host.institution.clientId = 'another'
    expect((await accountsOf(host, connection.id)).unwrapErr().code).toBe('PROVIDER_CONFIGURATION_REJECTED')
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('active')
    host.clock.now += MINUTE
    host.institution.clientId = 'app'
    expect((await accountsOf(host, connection.id)).isOk()).toBe(true)
  })

  test('that the institution ended: the first call expires the connection', async () => {
    const host = createHost()
    const connection = await host.login()
    host.institution.revokeAll()
    expect((await accountsOf(host, connection.id)).unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('expired')
  })

  test('an answer to a call from before a new login does not expire it', async () => {
    const host = createHost()
    const connection = await host.login()
    const connected = (await host.connections.open({ userId, connectionId: connection.id, provider })).unwrap()
    host.institution.revokeAll()
    const again = await host.login('ada', { connectionId: connection.id })
    host.institution.revokeAll()
    expect((await connected.fetchAccounts()).isErr()).toBe(true)
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap()).toEqual(again)
  })

  test('by hand', async () => {
    const host = createHost({ policy: { refreshExtends: true } })
    const connection = await host.login()
    host.clock.now += DAY
    const refreshed = (await host.connections.refresh({ userId, connectionId: connection.id })).unwrap()
    expect(refreshed).toMatchObject({ reauthenticateBy: '2026-02-08T12:00:00.000Z', version: 3 })
    expect(host.types().slice(-2)).toEqual(['ProviderTokenRefreshAttempted', 'ProviderTokenRefreshSucceeded'])
    host.institution.revokeAll()
    const refused = await host.connections.refresh({ userId, connectionId: connection.id })
    expect(refused.unwrapErr()).toMatchObject({ reason: 'refresh_token_refused' })
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('expired')
  })
})

describe('connecting by what the user types', () => {
  const key = (name: string) => ({ apiKey: `key-${name}`, apiSecret: 'made-up' })
  const connect = (host: ReturnType<typeof createHost>, input: unknown, request: object = {}) =>
    host.connections.connect({ userId, provider: 'key-broker', input, ...request })

  test('a key is verified, stored, and opens', async () => {
    const host = createHost()
    const connection = (await connect(host, key('ada'))).unwrap()
    expect(connection).toMatchObject({ status: 'active', provider: 'key-broker', reauthenticateBy: null })
    const connected = (await host.connections.open({ userId, connectionId: connection.id })).unwrap()
    expect((await connected.fetchAccounts()).unwrap().items).toHaveLength(2)
    expect((await host.connections.refresh({ userId, connectionId: connection.id })).unwrap()).toEqual(connection)
    expect((await connect(host, key('ada'), { alias: 'again' })).unwrapErr().code).toBe('CONNECTION_DUPLICATE')
    expect((await connect(host, key('bob'), { connectionId: connection.id })).unwrapErr().code).toBe(
      'CONNECTION_MISMATCH',
    )
  })

  test('a key that is wrong is not stored, and costs no alias', async () => {
    const host = createHost()
    expect((await connect(host, { apiKey: 'key-ada' })).unwrapErr().code).toBe('PROVIDER_INVALID_INPUT')
    expect((await host.connections.list({ userId })).unwrap()).toEqual([])
    expect((await connect(host, key('nobody'))).unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    host.institution.faults.push({ path: '/accounts', status: 503 })
    expect((await connect(host, key('ada'))).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
    const [failed] = (await host.connections.list({ userId })).unwrap()
    expect(failed?.status).toBe('failed')
    expect((await host.credentials.find(failed?.id ?? '')).unwrap()).toBeNull()
    expect((await connect(host, key('ada'))).unwrap().id).toBe(failed?.id)
  })

  test('a key that is refused later expires the connection', async () => {
    const host = createHost()
    const connection = (await connect(host, key('ada'))).unwrap()
    host.institution.accounts.delete('ada')
    const connected = (await host.connections.open({ userId, connectionId: connection.id })).unwrap()
    expect((await connected.fetchAccounts()).unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('expired')
    host.institution.accounts.set('eve', ['A-2'])
    const again = await connect(host, key('eve'), { connectionId: connection.id })
    expect(again.unwrap()).toMatchObject({ id: connection.id, status: 'active' })
  })

  test('a setup token is exchanged once, after everything that can be checked before', async () => {
    const host = createHost()
    const exchange = (request: object = {}) =>
      host.connections.connect({ userId, provider: 'exchange', input: 'setup-ada', ...request })
    expect((await exchange({ connectionId: 'unknown' })).unwrapErr().code).toBe('CONNECTION_NOT_FOUND')
    host.institution.faults.push({ path: '/accounts', status: 503 })
    const connection = (await exchange()).unwrap()
    expect(connection.status).toBe('active')
    expect((await exchange({ alias: 'second' })).unwrapErr().code).toBe('PROVIDER_INVALID_INPUT')
    const connected = (
      await host.connections.open({ userId, connectionId: connection.id, provider: 'exchange' })
    ).unwrap()
    const ids: string[] = []
    for await (const page of connected.fetchSnapshot())
      ids.push(...page.unwrap().accounts.map(({ providerAccountId }) => providerAccountId))
    expect(ids).toEqual(['A-1', 'A-2'])
    host.institution.accounts.delete('ada')
    const pages = []
    for await (const page of connected.fetchSnapshot()) pages.push(page)
    expect(pages).toHaveLength(1)
    expect(pages[0]?.unwrapErr()).toMatchObject({ code: 'PROVIDER_AUTHENTICATION_FAILED' })
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('expired')
  })
})

describe('disconnecting', () => {
  test('ends the grant at the institution, forgets the credentials and keeps the rows', async () => {
    const host = createHost()
    const connection = await host.login()
    const request = { userId, connectionId: connection.id }
    expect((await host.connections.disconnect(request)).unwrap()).toEqual({ revocation: 'revoked' })
    expect(host.institution.liveGrants).toBe(0)
    expect((await host.credentials.find(connection.id)).unwrap()?.credentials).toBeNull()
    expect((await host.connections.get(request)).unwrap().status).toBe('revoked')
    expect((await host.repositories.accounts.listByConnection(connection.id)).unwrap()).toHaveLength(2)
    expect(host.types().slice(-2)).toEqual(['ProviderDisconnectionAttempted', 'ProviderDisconnectionSucceeded'])
    for (const refused of [
      await host.connections.open(request),
      await host.connections.disconnect(request),
      await host.connections.refresh(request),
      await host.connections.beginOAuth({ ...request, provider }),
    ])
      expect(refused.unwrapErr().code).toBe('CONNECTION_NOT_ACTIVE')
    expect((await host.login()).id).not.toBe(connection.id)
  })

  test('works though the institution does not answer, and says so', async () => {
    const host = createHost()
    const connection = await host.login()
    host.institution.faults.push({ path: '/revoke', status: 503 })
    const disconnected = await host.connections.disconnect({ userId, connectionId: connection.id })
    expect(disconnected.unwrap()).toEqual({ revocation: 'failed' })
    expect(host.events.at(-1)).toMatchObject({
      action: 'PROVIDER_DISCONNECTED',
      revocation: 'failed',
      notifyUser: true,
    })
  })

  test('in the middle of a login: it can not be ended any more', async () => {
    const host = createHost()
    const { authorizationUrl, connectionId } = (await host.connections.beginOAuth({ userId, provider })).unwrap()
    expect((await host.connections.disconnect({ userId, connectionId })).unwrap()).toEqual({
      revocation: 'unsupported',
    })
    const callback = host.institution.consent(authorizationUrl, 'ada')
    const finished = await host.connections.finishOAuth({ userId, provider, callback })
    expect(finished.unwrapErr().code).toBe('OAUTH_STATE_INVALID')
    expect((await host.connections.get({ userId, connectionId })).unwrap().status).toBe('failed')
  })

  test('while a login ends: nothing of it is left', async () => {
    const host = createHost()
    const connection = await host.login()
    const { authorizationUrl } = (
      await host.connections.beginOAuth({ userId, provider, connectionId: connection.id })
    ).unwrap()
    const callback = host.institution.consent(authorizationUrl, 'ada')
    const [finished, disconnected] = await Promise.all([
      host.connections.finishOAuth({ userId, provider, callback }),
      host.connections.disconnect({ userId, connectionId: connection.id }),
    ])
    expect(disconnected.isOk()).toBe(true)
    expect(finished.isErr()).toBe(true)
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('revoked')
    expect((await host.credentials.find(connection.id)).unwrap()?.credentials).toBeNull()
  })
})

test('a sweep fails what was given up and leaves the rest', async () => {
  const host = createHost()
  const active = await host.login()
  const abandoned = (await host.connections.beginOAuth({ userId, provider, alias: 'abandoned' })).unwrap()
  host.clock.now += 15 * MINUTE
  const fresh = (await host.connections.beginOAuth({ userId, provider, alias: 'fresh' })).unwrap()
  expect((await host.connections.sweep()).unwrap()).toEqual({ failed: 0, expired: 1 })
  host.clock.now += 6 * MINUTE
  expect((await host.connections.sweep()).unwrap()).toEqual({ failed: 1, expired: 0 })
  expect((await host.connections.sweep()).unwrap()).toEqual({ failed: 0, expired: 0 })
  const listed = (await host.connections.list({ userId })).unwrap()
  expect(Object.fromEntries(listed.map(({ id, status }) => [id, status]))).toEqual({
    [active.id]: 'active',
    [abandoned.connectionId]: 'failed',
    [fresh.connectionId]: 'pending',
  })
})

test('an open connection has the calls of its provider, typed, and shows no secret', async () => {
  const host = createHost()
  const connection = await host.login()
  const request = { userId, connectionId: connection.id }
  const typed = (await host.connections.open({ ...request, provider: 'broker' })).unwrap()
  expect(Object.keys(typed).sort()).toEqual(
    ['fetchAccounts', 'fetchHoldings', 'fetchTransactions', 'metadata', 'protocol', 'slug'].sort(),
  )
  expect(inspect(typed, { depth: 9, showHidden: true })).not.toMatch(/access-|refresh-/)
  const erased = (await host.connections.open(request)).unwrap()
  expectTypeOf(erased.fetchAccounts).toBeFunction()
  expectTypeOf<Connected<Connector>>().not.toHaveProperty('fetchAccounts')
  expectTypeOf<keyof Connected<ReturnType<typeof keyBroker.create>>>().not.toEqualTypeOf<'revoke'>()
  expect((await erased.fetchAccounts({ signal: AbortSignal.abort() })).unwrapErr().code).toBe('PROVIDER_ABORTED')
})

describe('a store that fails', () => {
  const options = (fail: () => Promise<never>): HostOptions => ({
    repositories: (memory) => ({
      ...memory,
      connections: { ...memory.connections, find: fail, list: fail, save: fail },
    }),
  })

  test.each<[string, () => Promise<unknown>]>([
    ['says so', async () => Err(new StorageError('STORAGE_UNAVAILABLE'))],
    [
      'throws',
      async () => {
        throw new Error('canary: password of db.internal')
      },
    ],
  ])('and %s: every call gives STORAGE_UNAVAILABLE', async (_, fail) => {
    const { connections } = createHost(options(fail as () => Promise<never>))
    const request = { userId, connectionId: 'connection-1' }
    for (const result of [
      await connections.beginOAuth({ userId, provider }),
      await connections.connect({ userId, provider: 'key-broker', input: { apiKey: 'k', apiSecret: 's' } }),
      await connections.open(request),
      await connections.get(request),
      await connections.list({ userId }),
      await connections.refresh(request),
      await connections.disconnect(request),
      await connections.sweep(),
    ]) {
      expect(result.unwrapErr()).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
      expect(inspect(result, { depth: 9, showHidden: true })).not.toContain('canary')
    }
  })

  test('at the last step of a login leaves a connection that can be tried again', async () => {
    let isBroken = true
    const host = createHost({
      repositories: (memory) => ({
        ...memory,
        transaction: (work) => (isBroken ? Promise.reject(new Error('canary')) : memory.transaction(work)),
      }),
    })
    const begin = async () => (await host.connections.beginOAuth({ userId, provider })).unwrap()
    const begun = await begin()
    const callback = host.institution.consent(begun.authorizationUrl, 'ada')
    const finished = await host.connections.finishOAuth({ userId, provider, callback })
    expect(finished.unwrapErr().code).toBe('STORAGE_UNAVAILABLE')
    expect((await host.credentials.find(begun.connectionId)).unwrap()?.credentials).toBeNull()
    isBroken = false
    expect((await host.login()).id).toBe(begun.connectionId)
  })
})

test('a failing sink of events harms nobody', async () => {
  const host = createHost()
  host.events.push = () => {
    throw new Error('canary')
  }
  const connection = await host.login()
  expect((await host.connections.disconnect({ userId, connectionId: connection.id })).isOk()).toBe(true)
})
