import type { ConfigurationError, UnknownProviderError } from '../errors/configuration-error.ts'
import type { ConnectionError } from '../errors/connection-error.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { VaultError } from '../errors/vault-error.ts'

/** Why a user could not be connected. */
export type LoginError =
  | ConnectionError
  | ConfigurationError
  | UnknownProviderError
  | ProviderError
  | VaultError
  | StorageError
