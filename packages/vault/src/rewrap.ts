import {
  type CredentialRecord,
  type CredentialRepository,
  Ok,
  type Result,
  type StorageError,
  type VaultError,
} from '@finport/core'
import type { Sealer } from './sealer.ts'
import { contextOf } from './sealing-context.ts'

/** How far a rewrap is. */
export type RewrapProgress = {
  /** Credentials that are sealed with the first key now and were not before. */
  rewrapped: number
  /** How often somebody else wrote credentials meanwhile, so that they were left to them and looked at again. */
  overtaken: number
  /** Credentials that can't be opened. */
  failed: number
}

/** How to rewrap. */
export type RewrapOptions = {
  /** Called after each page of records. */
  onProgress?: ((progress: RewrapProgress) => void) | undefined
  /** Ends it after the record at hand. */
  signal?: AbortSignal | undefined
}

/** What came of a rewrap. */
export type RewrapReport = RewrapProgress & {
  /** Whether it came to the end: a last look found nothing but what failed. */
  complete: boolean
  /** What can't be opened, and why. Connect these again, or bring their keys back. */
  failures: { connectionId: string; code: VaultError['code']; reason: VaultError['reason'] }[]
}

const PAGE = 100
/** So many records before others get a turn, since a store in this process makes nobody wait. */
const TURN = 50
/** It is done after a pass that found nothing to do: behind one, others may have written with an old key. */
const PASSES = 10

/** Makes the {@link Vault.rewrap | rewrap} of a vault. */
export function createRewrap({ sealer, store }: { sealer: Sealer; store: CredentialRepository }) {
  const sealAnew = async (record: CredentialRecord): Promise<Result<CredentialRecord, VaultError>> => {
    const { credentials } = record
    if (credentials === null) return Ok(record)
    const context = contextOf(record, credentials.credentialType)
    const plaintext = await sealer.open(context, credentials.encryptedData)
    if (plaintext.isErr()) return plaintext
    const encrypted = await sealer.seal(context, plaintext.value)
    plaintext.value.fill(0)
    return encrypted.map((encryptedData) => ({
      ...record,
      credentials: { ...credentials, encryptedData, keyId: sealer.primaryId },
    }))
  }

  return async ({
    onProgress,
    signal,
  }: RewrapOptions = {}): Promise<Result<RewrapReport, VaultError | StorageError>> => {
    const failures = new Map<string, RewrapReport['failures'][number]>()
    let rewrapped = 0
    let overtaken = 0

    const progress = (): RewrapProgress => ({ rewrapped, overtaken, failed: failures.size })
    const report = (complete: boolean): RewrapReport => ({ ...progress(), complete, failures: [...failures.values()] })

    const rewrapOne = async (record: CredentialRecord): Promise<Result<void, VaultError | StorageError>> => {
      const { connectionId, version } = record
      const anew = await sealAnew(record)
      if (anew.isErr()) {
        const { code, reason } = anew.error
        if (code !== 'DECRYPTION_FAILED') return anew
        failures.set(connectionId, { connectionId, code, reason })
        return Ok(undefined)
      }
      // The version stays, since the credentials do: whoever is about to write others must not lose to this.
      const saved = await store.save(anew.value, version)
      if (saved.isOk()) rewrapped++
      else if (saved.error.code !== 'STORAGE_CONFLICT') return saved
      else overtaken++
      return Ok(undefined)
    }

    const listAfter = (after: string | null) =>
      store.listSealedByOthers({ keyId: sealer.primaryId, after, limit: PAGE })

    for (let pass = 1; pass <= PASSES; pass++) {
      failures.clear()
      const before = rewrapped + overtaken
      let after: string | null = null
      for (;;) {
        const page: Result<CredentialRecord[], StorageError> = await listAfter(after)
        if (page.isErr()) return page
        const last = page.value.at(-1)?.connectionId ?? null
        if (last === null) break
        // A store that does not go on would never end.
        if (last === after) return Ok(report(false))
        for (const [index, record] of page.value.entries()) {
          if (index % TURN === 0) await new Promise((resolve) => setTimeout(resolve))
          if (signal?.aborted) return Ok(report(false))
          const done = await rewrapOne(record)
          if (done.isErr()) return done
        }
        onProgress?.(progress())
        after = last
      }
      if (rewrapped + overtaken === before) return Ok(report(true))
    }
    return Ok(report(false))
  }
}
