import type { DateRange } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** How far a sync or a feed of a connection is. */
export type SyncCursor = {
  connectionId: string
  /** What is read, such as the transactions of one account: unique within its connection. */
  stream: string
  /** Where to go on, in the reader's own words; `null` at the start. */
  cursor: string | null
  /** The days that are stored completely; `null` when nothing can be said. */
  covered: DateRange | null
  /** 1 when it is first saved, and one more with each change. */
  version: number
}

/** Where cursors are kept. */
export interface CursorRepository {
  /** The cursor of a stream; `null` when there is none. */
  find(connectionId: string, stream: string): Promise<Result<SyncCursor | null, StorageError>>

  /**
   * Writes a cursor if the one stored has the version `expectedVersion` (0: if there is none), in one atomic step. In a transaction with the rows it stands for, it keeps two readers of a stream apart:
   * whoever comes second loses its rows too.
   *
   * @returns `STORAGE_CONFLICT` when it has another version; nothing is written then.
   */
  save(cursor: SyncCursor, expectedVersion: number): Promise<Result<void, StorageError>>
}
