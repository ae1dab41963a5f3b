import { StorageError } from '../errors/storage-error.ts'
import { Err, Ok } from '../result.ts'
import type { CredentialRecord, CredentialRepository } from './credential-repository.ts'

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
export function createMemoryCredentialRepository(): CredentialRepository {
  const records = new Map<string, CredentialRecord>()
  /** The ids in order, until another comes. */
  let ids: string[] | null = null
  return {
    async find(connectionId) {
      const record = records.get(connectionId)
      return Ok(record === undefined ? null : structuredClone(record))
    },
    async save(record, expectedVersion) {
      if ((records.get(record.connectionId)?.version ?? 0) !== expectedVersion)
        return Err(new StorageError('STORAGE_CONFLICT'))
      if (!records.has(record.connectionId)) ids = null
      records.set(record.connectionId, structuredClone(record))
      return Ok(undefined)
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
