import assert from 'node:assert/strict'
import type { Connection, ConnectionStatus } from '../../connections/connection.ts'
import type { ConnectionQuery } from '../../ports/connection-repository.ts'
import type { Repositories } from '../../ports/repositories.ts'
import { settle, succeed } from '../settled.ts'
import { connectionOf, instant, JSON_VALUES } from './rows.ts'
import { assertRow, assertRows, byId, race, type StoreCases } from './store.ts'

const find = ({ connections }: Repositories, id: string, userId = 'user-1') =>
  succeed('connections.find', () => connections.find(userId, id))
const save = ({ connections }: Repositories, connection: Connection, expected = 0) =>
  succeed('connections.save', () => connections.save(connection, expected))
const list = ({ connections }: Repositories, query: Partial<ConnectionQuery> = {}) =>
  succeed('connections.list', () => connections.list({ after: null, limit: 100, ...query }))

async function refuse({ connections }: Repositories, connection: Connection, expected: number, why: string) {
  const saved = await settle('connections.save', () => connections.save(connection, expected))
  assert.equal(saved.isErr() ? saved.error.code : 'no error', 'STORAGE_CONFLICT', why)
}

const another = 'save with a version that is not the stored one must be refused.'
const taken = 'save with an alias that a pending, active or expired connection has must be refused.'

/** What `connections` must do. */
export const connectionCases: StoreCases = {
  async 'connections: finds and lists nothing where nothing was saved'({ first }) {
    assert.equal(await find(first, 'connection-1'), null)
    assert.deepEqual(await list(first), [])
  },

  async 'connections: gives back every field as it was saved, through every handle'({ first, second }) {
    const connections = [
      connectionOf('1', { alias: '', status: 'failed', meta: Object.fromEntries(JSON_VALUES.entries()) }),
      connectionOf('2', {
        alias: 'Größe "1"',
        status: 'active',
        sandbox: true,
        reauthenticateBy: instant('2026-02-07T00:00:00.001Z'),
        updatedAt: instant('2026-02-01T00:00:00.999Z'),
      }),
    ]
    for (const connection of connections) await save(first, connection)
    for (const connection of connections) assertRow(await find(second, connection.id), connection, 'A connection')
    assertRows(await list(second), connections, 'All connections')
  },

  async 'connections: keeps nothing of the object it was given, and gives none of its own'({ first }) {
    const meta = { note: ['mine'] }
    await save(first, connectionOf('1', { meta }))
    meta.note.push('changed')
    const read = (await find(first, '1'))?.meta as typeof meta | undefined
    read?.note.push('changed')
    assertRow(await find(first, '1'), connectionOf('1', { meta: { note: ['mine'] } }), 'A connection')
  },

  async 'connections: shows a connection to its user alone'({ first }) {
    await save(first, connectionOf('1'))
    assert.equal(await find(first, '1', 'user-2'), null, "Another user's connection must not be found.")
    assert.deepEqual(await list(first, { userId: 'user-2' }), [])
  },

  async 'connections: writes the first version only where there is none'({ first, second }) {
    await save(first, connectionOf('1'))
    await refuse(second, connectionOf('1', { alias: 'other' }), 0, another)
    assertRow(await find(second, '1'), connectionOf('1'), 'A connection')
  },

  async 'connections: writes over the version that is expected and over no other'({ first, second }) {
    await refuse(first, connectionOf('1', { version: 2 }), 1, another)
    await save(first, connectionOf('1'))
    await save(second, connectionOf('1', { version: 2, status: 'active' }), 1)
    for (const expected of [0, 1, 3]) await refuse(first, connectionOf('1', { version: 4 }), expected, another)
    assertRow(await find(first, '1'), connectionOf('1', { version: 2, status: 'active' }), 'A connection')
  },

  async 'connections: keeps an alias to one pending, active or expired connection of a user to a provider'({
    first,
    second,
  }) {
    const holders: ConnectionStatus[] = ['pending', 'active', 'expired']
    for (const status of holders) await save(first, connectionOf(status, { alias: status, status }))
    for (const held of holders)
      for (const status of holders) {
        await refuse(second, connectionOf(`${held}-${status}`, { alias: held, status }), 0, taken)
        assert.equal(await find(first, `${held}-${status}`), null)
      }
    await save(first, connectionOf('revoked', { alias: 'pending', status: 'revoked' }))
    await save(first, connectionOf('failed', { alias: 'pending', status: 'failed' }))
    await save(first, connectionOf('failed-too', { alias: 'pending', status: 'failed' }))
    await save(first, connectionOf('of-another-user', { alias: 'pending', userId: 'user-2' }))
    await save(first, connectionOf('of-another-provider', { alias: 'pending', provider: 'other' }))
    await save(first, connectionOf('in-capitals', { alias: 'PENDING' }))
  },

  async 'connections: refuses an alias that is taken in a later version too, and writes nothing then'({
    first,
    second,
  }) {
    await save(first, connectionOf('1', { alias: 'mine' }))
    await save(first, connectionOf('2', { alias: 'mine', status: 'failed' }))
    await refuse(second, connectionOf('2', { alias: 'mine', status: 'pending', version: 2 }), 1, taken)
    assertRow(await find(first, '2'), connectionOf('2', { alias: 'mine', status: 'failed' }), 'A connection')
    await save(first, connectionOf('1', { alias: 'mine', status: 'failed', version: 2 }), 1)
    await save(second, connectionOf('2', { alias: 'mine', status: 'pending', version: 2 }), 1)
    await refuse(first, connectionOf('1', { alias: 'mine', version: 3 }), 2, taken)
    await save(first, connectionOf('1', { alias: 'other', version: 3 }), 2)
  },

  async 'connections: lists those that are asked for'({ first }) {
    const connections = [
      connectionOf('1', { userId: 'user-1', provider: 'acme', status: 'pending' }),
      connectionOf('2', { userId: 'user-2', provider: 'acme', status: 'active' }),
      connectionOf('3', { userId: 'user-1', provider: 'other', status: 'active' }),
      connectionOf('4', { userId: 'user-1', updatedAt: instant('2026-02-01T00:00:00.000Z') }),
    ]
    for (const connection of connections) await save(first, connection)
    const ids = async (query: Partial<ConnectionQuery>) => (await list(first, query)).map(({ id }) => id)
    assert.deepEqual(await ids({ userId: 'user-1' }), ['1', '3', '4'])
    assert.deepEqual(await ids({ provider: 'acme' }), ['1', '2', '4'])
    assert.deepEqual(await ids({ status: 'active' }), ['2', '3'])
    assert.deepEqual(await ids({ updatedBefore: instant('2026-02-01T00:00:00.000Z') }), ['1', '2', '3'])
    assert.deepEqual(await ids({ userId: 'user-1', provider: 'acme', status: 'pending', after: '1' }), ['4'])
  },

  async 'connections: lists page by page in the order of ids as bytes'({ first, second }) {
    const connections = ['b', 'a1', 'B', 'a-1', '_x', 'é', 'Z9', '0', 'a', 'ab'].map((id) => connectionOf(id))
    for (const connection of connections) await save(first, connection)
    for (const limit of [1, 3, 100]) {
      const listed: Connection[] = []
      for (;;) {
        const page = await list(second, { after: listed.at(-1)?.id ?? null, limit })
        assert(page.length <= limit, 'A page has at most as many rows as it is asked for.')
        if (page.length === 0) break
        listed.push(...page)
        assert(listed.length <= connections.length, 'A list must go on behind `after`.')
      }
      assertRows(listed, byId(connections), `Pages of ${limit}`)
    }
  },

  async 'connections: lets one of many first writers win'(store) {
    const saved = await race(store, ({ connections }, index) =>
      settle('connections.save', () => connections.save(connectionOf('1', { alias: `${index}` }), 0)),
    )
    assert.equal(saved.filter((result) => result.isOk()).length, 1, 'Of many writers at a time one must win.')
    const winner = saved.findIndex((result) => result.isOk())
    assertRow(await find(store.first, '1'), connectionOf('1', { alias: `${winner}` }), 'The connection')
  },

  async 'connections: gives an alias to one of many who take it'(store) {
    const saved = await race(store, ({ connections }, index) =>
      settle('connections.save', () => connections.save(connectionOf(`${index}`, { alias: 'mine' }), 0)),
    )
    for (const result of saved) if (result.isErr()) assert.equal(result.error.code, 'STORAGE_CONFLICT')
    assert.equal(saved.filter((result) => result.isOk()).length, 1, 'Of many at a time one must get the alias.')
    assert.equal((await list(store.second)).length, 1)
  },

  async 'connections: lets one of many writers of the same version win, each time'(store) {
    await save(store.first, connectionOf('1'))
    for (let version = 1; version <= 10; version++) {
      const saved = await race(store, ({ connections }, index) => {
        const next = connectionOf('1', { version: version + 1, meta: { writer: index } })
        return settle('connections.save', () => connections.save(next, version))
      })
      const winners = saved.flatMap((result, index) => (result.isOk() ? [index] : []))
      assert.equal(winners.length, 1, `Of many writers at a time one must win, not ${winners.length}.`)
      assert.deepEqual({ ...(await find(store.second, '1'))?.meta }, { writer: winners[0] })
    }
  },
}
