import { Err, Ok, type Result, VaultError } from '@finport/core'
import type { EncryptionContext, KeyWrapper } from './key-wrapper.ts'

/** As much of the `KMS` client of `@aws-sdk/client-kms` as is used. */
export interface AwsKmsClient {
  /** The action Encrypt. */
  encrypt(input: {
    KeyId: string
    Plaintext: Uint8Array
    EncryptionContext: Record<string, string>
  }): Promise<{ CiphertextBlob?: Uint8Array | undefined }>
  /** The action Decrypt. */
  decrypt(input: {
    KeyId: string
    CiphertextBlob: Uint8Array
    EncryptionContext: Record<string, string>
  }): Promise<{ Plaintext?: Uint8Array | undefined }>
}

/** What {@link awsKms} needs. */
export type AwsKmsOptions = {
  /** The host's own client, with its region, credentials and retries. */
  client: AwsKmsClient
  /** Id, ARN or alias of a symmetric key. Its holder needs `kms:Encrypt` and `kms:Decrypt`. */
  keyId: string
}

/** Errors that say something is wrong with the key, its policy or the call, and will say so again (AWS KMS API Reference, Encrypt and Decrypt). */
const REJECTED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'NotFoundException',
  'DisabledException',
  'InvalidKeyUsageException',
  'InvalidGrantTokenException',
  'KMSInvalidStateException',
  'ValidationException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
])
/** Errors about a wrapped key: it was changed, has another context, or another key wrapped it. */
const NOT_AUTHENTIC: ReadonlySet<string> = new Set(['InvalidCiphertextException', 'IncorrectKeyException'])
/** AWS takes no longer ones, and says of them what it says of a call that is wrong. */
const LONGEST_CIPHERTEXT = 6144

/**
 * A key in AWS Key Management Service. The encryption context is sent with each call: AWS binds wrapped keys to it, refuses others, and writes it into CloudTrail.
 *
 * @example
 * ```ts
 * import { type AwsKmsClient, awsKms, createKeyring } from '@finport/vault'
 *
 * declare const client: AwsKmsClient // new KMS({ region: 'us-east-1' }) of @aws-sdk/client-kms
 * const keyWrapper = awsKms({ client, keyId: 'alias/finport' })
 * const keyring = createKeyring([{ id: 'aws-1', keyWrapper }])
 * ```
 */
export function awsKms({ client, keyId }: AwsKmsOptions): KeyWrapper {
  const call = async (ask: () => Promise<Uint8Array | undefined>): Promise<Result<Uint8Array, VaultError>> => {
    try {
      const bytes = await ask()
      if (bytes !== undefined) return Ok(Uint8Array.from(bytes))
    } catch (thrown) {
      // Its message names accounts and keys.
      const name = thrown instanceof Error ? thrown.name : ''
      if (REJECTED.has(name)) return Err(new VaultError('ENCRYPTION_KEY_INVALID', 'rejected'))
      if (NOT_AUTHENTIC.has(name)) return Err(new VaultError('DECRYPTION_FAILED', 'not_authentic'))
    }
    return Err(new VaultError('KEY_SERVICE_UNAVAILABLE'))
  }

  return {
    wrapKey: (dataKey, context) =>
      call(async () => {
        const input = { KeyId: keyId, Plaintext: dataKey, EncryptionContext: contextOf(context) }
        return (await client.encrypt(input)).CiphertextBlob
      }),
    async unwrapKey(wrappedKey, context) {
      if (wrappedKey.length === 0 || wrappedKey.length > LONGEST_CIPHERTEXT)
        return Err(new VaultError('DECRYPTION_FAILED', 'not_authentic'))
      return call(async () => {
        const input = { KeyId: keyId, CiphertextBlob: wrappedKey, EncryptionContext: contextOf(context) }
        return (await client.decrypt(input)).Plaintext
      })
    },
  }
}

function contextOf(context: EncryptionContext): Record<string, string> {
  return { ...context }
}
