import { toInstant } from '../dates.ts'
import { StorageError } from '../errors/storage-error.ts'
import { Err, Ok } from '../result.ts'
import type { CredentialRecord, CredentialRepository } from './credential-repository.ts'

/** How to keep credentials in memory. */
export type MemoryCredentialRepositoryOptions = {
  /** Milliseconds since 1970, the store's clock: `Date.now` if nothing is given. */
  now?: (() => number) | undefined
}

/**
 * A repository that forgets everything with its process: for tests, and to read how one works.
 *
 * @example
 * ```ts
 * import { createMemoryCredentialRepository } from '@finport/core'
 *
 * const credentials = createMemoryCredentialRepository()
 * const record = await credentials.find('connection-1')
 * console.log(record.unwrap()) // null
 * ```
 */
export function createMemoryCredentialRepository({
  now = Date.now,
}: MemoryCredentialRepositoryOptions = {}): CredentialRepository {
  const records = new Map<string, CredentialRecord>()
  /** The ids in order, until another comes. */
  let ids: string[] | null = null
  return {
    async find(connectionId) {
      return Ok(structuredClone(records.get(connectionId) ?? null))
    },
    async save({ connectionId, userId, provider, version, credentials }, expectedVersion) {
      const stored = records.get(connectionId)
      if ((stored?.version ?? 0) !== expectedVersion) return Err(new StorageError('STORAGE_CONFLICT'))
      if (stored === undefined) ids = null
      const { lease = null, refresh = null } = stored?.version === version ? stored : {}
      const record = { connectionId, userId, provider, version, credentials, lease, refresh }
      records.set(connectionId, structuredClone(record))
      return Ok(undefined)
    },
    async takeLease({ connectionId, version, owner, milliseconds }) {
      const stored = records.get(connectionId)
      if (stored?.version !== version || stored.credentials === null) return Ok(null)
      const { lease } = stored
      if (lease !== null && lease.owner !== owner && lease.until > toInstant(now())) return Ok(null)
      stored.lease = { owner, until: toInstant(now() + milliseconds) }
      return Ok(structuredClone(stored))
    },
    async saveRefresh({ connectionId, version, owner, refresh, release }) {
      const stored = records.get(connectionId)
      if (stored?.version !== version || stored.lease?.owner !== owner) return Ok(false)
      stored.refresh = structuredClone(refresh)
      if (release) stored.lease = null
      return Ok(true)
    },
    async listSealedByOthers({ keyId, after, limit }) {
      ids ??= [...records.keys()].sort()
      const others: CredentialRecord[] = []
      for (const id of ids) {
        const record = records.get(id)
        if (record?.credentials == null || record.credentials.keyId === keyId) continue
        if (after !== null && id <= after) continue
        others.push(structuredClone(record))
        if (others.length === limit) break
      }
      return Ok(others)
    },
    async countSealedBy(keyId) {
      return Ok([...records.values()].filter(({ credentials }) => credentials?.keyId === keyId).length)
    },
  }
}
