import { describe, expect, test } from 'vitest'
import { createConnection, moveConnection } from '../src/connections/connection.ts'
import {
  type Account,
  ConnectionError,
  createMemoryRepositories,
  Err,
  type Instant,
  Ok,
  type Transaction,
  toInstant,
} from '../src/index.ts'
import { sampleAccount, sampleTransaction } from './sample-data.ts'

const start = toInstant(Date.parse('2026-01-31T12:00:00Z'))

const connectionOf = (id: string, alias = '', userId = 'user-1') =>
  createConnection({ id, userId, provider: 'acme', alias, sandbox: false, meta: {} }, start)
const accountOf = (id: string, changes: Partial<Account> = {}): Account => ({
  ...sampleAccount,
  id,
  userId: 'user-1',
  connectionId: 'connection-1',
  providerAccountId: `provider-${id}`,
  version: 1,
  ...changes,
})
const transactionOf = (id: string, changes: Partial<Transaction> = {}): Transaction => ({
  ...sampleTransaction,
  id,
  userId: 'user-1',
  accountId: 'account-1',
  providerTransactionId: `provider-${id}`,
  removedAt: null,
  version: 1,
  ...changes,
})
const refused = new ConnectionError('SYNC_IN_PROGRESS')

describe('a transaction', () => {
  test('is seen by nobody outside until it is committed', async () => {
    const repositories = createMemoryRepositories()
    const seen = await repositories.transaction(async (inside) => {
      ;(await inside.accounts.save([accountOf('1')])).unwrap()
      const own = (await inside.accounts.listByUser('user-1')).unwrap()
      const others = (await repositories.accounts.listByUser('user-1')).unwrap()
      return Ok([own.length, others.length])
    })
    expect(seen.unwrap()).toEqual([1, 0])
    expect((await repositories.accounts.listByUser('user-1')).unwrap()).toHaveLength(1)
  })

  test('that gives an error leaves nothing behind, of any kind', async () => {
    const repositories = createMemoryRepositories()
    ;(await repositories.accounts.save([accountOf('1')])).unwrap()
    const result = await repositories.transaction(async (inside) => {
      await inside.accounts.save([accountOf('1', { name: 'Other' }), accountOf('2')])
      await inside.connections.save(connectionOf('connection-1'), 0)
      await inside.transactions.save([transactionOf('1')])
      await inside.leases.acquire({ key: 'k', owner: 'o', milliseconds: 1000 })
      return Err(refused)
    })
    expect(result.unwrapErr()).toBe(refused)
    expect((await repositories.accounts.listByUser('user-1')).unwrap()).toEqual([accountOf('1')])
    expect((await repositories.connections.find('user-1', 'connection-1')).unwrap()).toBeNull()
    expect((await repositories.transactions.findByProviderIds('account-1', ['provider-1'])).unwrap()).toEqual([])
    expect((await repositories.leases.renew({ key: 'k', owner: 'o', milliseconds: 1 })).unwrap()).toBeNull()
    expect((await repositories.connections.save(connectionOf('connection-2'), 0)).isOk()).toBe(true)
  })

  test('that throws leaves nothing behind, and others go on', async () => {
    const repositories = createMemoryRepositories()
    const failing = repositories.transaction(async (inside) => {
      await inside.accounts.save([accountOf('1')])
      throw new TypeError('a mistake')
    })
    await expect(failing).rejects.toThrow('a mistake')
    expect((await repositories.accounts.save([accountOf('2')])).unwrap()).toBe(1)
    expect((await repositories.accounts.listByUser('user-1')).unwrap()).toEqual([accountOf('2')])
  })

  test('a write that failed inside of it leaves none of its rows', async () => {
    const repositories = createMemoryRepositories()
    const result = await repositories.transaction(async (inside) => {
      await inside.accounts.save([accountOf('1')])
      const twin = accountOf('3', { providerAccountId: 'provider-1' })
      return Ok((await inside.accounts.save([accountOf('2'), twin])).isErr())
    })
    expect(result.unwrap()).toBe(true)
    expect((await repositories.accounts.listByUser('user-1')).unwrap()).toEqual([accountOf('1')])
  })

  test('many that read and then write lose nothing', async () => {
    const repositories = createMemoryRepositories()
    ;(await repositories.accounts.save([accountOf('1', { version: 1 })])).unwrap()
    const raise = () =>
      repositories.transaction(async (inside) => {
        const account = (await inside.accounts.find('user-1', '1')).unwrap() as Account
        await new Promise((resolve) => setTimeout(resolve))
        return inside.accounts.save([{ ...account, version: account.version + 1 }])
      })
    await Promise.all(Array.from({ length: 20 }, raise))
    expect((await repositories.accounts.find('user-1', '1')).unwrap()?.version).toBe(21)
  })
})

describe('what is unique', () => {
  test('an alias, for a user and provider, until the connection is over', async () => {
    const { connections } = createMemoryRepositories()
    const first = connectionOf('connection-1')
    ;(await connections.save(first, 0)).unwrap()
    const twin = connectionOf('connection-2')
    expect((await connections.save(twin, 0)).unwrapErr().code).toBe('STORAGE_CONFLICT')
    expect((await connections.save({ ...twin, alias: 'joint' }, 0)).isOk()).toBe(true)
    expect((await connections.save(connectionOf('connection-3', '', 'user-2'), 0)).isOk()).toBe(true)
    const failed = moveConnection(first, 'failed', start).unwrap()
    ;(await connections.save(failed, 1)).unwrap()
    expect((await connections.save(connectionOf('connection-4'), 0)).isOk()).toBe(true)
    const again = moveConnection(failed, 'pending', start).unwrap()
    expect((await connections.save(again, 2)).unwrapErr().code).toBe('STORAGE_CONFLICT')
  })

  test("a provider's id of a transaction, within an account, while a row has it", async () => {
    const { transactions } = createMemoryRepositories()
    expect((await transactions.save([transactionOf('1'), transactionOf('2')])).unwrap()).toBe(2)
    const twin = transactionOf('3', { providerTransactionId: 'provider-1' })
    expect((await transactions.save([twin])).unwrapErr().code).toBe('STORAGE_CONFLICT')
    expect((await transactions.save([{ ...twin, accountId: 'account-2' }])).unwrap()).toBe(1)
    ;(await transactions.save([transactionOf('1', { providerTransactionId: 'provider-9' })])).unwrap()
    expect((await transactions.save([transactionOf('4', { providerTransactionId: 'provider-1' })])).unwrap()).toBe(1)
    const found = (await transactions.findByProviderIds('account-1', ['provider-9', 'provider-1', 'none'])).unwrap()
    expect(found.map(({ id }) => id).sort()).toEqual(['1', '4'])
  })
})

test('rows that are stored just so are not written again', async () => {
  const { transactions } = createMemoryRepositories()
  const rows = Array.from({ length: 50 }, (_, index) => transactionOf(`${index}`, { rawData: { b: 1, a: [index] } }))
  expect((await transactions.save(rows)).unwrap()).toBe(50)
  const reordered = rows.map((row) => ({ ...row, rawData: JSON.parse(JSON.stringify(row.rawData)) }))
  expect((await transactions.save(reordered)).unwrap()).toBe(0)
  expect((await transactions.save([...rows.slice(1), { ...transactionOf('0'), description: 'x' }])).unwrap()).toBe(1)
})

test('transactions come page by page, the newest first, each once, whatever is written meanwhile', async () => {
  const { transactions } = createMemoryRepositories()
  const day = (index: number) =>
    `2026-01-${String(10 + (index % 7)).padStart(2, '0')}` as Transaction['transactionDate']
  const rows = Array.from({ length: 40 }, (_, index) => transactionOf(`t${index}`, { transactionDate: day(index) }))
  ;(await transactions.save(rows)).unwrap()
  const listed: Transaction[] = []
  for (;;) {
    const after = listed.at(-1) ?? null
    const page = (await transactions.list({ userId: 'user-1', accountId: 'account-1', after, limit: 7 })).unwrap()
    if (page.length === 0) break
    listed.push(...page)
    await transactions.save([transactionOf(`new-${listed.length}`, { transactionDate: day(6) })])
  }
  const places = listed.map(({ transactionDate, id }) => `${transactionDate} ${id}`)
  expect(places).toEqual(places.toSorted().reverse())
  expect(new Set(places).size).toBe(places.length)
  expect(rows.every(({ id }) => listed.some((row) => row.id === id))).toBe(true)
})

test('a login is taken once, by its user alone', async () => {
  const { authorizations } = createMemoryRepositories()
  const request = {
    stateHash: 'hash',
    userId: 'user-1',
    connectionId: 'connection-1',
    provider: 'acme',
    sealedCodeVerifier: 'sealed',
    browserBindingHash: null,
    returnContext: null,
    expiresAt: start,
  }
  ;(await authorizations.insert(request)).unwrap()
  expect((await authorizations.insert(request)).unwrapErr().code).toBe('STORAGE_CONFLICT')
  expect((await authorizations.take('user-2', 'hash')).unwrap()).toBeNull()
  const taken = await Promise.all(Array.from({ length: 8 }, () => authorizations.take('user-1', 'hash')))
  expect(taken.map((one) => one.unwrap()).filter((one) => one !== null)).toEqual([request])
})

test('a lease ends by the clock of the store, and then one gets it', async () => {
  let now = Date.parse(start)
  const { leases } = createMemoryRepositories({ now: () => now })
  const acquire = (owner: string) => leases.acquire({ key: 'k', owner, milliseconds: 1_000 })
  expect((await acquire('a')).unwrap()).toEqual({ key: 'k', owner: 'a', until: '2026-01-31T12:00:01.000Z' as Instant })
  now += 999
  expect((await acquire('b')).unwrap()).toBeNull()
  now += 1
  const taken = await Promise.all(['b', 'c', 'd'].map(acquire))
  expect(taken.flatMap((one) => one.unwrap()?.owner ?? [])).toEqual(['b'])
  expect((await leases.renew({ key: 'k', owner: 'a', milliseconds: 1_000 })).unwrap()).toBeNull()
  ;(await leases.release({ key: 'k', owner: 'a' })).unwrap()
  expect((await acquire('c')).unwrap()).toBeNull()
  ;(await leases.release({ key: 'k', owner: 'b' })).unwrap()
  expect((await acquire('c')).unwrap()?.owner).toBe('c')
})
