import type { ProviderAccountData } from '../data/account.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** An account as it is stored. */
export type Account = ProviderAccountData & {
  /** Made by Finport; it stays when the provider's id changes. */
  id: string
  userId: string
  connectionId: string
  /** 1 when it is first saved, and one more with each change. */
  version: number
}

/** Where accounts are kept. */
export interface AccountRepository {
  /** A user's account; `null` when this user has none of that id, whoever else may. */
  find(userId: string, id: string): Promise<Result<Account | null, StorageError>>

  /** All accounts of a user, those that are not active too, in the order of their ids. */
  listByUser(userId: string): Promise<Result<Account[], StorageError>>

  /** All accounts of a connection, those that are not active too, in the order of their ids. */
  listByConnection(connectionId: string): Promise<Result<Account[], StorageError>>

  /**
   * Writes accounts by their ids, all or none of them. Those that are stored just so are not written again.
   *
   * @returns how many were written; `STORAGE_CONFLICT` when another account of the connection has the same `providerAccountId`.
   */
  save(accounts: readonly Account[]): Promise<Result<number, StorageError>>
}
