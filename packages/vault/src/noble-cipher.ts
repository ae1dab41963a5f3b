import { gcm } from '@noble/ciphers/aes.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { assertSizes, type Cipher, type CipherKey, type CipherKeyHandle, KEY_BYTES, TAG_BYTES } from './cipher.ts'

/** Bytes that no print shows. */
class NobleKey implements CipherKeyHandle {
  readonly type = 'secret'
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    if (bytes.length !== KEY_BYTES) throw new TypeError('A key must have 32 bytes.')
    this.#bytes = Uint8Array.from(bytes)
  }

  static bytesOf(key: CipherKey): Uint8Array {
    if (key instanceof Uint8Array) return key
    if (key instanceof NobleKey) return key.#bytes
    throw new TypeError('The key was taken in by another cipher.')
  }
}

/**
 * The cipher of every platform: plain JavaScript by {@link https://github.com/paulmillr/noble-ciphers | noble}. Its tables are read at places that depend on the key, so that
 * a program on the same processor that measures its cache could learn of it; where that matters, use `nodeCipher`.
 */
export const nobleCipher: Cipher = {
  importKey: (bytes) => new NobleKey(bytes),
  deriveBits: (key, salt, info, length) => hkdf(sha256, NobleKey.bytesOf(key), salt, info, length),
  seal(key, nonce, plaintext, associatedData) {
    assertSizes(key, nonce)
    return gcm(NobleKey.bytesOf(key), nonce, associatedData).encrypt(plaintext)
  },
  open(key, nonce, sealed, associatedData) {
    assertSizes(key, nonce)
    if (sealed.length < TAG_BYTES) return null
    const cipher = gcm(NobleKey.bytesOf(key), nonce, associatedData)
    try {
      return cipher.decrypt(sealed)
    } catch {
      return null
    }
  },
}
