import type { Batch, RejectedRecord } from '../data/batch.ts'
import type { ProviderHoldingData } from '../data/holding.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Account } from '../ports/account-repository.ts'
import type { Holding } from '../ports/holding-repository.ts'
import type { TransactionalRepositories } from '../ports/repositories.ts'
import { Ok, type Result } from '../result.ts'
import { isSameData } from './changes.ts'
import type { ChangeCounts } from './report.ts'

/** Writes what of an account's holdings has changed. Those that a complete answer does not name are deleted. */
export async function saveHoldings(
  { holdings }: Pick<TransactionalRepositories, 'holdings'>,
  account: Account,
  {
    items,
    rejected,
    complete,
  }: Pick<Batch<ProviderHoldingData>, 'items' | 'complete'> & {
    readonly rejected: readonly Pick<RejectedRecord, 'id'>[]
  },
  createId: () => string,
): Promise<Result<ChangeCounts, StorageError>> {
  const stored = await holdings.listByAccount(account.id)
  if (stored.isErr()) return stored
  const known = new Map(stored.value.map((row) => [row.providerHoldingId, row]))
  const told = new Map(items.map((item) => [item.providerHoldingId, item]))
  const changed = [...told.values()].filter((data) => {
    const row = known.get(data.providerHoldingId)
    return row === undefined || !isSameData<ProviderHoldingData>(row, data)
  })
  const rows = changed.map((data): Holding => {
    const row = known.get(data.providerHoldingId)
    const owner = { userId: account.userId, accountId: account.id }
    return { ...data, ...owner, id: row?.id ?? createId(), version: (row?.version ?? 0) + 1 }
  })
  const saved = await holdings.save(rows)
  if (saved.isErr()) return saved

  const unread = new Set(rejected.map(({ id }) => id))
  const isGone = ({ providerHoldingId: id }: Holding) => !told.has(id) && !unread.has(id)
  const gone = complete && !unread.has(null) ? stored.value.filter(isGone) : []
  const removed =
    gone.length === 0
      ? Ok(0)
      : await holdings.remove(
          account.id,
          gone.map(({ id }) => id),
        )
  if (removed.isErr()) return removed
  const added = rows.filter(({ version }) => version === 1).length
  return Ok({ added, modified: rows.length - added, removed: gone.length, unchanged: told.size - rows.length })
}
