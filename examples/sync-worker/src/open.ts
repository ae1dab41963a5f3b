import type { Configuration } from './configuration.ts'
import { openFinport } from './finport.ts'
import { openQueues, syncedProviders } from './queues.ts'
import { createSandbox } from './sandbox.ts'
import { createSharedRateLimiter } from './shared-rate-limiter.ts'
import { openStore } from './store.ts'

/** Seals what the sandbox's users connect, which opens nothing anywhere else. */
const SANDBOX_KEYS = `sandbox:${Buffer.alloc(32).toString('base64url')}`

/** Everything that a worker is made of, and whoever sends it jobs. */
export async function open({ databaseUrl, isLive, keys, schwab, concurrency }: Configuration) {
  const stopping = new AbortController()
  // A sync has one statement or transaction open at a time.
  const store = await openStore(databaseUrl, { connections: Math.max(10, concurrency) })
  const rateLimiter = createSharedRateLimiter({ db: store.db, stopping: stopping.signal })
  const sandbox = isLive ? null : createSandbox()
  const { finport, providers } = openFinport({ schwab, sandbox, store, keys: keys ?? SANDBOX_KEYS, rateLimiter })
  const synced = syncedProviders(providers.list())
  const boss = await openQueues(databaseUrl, synced)
  return { boss, store, finport, sandbox, providers: synced, stopping }
}
