import { describe, expect, test } from 'vitest'
import { createHost, DAY, MINUTE, start } from './connections/host.ts'

const userId = 'user-1'
const provider = 'broker'

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
      for (let day = 0; day < 6; day++) {
        host.clock.now += DAY
        expect((await host.accountsOf(connection.id)).isOk()).toBe(true)
      }
      expect(host.institution.count('/token')).toBe(1 + 6)
      const { reauthenticateBy } = (await host.connections.get({ userId, connectionId: connection.id })).unwrap()
      const issuedAt = refreshExtends ? host.clock.now : start
      expect(reauthenticateBy).toBe(new Date(issuedAt + 7 * DAY).toISOString())
    },
  )

  test('the seventh day: the connection expires once, and the user is told', async () => {
    const host = createHost()
    const connection = await host.login()
    host.clock.now = start + 7 * DAY + MINUTE
    const calls = await Promise.all(Array.from({ length: 5 }, () => host.accountsOf(connection.id)))
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
    expect((await host.accountsOf(connection.id)).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
    host.clock.now += MINUTE
    host.institution.clientId = 'another'
    expect((await host.accountsOf(connection.id)).unwrapErr().code).toBe('PROVIDER_CONFIGURATION_REJECTED')
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('active')
    host.clock.now += MINUTE
    host.institution.clientId = 'app'
    expect((await host.accountsOf(connection.id)).isOk()).toBe(true)
  })

  test('that the institution ended: the first call expires the connection', async () => {
    const host = createHost()
    const connection = await host.login()
    host.institution.revokeAll()
    expect((await host.accountsOf(connection.id)).unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
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
    expect(refreshed).toMatchObject({ reauthenticateBy: '2026-02-08T12:00:00.000Z', version: 4 })
    expect(host.types().slice(-2)).toEqual(['ProviderTokenRefreshAttempted', 'ProviderTokenRefreshSucceeded'])
    host.institution.revokeAll()
    const refused = await host.connections.refresh({ userId, connectionId: connection.id })
    expect(refused.unwrapErr()).toMatchObject({ reason: 'refresh_token_refused' })
    expect((await host.connections.get({ userId, connectionId: connection.id })).unwrap().status).toBe('expired')
  })
})
