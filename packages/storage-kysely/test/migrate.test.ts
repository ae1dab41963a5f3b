import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Kysely, MysqlDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { beforeAll, describe, expect, test } from 'vitest'
import { type FinportTables, migrate, migrations } from '../src/index.ts'
import { applyMigrations } from '../src/migrate.ts'
import { accountOf } from './rows.ts'
import { failingMigrations, nextMigrations } from './second-step.ts'
import {
  createPlace,
  createStore,
  type EmptyStore,
  openHandle,
  openPGlite,
  type StoreAddress,
  sharedKinds,
} from './stores.ts'

const PROCESSES = 4

async function tablesOf(db: Kysely<FinportTables>): Promise<string[]> {
  const tables = await db.introspection.getTables()
  return tables
    .map(({ name }) => name)
    .filter((name) => name.startsWith('finport_'))
    .toSorted()
}

const namesOf = async (db: Kysely<FinportTables>) =>
  (await sql<{ name: string }>`select name from finport_migrations order by name`.execute(db)).rows.map(
    ({ name }) => name,
  )

async function withDatabase(kind: StoreAddress['kind'] | 'PGlite', work: (db: Kysely<FinportTables>) => Promise<void>) {
  if (kind === 'PGlite') return work(await openPGlite())
  const { address, remove } = await createPlace(kind)
  const { db } = openHandle(address)
  try {
    await work(db)
  } finally {
    await db.destroy()
    await remove()
  }
}

describe.each([...sharedKinds, 'PGlite'] as const)('%s', (kind) => {
  beforeAll(async () => void (kind === 'PGlite' && (await openPGlite())), 60_000)

  test('tables are made once, and what is in them stays', () =>
    withDatabase(kind, async (db) => {
      expect((await migrate({ db })).unwrap()).toEqual({ applied: ['0001'] })
      await db
        .insertInto('finport_leases')
        .values({ key: 'k', owner: 'o', until: '2026-01-31T12:00:00.000Z' as never })
        .execute()
      expect((await migrate({ db })).unwrap()).toEqual({ applied: [] })
      expect(await db.selectFrom('finport_leases').select('key').execute()).toEqual([{ key: 'k' }])
    }))

  test('a step that fails leaves nothing behind, and the next start takes it again', () =>
    withDatabase(kind, async (db) => {
      ;(await migrate({ db })).unwrap()
      const before = await tablesOf(db)
      expect((await applyMigrations(db, failingMigrations)).unwrapErr().code).toBe('STORAGE_UNAVAILABLE')
      expect(await tablesOf(db)).toEqual(before)
      expect(await namesOf(db)).toEqual(['0001'])
      expect((await applyMigrations(db, nextMigrations)).unwrap()).toEqual({ applied: ['0002'] })
    }))

  test('steps that a newer version took are left alone', () =>
    withDatabase(kind, async (db) => {
      ;(await applyMigrations(db, nextMigrations)).unwrap()
      expect((await migrate({ db })).unwrap()).toEqual({ applied: [] })
      expect(await namesOf(db)).toEqual(['0001', '0002'])
    }))

  test("a host's own migrator may take the steps", () =>
    withDatabase(kind, async (db) => {
      const { error, results } = await new Migrator({
        db,
        provider: { getMigrations: async () => migrations },
      }).migrateToLatest()
      expect(error).toBeUndefined()
      expect(results).toMatchObject([{ migrationName: '0001', status: 'Success' }])
      expect(await tablesOf(db)).toContain('finport_transactions')
    }))
})

/** What a process says next: one that ends without a word is an error, and not waited for. */
const hear = (child: ChildProcess) =>
  Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`A process ended with ${code}.`))),
  ])

/** Starts processes that migrate at the same moment. Returns what each of them said. */
async function migrateAtOnce({ address: { kind, place } }: EmptyStore): Promise<unknown[]> {
  const children = Array.from({ length: PROCESSES }, () =>
    fork(join(import.meta.dirname, 'migrate-process.ts'), [kind, place]),
  )
  await Promise.all(children.map(hear))
  const answers = children.map(hear)
  for (const child of children) child.send('go')
  const said = await Promise.all(answers)
  await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'exit') : null)))
  return said.map(([answer]) => answer)
}

describe.each(sharedKinds)('%s, by four processes at once', (kind) => {
  test('a database of the first version is migrated by one of them, and keeps what is in it', async () => {
    const store = await createStore(kind)
    const { db, repositories } = openHandle(store.address)
    ;(
      await repositories.accounts.save(Array.from({ length: 500 }, (_, index) => accountOf(`account-${index}`)))
    ).unwrap()
    const said = await migrateAtOnce(store)
    expect(said.toSorted()).toEqual([[], [], [], ['0002']])
    const { rows } = await sql<{
      count: number
    }>`select count(*) as count from finport_accounts where nickname = name`.execute(db)
    expect(Number(rows[0]?.count)).toBe(500)
    expect((await repositories.accounts.save([accountOf('account-1')])).unwrap()).toBe(0)
    await db.destroy()
    await store.remove()
  }, 30_000)

  test('an empty database is made by one of them', async () => {
    const store = await createPlace(kind)
    const said = await migrateAtOnce(store)
    expect(said.toSorted()).toEqual([[], [], [], ['0001', '0002']])
    await store.remove()
  }, 30_000)
})

test('a database that speaks another SQL is a mistake', () => {
  const pool = async (): Promise<never> => {
    throw new Error('not reached')
  }
  const db = new Kysely<FinportTables>({ dialect: new MysqlDialect({ pool }) })
  expect(() => migrate({ db })).toThrow('speaks to another database')
})
