import type { TransactionBatch } from '../data/batch.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import { type DateRange, daysBetween, type IsoDate, toInstant } from '../dates.ts'
import { Decimal } from '../decimal.ts'
import type { Account } from '../ports/account-repository.ts'
import type { TransactionalRepositories } from '../ports/repositories.ts'
import type { Transaction } from '../ports/transaction-repository.ts'
import { createRecordId } from '../record-id.ts'
import { Ok, type Result } from '../result.ts'
import type { Carried, TransactionChanges } from './changes.ts'
import type { SyncLease } from './lease.ts'
import { type Position, streamOf, toCursor } from './position.ts'
import { cashOf, effectOf, isOfCurrency, type RowChanges } from './reconciliation.ts'
import { saveTransactions } from './save-transactions.ts'
import type { SyncError } from './sync-error.ts'
import type { SyncParts } from './sync-parts.ts'
import { intersect, joinRanges } from './windows.ts'

/** An account may rest for long: nothing in as many days, about a year, is the end of its history. It is no more than the longest window that institutions allow. */
export const SILENT_DAYS = 350

/** The answer for some days. */
export type AnsweredWindow = {
  readonly batch: TransactionBatch
  /** The days that were asked for; `null` for all there are. */
  readonly window: DateRange | null
  /** The days that may be covered: what is promised beyond is of no use, and days to come would never be asked for again. */
  readonly asked: DateRange
  /** Where the account was before. */
  readonly position: Position
  /** Whether this goes back in time: then a long time with nothing in it is the end. */
  readonly isHistory: boolean
  /** Whether days of a window before, which had been covered, were not vouched for: those that follow are asked for again with them. */
  readonly hasGap: boolean
  readonly today: IsoDate
  /** What the windows before left open. */
  readonly carried: Carried<Transaction>
}

/** What came of it. */
export type CommittedWindow = {
  readonly changes: TransactionChanges<Transaction>
  readonly position: Position
  /** Those of the changes that a balance shows: not what was there long before the first sync. */
  readonly recent: RowChanges
}

/** Writes the rows of a window and the cursor that says so, both or neither. */
export function commitWindow(
  sync: { parts: SyncParts; lease: SyncLease; account: Account; isFresh: boolean },
  answer: AnsweredWindow,
): Promise<Result<CommittedWindow, SyncError>> {
  const { parts, lease, account } = sync
  const { batch, asked } = answer
  const covered = intersect(batch.covered, asked)
  const createId = () => createRecordId(parts)
  return parts.repositories.transaction<CommittedWindow, SyncError>(async (inside) => {
    const renewed = await lease.renew(inside)
    if (renewed.isErr()) return renewed
    const { items: fetched, rejected } = batch
    const row = { account, now: toInstant(parts.now()), createId }
    const { carried } = answer
    const saved = await saveTransactions(inside, { ...row, fetched, rejected, covered, carried, merge: keepNames })
    if (saved.isErr()) return saved
    const recent = recentOf(saved.value, answer.position)
    const moved = await savePosition(
      inside,
      account,
      answer.position,
      move({ ...answer, account, covered, recent, closing: sync.isFresh ? cashOf(account) : null }),
    )
    return moved.map((position) => ({ changes: saved.value, position, recent }))
  })
}

/** Writes where an account is, if that has changed. */
export async function savePosition(
  { cursors }: Pick<TransactionalRepositories, 'cursors'>,
  account: Account,
  before: Position,
  after: Position,
): Promise<Result<Position, SyncError>> {
  const names = { connectionId: account.connectionId, stream: streamOf(account) }
  const cursor = toCursor(after, names)
  if (JSON.stringify(cursor) === JSON.stringify(toCursor(before, names))) return Ok(before)
  const saved = await cursors.save(cursor, before.version)
  return saved.map(() => ({ ...after, version: cursor.version }))
}

function move({
  account,
  batch,
  window,
  position,
  isHistory,
  hasGap,
  today,
  covered,
  recent,
  closing,
}: AnsweredWindow & {
  account: Account
  covered: DateRange | null
  recent: RowChanges
  closing: Decimal | null
}): Position {
  const isEmpty = batch.items.length === 0 && batch.rejected.length === 0
  const joined = hasGap ? position.covered : joinRanges(position.covered, covered)
  // Behind days that were not vouched for is no end: they are asked for again.
  const isBack = isHistory && (window === null ? covered !== null : isCovering(joined, window))
  const silentDays = isBack && window !== null ? silenceBehind(window, position, isEmpty) : position.silentDays
  const isEnd = isBack && (window === null || silentDays >= SILENT_DAYS)
  const isToday = covered !== null && covered.to >= today
  const { ledger } = position
  const isFollowed = ledger !== null && isOfCurrency(recent, account.currency)
  return {
    ...position,
    covered: joined,
    isWhole: position.isWhole || isEnd,
    silentDays,
    ledger: isFollowed ? Decimal.add(ledger, effectOf(recent)) : isToday ? closing : null,
  }
}

/** How many days in a row have nothing, with those of a window that is before them all. */
function silenceBehind({ from, to }: DateRange, { silentDays }: Position, isEmpty: boolean): number {
  return isEmpty ? silentDays + daysBetween(from, to) + 1 : 0
}

/** Whether all the days that were asked for are covered. */
export function isCovering(covered: DateRange | null, window: DateRange | null): boolean {
  return covered !== null && (window === null || (covered.from <= window.from && covered.to >= window.to))
}

function recentOf({ added, modified, removed }: TransactionChanges<Transaction>, { covered }: Position): RowChanges {
  return { added: added.filter((row) => covered !== null && row.transactionDate >= covered.from), modified, removed }
}

/** What a security is called may be told with the rows around it, and not where these are left out: that is no news. */
function keepNames(stored: Transaction, told: ProviderTransactionData): ProviderTransactionData {
  return {
    ...told,
    symbol: told.symbol ?? stored.symbol,
    securityName: told.securityName ?? stored.securityName,
    assetType: told.assetType ?? stored.assetType,
  }
}
