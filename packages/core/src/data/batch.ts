import type { DateRange } from '../dates.ts'
import type { Json } from '../json.ts'
import type { ProviderTransactionData } from './transaction.ts'

/** A record that could not be mapped. Nothing is dropped: it is here, with the reason. */
export type RejectedRecord = {
  /** Its id where that could be read, which keeps a stored twin from being taken for removed. */
  id: string | null
  /** The account it belongs to; `null` when that can't be told, or when it is an account itself. */
  providerAccountId: string | null
  /** Where in the answer or file it stands, such as `'$.activities[3].net_amount'` or `'STMTTRN at byte 1042'`. */
  path: string
  /** What is wrong with it, fit for users and logs: never a value of the record. */
  reason: string
  /** The record as it came, account numbers masked. */
  rawData: Json
}

/** The kinds of {@link ProviderWarning}. */
export const warningCodes = ['INSTITUTION_NEEDS_ATTENTION', 'POSSIBLY_TRUNCATED', 'BALANCE_MISMATCH', 'OTHER'] as const

/** One of {@link warningCodes}. */
export type WarningCode = (typeof warningCodes)[number]

/** What the user should know though the call worked: the institution wants attention, a running balance does not add up, a page was cut. */
export type ProviderWarning = {
  code: WarningCode
  /** The account it is about; `null` for all of them. */
  providerAccountId: string | null
  /** Fit for users and logs. */
  message: string
  details: Json
}

/** What a call gave: the records, and whatever could not be one. */
export type Batch<T> = {
  items: T[]
  rejected: RejectedRecord[]
  warnings: ProviderWarning[]
  /** Whether `items` and `rejected` are all there is. Only then may absence mean that something is gone. */
  complete: boolean
}

/** The transactions of one account. */
export type TransactionBatch = {
  items: ProviderTransactionData[]
  rejected: RejectedRecord[]
  warnings: ProviderWarning[]
  /**
   * The days for which every record the institution has is in `items` or `rejected`: only there may a missing transaction mean that it was removed.
   * `null` when nothing can be said, as for files.
   */
  covered: DateRange | null
}
