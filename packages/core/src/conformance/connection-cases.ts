import assert from 'node:assert/strict'
import type { Connection } from '../connections/connection.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { isSameJson, type Json } from '../json.ts'
import type { AuthorizationRequest } from '../ports/authorization-repository.ts'
import type { ConnectionQuery } from '../ports/connection-repository.ts'
import type { Repositories } from '../ports/repositories.ts'
import type { Result } from '../result.ts'
import { instant } from './credential-record.ts'
import { settle, succeed } from './credential-store.ts'
import type { RepositoryStore } from './repository-store.ts'

const WRITERS = 16
const ROUNDS = 10
/** Long for a machine that does nothing else, short for whoever waits. */
const SHORT = 80
const LONG = 60_000

function connectionOf(id: string, changes: Partial<Connection> = {}): Connection {
  return {
    id,
    userId: 'user-1',
    provider: 'acme',
    alias: id,
    status: 'active',
    reauthenticateBy: instant('2026-02-07T12:00:00.001Z'),
    sandbox: true,
    meta: { b: [1, null], a: { 'ключ "1"': 'ü 🏦' } },
    createdAt: instant('2026-01-31T12:00:00.001Z'),
    updatedAt: instant('2026-01-31T12:00:00.002Z'),
    version: 1,
    ...changes,
  }
}

function loginOf(stateHash: string, changes: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  return {
    stateHash,
    userId: 'user-1',
    connectionId: 'connection-1',
    provider: 'acme',
    sealedCodeVerifier: 'sealed',
    browserBindingHash: 'hash',
    returnContext: '/accounts?tab=2#ü',
    expiresAt: instant('2026-01-31T12:10:00.001Z'),
    ...changes,
  }
}

function assertSame(actual: Json, expected: Json, what: string): void {
  assert(isSameJson(actual, expected), `${what} came back as another.`)
}

async function assertConflict<T>(what: string, call: () => Promise<Result<T, StorageError>>): Promise<void> {
  const result = await settle(what, call)
  assert.equal(result.isErr() ? result.error.code : 'no error', 'STORAGE_CONFLICT', `${what} must be refused.`)
}

const find = ({ connections }: Repositories, id: string, userId = 'user-1') =>
  succeed('connections.find', () => connections.find(userId, id))
const save = ({ connections }: Repositories, connection: Connection) =>
  succeed('connections.save', () => connections.save(connection, connection.version - 1))
const refuse = ({ connections }: Repositories, connection: Connection, expected: number) =>
  assertConflict('connections.save', () => connections.save(connection, expected))
const take = ({ authorizations }: Repositories, stateHash: string, userId = 'user-1') =>
  succeed('authorizations.take', () => authorizations.take(userId, stateHash))
const acquire = ({ leases }: Repositories, owner: string, milliseconds = LONG, key = 'lease') =>
  succeed('leases.acquire', () => leases.acquire({ key, owner, milliseconds }))
const renew = ({ leases }: Repositories, owner: string, milliseconds = LONG) =>
  succeed('leases.renew', () => leases.renew({ key: 'lease', owner, milliseconds }))
const release = ({ leases }: Repositories, owner: string) =>
  succeed('leases.release', () => leases.release({ key: 'lease', owner }))

/** Has all do something at once, on handles in turn. */
function atOnce<T>({ handles }: RepositoryStore, act: (handle: Repositories, index: number) => Promise<T>) {
  return Promise.all(
    Array.from({ length: WRITERS }, (_, index) => act(handles[index % handles.length] as Repositories, index)),
  )
}

/** Has all save at once. Returns which of them were taken. */
async function race(store: RepositoryStore, connections: readonly Connection[]): Promise<Connection[]> {
  const results = await atOnce(store, (handle, index) => {
    const connection = connections[index] as Connection
    return settle('connections.save', () => handle.connections.save(connection, connection.version - 1))
  })
  for (const result of results)
    if (result.isErr()) assert.equal(result.error.code, 'STORAGE_CONFLICT', 'The losers of a race get a conflict.')
  return connections.filter((_, index) => results[index]?.isOk())
}

async function listIds({ connections }: Repositories, query: Partial<ConnectionQuery>, limit = 100): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const after = ids.at(-1) ?? null
    const page = await succeed('connections.list', () => connections.list({ ...query, after, limit }))
    assert(page.length <= limit, 'A page has at most as many records as it is asked for.')
    for (const { id } of page) assert(!ids.includes(id), 'A list must go on behind `after`, and give no record twice.')
    if (page.length === 0) return ids
    ids.push(...page.map(({ id }) => id))
  }
}

/** What a store must do about connections, logins and leases. */
export const connectionCases: Readonly<Record<string, (store: RepositoryStore) => Promise<void>>> = {
  async 'connections: come back as they were saved, to their user alone'({ first, second }) {
    const connections = [
      connectionOf('connection-1'),
      connectionOf('connection-2', { status: 'failed', reauthenticateBy: null, sandbox: false, alias: '', meta: {} }),
    ]
    for (const connection of connections) await save(first, connection)
    for (const connection of connections) {
      assertSame(await find(second, connection.id), connection, 'A connection')
      assert.equal(await find(first, connection.id, 'user-2'), null, "Another user's connection must not be found.")
    }
    assert.equal(await find(first, 'connection-3'), null)
  },

  async 'connections: are written by their version alone'({ first, second }) {
    await refuse(first, connectionOf('connection-1', { version: 2 }), 1)
    await save(first, connectionOf('connection-1'))
    await refuse(second, connectionOf('connection-1', { meta: {} }), 0)
    await save(second, connectionOf('connection-1', { version: 2, status: 'expired' }))
    for (const expected of [0, 1, 3]) await refuse(first, connectionOf('connection-1', { version: 4 }), expected)
    assertSame(
      await find(first, 'connection-1'),
      connectionOf('connection-1', { version: 2, status: 'expired' }),
      'A connection',
    )
  },

  async 'connections: of many that write at once, one wins, each time'(store) {
    for (let version = 1; version <= ROUNDS; version++) {
      const writes = Array.from({ length: WRITERS }, (_, writer) =>
        connectionOf('connection-1', { version, meta: { writer } }),
      )
      const winners = await race(store, writes)
      assert.equal(winners.length, 1, `Of ${WRITERS} writers at a time one must win, not ${winners.length}.`)
      assertSame(await find(store.second, 'connection-1'), winners[0] as Connection, 'The winner')
    }
  },

  async 'connections: an alias is unique for a user and provider among pending, active and expired ones'({
    first,
    second,
  }) {
    const alias = 'mine'
    await save(first, connectionOf('connection-1', { alias, status: 'pending' }))
    for (const status of ['pending', 'active', 'expired'] as const)
      await refuse(second, connectionOf('connection-2', { alias, status }), 0)
    assert.equal(await find(second, 'connection-2'), null, 'What is refused must not be written.')
    await save(second, connectionOf('connection-2', { alias, status: 'failed' }))
    await save(second, connectionOf('connection-3', { alias, status: 'revoked' }))
    await save(second, connectionOf('connection-4', { alias, userId: 'user-2' }))
    await save(second, connectionOf('connection-5', { alias, provider: 'other' }))
    await save(second, connectionOf('connection-6', { alias: 'Mine' }))
    await refuse(first, connectionOf('connection-2', { alias, status: 'pending', version: 2 }), 1)
    await save(first, connectionOf('connection-1', { alias, status: 'failed', version: 2 }))
    await save(second, connectionOf('connection-2', { alias, status: 'pending', version: 2 }))
  },

  async 'connections: of many with one alias that are made at once, one is'(store) {
    for (let round = 0; round < ROUNDS; round++) {
      const writes = Array.from({ length: WRITERS }, (_, writer) =>
        connectionOf(`connection-${round}-${writer}`, { alias: `alias-${round}`, status: 'pending' }),
      )
      const winners = await race(store, writes)
      assert.equal(winners.length, 1, `Of ${WRITERS} with one alias one must be made, not ${winners.length}.`)
    }
  },

  async 'connections: are listed by user, provider, state and time, in the order of their ids, page by page'({
    first,
    second,
  }) {
    const ids = ['a', 'B', 'b', 'é', '_', '10', '9', '01'].map((text) => `connection-${text}`)
    for (const [index, id] of ids.entries()) {
      const userId = index % 2 === 0 ? 'user-1' : 'user-2'
      const provider = index % 3 === 0 ? 'acme' : 'other'
      const status = index < 4 ? 'pending' : 'active'
      const updatedAt = instant(`2026-01-31T12:00:0${index}.000Z`)
      await save(first, connectionOf(id, { userId, provider, status, updatedAt }))
    }
    const sorted = ids.toSorted()
    for (const limit of [1, 3, 100]) assert.deepEqual(await listIds(second, {}, limit), sorted, 'The order of bytes.')
    const those = (isWanted: (index: number) => boolean) => sorted.filter((id) => isWanted(ids.indexOf(id)))
    assert.deepEqual(
      await listIds(second, { userId: 'user-1' }),
      those((index) => index % 2 === 0),
    )
    assert.deepEqual(
      await listIds(second, { userId: 'user-2', provider: 'other' }),
      those((index) => index % 2 === 1 && index % 3 !== 0),
    )
    assert.deepEqual(
      await listIds(second, { status: 'pending', updatedBefore: instant('2026-01-31T12:00:02.000Z') }),
      those((index) => index < 2),
    )
    const [one] = await succeed('connections.list', () => first.connections.list({ after: null, limit: 1 }))
    assertSame(one ?? null, await find(first, one?.id ?? '', one?.userId), 'A connection of a list')
  },

  async 'authorizations: are taken once, as they were kept, by their user alone'({ first, second }) {
    const logins = [
      loginOf('hash-1'),
      loginOf('hash-2', {
        browserBindingHash: null,
        returnContext: null,
        expiresAt: instant('2000-01-01T00:00:00.000Z'),
      }),
    ]
    for (const login of logins) await succeed('authorizations.insert', () => first.authorizations.insert(login))
    await assertConflict('authorizations.insert', () => second.authorizations.insert(loginOf('hash-1')))
    assert.equal(await take(second, 'hash-3'), null)
    for (const login of logins) {
      assert.equal(await take(second, login.stateHash, 'user-2'), null, 'Another user must not get it.')
      assertSame(await take(second, login.stateHash), login, 'A login')
      assert.equal(await take(first, login.stateHash), null, 'It is taken once.')
    }
  },

  async 'authorizations: of many that take one at once, one gets it'(store) {
    for (let round = 0; round < ROUNDS; round++) {
      const login = loginOf(`hash-${round}`)
      await succeed('authorizations.insert', () => store.first.authorizations.insert(login))
      const taken = await atOnce(store, (handle) => take(handle, login.stateHash))
      const winners = taken.filter((one) => one !== null)
      assert.equal(winners.length, 1, `Of ${WRITERS} one must get it, not ${winners.length}.`)
    }
  },

  async 'authorizations: those that ended are removed, and counted'({ first, second }) {
    const ends = [1, 2, 3].map((second) => instant(`2026-01-31T12:00:0${second}.000Z`))
    for (const [index, expiresAt] of ends.entries())
      await succeed('authorizations.insert', () => first.authorizations.insert(loginOf(`hash-${index}`, { expiresAt })))
    const remove = () =>
      succeed('authorizations.removeExpired', () => second.authorizations.removeExpired(ends[2] ?? instant('')))
    assert.deepEqual([await remove(), await remove()], [2, 0])
    assert.equal(await take(first, 'hash-0'), null)
    assert.notEqual(await take(first, 'hash-2'), null)
  },

  async 'leases: are had by one, until they are given back'({ first, second }) {
    const lease = await acquire(first, 'a')
    assert.deepEqual([lease?.key, lease?.owner], ['lease', 'a'])
    assert.equal(await acquire(second, 'b'), null)
    assert.equal(await renew(second, 'b'), null)
    await release(second, 'b')
    assert.equal(await acquire(second, 'b'), null, 'Who does not have a lease can not give it back.')
    assert.notEqual(await acquire(second, 'b', LONG, 'another lease'), null)
    await release(first, 'a')
    assert.equal(await renew(first, 'a'), null, 'What was given back can not be prolonged.')
    assert.equal((await acquire(second, 'b'))?.owner, 'b')
    assert.equal(await renew(first, 'a'), null)
  },

  async 'leases: are prolonged by the one who has them'({ first, second }) {
    const before = await acquire(first, 'a', SHORT)
    const renewed = await renew(second, 'a', LONG)
    assert((renewed?.until ?? '') > (before?.until ?? ''), 'The lease must end later.')
    const again = await acquire(second, 'a', 2 * LONG)
    assert((again?.until ?? '') > (renewed?.until ?? ''), 'The lease must end later.')
    assert.equal(await acquire(first, 'b'), null)
  },

  async 'leases: that ended are prolonged while nobody else took them'({ first, second, pass }) {
    await acquire(first, 'a', SHORT)
    await pass(SHORT + SHORT / 4)
    assert.notEqual(await renew(second, 'a', SHORT), null)
    await pass(SHORT + SHORT / 4)
    assert.equal((await acquire(second, 'b'))?.owner, 'b')
    assert.equal(await renew(first, 'a'), null)
  },

  async 'leases: of many that ask at once one gets it, whenever it has ended'(store) {
    for (let round = 0; round < ROUNDS; round++) {
      const taken = await atOnce(store, (handle, index) => acquire(handle, `owner-${round}-${index}`, SHORT))
      const winners = taken.filter((lease) => lease !== null)
      assert.equal(winners.length, 1, `Of ${WRITERS} one must get the lease, not ${winners.length}.`)
      await store.pass(SHORT + SHORT / 4)
    }
  },
}
