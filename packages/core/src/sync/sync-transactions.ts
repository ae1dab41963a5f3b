import type { ProviderWarning, TransactionBatch } from '../data/batch.ts'
import { addDays, civilDate, type DateRange, type IsoDate, toInstant } from '../dates.ts'
import { ProviderAbortedError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Account } from '../ports/account-repository.ts'
import type { Transaction } from '../ports/transaction-repository.ts'
import { Err, Ok, type Result } from '../result.ts'
import { asStorable } from './as-storable.ts'
import { type Carried, nothingCarried, type TransactionChanges } from './changes.ts'
import { commitWindow, isCovering, SILENT_DAYS, savePosition } from './commit-window.ts'
import type { SyncLease } from './lease.ts'
import { type Position, streamOf, toPosition } from './position.ts'
import { cashOf, checkBalance, type RowChanges } from './reconciliation.ts'
import { type AccountReport, addCounts, addNotes } from './report.ts'
import { countChanges } from './save-transactions.ts'
import type { SyncError } from './sync-error.ts'
import type { BoundProvider, SyncParts } from './sync-parts.ts'
import { intersect, recentWindows, windowBefore } from './windows.ts'

/** One account of a sync. */
export type AccountSync = {
  readonly parts: SyncParts
  readonly provider: BoundProvider
  readonly lease: SyncLease
  readonly account: Account
  /** Whether the account was told just now, so that its balance is of this moment. */
  readonly isFresh: boolean
  /** What is written here as it goes. */
  readonly report: AccountReport
  readonly startDate?: IsoDate | undefined
  readonly endDate?: IsoDate | undefined
  readonly signal?: AbortSignal | undefined
  /** Told after each window. */
  readonly onWindow: () => void
}

/** No institution has anything from before. */
const EARLIEST = '1900-01-01' as IsoDate

/** How far back transactions are looked for whose last word is not spoken. */
const OPEN_DAYS = 45

/** How long one that was removed is asked for again: its absence may have been a fault. */
const REMOVED_DAYS = 7

/**
 * Brings an account's transactions up to date, window by window: those since the last time first, then back until the institution has no more. Each window is committed with the cursor that says so: whatever ends this, the
 * next sync goes on from there.
 *
 * @returns whether the store says now what the institution says.
 */
export async function syncTransactions(sync: AccountSync): Promise<Result<boolean, SyncError>> {
  const { parts, provider, account, report } = sync
  const { maxWindowDays, overlapDays } = provider.metadata.sync
  const today = civilDate(toInstant(parts.now()), provider.metadata.timeZone)
  const endDate = sync.endDate === undefined || sync.endDate > today ? today : sync.endDate
  const isTooEarly = sync.startDate !== undefined && sync.startDate < EARLIEST
  const startDate = isTooEarly ? EARLIEST : sync.startDate
  const found = await parts.repositories.cursors.find(account.connectionId, streamOf(account))
  if (found.isErr()) return found
  let position = toPosition(found.value)
  report.covered = position.covered
  const opening = position.ledger
  const recent: RowChanges[] = []
  let carried: Carried<Transaction> = nothingCarried
  let hasGap = false
  let isWhole = true

  const read = async (window: DateRange | null, isHistory: boolean): Promise<Result<TransactionBatch, SyncError>> => {
    if (sync.signal?.aborted) return Err(new ProviderAbortedError({ provider: provider.slug, operation: 'sync' }))
    const asked = window ?? { from: EARLIEST, to: endDate }
    const days = window === null ? { endDate } : { startDate: window.from, endDate: window.to }
    const query = { ...days, signal: sync.signal }
    const batch = (await provider.fetchTransactions(account.providerAccountId, query)).map(asStorable)
    if (batch.isErr()) return batch
    const answer = { batch: batch.value, window, asked, position, isHistory, hasGap, today, carried }
    const committed = await commitWindow(sync, answer)
    if (committed.isErr()) return committed
    // Days that were never covered stay apart by themselves.
    const wasCovered = window !== null && intersect(position.covered, window) !== null
    if (!isHistory && wasCovered && !isCovering(batch.value.covered, window)) hasGap = true
    position = committed.value.position
    carried = committed.value.changes.carried
    recent.push(committed.value.recent)
    isWhole = note(report, batch.value, window, committed.value.changes) && isWhole
    report.covered = position.covered
    sync.onWindow()
    return batch
  }

  const oldestOpen = await findOldestOpen(sync, position)
  if (oldestOpen.isErr()) return oldestOpen
  const plan = { covered: position.covered, today, startDate, endDate, overlapDays, maxWindowDays }
  for (const window of recentWindows({ ...plan, oldestOpen: oldestOpen.value })) {
    const batch = await read(window, false)
    if (batch.isErr()) return batch
  }
  hasGap = false
  if (startDate === undefined && !position.isWhole) {
    const history = maxWindowDays === null ? await read(null, true) : await readHistory(maxWindowDays)
    if (history.isErr()) return history
  }
  const closing = sync.isFresh && endDate === today ? cashOf(account) : null
  if (opening !== null && closing !== null && isWhole) {
    const warning = checkBalance({ account, opening, closing, ...joined(recent) })
    if (warning !== null) report.warnings.push(warning)
  }
  return Ok(isWhole)

  /** Back, a window at a time, until there is nothing in about a year of them, or the provider refuses to go further. */
  async function readHistory(days: number): Promise<Result<void, SyncError>> {
    let to = position.covered === null ? endDate : addDays(position.covered.from, -1)
    let { silentDays } = position
    for (; to > EARLIEST; to = addDays(to, -days)) {
      const batch = await read(windowBefore(to, days), true)
      if (batch.isErr()) {
        if (position.covered === null || !isRefusal(batch.error)) return batch
        // Behind days that were not vouched for, it is not the end: they are asked for again.
        return addDays(position.covered.from, -1) === to ? endHistory() : Ok(undefined)
      }
      const { items, rejected } = batch.value
      silentDays = items.length === 0 && rejected.length === 0 ? silentDays + days : 0
      if (position.isWhole || silentDays >= SILENT_DAYS) break
    }
    return Ok(undefined)
  }

  /** One refusal may be a fault of the day: what is refused on two days is asked for no more. */
  async function endHistory(): Promise<Result<void, SyncError>> {
    const message = 'The provider refuses to give transactions of earlier days.'
    report.warnings.push(warn(account, message, { from: position.covered?.from ?? null }))
    const isWhole = position.refusedOn !== null && position.refusedOn < today
    const after = { ...position, isWhole, refusedOn: today }
    return (await savePosition(parts.repositories, account, position, after)).map(() => undefined)
  }
}

/** A provider that gave later days and can't be asked for earlier ones. */
function isRefusal(error: SyncError): boolean {
  return error.code === 'PROVIDER_INVALID_INPUT' || ('status' in error && error.status === 400)
}

/** The oldest day of a transaction that is pending, or was removed not long ago; `null` when there is none. */
async function findOldestOpen(
  { parts, account }: AccountSync,
  { covered }: Position,
): Promise<Result<IsoDate | null, StorageError>> {
  if (covered === null) return Ok(null)
  const range = { from: addDays(covered.to, -OPEN_DAYS), to: covered.to }
  const rows = await parts.repositories.transactions.listInRange(account.id, range)
  const lately = toInstant(parts.now() - REMOVED_DAYS * 86_400_000)
  const isOpen = ({ status, removedAt }: Transaction) =>
    removedAt === null ? status === 'pending' : removedAt >= lately
  return rows.map((stored) => stored.find(isOpen)?.transactionDate ?? null)
}

/** Writes into the report what a window gave. Whether that was all there is. */
function note(
  report: AccountReport,
  batch: TransactionBatch,
  window: DateRange | null,
  changes: TransactionChanges<Transaction>,
): boolean {
  const { covered, rejected } = batch
  addCounts(report, countChanges(changes))
  addNotes(report, batch)
  const isVouchedFor = isCovering(covered, window)
  if (!isVouchedFor) {
    const message =
      'The provider does not vouch for all of these days: transactions may be missing. They are asked for again the next time.'
    report.warnings.push(warn(report, message, { asked: window, covered }))
  }
  if (changes.withheld.length > 0) {
    const message =
      'Transactions that were there before are missing from the answer, and were kept: an institution does not take back so many at once.'
    report.warnings.push(warn(report, message, { missing: changes.withheld.length, asked: window }))
  }
  return isVouchedFor && rejected.length === 0 && changes.withheld.length === 0
}

function warn(
  { providerAccountId }: { readonly providerAccountId: string },
  message: string,
  details: ProviderWarning['details'],
): ProviderWarning {
  return { code: 'POSSIBLY_TRUNCATED', providerAccountId, message, details }
}

function joined(all: readonly RowChanges[]): RowChanges {
  return {
    added: all.flatMap(({ added }) => added),
    modified: all.flatMap(({ modified }) => modified),
    removed: all.flatMap(({ removed }) => removed),
  }
}
