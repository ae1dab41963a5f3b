import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKyselyRepositories, createSqliteDialect, type FinportTables, migrate, migrations } from '../src/index.ts'
import { accountOf } from './rows.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'finport-sqlite-'))
})
afterEach(() => rm(folder, { recursive: true }))

const open = (busyTimeoutMilliseconds?: number) => {
  const database = new DatabaseSync(join(folder, 'finport.db'))
  return new Kysely<FinportTables>({ dialect: createSqliteDialect({ database, busyTimeoutMilliseconds }) })
}

test('who waits for another writer holds nobody up, and then writes', async () => {
  const db = open()
  ;(await migrate({ db })).unwrap()
  const writer = new DatabaseSync(join(folder, 'finport.db'))
  writer.exec('begin immediate')
  const saving = createKyselyRepositories({ db }).accounts.save([accountOf('1')])
  let turns = 0
  while (turns < 20) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    turns++
  }
  writer.exec('commit')
  expect((await saving).unwrap()).toBe(1)
  writer.close()
  await db.destroy()
})

test('who has waited long enough is told that the storage can not be reached', async () => {
  const db = open(1)
  ;(await migrate({ db })).unwrap()
  const writer = new DatabaseSync(join(folder, 'finport.db'))
  writer.exec('begin immediate')
  const { accounts } = createKyselyRepositories({ db })
  expect((await accounts.save([accountOf('1')])).unwrapErr().code).toBe('STORAGE_UNAVAILABLE')
  expect((await accounts.find('user-1', '1')).unwrap()).toBeNull()
  writer.exec('commit')
  expect((await accounts.save([accountOf('1')])).unwrap()).toBe(1)
  writer.close()
  await db.destroy()
}, 20_000)

test.each([
  ['node:sqlite', (place: string) => new DatabaseSync(place)],
  ['better-sqlite3', (place: string) => new BetterSqlite(place)],
] as const)(
  '%s may be opened while another process has the file to itself',
  async (_, openDatabase) => {
    const place = join(folder, 'finport.db')
    const child = fork(join(import.meta.dirname, 'hold-file.ts'), [place])
    await once(child, 'message')
    const start = performance.now()
    const db = new Kysely<FinportTables>({ dialect: createSqliteDialect({ database: openDatabase(place) }) })
    const migrating = migrate({ db })
    // Nobody was held up, nor was it let in before the other was done.
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(performance.now() - start).toBeLessThan(2_000)
    expect(await Promise.race([migrating, 'waits'])).toBe('waits')
    child.send('let go')
    expect((await migrating).unwrap()).toEqual({ applied: Object.keys(migrations) })
    await db.destroy()
  },
  20_000,
)

test('what is committed is on the disk: it is written ahead and synced', async () => {
  const db = open()
  const pragma = async (name: string) =>
    Object.values((await sql`pragma ${sql.raw(name)}`.execute(db)).rows[0] as object)[0]
  expect([await pragma('journal_mode'), await pragma('synchronous')]).toEqual(['wal', 2])
  await db.destroy()
})

test('a node:sqlite that can not say what a statement gives is a mistake', () => {
  const statement = { all: () => [], run: () => ({ changes: 0, lastInsertRowid: 0 }), iterate: () => [].values() }
  const database = { prepare: () => statement, close: () => {} }
  expect(() => createSqliteDialect({ database })).toThrow('Node 22.16 or newer')
})
