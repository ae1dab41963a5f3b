import type { EventError } from '../events.ts'
import type { ChangeCounts } from './report.ts'

/** The kinds of events of data, and what an audit log calls each. */
export const syncActions = {
  AccountSyncAttempted: 'ACCOUNT_SYNC_ATTEMPTED',
  AccountSyncSucceeded: 'ACCOUNTS_SYNCED',
  AccountSyncFailed: 'ACCOUNT_SYNC_FAILED',
  TransactionSyncAttempted: 'TRANSACTION_SYNC_ATTEMPTED',
  TransactionSyncSucceeded: 'TRANSACTIONS_SYNCED',
  TransactionSyncFailed: 'TRANSACTION_SYNC_FAILED',
  HoldingSyncAttempted: 'HOLDING_SYNC_ATTEMPTED',
  HoldingSyncSucceeded: 'HOLDINGS_SYNCED',
  HoldingSyncFailed: 'HOLDING_SYNC_FAILED',
  FileImportAttempted: 'FILE_IMPORT_ATTEMPTED',
  FileImportProgress: 'FILE_IMPORT_PROGRESS',
  FileImportSucceeded: 'FILE_IMPORTED',
  FileImportFailed: 'FILE_IMPORT_FAILED',
} as const

/** Which account an event is about. */
type OfAccount = {
  /** The account's id in the store. */
  accountId: string
}

/** What was done for an account. */
type Done = OfAccount & { counts: ChangeCounts }

/** What was not done, in whole or in part. */
type Failure = {
  /** `null` when no call failed: records could not be read, or the provider does not vouch for all of them. */
  error: EventError | null
  /** How many records could not be read. */
  rejected: number
}

/** What events of data tell beside what all events do. */
export type SyncEventDetails = {
  AccountSyncSucceeded: { accounts: number }
  AccountSyncFailed: Failure
  TransactionSyncAttempted: OfAccount
  TransactionSyncSucceeded: Done
  /** What was stored is counted: it stays. */
  TransactionSyncFailed: Done & Failure
  HoldingSyncAttempted: OfAccount
  HoldingSyncSucceeded: Done
  HoldingSyncFailed: Done & Failure
  FileImportProgress: {
    /** Rows read so far. */
    rows: number
  }
  FileImportSucceeded: { accounts: number; counts: ChangeCounts }
  FileImportFailed: Failure & { counts: ChangeCounts }
}
