import { Err, isJson, type Json, Ok, type Result, VaultError } from '@finport/core'
import { type Cipher, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from './cipher.ts'
import { nobleCipher } from './noble-cipher.ts'
import { checkedRandomBytes, createRandomPool, type RandomBytes } from './random.ts'

/** How an {@link EncryptionService} works. */
export type EncryptionServiceOptions = {
  /** The cryptography: `nobleCipher` if none is given. */
  cipher?: Cipher | undefined
  /** Where nonces come from: the platform's random numbers if nothing is given. For tests: two messages with the same nonce give their key away. */
  randomBytes?: RandomBytes | undefined
}

/** What a message is bound to. */
export type AssociatedData = {
  /** Bytes that are not in the message, but must be the same when it is decrypted. None is the same as no bytes. */
  associatedData?: Uint8Array | undefined
}

/**
 * Plain AES-256-GCM under one key: `nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes)`, as any standard library reads and writes it. For a host's own values; credentials belong into a
 * vault, which binds them to their owner and knows several keys.
 *
 * Nonces are random: after 2^32 messages of one key, take another (NIST SP 800-38D, section 8.3).
 *
 * @example
 * ```ts
 * import { EncryptionService } from '@finport/vault'
 *
 * const key = crypto.getRandomValues(new Uint8Array(32))
 * const service = EncryptionService.create(key).unwrap()
 * const bytes = service.encrypt({ note: 'for no one else' }).unwrap()
 * console.log(service.decrypt(bytes).unwrap()) // { note: 'for no one else' }
 * ```
 */
export interface EncryptionService {
  /** Encrypts a record as JSON. What would come back as something else is `ENCRYPTION_FAILED`; fields that are `undefined` are left out. */
  encrypt(record: { readonly [name: string]: Json }, options?: AssociatedData): Result<Uint8Array, VaultError>

  /** The record in a message; `DECRYPTION_FAILED` when it was changed or the key is another, `CREDENTIALS_UNREADABLE` when it holds no record. */
  decrypt(bytes: Uint8Array, options?: AssociatedData): Result<{ [name: string]: Json }, VaultError>

  /** Encrypts bytes. What is none is `ENCRYPTION_FAILED`. */
  encryptBytes(bytes: Uint8Array, options?: AssociatedData): Result<Uint8Array, VaultError>

  /** The bytes in a message; `DECRYPTION_FAILED` when it was changed or the key is another. */
  decryptBytes(bytes: Uint8Array, options?: AssociatedData): Result<Uint8Array, VaultError>
}

/** Makes an {@link EncryptionService}. */
export const EncryptionService = {
  /**
   * Takes in a key.
   *
   * @param key 32 bytes. They may be overwritten afterwards.
   * @returns `ENCRYPTION_KEY_INVALID` when there are not 32.
   */
  create(
    key: Uint8Array,
    { cipher = nobleCipher, randomBytes = createRandomPool() }: EncryptionServiceOptions = {},
  ): Result<EncryptionService, VaultError> {
    if (!(key instanceof Uint8Array) || key.length !== KEY_BYTES)
      return Err(new VaultError('ENCRYPTION_KEY_INVALID', 'wrong_length'))
    const handle = cipher.importKey(key)
    const createNonce = checkedRandomBytes(randomBytes)

    const encryptBytes: EncryptionService['encryptBytes'] = (bytes, { associatedData = NOTHING } = {}) => {
      if (!(bytes instanceof Uint8Array)) return Err(new VaultError('ENCRYPTION_FAILED'))
      const nonce = createNonce(NONCE_BYTES)
      const sealed = cipher.seal(handle, nonce, bytes, associatedData)
      const message = new Uint8Array(NONCE_BYTES + sealed.length)
      message.set(nonce)
      message.set(sealed, NONCE_BYTES)
      return Ok(message)
    }

    const decryptBytes: EncryptionService['decryptBytes'] = (bytes, { associatedData = NOTHING } = {}) => {
      const isLongEnough = bytes instanceof Uint8Array && bytes.length >= NONCE_BYTES + TAG_BYTES
      const opened = isLongEnough
        ? cipher.open(handle, bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES), associatedData)
        : null
      return opened === null ? Err(new VaultError('DECRYPTION_FAILED', 'not_authentic')) : Ok(opened)
    }

    return Ok({
      encrypt: (record, options) => encodeRecord(record).andThen((bytes) => encryptBytes(bytes, options)),
      decrypt: (bytes, options) => decryptBytes(bytes, options).andThen(decodeRecord),
      encryptBytes,
      decryptBytes,
    })
  },
} as const

const NOTHING = new Uint8Array()
const encoder = new TextEncoder()
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A record as the bytes of its JSON. Its fields are copied first: the JSON form of credentials is masked. */
export function encodeRecord(record: object): Result<Uint8Array, VaultError> {
  try {
    const prototype: unknown = Object.getPrototypeOf(record)
    if (prototype === Object.prototype || prototype === null) {
      const fields = { ...record }
      const isPlain = Object.values(fields).every((value) => value === undefined || isJson(value))
      if (isPlain) return Ok(encoder.encode(JSON.stringify(fields)))
    }
  } catch {
    // A getter or a proxy threw, which may quote anything.
  }
  return Err(new VaultError('ENCRYPTION_FAILED'))
}

/** The record in the bytes of its JSON. */
export function decodeRecord(bytes: Uint8Array): Result<{ [name: string]: Json }, VaultError> {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return Ok(value as { [name: string]: Json })
  } catch {
    // No JSON: said below, without a word of it.
  }
  return Err(new VaultError('CREDENTIALS_UNREADABLE'))
}
