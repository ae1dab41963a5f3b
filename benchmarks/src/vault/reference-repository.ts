import { type CredentialRecord, type CredentialRepository, Err, Ok, StorageError } from '@finport/core'

/** A repository that costs next to nothing: it keeps the records that it is given, where one of memory's copies them in and out. */
export function createReferenceRepository(): CredentialRepository {
  const records = new Map<string, CredentialRecord>()
  return {
    find: async (connectionId) => Ok(records.get(connectionId) ?? null),
    async save(record, expectedVersion) {
      if ((records.get(record.connectionId)?.version ?? 0) !== expectedVersion)
        return Err(new StorageError('STORAGE_CONFLICT'))
      records.set(record.connectionId, { ...record, lease: null, refresh: null })
      return Ok(undefined)
    },
    takeLease: async () => Ok(null),
    saveRefresh: async () => Ok(false),
    listSealedByOthers: async () => Ok([]),
    countSealedBy: async () => Ok(0),
  }
}
