import { createRecordId } from '../record-id.ts'
import { Ok, type Result } from '../result.ts'
import { asStorable } from './as-storable.ts'
import { checkHoldings } from './reconciliation.ts'
import { addCounts, addNotes, type ChangeCounts } from './report.ts'
import { saveHoldings } from './save-holdings.ts'
import type { SyncError } from './sync-error.ts'
import type { AccountSync } from './sync-transactions.ts'

/**
 * Brings an account's holdings up to date.
 *
 * @returns whether the store says now what the institution says.
 */
export async function syncHoldings(sync: AccountSync): Promise<Result<boolean, SyncError>> {
  const { parts, provider, lease, account, report, signal } = sync
  const fetched = (await provider.fetchHoldings(account.providerAccountId, { signal })).map(asStorable)
  if (fetched.isErr()) return fetched
  const batch = fetched.value
  const saved = await parts.repositories.transaction<ChangeCounts, SyncError>(async (inside) => {
    const renewed = await lease.renew(inside)
    return renewed.isErr() ? renewed : saveHoldings(inside, account, batch, () => createRecordId(parts))
  })
  if (saved.isErr()) return saved
  addCounts(report.holdings, saved.value)
  addNotes(report, batch)
  const isWhole = batch.complete && batch.rejected.length === 0
  const warning = isWhole && sync.isFresh ? checkHoldings(account, batch.items) : null
  if (warning !== null) report.warnings.push(warning)
  return Ok(isWhole)
}
