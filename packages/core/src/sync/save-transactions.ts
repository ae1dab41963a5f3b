import type { RejectedRecord } from '../data/batch.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import type { DateRange, Instant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Account } from '../ports/account-repository.ts'
import type { TransactionalRepositories } from '../ports/repositories.ts'
import type { Transaction } from '../ports/transaction-repository.ts'
import { Ok, type Result } from '../result.ts'
import { type Comparison, changesOf, type TransactionChanges } from './changes.ts'
import type { ChangeCounts } from './report.ts'

/** Transactions of an account, as they were told. */
export type TransactionsToSave = {
  readonly account: Account
  readonly fetched: readonly ProviderTransactionData[]
  readonly rejected: readonly Pick<RejectedRecord, 'id'>[]
  readonly covered: DateRange | null
  readonly carried?: Comparison<Transaction>['carried']
  readonly merge?: Comparison<Transaction>['merge']
  readonly now: Instant
  readonly createId: () => string
}

/** Finds out what an answer changes, and writes that alone. The pending rows that are carried are as they are stored then. */
export async function saveTransactions(
  { transactions }: Pick<TransactionalRepositories, 'transactions'>,
  { account, fetched, rejected, covered, carried, merge, now, createId }: TransactionsToSave,
): Promise<Result<TransactionChanges<Transaction>, StorageError>> {
  const ids = fetched.map(({ providerTransactionId }) => providerTransactionId)
  const twins = await transactions.findByProviderIds(account.id, ids)
  if (twins.isErr()) return twins
  const standing = covered === null ? Ok([]) : await transactions.listInRange(account.id, covered)
  if (standing.isErr()) return standing
  const stored = [...new Map([...twins.value, ...standing.value].map((row) => [row.id, row])).values()]
  const answer = { stored, fetched, rejected, covered, carried }
  const changes = changesOf(merge === undefined ? answer : { ...answer, merge })
  const rows = toRows(changes, { account, now, createId })
  const written = new Map(rows.map((row) => [row.id, row]))
  const pending = changes.carried.pending.map((row) => written.get(row.id) ?? row)
  const saved = await transactions.save(rows)
  return saved.map(() => ({ ...changes, carried: { ...changes.carried, pending } }))
}

/** The rows that changes make, each in its next version. */
export function toRows(
  { added, modified, removed }: Pick<TransactionChanges<Transaction>, 'added' | 'modified' | 'removed'>,
  { account, now, createId }: Pick<TransactionsToSave, 'account' | 'now' | 'createId'>,
): Transaction[] {
  const { userId, id: accountId } = account
  return [
    ...modified.map(({ stored, data }) => ({ ...stored, ...data, removedAt: null, version: stored.version + 1 })),
    ...removed.map((row) => ({ ...row, removedAt: now, version: row.version + 1 })),
    ...added.map((data) => ({ ...data, id: createId(), userId, accountId, removedAt: null, version: 1 })),
  ]
}

/** How many rows changes are. */
export function countChanges({
  added,
  modified,
  removed,
  unchanged,
}: Pick<TransactionChanges<Transaction>, 'added' | 'modified' | 'removed' | 'unchanged'>): ChangeCounts {
  return { added: added.length, modified: modified.length, removed: removed.length, unchanged }
}
