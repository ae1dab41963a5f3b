/** A worker as `src/main.ts` makes it, for the institution of the tests. */
import { createFinport, createRegistry } from '@finport/core'
import { createVault, parseKeyring } from '@finport/vault'
import { openQueues } from '../src/queues.ts'
import { createSharedRateLimiter } from '../src/shared-rate-limiter.ts'
import { openStore } from '../src/store.ts'
import { startWorker } from '../src/worker.ts'
import { harbor } from './harbor.ts'
import type { WorkerProcessOptions } from './night.ts'

const { databaseUrl, institutionUrl, keys, concurrency }: WorkerProcessOptions = JSON.parse(process.argv[2] ?? '')
const stopping = new AbortController()
const store = await openStore(databaseUrl)
const providers = createRegistry({
  // The institution tells processes apart by it.
  fetch(request) {
    request.headers.set('x-worker', String(process.pid))
    return fetch(request)
  },
  allowLoopback: true,
  retry: { retries: 0 },
  rateLimiter: createSharedRateLimiter({ db: store.db, stopping: stopping.signal }),
}).register(harbor, { baseUrl: institutionUrl })
const { repositories, credentials } = store
const vault = createVault({ keyring: parseKeyring(keys).unwrap(), credentials })
const worker = await startWorker({
  boss: await openQueues(databaseUrl, ['harbor'], { superviseSeconds: 1, heartbeatSeconds: 10 }),
  store,
  finport: createFinport({ providers, vault, repositories }),
  providers: ['harbor'],
  concurrency,
  onOutcome: () => {},
  pollSeconds: 0.5,
  retrySeconds: 2,
  graceSeconds: 1,
  stopping,
})
process.once('SIGTERM', async () => {
  await worker.stop()
  if (process.connected) process.disconnect()
})
// Whoever started it is gone.
process.once('disconnect', () => process.exit())
process.send?.('works')
