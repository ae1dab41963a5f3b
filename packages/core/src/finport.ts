import { type Connections, createConnections, type KnownSlug } from './connections/connections.ts'
import { openConnection } from './connections/open.ts'
import type { ConfigurationError, UnknownProviderError } from './errors/configuration-error.ts'
import { createEventEmitter, type EventSink } from './events.ts'
import type { FinportContext } from './finport-context.ts'
import { ofUser } from './of-user.ts'
import type { CredentialVault } from './ports/credential-vault.ts'
import type { Repositories } from './ports/repositories.ts'
import { settledRepositories } from './ports/settled-repositories.ts'
import type { Connector } from './provider.ts'
import type { Registry } from './registry.ts'
import type { Result } from './result.ts'
import { completeRuntime, type RuntimeOptions } from './runtime.ts'
import { settledProvider } from './settled-provider.ts'
import { createFeed, type Feed } from './sync/feed.ts'
import { createImportFile, type ImportReport, type ImportRequest } from './sync/import-file.ts'
import type { SyncReport } from './sync/report.ts'
import { createSync, type SyncRequest } from './sync/sync.ts'
import type { SyncError } from './sync/sync-error.ts'

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

/** The one object a host makes. Nothing rejects, but for a request without a `userId`: that is a programmer's mistake, and a TypeError. */
export interface Finport<T extends Record<string, Connector>> {
  /** Users' connections to their institutions. */
  readonly connections: Connections<T>

  /**
   * Brings a connection's accounts, transactions, holdings and balances up to date: an exact copy of what the institution says, however often it is called. What was stored when something failed stays, and the next sync goes
   * on from there.
   *
   * @returns a report of each account, whether it is complete or not. `SYNC_IN_PROGRESS` while the connection is being synced already, `PROVIDER_INVALID_INPUT` for days or kinds that can't be, both before anything is asked; an error of the provider when not even the accounts could be had.
   */
  sync(request: SyncRequest): Promise<Result<SyncReport, SyncError>>

  /**
   * Imports a file that a user downloaded: into the account it names, of a connection that is made with the first one. A file again, or another of the same days, adds nothing that is there and loses nothing that is known.
   *
   * @returns a report of each account; after an error in the middle of the file, what was read before it stays. `PROVIDER_INVALID_INPUT` when the file can't be read, says nothing of its account, or no provider knows it: nothing is written then.
   */
  importFile<const Slug extends string>(
    request: ImportRequest & { provider?: KnownSlug<T, Slug> | undefined },
  ): Promise<Result<ImportReport, SyncError>>

  /**
   * Hands the changes of a connector that has them to the host, page by page, from where it was the last time.
   *
   * @returns the host's own error when it did not keep a page: it comes again the next time. `SYNC_IN_PROGRESS` while somebody else does the same.
   */
  readonly feed: Feed
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
  const { now, random, sleep } = completeRuntime(runtime)
  const context: FinportContext = {
    getProvider(slug) {
      // A text gives what all providers have in common, whatever their types.
      const found = providers.get(slug as never) as Result<Connector, UnknownProviderError | ConfigurationError>
      return found.map(settledProvider)
    },
    isSandbox: providers.isSandbox,
    vault,
    repositories: settledRepositories(repositories),
    emit: createEventEmitter(events, { now, random }),
    now,
    random,
    sleep,
  }
  const open = async (request: { userId: string; connectionId: string }) =>
    (await openConnection(context, request)).map(({ connected }) => connected)
  const source = { get: context.getProvider, list: () => providers.list() }
  return {
    connections: createConnections<T>(context),
    sync: ofUser(createSync({ ...context, open })),
    importFile: ofUser(createImportFile({ ...context, providers: source })),
    feed: ofUser(createFeed({ ...context, open })),
  }
}
