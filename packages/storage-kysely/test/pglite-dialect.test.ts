import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKyselyRepositories, createPGliteDialect, type FinportTables, migrate } from '../src/index.ts'
import { accountOf } from './rows.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'finport-pglite-'))
})
afterEach(() => rm(folder, { recursive: true }))

const dialectIn = (dataDir: string) => createPGliteDialect({ dataDir, open: (path) => PGlite.create(path) })

test('a folder is locked until its Kysely is destroyed, and keeps what was stored', async () => {
  const dataDir = join(folder, 'data')
  const open = () => new Kysely<FinportTables>({ dialect: dialectIn(dataDir) })
  const db = open()
  expect(() => dialectIn(join(folder, 'data', '..', 'data'))).toThrow('is open already')
  ;(await migrate({ db })).unwrap()
  ;(await createKyselyRepositories({ db }).accounts.save([accountOf('1')])).unwrap()
  await db.destroy()
  const again = open()
  expect((await createKyselyRepositories({ db: again }).accounts.find('user-1', '1')).unwrap()).toEqual(accountOf('1'))
  await again.destroy()
}, 60_000)

test('a folder that another process has open is refused, until that is killed', async () => {
  const child = fork(join(import.meta.dirname, 'hold-folder.ts'), [join(folder, 'data')])
  await once(child, 'message')
  expect(() => dialectIn(join(folder, 'data'))).toThrow('is open already. It is for one process: use PostgreSQL')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(() => dialectIn(join(folder, 'data'))).not.toThrow()
})

test('a folder that could not be opened is left to others, and opened by the next query', async () => {
  const dataDir = join(folder, 'data')
  let isBroken = true
  const open = (path: string) => (isBroken ? Promise.reject(new Error('The disk is full.')) : PGlite.create(path))
  const db = new Kysely<FinportTables>({ dialect: createPGliteDialect({ dataDir, open }) })
  expect((await migrate({ db })).unwrapErr().code).toBe('STORAGE_UNAVAILABLE')
  const other = fork(join(import.meta.dirname, 'hold-folder.ts'), [dataDir])
  await once(other, 'message')
  isBroken = false
  expect((await migrate({ db })).unwrapErr().code).toBe('STORAGE_UNAVAILABLE')
  other.kill('SIGKILL')
  await once(other, 'exit')
  expect((await migrate({ db })).isOk()).toBe(true)
  await db.destroy()
}, 60_000)
