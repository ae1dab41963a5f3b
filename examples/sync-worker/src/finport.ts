import { createFinport, createRegistry, type RateLimiter } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { schwab } from '@finport/provider-schwab'
import { createVault, parseKeyring } from '@finport/vault'
import type { Configuration } from './configuration.ts'
import type { Sandbox } from './sandbox.ts'
import type { Store } from './store.ts'

type Parts = {
  /** The app as it is registered at Schwab; `null` leaves Schwab out. */
  schwab: Configuration['schwab']
  /** Stands in for the institutions; `null` for the institutions themselves. */
  sandbox: Sandbox | null
  store: Store
  /** The text of the vault's keys. */
  keys: string
  /** Counts requests for all workers. Give it to the app that connects users as well: the institution counts those too. */
  rateLimiter: RateLimiter
}

/** Finport as a worker uses it: the institutions, the vault, the store. It is made of the same parts as the app's own. */
export function openFinport({ schwab: app, sandbox, store, keys, rateLimiter }: Parts) {
  const runtime = sandbox === null ? {} : { fetch: sandbox.fetch, now: sandbox.now }
  const providers = createRegistry({ ...runtime, rateLimiter }).register(alpaca)
  // A sandbox of Schwab keeps its tokens in one process, and would be another in each worker.
  if (app !== null && sandbox === null) providers.register(schwab, app)
  const checked = providers.check()
  if (checked.isErr()) throw new AggregateError(checked.error)
  const keyring = parseKeyring(keys)
  if (keyring.isErr()) throw keyring.error
  const { repositories, credentials } = store
  const vault = createVault({ keyring: keyring.value, credentials, ...runtime })
  return { providers, finport: createFinport({ providers, vault, repositories, runtime }) }
}

export type AppFinport = ReturnType<typeof openFinport>['finport']
