/** A key that a {@link Cipher} has taken in, or 32 bytes that it uses as they are: for a key that is used once. */
export type CipherKey = Uint8Array | CipherKeyHandle

/** What a cipher makes of a key. Only the cipher that made it can do anything with it. */
export interface CipherKeyHandle {
  readonly type: 'secret'
}

/**
 * The cryptography under the vault: HKDF-SHA-256 (RFC 5869) and AES-256-GCM (NIST SP 800-38D). All ciphers give the same bytes. `nobleCipher` runs everywhere;
 * `nodeCipher` of `@finport/vault/node-cipher` is several times as fast where there is a Node.
 *
 * A key that does not have 32 bytes, a nonce that does not have 12, and a key that another cipher took in are mistakes of a program: they throw.
 */
export interface Cipher {
  /** Takes in 32 bytes, which may be overwritten afterwards. */
  importKey(bytes: Uint8Array): CipherKeyHandle

  /** `length` bytes of HKDF-SHA-256; at most 8,160. */
  deriveBits(key: CipherKey, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array

  /** The ciphertext, and behind it the tag of 16 bytes. The nonce has 12 bytes and never comes twice with one key. */
  seal(key: CipherKey, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array

  /** What {@link Cipher.seal} was given; `null` when any of key, nonce, ciphertext, tag and associated data is another. */
  open(key: CipherKey, nonce: Uint8Array, sealed: Uint8Array, associatedData: Uint8Array): Uint8Array | null
}

/**
 * What AES-256-GCM takes, and nothing that is only similar.
 *
 * @throws TypeError for any other.
 */
export function assertSizes(key: CipherKey, nonce: Uint8Array): void {
  if (key instanceof Uint8Array && key.length !== KEY_BYTES) throw new TypeError('A key must have 32 bytes.')
  if (nonce.length !== NONCE_BYTES) throw new TypeError('A nonce must have 12 bytes.')
}

/** Bytes of a key of AES-256, of its nonces in GCM and of its tags. */
export const KEY_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16
