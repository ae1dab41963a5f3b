import { type Connections, createConnections } from './connections/connections.ts'
import type { ConfigurationError, UnknownProviderError } from './errors/configuration-error.ts'
import { createEventEmitter, type EventSink } from './events.ts'
import type { FinportContext } from './finport-context.ts'
import type { CredentialVault } from './ports/credential-vault.ts'
import type { Repositories } from './ports/repositories.ts'
import { settledRepositories } from './ports/settled-repositories.ts'
import type { Connector } from './provider.ts'
import type { Registry } from './registry.ts'
import type { Result } from './result.ts'
import { completeRuntime, type RuntimeOptions } from './runtime.ts'

/** What a host makes Finport of. */
export type FinportParts<T extends Record<string, Connector>> = {
  /** The providers: see `createRegistry`. */
  providers: Registry<T>
  /** Where credentials are kept: `createVault` of `@finport/vault`. */
  vault: CredentialVault
  /** Where everything else is kept. */
  repositories: Repositories
  /** Is told what happens. Give it to the vault as well, which tells of refreshes. */
  events?: EventSink | undefined
  /** The clock, randomness and logger, instead of the platform's. */
  runtime?: Pick<RuntimeOptions, 'now' | 'sleep' | 'random' | 'logger'> | undefined
}

/** The one object a host makes. */
export interface Finport<T extends Record<string, Connector>> {
  /** Users' connections to their institutions. */
  readonly connections: Connections<T>
}

/**
 * Makes Finport of its parts. Nothing is asked or opened by it, and any number of them, in any number of processes, may share one store.
 *
 * @example
 * ```ts
 * import { createFinport, createMemoryCredentialRepository, createMemoryRepositories, createRegistry } from '@finport/core'
 * import { chaseFile } from '@finport/provider-chase-file'
 * import { createVault, generateKey, parseKeyring } from '@finport/vault'
 *
 * const keyring = parseKeyring(generateKey()) // in production the text comes from your secret store
 * if (keyring.isErr()) throw keyring.error
 * const finport = createFinport({
 *   providers: createRegistry().register(chaseFile),
 *   vault: createVault({ keyring: keyring.value, credentials: createMemoryCredentialRepository() }),
 *   repositories: createMemoryRepositories(),
 *   events: (event) => console.log(event.action, event.connectionId),
 * })
 * console.log((await finport.connections.list({ userId: 'user-1' })).unwrap()) // []
 * ```
 */
export function createFinport<T extends Record<string, Connector>>({
  providers,
  vault,
  repositories,
  events,
  runtime = {},
}: FinportParts<T>): Finport<T> {
  const { now, random } = completeRuntime(runtime)
  const context: FinportContext = {
    // A text gives what all providers have in common, whatever their types.
    getProvider: (slug) => providers.get(slug as never) as Result<Connector, UnknownProviderError | ConfigurationError>,
    isSandbox: providers.isSandbox,
    vault,
    repositories: settledRepositories(repositories),
    emit: createEventEmitter(events, { now, random }),
    now,
    random,
  }
  return { connections: createConnections<T>(context) }
}
