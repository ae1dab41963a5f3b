import { type Connection, createMemoryRepositories, type Instant } from '@finport/core'
import { sql } from 'kysely'
import { fromKysely } from 'pg-boss'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fanOut } from '../src/fan-out.ts'
import { FAN_OUT_QUEUE, type FanOutJob, openQueues, type SyncJob, syncQueueOf } from '../src/queues.ts'
import { openStore, type Store } from '../src/store.ts'
import { createDatabase, postgresUrl } from './night.ts'

const providers = ['harbor', 'alpaca']

function connectionOf(index: number, part: Partial<Connection> = {}): Connection {
  const now = '2026-11-20T21:30:00.000Z' as Instant
  const id = `connection-${String(index).padStart(6, '0')}`
  const row = { id, userId: `user-${index}`, provider: 'harbor', alias: '', status: 'active', sandbox: false } as const
  return { ...row, reauthenticateBy: null, meta: {}, createdAt: now, updatedAt: now, version: 1, ...part }
}

describe.skipIf(postgresUrl === undefined)('connections are handed out', () => {
  const { connections } = createMemoryRepositories()
  let database: Awaited<ReturnType<typeof createDatabase>>
  let boss: Awaited<ReturnType<typeof openQueues>>
  let store: Store
  beforeAll(async () => {
    database = await createDatabase()
    store = await openStore(database.url)
    boss = await openQueues(database.url, providers)
    const rows = Array.from({ length: 2_100 }, (_, index) => connectionOf(index))
    rows.push(connectionOf(3_000, { provider: 'alpaca' }), connectionOf(3_001, { provider: 'chase-file' }))
    rows.push(connectionOf(3_002, { status: 'expired' }), connectionOf(3_003, { status: 'revoked' }))
    for (const row of rows) (await connections.save(row, 0)).unwrap()
  })
  afterAll(async () => {
    await boss.stop({ graceful: false })
    await store.close()
    await database.drop()
  })

  /** Runs the jobs of a night, page after page: how many connections each handed out. */
  async function runNight(): Promise<number[]> {
    const sent: number[] = []
    await boss.send(FAN_OUT_QUEUE, { after: null })
    for (;;) {
      const [job] = await boss.fetch<FanOutJob>(FAN_OUT_QUEUE)
      if (job === undefined) return sent
      sent.push((await fanOut({ boss, connections, providers }, job.data, boss.getDb())).unwrap())
      await boss.complete(FAN_OUT_QUEUE, job)
    }
  }
  const waiting = async (provider: string) =>
    (await boss.findJobs<SyncJob>(syncQueueOf(provider), { queued: true })).map(({ data }) => data.connectionId)

  test('not at all when the page can not be handed out whole', async () => {
    const broken = store.db.transaction().execute(async (transaction) => {
      await fanOut({ boss, connections, providers }, { after: null }, fromKysely(transaction))
      await sql`select 1 / 0`.execute(transaction)
    })
    await expect(broken).rejects.toThrow('division by zero')
    expect(await waiting('harbor')).toEqual([])
    expect(await boss.fetch(FAN_OUT_QUEUE)).toEqual([])
  })

  test('each active one once, page by page, to the queue of its institution', async () => {
    expect(await runNight()).toEqual([1_000, 1_000, 101])
    const expected = Array.from({ length: 2_100 }, (_, index) => connectionOf(index).id)
    expect((await waiting('harbor')).sort()).toEqual(expected)
    expect(await waiting('alpaca')).toEqual(['connection-003000'])
  })

  test('and none again while it waits or is in work', async () => {
    const [inWork] = await boss.fetch<SyncJob>(syncQueueOf('alpaca'))
    expect(inWork?.data).toEqual({ userId: 'user-3000', connectionId: 'connection-003000' })
    expect(await runNight()).toEqual([0, 0, 0])
    expect(await waiting('alpaca')).toEqual([])
  })
})
