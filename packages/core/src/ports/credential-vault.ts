import type { Credentials, CredentialType, StorableCredentials } from '../credentials.ts'
import type { Instant } from '../dates.ts'
import type { FinportError } from '../errors/finport-error.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { ReauthenticationReason, VaultError } from '../errors/vault-error.ts'
import type { ProviderMetadata } from '../metadata.ts'
import type { Connector, RequestOptions } from '../provider.ts'
import type { Result } from '../result.ts'

/** Whose credentials are meant. It comes from the caller, never from what is stored, and what is sealed is bound to it: under another one it can't be opened. */
export type CredentialRef = {
  userId: string
  connectionId: string
  /** The provider's slug. */
  provider: string
}

/** What may be shown of credentials. */
export type CredentialStatus = {
  type: CredentialType
  /** When the access token ends; `null` for credentials without an end. */
  expiresAt: Instant | null
  /** When the user has to log in again whatever is done; `null` when that is not known. */
  reauthenticateBy: Instant | null
  state: 'usable' | 'reauthentication_required'
  /** Why the user has to log in again; `null` while they need not. */
  reason: ReauthenticationReason | null
}

/** As much of a connector as a vault needs. Where it is an OAuth provider as well, its tokens are refreshed by the policy of its metadata. */
export type VaultConnector<C extends Credentials = Credentials> = Pick<Connector<C>, 'slug' | 'parseCredentials'> & {
  readonly metadata?: Pick<ProviderMetadata, 'tokenPolicy'> | undefined
}

/** What is known of credentials beside themselves. */
export type PutCredentialsOptions = {
  /** When the user has to log in again whatever is done. */
  reauthenticateBy?: Instant | null | undefined
}

/** Keeps credentials and lends them out. `createVault` of `@finport/vault` makes one. */
export interface CredentialVault {
  /** Keeps credentials, in place of those that are there. */
  put(
    ref: CredentialRef,
    credentials: StorableCredentials,
    options?: PutCredentialsOptions,
  ): Promise<Result<void, VaultError | StorageError>>

  /**
   * Opens the credentials for `work`, which gets them as the provider parses them, masked. The provider must be that of `ref`. Tokens that end soon are refreshed first, once for all who ask at a time, in this process and in others;
   * when that can't be done just now, `work` gets the old ones as long as they live. When `work` reports an expired token, it is run once more after a refresh: it must be safe to repeat.
   *
   * @returns what `work` gave, or why it was not run: `REAUTHENTICATION_REQUIRED` with a reason when only the user can help.
   */
  use<C extends Credentials, T, E extends FinportError = never>(
    ref: CredentialRef,
    provider: VaultConnector<C>,
    work: (credentials: C) => Promise<Result<T, E>>,
    options?: RequestOptions,
  ): Promise<Result<T, E | VaultError | StorageError | ProviderError>>

  /** Refreshes tokens now, whenever they end. Credentials that can't be refreshed stay as they are. */
  refresh<C extends Credentials>(
    ref: CredentialRef,
    provider: VaultConnector<C>,
    options?: RequestOptions,
  ): Promise<Result<CredentialStatus, VaultError | StorageError | ProviderError>>

  /** What may be shown. Nothing is opened for it. */
  describe(ref: CredentialRef): Promise<Result<CredentialStatus, VaultError | StorageError>>

  /** Forgets the credentials. That there are none is no error. A refresh on its way does not bring them back. */
  forget(ref: CredentialRef): Promise<Result<void, StorageError>>

  /** Seals a text that is kept elsewhere for a while, such as what a login needs when it ends. It is bound to `ref`. */
  sealText(ref: CredentialRef, text: string): Promise<Result<string, VaultError>>

  /** Opens what {@link CredentialVault.sealText} sealed for the same `ref`. */
  openText(ref: CredentialRef, sealed: string): Promise<Result<string, VaultError>>
}
