import type { ProviderTransactionData, TransactionStatus } from '../data/transaction.ts'
import type { DateRange, Instant, IsoDate } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** A transaction as it is stored. */
export type Transaction = ProviderTransactionData & {
  /** Made by Finport; it stays when the provider's id changes, as when a pending transaction is posted. */
  id: string
  userId: string
  accountId: string
  /** When the institution was found to show it no more; `null` while it does. The row stays. */
  removedAt: Instant | null
  /** 1 when it is first saved, and one more with each change. */
  version: number
}

/** Which transactions to list: see {@link TransactionRepository.list}. */
export type TransactionListQuery = {
  userId: string
  /** Only those of one account. */
  accountId?: string | undefined
  /** Only those from this day on. */
  from?: IsoDate | undefined
  /** Only those up to this day. */
  to?: IsoDate | undefined
  /** Only those in this state. */
  status?: TransactionStatus | undefined
  /** Whether those that were removed are wanted as well: not if it is left out. */
  includeRemoved?: boolean | undefined
  /** The last one of the page before; `null` for the first page. */
  after: { transactionDate: IsoDate; id: string } | null
  /** How many at most. */
  limit: number
}

/** Where transactions are kept. */
export interface TransactionRepository {
  /** A user's transactions for a screen, the newest first: by `transactionDate` and, on a day, by id, both falling. */
  list(query: TransactionListQuery): Promise<Result<Transaction[], StorageError>>

  /** Every transaction of an account with a `transactionDate` in the range, removed ones too, in the order of their dates and ids. */
  listInRange(accountId: string, range: DateRange): Promise<Result<Transaction[], StorageError>>

  /** The transactions of an account that have one of these ids, removed ones too, in no order. */
  findByProviderIds(
    accountId: string,
    providerTransactionIds: readonly string[],
  ): Promise<Result<Transaction[], StorageError>>

  /**
   * Writes transactions by their ids, all or none of them. Those that are stored just so are not written again.
   *
   * @returns how many were written; `STORAGE_CONFLICT` when another transaction of the account has the same `providerTransactionId`.
   */
  save(transactions: readonly Transaction[]): Promise<Result<number, StorageError>>
}
