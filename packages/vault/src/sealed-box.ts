import { Err, Ok, type Result, VaultError } from '@finport/core'
import { hsalsa, secretbox } from '@noble/ciphers/salsa.js'
import { equalBytes } from '@noble/ciphers/utils.js'
import { blake2b } from '@noble/hashes/blake2.js'
import { KEY_BYTES, TAG_BYTES } from './cipher.ts'
import { x25519 } from './x25519.ts'

const NONCE_BYTES = 24
const PUBLIC_KEY_BYTES = 32
/** 'expand 32-byte k', the constant of Salsa20, as words. */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574)

/** The halves of a sealed box's key, 32 bytes each. */
export type SealedBoxKeys = {
  publicKey: Uint8Array
  /** Left out where messages are only sealed. */
  secretKey?: Uint8Array | undefined
}

/**
 * Messages that who seals them can't open: libsodium's `crypto_box_seal` (X25519, XSalsa20-Poly1305), in the same bytes. A message has 48 bytes more than what is in it. Who sealed it can't be told, and
 * nothing else is bound to it.
 */
export interface SealedBox {
  readonly publicKey: Uint8Array
  /** Whether the secret half of the key is here. */
  readonly canOpen: boolean

  /** Seals bytes for the holder of the secret key. */
  seal(bytes: Uint8Array): Result<Uint8Array, VaultError>

  /** The bytes in a message; `DECRYPTION_FAILED` when it was changed, is for another key, or the secret key is not here. */
  open(message: Uint8Array): Result<Uint8Array, VaultError>
}

/** Makes both halves of a new key. */
export function generateSealedBoxKeys(): { publicKey: Uint8Array; secretKey: Uint8Array } {
  const { publicKey, secretKey } = x25519.keygen()
  return { publicKey, secretKey }
}

/**
 * A sealed box of one key.
 *
 * @returns `ENCRYPTION_KEY_INVALID` when a half does not have 32 bytes, is no key (`rejected`), or the halves are of two keys (`mismatched`).
 *
 * @example
 * ```ts
 * import { generateSealedBoxKeys, sealedBox } from '@finport/vault'
 *
 * const { publicKey, secretKey } = generateSealedBoxKeys()
 * const writer = sealedBox({ publicKey }).unwrap()
 * const message = writer.seal(new TextEncoder().encode('hello')).unwrap()
 * console.log(writer.open(message).isErr()) // true
 *
 * const reader = sealedBox({ publicKey, secretKey }).unwrap()
 * console.log(new TextDecoder().decode(reader.open(message).unwrap())) // hello
 * ```
 */
export function sealedBox(keys: SealedBoxKeys): Result<SealedBox, VaultError> {
  if (!isKey(keys.publicKey) || (keys.secretKey !== undefined && !isKey(keys.secretKey)))
    return Err(new VaultError('ENCRYPTION_KEY_INVALID', 'wrong_length'))
  const publicKey = Uint8Array.from(keys.publicKey)
  const secretKey = keys.secretKey === undefined ? null : Uint8Array.from(keys.secretKey)
  if (secretKey !== null && !equalBytes(x25519.getPublicKey(secretKey), publicKey))
    return Err(new VaultError('ENCRYPTION_KEY_INVALID', 'mismatched'))
  // A public key of small order has a shared secret that everybody knows.
  if (sharedKey(x25519.keygen().secretKey, publicKey) === null)
    return Err(new VaultError('ENCRYPTION_KEY_INVALID', 'rejected'))

  return Ok({
    publicKey: Uint8Array.from(publicKey),
    canOpen: secretKey !== null,
    seal(bytes) {
      if (!(bytes instanceof Uint8Array)) return Err(new VaultError('ENCRYPTION_FAILED'))
      const ephemeral = x25519.keygen()
      const key = sharedKey(ephemeral.secretKey, publicKey)
      if (key === null) return Err(new VaultError('ENCRYPTION_FAILED'))
      const sealed = secretbox(key, nonceOf(ephemeral.publicKey, publicKey)).seal(bytes)
      const message = new Uint8Array(PUBLIC_KEY_BYTES + sealed.length)
      message.set(ephemeral.publicKey)
      message.set(sealed, PUBLIC_KEY_BYTES)
      return Ok(message)
    },
    open(message) {
      if (secretKey === null) return Err(new VaultError('DECRYPTION_FAILED', 'key_only_seals'))
      const refused = Err(new VaultError('DECRYPTION_FAILED', 'not_authentic'))
      if (!(message instanceof Uint8Array) || message.length < PUBLIC_KEY_BYTES + TAG_BYTES) return refused
      const ephemeral = message.subarray(0, PUBLIC_KEY_BYTES)
      const key = sharedKey(secretKey, ephemeral)
      if (key === null) return refused
      try {
        return Ok(secretbox(key, nonceOf(ephemeral, publicKey)).open(message.subarray(PUBLIC_KEY_BYTES)))
      } catch {
        return refused
      }
    },
  })
}

function isKey(key: unknown): boolean {
  return key instanceof Uint8Array && key.length === KEY_BYTES
}

function nonceOf(ephemeral: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return blake2b.create({ dkLen: NONCE_BYTES }).update(ephemeral).update(publicKey).digest()
}

/** The key of `crypto_box`: HSalsa20 of the secret that X25519 gives both sides; `null` where a public key is of small order. */
function sharedKey(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | null {
  let shared: Uint8Array
  try {
    shared = x25519.getSharedSecret(secretKey, publicKey)
  } catch {
    return null
  }
  const words = (bytes: Uint8Array) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const key = new Uint8Array(KEY_BYTES)
  hsalsa(SIGMA, words(Uint8Array.from(shared)), new Uint32Array(4), words(key))
  return key
}
