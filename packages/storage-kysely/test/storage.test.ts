import { DatabaseSync } from 'node:sqlite'
import { inspect } from 'node:util'
import { ConnectionError, Err, type IsoDate, Ok, type Repositories } from '@finport/core'
import BetterSqlite from 'better-sqlite3'
import { CamelCasePlugin, type Driver, type Generated, Kysely, SqliteDialect, sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createKyselyRepositories, createSqliteDialect, type FinportTables, migrate } from '../src/index.ts'
import { accountOf, transactionOf } from './rows.ts'
import { openPGlite, openStore, sharedKinds } from './stores.ts'

describe.each([...sharedKinds, 'PGlite'] as const)('%s', (kind) => {
  beforeAll(async () => void (kind === 'PGlite' && (await openPGlite())), 60_000)

  test('what is stored is what the schema says: exact texts, 0 and 1, JSON', async () => {
    const { handles, close } = await openStore(kind)
    const [first] = handles
    if (first === undefined) throw new Error('no handle')
    ;(await first.repositories.accounts.save([accountOf('1')])).unwrap()
    ;(await first.repositories.transactions.save([transactionOf('1')])).unwrap()
    const accounts =
      await sql`select balance, balance_as_of, is_active, margin, raw_data from finport_accounts`.execute(first.db)
    expect({ ...(accounts.rows[0] as object) }).toEqual({
      balance: '0.1',
      balance_as_of: '2026-01-31T12:00:00.000Z',
      is_active: 1,
      margin: null,
      raw_data: '{"a":"1.10","b":[1,null]}',
    })
    const transactions =
      await sql`select amount, transaction_date, check_number, fees from finport_transactions`.execute(first.db)
    expect({ ...(transactions.rows[0] as object) }).toEqual({
      amount: '-12345678901234567890.123456789',
      transaction_date: '2026-01-31',
      check_number: '0042',
      fees: '[]',
    })
    await close()
  })

  test('a NUL in a text is kept as a mark, in JSON as it is', async () => {
    const { handles, close } = await openStore(kind)
    const [first] = handles
    ;(await first?.repositories.accounts.save([accountOf('1', { name: 'a\0b', rawData: { name: 'a\0b' } })]))?.unwrap()
    const found = (await first?.repositories.accounts.find('user-1', '1'))?.unwrap()
    expect(found).toEqual(accountOf('1', { name: 'a\uFFFDb', rawData: { name: 'a\0b' } }))
    await close()
  })
})

/** PGlite has no clock but the process's. */
describe.each([...sharedKinds, 'PGlite'] as const)('%s', (kind) => {
  test('a NUL in what is asked for finds nothing, and is found where it was kept', async () => {
    const { handles, close } = await openStore(kind)
    const [{ repositories } = {}] = handles
    const { accounts, connections, transactions, balances } = repositories as Repositories
    const id = 'a\0b'
    const query = { userId: 'user-1', accountId: id, after: null, limit: 1 }
    const day = '2026-01-31' as IsoDate
    expect((await connections.find('user-1', id)).unwrap()).toBeNull()
    expect((await accounts.find('user-1', id)).unwrap()).toBeNull()
    expect((await balances.list(query)).unwrap()).toEqual([])
    expect((await transactions.list({ ...query, after: { transactionDate: day, id } })).unwrap()).toEqual([])
    ;(await transactions.save([transactionOf('1', { providerTransactionId: id })])).unwrap()
    expect((await transactions.findByProviderIds('account-1', [id])).unwrap()).toMatchObject([{ id: '1' }])
    await close()
  })
})

describe.each(sharedKinds)('%s', (kind) => {
  test("a lease is counted by the store's clock, not by that of the process", async () => {
    const { handles, close } = await openStore(kind)
    const [first] = handles
    const real = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2001-01-01T00:00:00Z') })
    const lease = (await first?.repositories.leases.acquire({ key: 'k', owner: 'o', milliseconds: 1_000 }))?.unwrap()
    vi.useRealTimers()
    const until = Date.parse(lease?.until ?? '')
    expect(until).toBeGreaterThan(real)
    expect(until).toBeLessThan(real + 60_000)
    await close()
  })
})

test("a host's own Kysely is used as it is: other tables, plugins, Kysely's own dialect", async () => {
  type HostTables = { people: { id: Generated<number>; fullName: string } }
  const dialect = new SqliteDialect({ database: new BetterSqlite(':memory:') })
  const db = new Kysely<HostTables & FinportTables>({ dialect, plugins: [new CamelCasePlugin()] })
  await sql`create table people (id integer primary key, full_name text not null)`.execute(db)
  ;(await migrate({ db })).unwrap()
  const repositories = createKyselyRepositories({ db })
  expect((await repositories.accounts.save([accountOf('1')])).unwrap()).toBe(1)
  expect((await repositories.accounts.find('user-1', '1')).unwrap()).toEqual(accountOf('1'))
  expect((await repositories.transaction((inside) => inside.accounts.save([accountOf('2')]))).unwrap()).toBe(1)
  await db.insertInto('people').values({ fullName: 'Ada' }).execute()
  expect(await db.selectFrom('people').select('fullName').execute()).toEqual([{ fullName: 'Ada' }])
  await db.destroy()
})

/** A database whose statements fail as they are told to. */
function openFailing() {
  const dialect = createSqliteDialect({ database: new DatabaseSync(':memory:') })
  const failures: { statement: RegExp; error: Error }[] = []
  const ran: string[] = []
  const createDriver = (): Driver => {
    const driver = dialect.createDriver()
    const acquire = driver.acquireConnection.bind(driver)
    driver.acquireConnection = async () => {
      const connection = await acquire()
      return {
        streamQuery: connection.streamQuery.bind(connection),
        async executeQuery(query) {
          ran.push(
            query.sql
              .trim()
              .split(/[\s(]+/)
              .slice(0, 2)
              .join(' '),
          )
          const failure = failures.find(({ statement }) => statement.test(query.sql))
          if (failure === undefined) return connection.executeQuery(query)
          failures.splice(failures.indexOf(failure), 1)
          throw failure.error
        },
      }
    }
    return driver
  }
  const db = new Kysely<FinportTables>({ dialect: { ...dialect, createDriver } })
  const fail = (statement: RegExp, code: string, times = 1) => {
    for (let time = 0; time < times; time++)
      failures.push({ statement, error: Object.assign(new Error(`could not: secret-${code}`), { code }) })
  }
  return { db, repositories: createKyselyRepositories({ db }), fail, ran }
}

describe('what a database refuses', () => {
  let store = openFailing()
  beforeEach(async () => {
    store = openFailing()
    ;(await migrate(store)).unwrap()
    vi.useFakeTimers({ toFake: ['setTimeout'] })
  })
  afterEach(() => vi.useRealTimers())

  async function settled<T>(work: Promise<T>): Promise<T> {
    let isDone = false
    const done = work.finally(() => {
      isDone = true
    })
    while (!isDone) await vi.advanceTimersByTimeAsync(100)
    return done
  }

  test('because of others is asked for again', async () => {
    store.fail(/select/, '40001', 3)
    expect((await settled(store.repositories.accounts.find('user-1', '1'))).unwrap()).toBeNull()
    store.fail(/insert/, '40P01', 3)
    expect((await settled(store.repositories.accounts.save([accountOf('1')]))).unwrap()).toBe(1)
  })

  test('because of others every time is unavailable in the end', async () => {
    store.fail(/select/, '40001', 1_000)
    const found = await settled(store.repositories.accounts.find('user-1', '1'))
    expect(found.unwrapErr()).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
  })

  test('for any other reason is not, and nothing of its words is told', async () => {
    store.fail(/select/, '42P01')
    const error = (await settled(store.repositories.accounts.find('user-1', '1'))).unwrapErr()
    expect(error.code).toBe('STORAGE_UNAVAILABLE')
    expect(error.cause).toBeUndefined()
    expect(inspect(error) + JSON.stringify(error)).not.toContain('secret-42P01')
    expect(store.ran.filter((text) => text.startsWith('select "id"') || text === 'select *')).toHaveLength(1)
  })

  test.each(['insert', 'commit'])('in a transaction, at its %s, has all of it done again', async (statement) => {
    let runs = 0
    store.fail(new RegExp(`^${statement}`), '40001', 2)
    const done = await settled(
      store.repositories.transaction(async (inside) => {
        runs++
        const saved = await inside.accounts.save([accountOf(`${runs}`)])
        return saved.isErr() ? saved : Ok(runs)
      }),
    )
    expect(done.unwrap()).toBe(3)
    expect((await store.repositories.accounts.listByUser('user-1')).unwrap()).toEqual([accountOf('3')])
  })

  test('in a transaction is never taken for done, though the work took no notice', async () => {
    store.fail(/^insert/, '53100')
    const done = await settled(
      store.repositories.transaction(async (inside) => {
        await inside.accounts.save([accountOf('lost')])
        await inside.transactions.save([transactionOf('1')])
        return Ok('done')
      }),
    )
    expect(done.unwrapErr().code).toBe('STORAGE_UNAVAILABLE')
    expect((await store.repositories.transactions.findByProviderIds('account-1', ['provider-1'])).unwrap()).toEqual([])
  })

  test("leaves the work's own error as it is", async () => {
    const refused = new ConnectionError('SYNC_IN_PROGRESS')
    const done = await settled(store.repositories.transaction(async () => Err(refused)))
    expect(done.unwrapErr()).toBe(refused)
  })
})
