import { createFinport, createRegistry, type EventSink } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { chaseFile } from '@finport/provider-chase-file'
import { schwab } from '@finport/provider-schwab'
import { createVault, parseKeyring } from '@finport/vault'
import type { Configuration } from './configuration.ts'
import type { Sandbox } from './sandbox.ts'
import type { Store } from './store.ts'

type Parts = {
  schwab: Configuration['schwab']
  /** Stands in for the institutions; `null` for the institutions themselves. */
  sandbox: Sandbox | null
  store: Store
  /** The text of the vault's keys. */
  keys: string
  /** Is told what happens: an audit log, in production. */
  events: EventSink
}

/** All of Finport that this app uses: which institutions, where credentials are kept, where everything else is. */
export function openFinport({ schwab: app, sandbox, store, keys, events }: Parts) {
  const now = sandbox?.now ?? Date.now
  const runtime = { fetch: sandbox?.fetch, now, allowLoopback: sandbox !== null }
  const providers = createRegistry(runtime).register(alpaca).register(chaseFile)
  const schwabSettings = sandbox?.schwab ?? app
  if (schwabSettings !== null) providers.register(schwab, schwabSettings)
  const checked = providers.check()
  if (checked.isErr()) throw new AggregateError(checked.error)

  const keyring = parseKeyring(keys)
  if (keyring.isErr()) throw keyring.error
  const { repositories, credentials } = store
  const vault = createVault({ keyring: keyring.value, credentials, now, events })
  const finport = createFinport({ providers, vault, repositories, events, runtime: { now } })
  return { providers, finport }
}

export type AppFinport = ReturnType<typeof openFinport>['finport']
export type AppProviders = ReturnType<typeof openFinport>['providers']
