import type { Connector, Finport } from '@finport/core'
import type { Db, Job, PgBoss } from 'pg-boss'
import { fanOut } from './fan-out.ts'
import type { Outcome } from './outcome.ts'
import { FAN_OUT_QUEUE, type FanOutJob, type SyncJob, syncQueueOf } from './queues.ts'
import type { Store } from './store.ts'
import { runSyncJob } from './sync-job.ts'

/** What a worker is made of. */
export type WorkerParts = {
  boss: PgBoss
  store: Store
  finport: Pick<Finport<Record<string, Connector>>, 'sync'>
  /** The institutions that are synced. */
  providers: readonly string[]
  /** How many connections of one institution at a time. */
  concurrency: number
  /** Told of each job that ended, for a log. */
  onOutcome: (job: SyncJob, outcome: Outcome) => void
  retrySeconds?: number
  pollSeconds?: number
  /** How long syncs may go on when the worker is to stop, before they are ended. */
  graceSeconds?: number
  /** Ended by {@link Worker.stop}: give it to whatever waits on behalf of a sync. */
  stopping: AbortController
}

/** A worker that runs. */
export type Worker = {
  /** Takes no more jobs, lets those in work end or puts them back, and closes everything. */
  stop(): Promise<void>
}

/** Works on the queues until it is stopped. */
export async function startWorker(parts: WorkerParts): Promise<Worker> {
  const { boss, store, finport, providers, concurrency, onOutcome, stopping } = parts
  const { retrySeconds = 30, pollSeconds = 2, graceSeconds = 20 } = parts

  await boss.work(
    FAN_OUT_QUEUE,
    // Each page waits for a poll: a million connections have a thousand.
    { transactional: true, pollingIntervalSeconds: 0.5 },
    async ([job]: Job<FanOutJob>[], transaction: Db) => {
      if (job === undefined) return
      const sent = await fanOut({ boss, connections: store.repositories.connections, providers }, job.data, transaction)
      if (sent.isErr()) throw sent.error
    },
  )

  for (const provider of providers) {
    // While much is ready, the next job is taken at once and not at the next poll.
    const options = {
      localConcurrency: concurrency,
      pollingIntervalSeconds: pollSeconds,
      burstWhenReadyExceeds: concurrency,
    }
    await boss.work<SyncJob>(syncQueueOf(provider), options, async ([job]) => {
      if (job === undefined) return null
      const retried = { boss, db: store.db, finport, stopping: stopping.signal, retrySeconds }
      const outcome = await runSyncJob(retried, job)
      onOutcome(job.data, outcome)
      return outcome
    })
  }

  return {
    async stop() {
      const end = setTimeout(() => stopping.abort(), graceSeconds * 1_000)
      // Longer than the grace, so that what is ended then can still be put back.
      await boss.stop({ timeout: (graceSeconds + 20) * 1_000 })
      clearTimeout(end)
      stopping.abort()
      await store.close()
    },
  }
}
