import type { ConnectionError } from '../errors/connection-error.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { VaultError } from '../errors/vault-error.ts'
import type { FinportContext } from '../finport-context.ts'
import { ofUser } from '../of-user.ts'
import type { Connector } from '../provider.ts'
import type { Erased } from '../registry.ts'
import { Ok, type Result } from '../result.ts'
import { type ConnectRequest, connect } from './connect.ts'
import type { Connected } from './connected.ts'
import type { Connection } from './connection.ts'
import { type Disconnection, disconnect } from './disconnect.ts'
import type { LoginError } from './login-error.ts'
import {
  type BeginOAuthRequest,
  type BegunOAuth,
  beginOAuth,
  type FinishedOAuth,
  type FinishOAuthRequest,
  finishOAuth,
} from './oauth.ts'
import { type OpenError, openConnection } from './open.ts'
import { refreshConnection, withLoginEnd } from './refresh.ts'
import { findConnection, listConnections } from './row.ts'
import { type SweepReport, sweep } from './sweep.ts'

/** A slug that is registered, or a text known only at run time: a misspelt literal does not compile, and the compiler names those there are. */
export type KnownSlug<T, Slug extends string> = Slug extends keyof T
  ? Slug
  : string extends Slug
    ? Slug
    : keyof T & string

/** A user's connection, for calls about one. */
export type ConnectionRequest = { userId: string; connectionId: string; signal?: AbortSignal | undefined }

/**
 * Users' connections. Every call takes the user whose session it is, and knows no others: another user's connection is not found. A `userId` that is no text, or an empty one, is a programmer's mistake, and rejects with a TypeError before
 * anything is asked.
 */
export interface Connections<T extends Record<string, Connector>> {
  /**
   * Begins a login by OAuth: send the user to the address. It is for a new connection, or for one that is named, which stays as it is until the login succeeds.
   *
   * @returns `CONNECTION_ALIAS_TAKEN` when the user has a connection of that alias that is in use: name its id to log in again. `PROVIDER_INVALID_INPUT` for a provider without OAuth, or a `returnContext` that leads to another site.
   */
  beginOAuth<const Slug extends string>(
    request: BeginOAuthRequest & { provider: KnownSlug<T, Slug> },
  ): Promise<Result<BegunOAuth, LoginError>>

  /**
   * Ends a login with the callback, whatever it says: the same login can't be ended twice.
   *
   * @returns `OAUTH_STATE_INVALID` when it is unknown, too old, used, or of another user, browser, provider or server; nothing is changed then. `OAUTH_DENIED`, `OAUTH_REQUEST_REJECTED` or `OAUTH_SERVER_ERROR` when the provider says so.
   * `CONNECTION_MISMATCH` or `CONNECTION_DUPLICATE` when the accounts are not those of the connection, or those of another: one that was in use goes on with what it had.
   */
  finishOAuth(request: FinishOAuthRequest): Promise<Result<FinishedOAuth, LoginError>>

  /**
   * Connects by what the user typed: a key, which is verified at the provider and then stored; or a setup token, which is exchanged for what is stored.
   *
   * @returns as `beginOAuth` and `finishOAuth`, and what the provider says of the input.
   */
  connect<const Slug extends string>(
    request: ConnectRequest & { provider: KnownSlug<T, Slug> },
  ): Promise<Result<Connection, LoginError>>

  /**
   * Opens an active connection: its provider's calls with the credentials in them. Tokens are refreshed behind them, and when only the user can help, the connection expires. With the provider named, its own calls are typed.
   *
   * @returns `CONNECTION_NOT_ACTIVE` when the user has to log in first, `CONNECTION_NOT_FOUND` when it is of another provider, `CONNECTION_SANDBOX_MISMATCH` when it was made with a sandbox and the providers are live, or the other way round.
   */
  open<K extends keyof T & string>(request: {
    userId: string
    connectionId: string
    provider: K
  }): Promise<Result<Connected<T[K]>, OpenError>>
  /** Opens a connection of any of the registered providers: with the calls that all of them have. Guards of `'fetchSnapshot' in …` tell what else there is. */
  open(request: { userId: string; connectionId: string }): Promise<Result<Connected<Erased<T[keyof T]>>, OpenError>>

  /** A user's connection, whatever its state. */
  get(request: ConnectionRequest): Promise<Result<Connection, ConnectionError | StorageError>>

  /** All connections of a user, whatever their state, the oldest first. */
  list(request: { userId: string }): Promise<Result<Connection[], StorageError>>

  /** Refreshes the tokens of an active connection now. One whose credentials can't be refreshed stays as it is. */
  refresh(
    request: ConnectionRequest,
  ): Promise<Result<Connection, OpenError | ProviderError | VaultError | StorageError>>

  /**
   * Ends a connection: at the institution where that can be done, and here in any case. The credentials are forgotten; what was read stays.
   *
   * @returns `CONNECTION_NOT_ACTIVE` when it has ended already. After an error of the store the connection may be expired, but it is not lost: disconnect it again.
   */
  disconnect(request: ConnectionRequest): Promise<Result<Disconnection, ConnectionError | StorageError>>

  /** Clears away what users left unfinished: call it every few minutes, in any number of processes. */
  sweep(): Promise<Result<SweepReport, StorageError>>
}

/** Makes the use cases of connections. */
export function createConnections<T extends Record<string, Connector>>(context: FinportContext): Connections<T> {
  const connections: Connections<Record<string, Connector>> = {
    beginOAuth: ofUser((request) => beginOAuth(context, request)),
    finishOAuth: ofUser((request) => finishOAuth(context, request)),
    connect: ofUser((request) => connect(context, request)),
    open: ofUser(async (request: { userId: string; connectionId: string; provider?: string }) =>
      (await openConnection(context, request)).map(({ connected }) => connected),
    ),
    get: ofUser(async (request) => {
      const found = await findConnection(context, request)
      return found.isErr() ? found : Ok(await withLoginEnd(context, found.value))
    }),
    list: ofUser(async ({ userId }) => {
      const listed = await listConnections(context, { userId })
      if (listed.isErr()) return listed
      return Ok(await Promise.all(listed.value.map((connection) => withLoginEnd(context, connection))))
    }),
    refresh: ofUser((request) => refreshConnection(context, request)),
    disconnect: ofUser((request) => disconnect(context, request)),
    sweep: () => sweep(context),
  }
  // The types of what is registered exist only at compile time.
  return connections as unknown as Connections<T>
}
