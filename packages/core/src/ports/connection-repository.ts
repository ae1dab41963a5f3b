import type { Connection, ConnectionStatus } from '../connections/connection.ts'
import type { Instant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** Which connections to list. What is left out does not matter. */
export type ConnectionQuery = {
  userId?: string | undefined
  /** The provider's slug. */
  provider?: string | undefined
  status?: ConnectionStatus | undefined
  /** Only those that were last changed before this moment. */
  updatedBefore?: Instant | undefined
  /** The id of the last one of the page before; `null` for the first page. */
  after: string | null
  /** How many at most. */
  limit: number
}

/** Where connections are kept. */
export interface ConnectionRepository {
  /** A user's connection; `null` when this user has none of that id, whoever else may. */
  find(userId: string, id: string): Promise<Result<Connection | null, StorageError>>

  /**
   * Writes a connection if the one stored has the version `expectedVersion` (0: if there is none), in one atomic step: of several at a time, one wins. Among the pending, active and expired ones,
   * the alias is unique for each user and provider.
   *
   * @returns `STORAGE_CONFLICT` when it has another version, or the alias is taken; nothing is written then.
   */
  save(connection: Connection, expectedVersion: number): Promise<Result<void, StorageError>>

  /** Connections in the order of their ids, compared as bytes: the order in which they were made. */
  list(query: ConnectionQuery): Promise<Result<Connection[], StorageError>>
}
