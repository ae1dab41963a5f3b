import { Err, Ok, type Repositories, type Result, type StorageError } from '@finport/core'
import type { Db, PgBoss } from 'pg-boss'
import { FAN_OUT_QUEUE, type FanOutJob, type SyncJob, syncQueueOf } from './queues.ts'

const PAGE = 1_000

type Parts = {
  boss: PgBoss
  connections: Repositories['connections']
  /** The institutions that are synced. */
  providers: readonly string[]
}

/**
 * Hands out one page of active connections, and the job of the next page, in one transaction with the end of this one: a worker that dies in between has handed out all of it or nothing.
 *
 * @returns how many were not queued or in work yet.
 */
export async function fanOut(
  { boss, connections, providers }: Parts,
  { after }: FanOutJob,
  transaction: Db,
): Promise<Result<number, StorageError>> {
  const listed = await connections.list({ status: 'active', after, limit: PAGE })
  if (listed.isErr()) return Err(listed.error)
  const page = listed.value
  let sent = 0
  for (const provider of providers) {
    const jobs = page
      .filter((connection) => connection.provider === provider)
      .map(({ id, userId }) => ({
        data: { userId, connectionId: id } satisfies SyncJob,
        singletonKey: id,
      }))
    if (jobs.length === 0) continue
    const ids = await boss.insert(syncQueueOf(provider), jobs, { db: transaction, returnId: true })
    sent += ids?.length ?? 0
  }
  const last = page.at(-1)
  if (page.length === PAGE && last !== undefined) {
    const next: FanOutJob = { after: last.id }
    await boss.send(FAN_OUT_QUEUE, next, { db: transaction })
  }
  return Ok(sent)
}
