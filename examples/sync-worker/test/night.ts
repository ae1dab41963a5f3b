import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProvider, type Instant, toInstant } from '@finport/core'
import { createVault, generateKey, parseKeyring } from '@finport/vault'
import { sql } from 'kysely'
import { FAN_OUT_QUEUE, openQueues, syncQueueOf } from '../src/queues.ts'
import { openStore, type Store } from '../src/store.ts'
import { harbor } from './harbor.ts'
import { type Institution, openInstitution } from './institution.ts'

/** Where a PostgreSQL is that the tests may use: see `.ci/with-postgres`. */
export const postgresUrl = process.env.FINPORT_POSTGRES_URL

/** An empty database of the server. */
export async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `sync_worker_${randomUUID().replaceAll('-', '')}`
  const run = async (statement: string) => {
    const { db, close } = await openStore(postgresUrl as string)
    await sql`${sql.raw(statement)}`.execute(db)
    await close()
  }
  await run(`create database ${name}`)
  const url = new URL(postgresUrl as string)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => run(`drop database ${name} with (force)`) }
}

/** What a worker's process is told. */
export type WorkerProcessOptions = {
  databaseUrl: string
  institutionUrl: string
  keys: string
  concurrency: number
}

/** Starts a worker as a process of its own, and waits until it works. */
async function startWorkerProcess(options: WorkerProcessOptions): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'worker-process.ts'), [JSON.stringify(options)])
  await once(child, 'message')
  return child
}

/** Tells a worker to stop, and waits until its process has ended. */
export async function stopWorkerProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function connectUsers(store: Store, keys: string, apiKeys: readonly string[]): Promise<void> {
  const provider = createProvider(harbor, { baseUrl: 'http://127.0.0.1' }).unwrap()
  const keyring = parseKeyring(keys).unwrap()
  const vault = createVault({ keyring, credentials: store.credentials })
  const now: Instant = toInstant(Date.now())
  const connectOne = async (apiKey: string, index: number) => {
    const ref = { userId: `user-${index}`, connectionId: `connection-${String(index).padStart(6, '0')}` }
    const row = { id: ref.connectionId, userId: ref.userId, provider: 'harbor', alias: '', status: 'active' } as const
    const rest = { reauthenticateBy: null, sandbox: false, meta: {}, createdAt: now, updatedAt: now, version: 1 }
    ;(await store.repositories.connections.save({ ...row, ...rest }, 0)).unwrap()
    const credentials = provider.parseCredentials({ apiKey, apiSecret: 'not-used' }).unwrap()
    ;(await vault.put({ ...ref, provider: 'harbor' }, credentials)).unwrap()
  }
  const waiting = [...apiKeys.entries()]
  const connectAll = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await connectOne(next[1], next[0])
  }
  await Promise.all(Array.from({ length: 10 }, connectAll))
}

/** A night's queues, users and institution, before anybody works on it. */
export async function openNight(apiKeys: readonly string[]) {
  const database = await createDatabase()
  const keys = generateKey()
  const store = await openStore(database.url)
  const institution: Institution = await openInstitution()
  await connectUsers(store, keys, apiKeys)
  const boss = await openQueues(database.url, ['harbor'], { superviseSeconds: 1, heartbeatSeconds: 10 })
  const options = { databaseUrl: database.url, institutionUrl: institution.url, keys, concurrency: 5 }
  const workers: ChildProcess[] = []

  async function countJobs(...states: string[]): Promise<number> {
    const { rows } = await sql<{ count: string }>`
      select count(*) from pgboss.job where name in (${syncQueueOf('harbor')}, ${FAN_OUT_QUEUE}) and state::text = any(${states})
    `.execute(store.db)
    return Number(rows[0]?.count)
  }

  return {
    store,
    boss,
    institution,
    countJobs,
    fanOut: () => boss.send(FAN_OUT_QUEUE, { after: null }),
    async startWorkers(count: number): Promise<ChildProcess[]> {
      const started = await Promise.all(Array.from({ length: count }, () => startWorkerProcess(options)))
      workers.push(...started)
      return started
    },
    /** Connections of which everything is stored. */
    async countSynced(): Promise<number> {
      const { rows } = await sql<{ count: string }>`select count(*) from (
        select account_id from finport_transactions group by account_id having count(*) = 3
      ) as whole`.execute(store.db)
      return Number(rows[0]?.count)
    },
    /** Waits until something is so, or throws after as many seconds. */
    async until(what: string, seconds: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
      const end = performance.now() + seconds * 1_000
      while (!(await isSo())) {
        if (performance.now() > end) throw new Error(`Not so after ${seconds} s: ${what}`)
        await sleep(50)
      }
    },
    async close() {
      await Promise.all(workers.map(stopWorkerProcess))
      await boss.stop({ graceful: false })
      await store.close()
      await institution.close()
      await database.drop()
    },
  }
}

export type Night = Awaited<ReturnType<typeof openNight>>
