import { type DecryptionProblem, Err, Ok, type Result, VaultError } from '@finport/core'
import type { Cipher, CipherKey } from './cipher.ts'
import {
  associatedDataOf,
  type Envelope,
  type EnvelopeContext,
  readEnvelope,
  SUITE_SEALED_BOX,
  SUITE_SECRET_KEY,
  type Suite,
  writeEnvelope,
} from './envelope.ts'
import { type Keyring, type KeyringKey, keysOf } from './keyring.ts'
import { createDataKeys } from './kms/data-keys.ts'
import type { RandomBytes } from './random.ts'
import type { SealedBox } from './sealed-box.ts'
import {
  createSalt,
  NOT_WRAPPED,
  openInBox,
  openWithKey,
  readKeyBody,
  type SuiteKey,
  sealInBox,
  sealWithKey,
} from './suites.ts'

/** What a sealer is made of. */
export type SealerParts = { keyring: Keyring; cipher: Cipher; randomBytes: RandomBytes; now: () => number }

/** Seals with the first key of a keyring, and opens with any. */
export type Sealer = {
  readonly primaryId: string
  readonly ids: readonly string[]
  seal(context: EnvelopeContext, plaintext: Uint8Array): Promise<Result<Uint8Array, VaultError>>
  open(context: EnvelopeContext, bytes: Uint8Array): Promise<Result<Uint8Array, VaultError>>
}

/** What a key can do, whatever kind it is of. */
type SealingKey =
  | { readonly suite: typeof SUITE_SEALED_BOX; readonly box: SealedBox }
  | {
      readonly suite: typeof SUITE_SECRET_KEY
      forSealing(bytes: number): Promise<Result<SuiteKey, VaultError>> | Result<SuiteKey, VaultError>
      /** `null` when what was wrapped can't be of this key. */
      forOpening(wrapped: Uint8Array): Promise<Result<CipherKey, VaultError>> | Result<CipherKey, VaultError> | null
    }

const PURPOSE = 'vault data key'

function toSealingKey(key: KeyringKey, { cipher, randomBytes, now }: SealerParts): SealingKey {
  if (key.sealedBox !== undefined) return { suite: SUITE_SEALED_BOX, box: key.sealedBox }
  if (key.keyWrapper !== undefined) {
    const context = Object.freeze({ application: 'finport', purpose: PURPOSE, keyId: key.id })
    const { keyWrapper, dataKeys: limits = {} } = key
    const dataKeys = createDataKeys({ keyWrapper, context, limits, cipher, randomBytes, now })
    return {
      suite: SUITE_SECRET_KEY,
      forSealing: dataKeys.forSealing,
      forOpening: (wrapped) => (wrapped.length === 0 ? null : dataKeys.forOpening(wrapped)),
    }
  }
  const handle = cipher.importKey(key.key)
  const suiteKey = Ok({ key: handle, wrapped: NOT_WRAPPED })
  return {
    suite: SUITE_SECRET_KEY,
    forSealing: () => suiteKey,
    forOpening: (wrapped) => (wrapped.length === 0 ? Ok(handle) : null),
  }
}

function refuse(problem: DecryptionProblem) {
  return Err(new VaultError('DECRYPTION_FAILED', problem))
}

/** Makes a sealer. Suites are accepted as far as the keyring has keys of them, and each key only in its own. */
export function createSealer(parts: SealerParts): Sealer {
  const { keyring, cipher, randomBytes } = parts
  const { primaryId, ids } = keyring
  const keys = new Map(keysOf(keyring).map((key) => [key.id, toSealingKey(key, parts)]))
  const primary = keys.get(primaryId) as SealingKey
  const suites = new Set<number>(Array.from(keys.values(), ({ suite }) => suite))

  const findKey = ({ suite, keyId }: Envelope): Result<SealingKey, DecryptionProblem> => {
    if (!suites.has(suite)) return Err('unsupported_suite')
    const key = keys.get(keyId)
    if (key === undefined) return Err('unknown_key')
    return key.suite === suite ? Ok(key) : Err('unsupported_suite')
  }

  const openBody = async (key: SealingKey, body: Uint8Array, associatedData: Uint8Array) => {
    if (key.suite === SUITE_SEALED_BOX)
      return openInBox(key.box, body, associatedData).mapErr((problem) => new VaultError('DECRYPTION_FAILED', problem))
    const parts = readKeyBody(body)
    const found = parts === null ? null : key.forOpening(parts.wrapped)
    if (parts === null || found === null) return refuse('not_authentic')
    const messageKey = await found
    if (messageKey.isErr()) return messageKey
    const plaintext = openWithKey(cipher, messageKey.value, parts, associatedData)
    return plaintext === null ? refuse('not_authentic') : Ok(plaintext)
  }

  return {
    primaryId,
    ids,
    async seal(context, plaintext) {
      const suite: Suite = primary.suite
      const associatedData = associatedDataOf(suite, primaryId, context)
      if (associatedData === null) return Err(new VaultError('ENCRYPTION_FAILED'))
      if (primary.suite === SUITE_SEALED_BOX)
        return sealInBox(primary.box, plaintext, associatedData).map((body) => writeEnvelope(suite, primaryId, [body]))
      const key = await primary.forSealing(plaintext.length)
      return key.map((suiteKey) =>
        writeEnvelope(
          suite,
          primaryId,
          sealWithKey(cipher, suiteKey, createSalt(randomBytes), plaintext, associatedData),
        ),
      )
    },
    async open(context, bytes) {
      const envelope = readEnvelope(bytes)
      if (envelope.isErr()) return refuse(envelope.error)
      const key = findKey(envelope.value)
      if (key.isErr()) return refuse(key.error)
      const associatedData = associatedDataOf(key.value.suite, envelope.value.keyId, context)
      if (associatedData === null) return refuse('not_authentic')
      return openBody(key.value, envelope.value.body, associatedData)
    },
  }
}
