import type { ConfigurationError, UnknownProviderError } from '../errors/configuration-error.ts'
import type { ConnectionError } from '../errors/connection-error.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { VaultError } from '../errors/vault-error.ts'

/** What a sync, an import or a feed may end in as a whole. */
export type SyncError =
  | ConnectionError
  | ProviderError
  | VaultError
  | StorageError
  | ConfigurationError
  | UnknownProviderError

/** Errors that meet one account alone: the others may still be had. Any other would meet them all. */
const errorsOfOneAccount: readonly string[] = [
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_PERMISSION_DENIED',
  'PROVIDER_INVALID_RESPONSE',
  'PROVIDER_INVALID_INPUT',
  'STORAGE_CONFLICT',
] satisfies SyncError['code'][]

/** Whether to leave the other accounts alone after this. */
export function endsSync(error: SyncError): boolean {
  return !errorsOfOneAccount.includes(error.code)
}
