import type { Credentials, CredentialType, StorableCredentials } from '../credentials.ts'
import type { Instant } from '../dates.ts'
import type { FinportError } from '../errors/finport-error.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { VaultError } from '../errors/vault-error.ts'
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

  /** Opens the credentials for `work`, which gets them as the provider parses them, masked. The provider must be that of `ref`. */
  use<C extends Credentials, T, E extends FinportError = never>(
    ref: CredentialRef,
    provider: Pick<Connector<C>, 'slug' | 'parseCredentials'>,
    work: (credentials: C) => Promise<Result<T, E>>,
    options?: RequestOptions,
  ): Promise<Result<T, E | VaultError | StorageError | ProviderError>>

  /** What may be shown. Nothing is opened for it. */
  describe(ref: CredentialRef): Promise<Result<CredentialStatus, VaultError | StorageError>>

  /** Forgets the credentials. That there are none is no error. */
  forget(ref: CredentialRef): Promise<Result<void, StorageError>>
}
