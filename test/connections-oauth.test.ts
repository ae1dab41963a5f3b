import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createHost, MINUTE } from './connections/host.ts'

const userId = 'user-1'
const provider = 'broker'

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
      version: 3,
      returnContext: '/accounts?tab=2',
    })
    expect((await host.accountsOf(finished.id)).unwrap()).toEqual(['A-1', 'A-2'])
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
    const begun = await Promise.all(Array.from({ length: 20 }, () => host.connections.beginOAuth({ userId, provider })))
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
    expect((await host.accountsOf(connection.id)).isOk()).toBe(true)
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
    expect(again).toMatchObject({ id: connection.id, status: 'active', alias: '', version: 4 })
    host.institution.revokeAll()
    host.clock.now += 31 * MINUTE
    expect((await host.accountsOf(connection.id)).isErr()).toBe(true)
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('expired')
    host.institution.accounts.set('ada', ['A-2', 'A-3'])
    expect((await host.login('ada', { connectionId: connection.id })).status).toBe('active')
    const after = (await host.repositories.accounts.listByConnection(connection.id)).unwrap()
    expect(after).toEqual(expect.arrayContaining(before))
    expect(after.map(({ providerAccountId }) => providerAccountId).sort()).toEqual(['A-1', 'A-2', 'A-3'])
    expect((await host.accountsOf(connection.id)).unwrap()).toEqual(['A-2', 'A-3'])
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
    expect((await host.accountsOf(connection.id)).unwrap()).toEqual(['A-1', 'A-2'])
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
    expect((await host.accountsOf(first.id)).unwrap()).toEqual(['A-1', 'A-2'])
    expect((await host.accountsOf(second.id)).unwrap()).toEqual(['B-1'])
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
    expect((await host.accountsOf(connection.id)).isOk()).toBe(true)
  })
})
