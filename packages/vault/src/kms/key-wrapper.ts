import type { Result, VaultError } from '@finport/core'

/** What a wrapped key is bound to: sent with each call, in the clear, and the key can't be unwrapped with another. Services write it into their logs. */
export type EncryptionContext = Readonly<Record<string, string>>

/**
 * A key management service: it keeps a key that never leaves it, and wraps data keys with it. Made by `awsKms` and `vaultTransit`, or by a host for its own service.
 *
 * Nothing may be thrown. A service that can't be reached is `KEY_SERVICE_UNAVAILABLE`, one that refuses the key or the caller `ENCRYPTION_KEY_INVALID` with the reason `rejected`, and a wrapped key
 * that is none of its own, or of another context, `DECRYPTION_FAILED` with `not_authentic`.
 */
export interface KeyWrapper {
  /** Wraps a data key of 32 bytes. At most 65,535 bytes come of it. */
  wrapKey(dataKey: Uint8Array, context: EncryptionContext): Promise<Result<Uint8Array, VaultError>>

  /** The data key again. */
  unwrapKey(wrappedKey: Uint8Array, context: EncryptionContext): Promise<Result<Uint8Array, VaultError>>
}
