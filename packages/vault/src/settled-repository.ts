import { type CredentialRecord, type CredentialRepository, Err, Ok, type Result, StorageError } from '@finport/core'

const codes: ReadonlySet<unknown> = new Set<StorageError['code']>(['STORAGE_CONFLICT', 'STORAGE_UNAVAILABLE'])

/** A store as a vault sees it: what throws, or answers with something else than it should, can't be reached, and what it says may quote anything. */
export function settledRepository(repository: CredentialRepository): CredentialRepository {
  const settle = async <T, U>(
    call: () => Promise<Result<T, StorageError>>,
    check: (value: T) => { checked: U } | null,
  ): Promise<Result<U, StorageError>> => {
    try {
      const answer = await call()
      if (answer.isErr() && codes.has(answer.error.code)) return Err(new StorageError(answer.error.code))
      const value = answer.isOk() ? check(answer.value) : null
      if (value !== null) return Ok(value.checked)
    } catch {
      // Said below.
    }
    return Err(new StorageError('STORAGE_UNAVAILABLE'))
  }

  return {
    find: (connectionId) =>
      settle(
        () => repository.find(connectionId),
        (record) => ((record ?? null) === null || isRecord(record) ? { checked: record ?? null } : null),
      ),
    save: (record, expectedVersion) =>
      settle(
        () => repository.save(record, expectedVersion),
        () => ({ checked: undefined }),
      ),
    takeLease: (request) =>
      settle(
        () => repository.takeLease(request),
        (record) => ((record ?? null) === null || isRecord(record) ? { checked: record ?? null } : null),
      ),
    saveRefresh: (write) =>
      settle(
        () => repository.saveRefresh(write),
        (isWritten) => (typeof isWritten === 'boolean' ? { checked: isWritten } : null),
      ),
    listSealedByOthers: (page) =>
      settle(
        () => repository.listSealedByOthers(page),
        (records) => (Array.isArray(records) && records.every(isRecord) ? { checked: records } : null),
      ),
    countSealedBy: (keyId) =>
      settle(
        () => repository.countSealedBy(keyId),
        (count) => (Number.isSafeInteger(count) && count >= 0 ? { checked: count } : null),
      ),
  }
}

/** Whether it has what a record needs to be found and written again. What is sealed in it proves itself. */
function isRecord(value: unknown): value is CredentialRecord {
  const { connectionId, version, credentials } = (value ?? {}) as Partial<CredentialRecord>
  return typeof connectionId === 'string' && Number.isSafeInteger(version) && typeof credentials === 'object'
}
