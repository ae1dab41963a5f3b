import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'

/** Messages of AES-256-GCM: nonce, ciphertext and tag. One that was changed makes `open` throw. */
export type RawAesGcm = { seal(plaintext: Uint8Array): Uint8Array; open(message: Uint8Array): Uint8Array }

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM as `node:crypto` has it, and nothing around it. */
export function createRawAesGcm(keyBytes: Uint8Array): RawAesGcm {
  const key = createSecretKey(keyBytes)
  return {
    seal(plaintext) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(ALGORITHM, key, nonce)
      return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    },
    open(message) {
      const end = message.length - TAG_BYTES
      const decipher = createDecipheriv(ALGORITHM, key, message.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAuthTag(message.subarray(end))
      const plaintext = decipher.update(message.subarray(NONCE_BYTES, end))
      decipher.final()
      return plaintext
    },
  }
}
