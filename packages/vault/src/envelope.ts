import { type DecryptionProblem, Err, Ok, type Result } from '@finport/core'

/**
 * What something sealed is bound to. It is not in the envelope: whoever opens it must know it.
 */
export type EnvelopeContext = {
  readonly userId: string
  readonly connectionId: string
  readonly provider: string
  readonly credentialType: string
  /** What it is for, so that one thing is never taken for another of the same owner. */
  readonly purpose: string
}

/** How what is in an envelope is sealed. */
export const SUITE_SECRET_KEY = 1
export const SUITE_SEALED_BOX = 2

/** One of the suites. */
export type Suite = typeof SUITE_SECRET_KEY | typeof SUITE_SEALED_BOX

/** What every envelope begins with, and what its suite makes of the rest. */
export type Envelope = { readonly suite: number; readonly keyId: string; readonly body: Uint8Array }

const MAGIC = Uint8Array.of(0x46, 0x49, 0x4e, 0x50) // 'FINP'
const FORMAT = 1
const FORMAT_OFFSET = 4
const SUITE_OFFSET = 5
const KEY_ID_LENGTH_OFFSET = 6
const KEY_ID_OFFSET = 7

const LAST_ASCII = 127

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Puts an envelope together. */
export function writeEnvelope(suite: Suite, keyId: string, parts: readonly Uint8Array[]): Uint8Array {
  const id = encoder.encode(keyId)
  return concatenate([MAGIC, Uint8Array.of(FORMAT, suite, id.length), id, ...parts])
}

/** Takes an envelope apart as far as all suites have it in common. */
export function readEnvelope(bytes: Uint8Array): Result<Envelope, DecryptionProblem> {
  if (!(bytes instanceof Uint8Array) || !MAGIC.every((byte, index) => bytes[index] === byte)) return Err('not_sealed')
  if (bytes[FORMAT_OFFSET] !== FORMAT) return Err('unsupported_format')
  const suite = bytes[SUITE_OFFSET]
  const idLength = bytes[KEY_ID_LENGTH_OFFSET]
  if (suite === undefined || idLength === undefined) return Err('not_authentic')
  const bodyOffset = KEY_ID_OFFSET + idLength
  if (idLength === 0 || bytes.length < bodyOffset) return Err('not_authentic')
  try {
    const keyId = decoder.decode(bytes.subarray(KEY_ID_OFFSET, bodyOffset))
    return Ok({ suite, keyId, body: bytes.subarray(bodyOffset) })
  } catch {
    return Err('not_authentic')
  }
}

/**
 * What an envelope is bound to, as bytes: each of its nine fields behind its length in four bytes, so that no two contexts have the same bytes. `null` when a text is empty, or not well formed: two such texts could have the
 * same bytes.
 */
export function associatedDataOf(suite: Suite, keyId: string, context: EnvelopeContext): Uint8Array | null {
  const { userId, connectionId, provider, credentialType, purpose } = context
  const texts = [keyId, userId, connectionId, provider, credentialType, purpose]
  if (texts.some((text) => typeof text !== 'string' || text === '')) return null
  const most = texts.reduce((length, text) => length + LENGTH_BYTES + MOST_BYTES_OF_UNIT * text.length, HEAD.length)
  const bytes = new Uint8Array(most)
  bytes.set(HEAD)
  bytes[HEAD.length - 1] = suite
  let offset = HEAD.length
  for (const text of texts) {
    const length = putText(text, bytes, offset + LENGTH_BYTES)
    if (length === null) return null
    putLength(length, bytes, offset)
    offset += LENGTH_BYTES + length
  }
  return bytes.subarray(0, offset)
}

const LENGTH_BYTES = 4
const MOST_BYTES_OF_UNIT = 3
/** Magic, format and suite, each behind its length; the suite is put in. */
const HEAD = Uint8Array.of(0, 0, 0, MAGIC.length, ...MAGIC, 0, 0, 0, 1, FORMAT, 0, 0, 0, 1, 0)

function putLength(length: number, bytes: Uint8Array, offset: number) {
  for (let index = 0; index < LENGTH_BYTES; index++) bytes[offset + index] = length >>> (8 * (LENGTH_BYTES - 1 - index))
}

/** Writes a text in UTF-8: of how many bytes it is made, or `null` when it is not well formed. */
function putText(text: string, bytes: Uint8Array, offset: number): number | null {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > LAST_ASCII)
      return /\p{Surrogate}/u.test(text) ? null : encoder.encodeInto(text, bytes.subarray(offset)).written
    bytes[offset + index] = unit
  }
  return text.length
}

/** Bytes one behind the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
