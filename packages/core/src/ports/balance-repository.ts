import type { BalanceSnapshot } from '../data/balance.ts'
import type { IsoDate } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** An account's balance of a day, as it is stored: one for each account and day. */
export type AccountBalance = BalanceSnapshot & {
  userId: string
  accountId: string
  /** The day in the institution's calendar. */
  day: IsoDate
}

/** Which balances to list: see {@link BalanceRepository.list}. */
export type BalanceListQuery = {
  userId: string
  accountId: string
  /** Only those from this day on. */
  from?: IsoDate | undefined
  /** Only those up to this day. */
  to?: IsoDate | undefined
  /** The day of the last one of the page before; `null` for the first page. */
  after: IsoDate | null
  /** How many at most. */
  limit: number
}

/** Where balances over time are kept. */
export interface BalanceRepository {
  /** The balances of a user's account, the newest first. */
  list(query: BalanceListQuery): Promise<Result<AccountBalance[], StorageError>>

  /** Writes balances by their account and day, all or none of them. Those that are stored just so are not written again. Returns how many were written. */
  save(balances: readonly AccountBalance[]): Promise<Result<number, StorageError>>
}
