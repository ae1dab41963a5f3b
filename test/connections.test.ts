import { inspect } from 'node:util'
import { type Connected, type Connector, Err, Ok, type SnapshotProvider, StorageError } from '@finport/core'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { createHost, type HostOptions, MINUTE } from './connections/host.ts'
import type { keyBroker } from './connections/providers.ts'

const userId = 'user-1'
const provider = 'broker'

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

  test.each(['connect', 'beginOAuth'] as const)('the wrong call says which is the right one: %s', async (call) => {
    const { connections } = createHost()
    const request = { userId, input: { apiKey: 'key-ada', apiSecret: 'made-up' } }
    const refused =
      call === 'connect'
        ? await connections.connect({ ...request, provider })
        : await connections.beginOAuth({ ...request, provider: 'key-broker' })
    const right = call === 'connect' ? 'beginOAuth' : 'connect'
    expect(refused.unwrapErr()).toMatchObject({
      code: 'PROVIDER_INVALID_INPUT',
      issues: [{ path: 'provider', reason: expect.stringContaining(right) }],
    })
    expect((await connections.list({ userId })).unwrap()).toEqual([])
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

  test('of one whose login is over tells nobody to end a grant that is gone', async () => {
    const host = createHost()
    const connection = await host.login()
    host.institution.revokeAll()
    host.clock.now += 31 * MINUTE
    expect((await host.accountsOf(connection.id)).unwrapErr().code).toBe('REAUTHENTICATION_REQUIRED')
    const disconnected = await host.connections.disconnect({ userId, connectionId: connection.id })
    expect(disconnected.unwrap()).toEqual({ revocation: 'unsupported' })
    expect(host.events.at(-1)).toMatchObject({ type: 'ProviderDisconnectionSucceeded', notifyUser: false })
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

describe('a request without a user', () => {
  const mistake = new TypeError(
    'A userId is needed: the id of the user whose session it is, as a text that is not empty.',
  )

  test.each([undefined, null, '', ' ', 7])('(%j) is refused before anything is asked', async (given) => {
    const host = createHost()
    const { id: connectionId } = await host.login()
    const nobody = given as string
    const input = { apiKey: 'key-ada', apiSecret: 'made-up' }
    const file = { fileName: 'january.qfx', fileContent: new Uint8Array() }
    const { connections, finport } = host
    await expect(connections.list({ userId: nobody })).rejects.toEqual(mistake)
    await expect(connections.get({ userId: nobody, connectionId })).rejects.toEqual(mistake)
    await expect(connections.open({ userId: nobody, connectionId })).rejects.toEqual(mistake)
    await expect(connections.refresh({ userId: nobody, connectionId })).rejects.toEqual(mistake)
    await expect(connections.disconnect({ userId: nobody, connectionId })).rejects.toEqual(mistake)
    await expect(connections.connect({ userId: nobody, provider: 'key-broker', input })).rejects.toEqual(mistake)
    await expect(connections.beginOAuth({ userId: nobody, provider })).rejects.toEqual(mistake)
    const callback = new URLSearchParams()
    await expect(connections.finishOAuth({ userId: nobody, provider, callback })).rejects.toEqual(mistake)
    await expect(finport.sync({ userId: nobody, connectionId })).rejects.toEqual(mistake)
    await expect(finport.importFile({ userId: nobody, file })).rejects.toEqual(mistake)
    await expect(finport.feed({ userId: nobody, connectionId, onPage: async () => Ok(null) })).rejects.toEqual(mistake)
    expect((await host.repositories.connections.list({ after: null, limit: 10 })).unwrap()).toHaveLength(1)
  })
})

describe('a provider that breaks its word', () => {
  const canary = 'canary: access token of somebody'
  const answers: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error(canary)
      },
    ],
    ['rejects', () => Promise.reject(new Error(canary))],
    ['gives nothing', () => undefined],
    ['gives a result of nothing', async () => Ok(undefined)],
    ['gives an error that is none', async () => Err(canary)],
  ]
  const calls = ['authorizationUrl', 'exchangeCodeForTokens', 'credentialsFromTokens', 'fetchAccounts', 'revoke']

  test.each(answers)(
    'and %s: whatever is called gives an error, and the connection can be ended',
    async (_, answer) => {
      for (const name of calls) {
        let isBroken = true
        const host = createHost({
          spoil(methods) {
            const method = methods[name] as (...args: unknown[]) => unknown
            methods[name] = (...args: unknown[]) => (isBroken ? answer() : method(...args))
          },
        })
        const results: { isErr(): boolean }[] = []
        const begun = await host.connections.beginOAuth({ userId, provider })
        results.push(begun)
        if (begun.isOk()) {
          const callback = host.institution.consent(begun.value.authorizationUrl, 'ada')
          results.push(await host.connections.finishOAuth({ userId, provider, callback }))
        }
        isBroken = false
        const [left] = (await host.connections.list({ userId })).unwrap()
        const request = { userId, connectionId: left?.status === 'active' ? left.id : (await host.login()).id }
        const connected = (await host.connections.open({ ...request, provider })).unwrap()
        isBroken = true
        results.push(await connected.fetchAccounts())
        const disconnected = await host.connections.disconnect(request)
        expect(disconnected.isOk(), name).toBe(true)
        expect((await host.connections.get(request)).unwrap().status).toBe('revoked')
        expect((await host.credentials.find(request.connectionId)).unwrap()?.credentials).toBeNull()
        expect(inspect([results, host.events], { depth: 9, showHidden: true })).not.toContain('canary')
      }
    },
  )

  test('and never answers keeps no connection from being ended', async () => {
    const host = createHost({
      isImpatient: true,
      spoil(methods) {
        methods.revoke = () => new Promise(() => {})
      },
    })
    const request = { userId, connectionId: (await host.login()).id }
    expect((await host.connections.disconnect(request)).unwrap()).toEqual({ revocation: 'failed' })
    expect((await host.credentials.find(request.connectionId)).unwrap()?.credentials).toBeNull()
  })

  test('in the middle of a stream: the error comes after the pages', async () => {
    const host = createHost({
      spoil(methods) {
        methods.fetchSnapshot = async function* () {
          yield Ok({ accounts: [], transactions: [], holdings: [], rejected: [], warnings: [], completed: [] })
          throw new Error(canary)
        }
      },
    })
    const { id: connectionId } = await host.login()
    const connected = (await host.connections.open({ userId, connectionId })).unwrap()
    const codes: string[] = []
    if ('fetchSnapshot' in connected)
      for await (const page of (connected as unknown as Connected<SnapshotProvider>).fetchSnapshot())
        codes.push(page.isOk() ? 'page' : page.error.code)
    expect(codes).toEqual(['page', 'PROVIDER_INVALID_RESPONSE'])
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

  test('to say null and says undefined instead has nothing', async () => {
    const nothing = async () => Ok(undefined as unknown as null)
    const { connections } = createHost({
      repositories: (memory) => ({
        ...memory,
        connections: { ...memory.connections, find: nothing },
        authorizations: { ...memory.authorizations, take: nothing },
      }),
    })
    const request = { userId, connectionId: 'connection-1' }
    for (const result of [
      await connections.get(request),
      await connections.open(request),
      await connections.disconnect(request),
    ])
      expect(result.unwrapErr().code).toBe('CONNECTION_NOT_FOUND')
    const callback = new URLSearchParams({ state: 'state', code: 'code' })
    const finished = await connections.finishOAuth({ userId, provider, callback })
    expect(finished.unwrapErr().code).toBe('OAUTH_STATE_INVALID')
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
