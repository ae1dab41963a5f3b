import type { ProviderHoldingData } from '../data/holding.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** A position as it is stored. What is no longer held is deleted. */
export type Holding = ProviderHoldingData & {
  /** Made by Finport. */
  id: string
  userId: string
  accountId: string
  /** 1 when it is first saved, and one more with each change. */
  version: number
}

/** Where holdings are kept. */
export interface HoldingRepository {
  /** All holdings of a user, in the order of their ids. */
  listByUser(userId: string): Promise<Result<Holding[], StorageError>>

  /** All holdings of an account, in the order of their ids. */
  listByAccount(accountId: string): Promise<Result<Holding[], StorageError>>

  /**
   * Writes holdings by their ids, all or none of them. Those that are stored just so are not written again.
   *
   * @returns how many were written; `STORAGE_CONFLICT` when another holding of the account has the same `providerHoldingId`.
   */
  save(holdings: readonly Holding[]): Promise<Result<number, StorageError>>

  /** Deletes holdings of an account. Ids of which there are none are passed over. Returns how many there were. */
  remove(accountId: string, ids: readonly string[]): Promise<Result<number, StorageError>>
}
