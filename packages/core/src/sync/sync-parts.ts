import type { ProviderAccountData } from '../data/account.ts'
import type { Batch, TransactionBatch } from '../data/batch.ts'
import type { ProviderHoldingData } from '../data/holding.ts'
import type { EventEmitter } from '../events.ts'
import type { Repositories } from '../ports/repositories.ts'
import type { Identity, RequestOptions, SnapshotPage, TransactionQuery } from '../provider.ts'
import type { RecordIdSource } from '../record-id.ts'
import type { Result } from '../result.ts'
import type { SyncError } from './sync-error.ts'

/** What a sync, an import and a feed are made of. */
export type SyncParts = RecordIdSource & {
  readonly repositories: Repositories
  readonly emit: EventEmitter
}

/** A provider's calls with the credentials bound in. */
export type BoundProvider = Identity & {
  fetchAccounts(options?: RequestOptions): Promise<Result<Batch<ProviderAccountData>, SyncError>>
  fetchTransactions(providerAccountId: string, query?: TransactionQuery): Promise<Result<TransactionBatch, SyncError>>
  fetchHoldings(
    providerAccountId: string,
    options?: RequestOptions,
  ): Promise<Result<Batch<ProviderHoldingData>, SyncError>>
  /** Where the provider gives everything at once. */
  fetchSnapshot?(query?: TransactionQuery): AsyncIterable<Result<SnapshotPage, SyncError>>
}
