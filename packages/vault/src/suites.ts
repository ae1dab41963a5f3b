import { type DecryptionProblem, Err, Ok, type Result, type VaultError } from '@finport/core'
import { equalBytes } from '@noble/ciphers/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Cipher, type CipherKey, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from './cipher.ts'
import { concatenate } from './envelope.ts'
import type { RandomBytes } from './random.ts'
import type { SealedBox } from './sealed-box.ts'

const SALT_BYTES = 32
const COMMITMENT_BYTES = 32
const LENGTH_BYTES = 2
const INFO = new TextEncoder().encode('finport vault suite 1')
/** Fine for a key that seals one message and no other. */
const NONCE = new Uint8Array(NONCE_BYTES)

/** What suite 1 seals with: a key, and how a key management service wrapped it, if one did. */
export type SuiteKey = { readonly key: CipherKey; readonly wrapped: Uint8Array }

/** A key of a keyring's without a service. */
export const NOT_WRAPPED = new Uint8Array()

/** The one-use key of a message, and the bytes that prove which key it came from: without them a message can be made that opens under two keys. How a service wrapped the key goes in as well, so that it can't be altered. */
function derive(cipher: Cipher, { key, wrapped }: SuiteKey, salt: Uint8Array) {
  const info = wrapped.length === 0 ? INFO : concatenate([INFO, sha256(wrapped)])
  const bits = cipher.deriveBits(key, salt, info, KEY_BYTES + COMMITMENT_BYTES)
  return { messageKey: bits.subarray(0, KEY_BYTES), commitment: bits.subarray(KEY_BYTES) }
}

/** Suite 1: HKDF-SHA-256 makes a one-use key for AES-256-GCM of the key and a random salt. */
export function sealWithKey(
  cipher: Cipher,
  suiteKey: SuiteKey,
  salt: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array[] {
  const { wrapped } = suiteKey
  const { messageKey, commitment } = derive(cipher, suiteKey, salt)
  const sealed = cipher.seal(messageKey, NONCE, plaintext, associatedData)
  return [salt, Uint8Array.of(wrapped.length >> 8, wrapped.length & 0xff), wrapped, commitment, sealed]
}

/** The parts of a body of suite 1; `null` when it is too short. */
export function readKeyBody(body: Uint8Array) {
  const lengthOffset = SALT_BYTES
  const wrappedOffset = lengthOffset + LENGTH_BYTES
  if (body.length < wrappedOffset) return null
  const wrappedLength = ((body[lengthOffset] as number) << 8) | (body[lengthOffset + 1] as number)
  const commitmentOffset = wrappedOffset + wrappedLength
  const sealedOffset = commitmentOffset + COMMITMENT_BYTES
  if (body.length < sealedOffset + TAG_BYTES) return null
  return {
    salt: body.subarray(0, SALT_BYTES),
    wrapped: body.subarray(wrappedOffset, commitmentOffset),
    commitment: body.subarray(commitmentOffset, sealedOffset),
    sealed: body.subarray(sealedOffset),
  }
}

/** What {@link sealWithKey} sealed; `null` when any of it is another. */
export function openWithKey(
  cipher: Cipher,
  key: CipherKey,
  body: NonNullable<ReturnType<typeof readKeyBody>>,
  associatedData: Uint8Array,
): Uint8Array | null {
  const { messageKey, commitment } = derive(cipher, { key, wrapped: body.wrapped }, body.salt)
  if (!equalBytes(commitment, body.commitment)) return null
  return cipher.open(messageKey, NONCE, body.sealed, associatedData)
}

/** A new salt. */
export function createSalt(randomBytes: RandomBytes): Uint8Array {
  return randomBytes(SALT_BYTES)
}

const CONTEXT_BYTES = 32

/** Suite 2: a sealed box has no associated data, so that its hash is sealed in it. */
export function sealInBox(
  box: SealedBox,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Result<Uint8Array, VaultError> {
  return box.seal(concatenate([sha256(associatedData), plaintext]))
}

/** What {@link sealInBox} sealed. */
export function openInBox(
  box: SealedBox,
  message: Uint8Array,
  associatedData: Uint8Array,
): Result<Uint8Array, DecryptionProblem> {
  if (!box.canOpen) return Err('key_only_seals')
  const opened = box.open(message)
  if (opened.isErr() || opened.value.length < CONTEXT_BYTES) return Err('not_authentic')
  const isOfContext = equalBytes(opened.value.subarray(0, CONTEXT_BYTES), sha256(associatedData))
  return isOfContext ? Ok(opened.value.subarray(CONTEXT_BYTES)) : Err('not_authentic')
}
