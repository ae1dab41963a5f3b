import {
  createFinport,
  createMemoryCredentialRepository,
  createMemoryRepositories,
  createRegistry,
  type FinportEvent,
} from '@finport/core'
import { schwab } from '@finport/provider-schwab'
import { createSchwabSandbox, type SchwabSandboxOptions } from '@finport/provider-schwab/sandbox'
import { createKeyring, createVault } from '@finport/vault'
import { describe, expect, test } from 'vitest'

const [userId, provider] = ['user-1', 'schwab'] as const
const start = Date.parse('2026-01-31T12:00:00.000Z')
const [MINUTE, DAY] = [60_000, 86_400_000]

/** The accounts of the sandbox's own user. */
const [first, second] = ['41238765', '52349876']

/** An app over Schwab's sandbox, and its users' way through it. */
function createApp(options: SchwabSandboxOptions = {}) {
  const sandbox = createSchwabSandbox({ now: () => start, ...options })
  const { now, settings } = sandbox
  const events: FinportEvent[] = []
  const record = (event: FinportEvent) => void events.push(event)
  const credentials = createMemoryCredentialRepository({ now })
  const repositories = createMemoryRepositories({ now })
  const keyring = createKeyring([{ id: 'k1', key: new Uint8Array(32).fill(1) }]).unwrap()
  const sleep = async () => {}
  const { connections } = createFinport({
    providers: createRegistry({ fetch: sandbox.fetch, now, sleep }).register(schwab, settings),
    vault: createVault({ keyring, credentials, now, events: record }),
    repositories,
    events: record,
    runtime: { now },
  })
  const begin = async (request: object = {}) =>
    (await connections.beginOAuth({ userId, provider, returnContext: '/accounts', ...request })).unwrap()
  const finish = (callback: URLSearchParams) => connections.finishOAuth({ userId, provider, callback })
  const login = async (request: object = {}, accounts?: readonly string[]) =>
    (await finish(await sandbox.approve((await begin(request)).authorizationUrl, accounts))).unwrap()
  const fetchNames = async (connectionId: string) => {
    const opened = (await connections.open({ userId, connectionId, provider })).unwrap()
    return (await opened.fetchAccounts()).map(({ items }) => items.map(({ name }) => name))
  }
  const storedIds = async () =>
    (await repositories.accounts.listByUser(userId))
      .unwrap()
      .map(({ id, providerAccountId }) => [providerAccountId, id])
  const tokenRefreshes = () => events.filter(({ type }) => type === 'ProviderTokenRefreshSucceeded').length
  return { sandbox, connections, credentials, events, begin, finish, login, fetchNames, storedIds, tokenRefreshes }
}

describe("Schwab's logins", () => {
  test('connect, and end in accounts', async () => {
    const app = createApp()
    const connection = await app.login()
    expect(connection).toMatchObject({
      status: 'active',
      sandbox: true,
      reauthenticateBy: '2026-02-07T12:00:00.000Z',
      returnContext: '/accounts',
    })
    expect((await app.fetchNames(connection.id)).unwrap().length).toBeGreaterThan(0)
    expect(await app.storedIds()).toHaveLength((await app.fetchNames(connection.id)).unwrap().length)
  })

  test('are denied, and can be tried again', async () => {
    const app = createApp()
    const { authorizationUrl, connectionId } = await app.begin()
    const callback = await app.sandbox.deny(authorizationUrl)
    expect((await app.finish(callback)).unwrapErr()).toMatchObject({ code: 'OAUTH_DENIED', userAction: 'reconnect' })
    expect((await app.connections.get({ userId, connectionId })).unwrap().status).toBe('failed')
    expect((await app.login()).id).toBe(connectionId)
  })

  test('work once, and for ten minutes', async () => {
    const app = createApp()
    const { authorizationUrl } = await app.begin()
    const callback = await app.sandbox.approve(authorizationUrl)
    expect((await app.finish(callback)).isOk()).toBe(true)
    expect((await app.finish(callback)).unwrapErr().code).toBe('OAUTH_STATE_INVALID')
    const late = await app.begin({ alias: 'late' })
    app.sandbox.advance(10 * MINUTE)
    const lateCallback = await app.sandbox.approve(late.authorizationUrl)
    expect((await app.finish(lateCallback)).unwrapErr().code).toBe('OAUTH_STATE_INVALID')
  })

  test('come too late with a code that has ended', async () => {
    const app = createApp()
    const { authorizationUrl } = await app.begin()
    const callback = await app.sandbox.approve(authorizationUrl)
    app.sandbox.advance(31_000)
    expect((await app.finish(callback)).unwrapErr()).toMatchObject({ provider, userAction: expect.any(String) })
    expect((await app.login()).status).toBe('active')
  })
})

describe.each(['never', 'possible', 'always'] as const)('with refresh tokens that rotate: %s', (rotation) => {
  test('tokens are refreshed unseen for a week, the seventh day ends it, and a login again keeps all ids', async () => {
    const app = createApp({ rotation })
    const connection = await app.login()
    const ids = await app.storedIds()
    for (let day = 1; day < 7; day++) {
      app.sandbox.advance(DAY)
      expect((await app.fetchNames(connection.id)).isOk()).toBe(true)
    }
    expect(app.tokenRefreshes()).toBe(6)
    app.sandbox.endAccessTokens()
    expect((await app.fetchNames(connection.id)).isOk()).toBe(true)
    expect(app.tokenRefreshes()).toBe(7)

    app.sandbox.advance(DAY)
    expect((await app.fetchNames(connection.id)).unwrapErr()).toMatchObject({
      code: 'REAUTHENTICATION_REQUIRED',
      reason: 'refresh_token_expired',
      userAction: 'reconnect',
    })
    expect((await app.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('expired')
    expect(app.events.at(-1)).toMatchObject({ type: 'ProviderConnectionExpired', notifyUser: true })

    const again = await app.login({ connectionId: connection.id })
    expect(again).toMatchObject({ id: connection.id, status: 'active', reauthenticateBy: '2026-02-14T12:00:00.000Z' })
    expect(await app.storedIds()).toEqual(ids)
    expect((await app.fetchNames(connection.id)).isOk()).toBe(true)
  })
})

test('a login again with none of the accounts ticked that the connection has changes nothing', async () => {
  const app = createApp()
  const connection = await app.login({}, [first])
  const { authorizationUrl: againUrl } = await app.begin({ connectionId: connection.id })
  const other = await app.finish(await app.sandbox.approve(againUrl, [second]))
  expect(other.unwrapErr().code).toBe('CONNECTION_MISMATCH')
  expect((await app.fetchNames(connection.id)).unwrap()).toHaveLength(1)
  const { authorizationUrl: twinUrl } = await app.begin({ alias: 'twin' })
  const twin = await app.finish(await app.sandbox.approve(twinUrl, [first]))
  expect(twin.unwrapErr().code).toBe('CONNECTION_DUPLICATE')
})

describe('an institution that is not itself', () => {
  test.each(['route_gone', 'upstream_timeout', 'maintenance_page', 'whitelabel'] as const)(
    '%s: expires nothing, and the login goes on afterwards',
    async (kind) => {
      const app = createApp()
      const connection = await app.login()
      app.sandbox.advance(31 * MINUTE)
      app.sandbox.fail({ kind, path: '/oauth/token', times: 10 })
      expect((await app.fetchNames(connection.id)).isErr()).toBe(true)
      expect((await app.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('active')
      for (let tries = 0; tries < 12; tries++) {
        app.sandbox.advance(6 * MINUTE)
        await app.fetchNames(connection.id)
      }
      expect((await app.fetchNames(connection.id)).isOk()).toBe(true)
    },
  )

  test.each(['never', 'possible'] as const)('an answer that got lost costs nothing: %s', async (rotation) => {
    const app = createApp({ rotation })
    const connection = await app.login()
    app.sandbox.advance(31 * MINUTE)
    app.sandbox.fail({ kind: 'connection_lost', path: '/oauth/token' })
    expect((await app.fetchNames(connection.id)).isOk()).toBe(true)
    expect(app.tokenRefreshes()).toBe(1)
  })
})

test('a disconnection ends it here: Schwab has no way to end a grant', async () => {
  const app = createApp()
  const connection = await app.login()
  const disconnected = await app.connections.disconnect({ userId, connectionId: connection.id })
  expect(disconnected.unwrap()).toEqual({ revocation: 'unsupported' })
  expect((await app.credentials.find(connection.id)).unwrap()?.credentials).toBeNull()
  const opened = await app.connections.open({ userId, connectionId: connection.id })
  expect(opened.unwrapErr().code).toBe('CONNECTION_NOT_ACTIVE')
})
