import type { Connector, Finport } from '@finport/core'
import type { Kysely } from 'kysely'
import { fromKysely, type Job, type PgBoss } from 'pg-boss'
import { backoffSeconds, type Outcome, toOutcome } from './outcome.ts'
import type { SyncJob } from './queues.ts'
import type { Tables } from './store.ts'

type Parts = {
  boss: PgBoss
  db: Kysely<Tables>
  finport: Pick<Finport<Record<string, Connector>>, 'sync'>
  /** Aborted when the worker has to go: syncs end after the step they are in. */
  stopping: AbortSignal
  /** What a first try waits for where nobody says how long, doubled with each that follows. */
  retrySeconds: number
}

/** Syncs a connection, and puts its job back for as long as its error says. */
export async function runSyncJob(parts: Parts, job: Job<SyncJob>): Promise<Outcome> {
  const { boss, db, finport, stopping, retrySeconds } = parts
  // The job's own signal ends a sync whose job is somebody else's by now.
  const signal = AbortSignal.any([job.signal, stopping])
  const result = await finport.sync({ ...job.data, signal })
  const decided = toOutcome(result, backoffSeconds(job.retryCount, retrySeconds, Math.random()))
  if (decided.kind !== 'later') return decided

  // Another worker may go on at once with what this one had to leave.
  const outcome = decided.code === 'PROVIDER_ABORTED' && stopping.aborted ? { ...decided, afterSeconds: 0 } : decided
  const output = { ...outcome }
  await db.transaction().execute(async (transaction) => {
    const options = { db: fromKysely(transaction) }
    // By the attempt: a job that somebody else took over is left alone. After the last one it has failed for good.
    await boss.fail(job.name, job, output, options)
    await boss.update(job.name, undefined, { ...options, id: job.id, startAfter: outcome.afterSeconds })
  })
  return outcome
}
