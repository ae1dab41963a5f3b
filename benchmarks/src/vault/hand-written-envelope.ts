import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'
import type { CredentialRef } from '@finport/core'
import type { RandomBytes } from '@finport/vault'

/** What an envelope is bound to, as far as it is not the same for all. */
type Owner = CredentialRef & { readonly credentialType: string }

/** The vault's envelopes, written by hand. What can't be opened is `null`. */
export type HandWrittenEnvelope = {
  seal(owner: Owner, plaintext: Uint8Array): Uint8Array
  open(owner: Owner, envelope: Uint8Array): Uint8Array | null
}

const ALGORITHM = 'aes-256-gcm'
const MAGIC = 'FINP'
const FORMAT = 1
const SUITE = 1
const PURPOSE = 'credentials'
const INFO = Buffer.from('finport vault suite 1')
const NONCE = Buffer.alloc(12)
const NO_WRAPPED_KEY = Buffer.alloc(2)
const KEY_BYTES = 32
const SALT_BYTES = 32
const COMMITMENT_BYTES = 32
const TAG_BYTES = 16

/** Nine fields, each behind its length in four bytes. */
function associatedDataOf(keyId: string, { userId, connectionId, provider, credentialType }: Owner): Buffer {
  const texts = [keyId, userId, connectionId, provider, credentialType, PURPOSE]
  if (texts.some((text) => /\p{Surrogate}/u.test(text))) throw new TypeError('A text is not well formed.')
  const fields = [MAGIC, String.fromCharCode(FORMAT), String.fromCharCode(SUITE), ...texts]
  const bytes = Buffer.allocUnsafe(fields.reduce((length, field) => length + 4 + Buffer.byteLength(field), 0))
  let offset = 0
  for (const field of fields) {
    const length = bytes.write(field, offset + 4)
    bytes.writeUInt32BE(length, offset)
    offset += 4 + length
  }
  return bytes
}

function derive(key: KeyObject, salt: Uint8Array) {
  const bits = Buffer.from(hkdfSync('sha256', key, salt, INFO, KEY_BYTES + COMMITMENT_BYTES))
  return { messageKey: bits.subarray(0, KEY_BYTES), commitment: bits.subarray(KEY_BYTES) }
}

/** The construction of the vault's suite 1 under one key, on `node:crypto` alone. */
export function createHandWrittenEnvelope(
  keyId: string,
  keyBytes: Uint8Array,
  randomBytes: RandomBytes,
): HandWrittenEnvelope {
  const key = createSecretKey(keyBytes)
  const id = Buffer.from(keyId)
  const header = Buffer.concat([Buffer.from(MAGIC), Buffer.of(FORMAT, SUITE, id.length), id])
  const wrappedOffset = header.length + SALT_BYTES
  const commitmentOffset = wrappedOffset + NO_WRAPPED_KEY.length
  const sealedOffset = commitmentOffset + COMMITMENT_BYTES

  return {
    seal(owner, plaintext) {
      const salt = randomBytes(SALT_BYTES)
      const { messageKey, commitment } = derive(key, salt)
      const cipher = createCipheriv(ALGORITHM, messageKey, NONCE)
      cipher.setAAD(associatedDataOf(keyId, owner))
      const ciphertext = cipher.update(plaintext)
      cipher.final()
      // Not of Buffer's pool: who clones a part of it clones all of it.
      const envelope = Buffer.allocUnsafeSlow(sealedOffset + ciphertext.length + TAG_BYTES)
      let offset = 0
      for (const part of [header, salt, NO_WRAPPED_KEY, commitment, ciphertext, cipher.getAuthTag()]) {
        envelope.set(part, offset)
        offset += part.length
      }
      return envelope
    },

    open(owner, envelope) {
      const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.length)
      const tagOffset = bytes.length - TAG_BYTES
      if (tagOffset < sealedOffset || !bytes.subarray(0, header.length).equals(header)) return null
      if (!bytes.subarray(wrappedOffset, commitmentOffset).equals(NO_WRAPPED_KEY)) return null
      const { messageKey, commitment } = derive(key, bytes.subarray(header.length, wrappedOffset))
      if (!timingSafeEqual(commitment, bytes.subarray(commitmentOffset, sealedOffset))) return null
      const decipher = createDecipheriv(ALGORITHM, messageKey, NONCE, { authTagLength: TAG_BYTES })
      decipher.setAAD(associatedDataOf(keyId, owner))
      decipher.setAuthTag(bytes.subarray(tagOffset))
      const plaintext = decipher.update(bytes.subarray(sealedOffset, tagOffset))
      try {
        decipher.final()
        return plaintext
      } catch {
        return null
      }
    },
  }
}
