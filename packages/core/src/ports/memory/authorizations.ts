import { StorageError } from '../../errors/storage-error.ts'
import { Err, Ok } from '../../result.ts'
import type { AuthorizationRepository, AuthorizationRequest } from '../authorization-repository.ts'
import { type RowKeys, removeRow, saveRow, select } from './table.ts'
import type { Access } from './tables.ts'

const keys: RowKeys<AuthorizationRequest> = { keyOf: ({ stateHash }) => stateHash, uniqueOf: () => null }

/** Logins in memory. */
export function memoryAuthorizations({ write }: Access): AuthorizationRepository {
  return {
    insert: (request) =>
      write(({ authorizations }) =>
        authorizations.rows.get(request.stateHash) === undefined
          ? saveRow(authorizations, keys, request)
          : Err(new StorageError('STORAGE_CONFLICT')),
      ),
    take: (userId, stateHash) =>
      write(({ authorizations }) => {
        const row = authorizations.rows.get(stateHash)
        if (row?.userId !== userId) return Ok(null)
        removeRow(authorizations, keys, stateHash)
        return Ok(structuredClone(row))
      }),
    removeExpired: (before) =>
      write(({ authorizations }) => {
        const expired = select(authorizations, ({ expiresAt }) => expiresAt < before)
        for (const { stateHash } of expired) removeRow(authorizations, keys, stateHash)
        return Ok(expired.length)
      }),
  }
}
