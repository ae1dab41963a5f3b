import type { ProviderMetadata } from '@finport/core'
import { PgBoss } from 'pg-boss'

/** Begins a night: each of its jobs hands out one page of connections. */
export const FAN_OUT_QUEUE = 'fan-out'

/** An institution has a queue of its own, so that one with a small quota holds up no other. */
export const syncQueueOf = (provider: string) => `sync-${provider}`

/** Which connection to sync: nothing secret. */
export type SyncJob = { userId: string; connectionId: string }

/** Which page to hand out: the connections behind this one. */
export type FanOutJob = { after: string | null }

/** Each job that a worker has it vouches for as often: at least 10, as pg-boss has it. */
export type QueueOptions = { heartbeatSeconds?: number; superviseSeconds?: number }

const MAX_RETRIES = 10

/** What can be synced: files are imported, when a user has one. */
export function syncedProviders(providers: readonly (ProviderMetadata & { slug: string })[]): string[] {
  return providers.filter(({ credentialType }) => credentialType !== 'file_import').map(({ slug }) => slug)
}

/** pg-boss on the database of the app, with a queue for each institution. Any number of processes may open it at once. */
export async function openQueues(
  databaseUrl: string,
  providers: readonly string[],
  { heartbeatSeconds = 30, superviseSeconds = 10 }: QueueOptions = {},
): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    queueCacheIntervalSeconds: superviseSeconds,
  })
  boss.on('error', (error) => console.error(`pg-boss: ${error.message}`))
  await boss.start()
  await boss.createQueue(FAN_OUT_QUEUE, { retryLimit: MAX_RETRIES, retryDelay: 10, retryBackoff: true })
  for (const provider of providers) {
    await boss.createQueue(syncQueueOf(provider), {
      // By its key, a connection is queued, waiting or in work once, whatever is sent.
      policy: 'exclusive',
      retryLimit: MAX_RETRIES,
      retryDelay: 1,
      // A worker that is gone is found out by this; a first sync may read years, as long as somebody vouches for it.
      heartbeatSeconds,
      expireInSeconds: 4 * 3_600,
      deleteAfterSeconds: 2 * 86_400,
    })
  }
  return boss
}
