import { Err, Ok, type Result, VaultError } from '@finport/core'
import { base64 } from '@scure/base'
import { type Cipher, type CipherKeyHandle, KEY_BYTES } from '../cipher.ts'
import type { RandomBytes } from '../random.ts'
import type { EncryptionContext, KeyWrapper } from './key-wrapper.ts'

/** How long data keys are used before the service is asked again. One that is no longer used stays in memory until the next call. */
export type DataKeyLimits = {
  /** Seconds that a data key is used: 300 if nothing is said. */
  maxAgeSeconds?: number | undefined
  /** Messages that one data key seals: 10,000 if nothing is said. */
  maxUses?: number | undefined
  /** Bytes that one data key seals: 64 MiB if nothing is said. */
  maxBytes?: number | undefined
  /** Data keys for opening that are kept at a time: 1,000 if nothing is said. */
  maxKeys?: number | undefined
}

/** A data key and what the service made of it. */
type WrappedDataKey = { readonly key: CipherKeyHandle; readonly wrapped: Uint8Array }

/** The data keys of one wrapping key. */
export type DataKeys = {
  /** The key to seal so many bytes with. */
  forSealing(bytes: number): Promise<Result<WrappedDataKey, VaultError>>
  /** The key of something sealed. */
  forOpening(wrapped: Uint8Array): Promise<Result<CipherKeyHandle, VaultError>>
}

/** What data keys are made of. */
export type DataKeyParts = {
  keyWrapper: KeyWrapper
  context: EncryptionContext
  limits: DataKeyLimits
  cipher: Cipher
  randomBytes: RandomBytes
  now: () => number
}

type Kept<T> = { readonly value: T; readonly until: number }

const LONGEST_WRAPPED = 0xffff

/** Keeps data keys as long as their limits allow. Several who need one at a time wait for the same answer, and a failed one is not kept. */
export function createDataKeys({ keyWrapper, context, limits, cipher, randomBytes, now }: DataKeyParts): DataKeys {
  const { maxAgeSeconds = 300, maxUses = 10_000, maxBytes = 64 * 1024 * 1024, maxKeys = 1_000 } = limits
  let current: (Kept<WrappedDataKey> & { uses: number; bytes: number }) | null = null
  let making: Promise<Result<WrappedDataKey, VaultError>> | null = null
  const opened = new Map<string, Kept<CipherKeyHandle>>()
  const opening = new Map<string, Promise<Result<CipherKeyHandle, VaultError>>>()

  const until = () => now() + maxAgeSeconds * 1000

  /** A clock that was set back makes nothing younger. */
  const isFresh = (kept: Kept<unknown>) => {
    const left = kept.until - now()
    return left > 0 && left <= maxAgeSeconds * 1000
  }

  const dropStale = () => {
    if (current !== null && current.uses > 0 && !isFresh(current)) current = null
    for (const [name, kept] of opened) if (!isFresh(kept)) opened.delete(name)
  }

  const make = async (): Promise<Result<WrappedDataKey, VaultError>> => {
    const dataKey = randomBytes(KEY_BYTES)
    // Before it is handed out: a careful service wipes what it was given.
    const key = cipher.importKey(dataKey)
    const answer = await settled(() => keyWrapper.wrapKey(dataKey, context))
    dataKey.fill(0)
    if (answer.isErr()) return answer
    const wrapped = Uint8Array.from(answer.value)
    if (wrapped.length === 0 || wrapped.length > LONGEST_WRAPPED) return Err(new VaultError('ENCRYPTION_FAILED'))
    const value = { key, wrapped }
    current = { value, until: until(), uses: 0, bytes: 0 }
    return Ok(value)
  }

  const unwrap = async (wrapped: Uint8Array, name: string): Promise<Result<CipherKeyHandle, VaultError>> => {
    const dataKey = await settled(() => keyWrapper.unwrapKey(Uint8Array.from(wrapped), context))
    if (dataKey.isErr()) return dataKey
    if (dataKey.value.length !== KEY_BYTES) return Err(new VaultError('DECRYPTION_FAILED', 'not_authentic'))
    const key = cipher.importKey(dataKey.value)
    const [oldest] = opened.keys()
    if (oldest !== undefined && !(opened.size < maxKeys)) opened.delete(oldest)
    opened.set(name, { value: key, until: until() })
    return Ok(key)
  }

  return {
    async forSealing(bytes) {
      for (;;) {
        dropStale()
        if (
          current !== null &&
          // Whatever the limits are, a new key seals one message: one that is larger than allowed has it to itself.
          (current.uses === 0 || (current.uses < maxUses && current.bytes + bytes <= maxBytes))
        ) {
          current.uses++
          current.bytes += bytes
          return Ok(current.value)
        }
        making ??= make().finally(() => {
          making = null
        })
        const made = await making
        if (made.isErr()) return made
      }
    },
    async forOpening(wrapped) {
      dropStale()
      const name = base64.encode(wrapped)
      const kept = opened.get(name)
      if (kept !== undefined) return Ok(kept.value)
      let answer = opening.get(name)
      if (answer === undefined) {
        answer = unwrap(wrapped, name).finally(() => opening.delete(name))
        opening.set(name, answer)
      }
      return answer
    },
  }
}

/** What a host's service answers, whatever it does: what it throws may quote the key. */
async function settled(call: () => Promise<Result<Uint8Array, VaultError>>): Promise<Result<Uint8Array, VaultError>> {
  try {
    const answer = await call()
    if (answer.isErr() ? isVaultError(answer.error) : answer.value instanceof Uint8Array) return answer
  } catch {
    // Said below.
  }
  return Err(new VaultError('KEY_SERVICE_UNAVAILABLE'))
}

function isVaultError(error: unknown): boolean {
  return (error as VaultError | undefined)?.name === 'VaultError'
}
