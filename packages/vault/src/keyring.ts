import { Err, type KeyProblem, Ok, type Result, VaultError } from '@finport/core'
import { base64urlnopad } from '@scure/base'
import { KEY_BYTES } from './cipher.ts'
import type { DataKeyLimits } from './kms/data-keys.ts'
import type { KeyWrapper } from './kms/key-wrapper.ts'
import { platformRandomBytes } from './random.ts'
import type { SealedBox } from './sealed-box.ts'

/** A key that lies in the process: 32 bytes. */
export type SecretKey = { id: string; key: Uint8Array; keyWrapper?: never; sealedBox?: never }

/** A key that a key management service keeps. It wraps data keys, which lie in the process as long as {@link DataKeyLimits} say. */
export type WrappingKey = {
  id: string
  keyWrapper: KeyWrapper
  dataKeys?: DataKeyLimits | undefined
  key?: never
  sealedBox?: never
}

/** A key with a public half: who has only that can store credentials and not read them. */
export type SealedBoxKey = { id: string; sealedBox: SealedBox; key?: never; keyWrapper?: never }

/** One key of a {@link Keyring}. Its id is kept beside what it seals, in the clear: 1 to 64 letters, digits, dots, dashes and underscores. */
export type KeyringKey = SecretKey | WrappingKey | SealedBoxKey

/** The keys of a vault: the first one seals, all of them open. Printing it shows their ids. */
export interface Keyring {
  readonly primaryId: string
  readonly ids: readonly string[]
}

const ID = /^[A-Za-z0-9._-]{1,64}$/
const keysOfKeyrings = new WeakMap<Keyring, readonly KeyringKey[]>()

function refuse(problem: KeyProblem) {
  return Err(new VaultError('ENCRYPTION_KEY_INVALID', problem))
}

/**
 * Makes a keyring. To take another key into use, put it in front and keep the old ones behind it until {@link Vault.canRetire} lets them go.
 *
 * @param keys the first one seals. Their bytes are copied.
 * @returns `ENCRYPTION_KEY_INVALID` when there are none (`missing`), an id is not one (`invalid_id`) or comes twice (`duplicate_id`), a key is not of one kind (`malformed`), or does not have 32 bytes (`wrong_length`).
 */
export function createKeyring(keys: readonly KeyringKey[]): Result<Keyring, VaultError> {
  const [primary] = keys
  if (primary === undefined) return refuse('missing')
  const ids = keys.map(({ id }) => id)
  if (!ids.every((id) => ID.test(id))) return refuse('invalid_id')
  if (new Set(ids).size < ids.length) return refuse('duplicate_id')
  if (!keys.every(isOfOneKind)) return refuse('malformed')
  if (!keys.every(({ key }) => key === undefined || (key instanceof Uint8Array && key.length === KEY_BYTES)))
    return refuse('wrong_length')
  const keyring: Keyring = Object.freeze({ primaryId: primary.id, ids: Object.freeze(ids) })
  keysOfKeyrings.set(
    keyring,
    keys.map((one) => (one.key === undefined ? { ...one } : { id: one.id, key: Uint8Array.from(one.key) })),
  )
  return Ok(keyring)
}

function isOfOneKind({ key, keyWrapper, sealedBox }: KeyringKey): boolean {
  return [key, keyWrapper, sealedBox].filter((one) => one !== undefined).length === 1
}

/**
 * Reads a keyring from one text, as it fits into an environment variable: `newId:key,oldId:key`, each key as 32 bytes in base64url without padding. Blanks around keys are let be. The first one seals, all of them open.
 *
 * @returns what {@link createKeyring} does; `missing` also for a variable that is not set, `malformed` when a key has no id before a colon, and `invalid_encoding` when it is not base64url.
 *
 * @example
 * ```ts
 * import { generateKey, parseKeyring } from '@finport/vault'
 *
 * const text = `${generateKey('2026-02')},${generateKey('2026-01')}` // from your secret store
 * const keyring = parseKeyring(text)
 * if (keyring.isErr()) throw keyring.error
 * console.log(keyring.value.primaryId) // 2026-02
 * ```
 */
export function parseKeyring(text: string | undefined): Result<Keyring, VaultError> {
  return parseKeys(text).andThen(createKeyring)
}

/**
 * The keys in a text for {@link parseKeyring}, to be put behind others in {@link createKeyring}: those of a key management service, say.
 *
 * @returns `ENCRYPTION_KEY_INVALID` with `missing`, `malformed`, `invalid_id` or `invalid_encoding`.
 */
export function parseKeys(text: string | undefined): Result<SecretKey[], VaultError> {
  if (text === undefined || text.trim() === '') return refuse('missing')
  const keys: SecretKey[] = []
  for (const entry of text.split(',')) {
    const [id = '', encoded, ...more] = entry.trim().split(':')
    if (encoded === undefined || more.length > 0) return refuse('malformed')
    if (!ID.test(id)) return refuse('invalid_id')
    const key = decodeKey(encoded)
    if (key === null) return refuse('invalid_encoding')
    keys.push({ id, key })
  }
  return Ok(keys)
}

/**
 * A new key as text for {@link parseKeyring}: `k1:` and 32 random bytes in base64url.
 *
 * @param id told apart from those of other keys: a month, or a number that grows.
 * @throws RangeError when the id is not made of 1 to 64 letters, digits, dots, dashes and underscores.
 */
export function generateKey(id = 'k1'): string {
  if (!ID.test(id))
    throw new RangeError('The id of a key is made of 1 to 64 letters, digits, dots, dashes and underscores.')
  return `${id}:${base64urlnopad.encode(platformRandomBytes(KEY_BYTES))}`
}

function decodeKey(encoded: string): Uint8Array | null {
  try {
    return base64urlnopad.decode(encoded)
  } catch {
    return null
  }
}

/** What {@link createKeyring} was given. */
export function keysOf(keyring: Keyring): readonly KeyringKey[] {
  const keys = keysOfKeyrings.get(keyring)
  if (keys === undefined) throw new TypeError('The keyring must be one of createKeyring() or parseKeyring().')
  return keys
}
