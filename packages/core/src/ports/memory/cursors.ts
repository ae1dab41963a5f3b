import { Ok } from '../../result.ts'
import type { CursorRepository, SyncCursor } from '../cursor-repository.ts'
import { keyOf, type RowKeys, saveVersion } from './table.ts'
import type { Access } from './tables.ts'

const keys: RowKeys<SyncCursor> = {
  keyOf: ({ connectionId, stream }) => keyOf(connectionId, stream),
  uniqueOf: () => null,
}

/** Cursors in memory. */
export function memoryCursors({ read, write }: Access): CursorRepository {
  return {
    find: async (connectionId, stream) =>
      Ok(structuredClone(read().cursors.rows.get(keyOf(connectionId, stream)) ?? null)),
    save: (cursor, expectedVersion) => write(({ cursors }) => saveVersion(cursors, keys, cursor, expectedVersion)),
  }
}
