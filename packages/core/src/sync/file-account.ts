import type { ProviderAccountData } from '../data/account.ts'
import type { ProviderHoldingData } from '../data/holding.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import { civilDate, type IsoDate } from '../dates.ts'
import type { Account } from '../ports/account-repository.ts'
import type { Transaction } from '../ports/transaction-repository.ts'
import { isPostingOf, type TransactionChanges } from './changes.ts'
import { isOlder } from './merge.ts'
import { cashOf, checkBalance, type RowChanges } from './reconciliation.ts'
import { type AccountReport, addCounts } from './report.ts'
import { countChanges } from './save-transactions.ts'

/** What is known of one account while a file is read. */
export type FileAccount = {
  /** As it was stored before the file; `null` when it is new. */
  readonly before: Account | null
  /** As the file told it last. */
  told: ProviderAccountData
  /** As it is stored by now; `null` until its first page is. */
  account: Account | null
  /** Stored pending rows that the file has not named so far. */
  readonly pending: Map<string, Transaction>
  /** Rows that one of them may have become: which it is shows at the end. */
  readonly held: ProviderTransactionData[]
  readonly holdings: ProviderHoldingData[]
  /** Whether the file has all of its holdings. */
  hasAllHoldings: boolean
  readonly report: AccountReport
  /** What is new since the balance before; `null` once there is too much of it to be that. */
  recent: RowChanges | null
  /** The first day of which the file has a row. */
  firstDay: IsoDate | null
}

/** An account that the file has just named. */
export function openFileAccount(
  told: ProviderAccountData,
  before: Account | null,
  pending: readonly Transaction[],
  report: AccountReport,
): FileAccount {
  return {
    before,
    told,
    account: before,
    pending: new Map(pending.map((row) => [row.providerTransactionId, row])),
    held: [],
    holdings: [],
    hasAllHoldings: false,
    report,
    recent: { added: [], modified: [], removed: [] },
    firstDay: null,
  }
}

/** Takes rows off a page: those that can be written at once. */
export function takeRows(state: FileAccount, rows: readonly ProviderTransactionData[]): ProviderTransactionData[] {
  for (const { providerTransactionId, transactionDate } of rows) {
    state.pending.delete(providerTransactionId)
    if (state.firstDay === null || transactionDate < state.firstDay) state.firstDay = transactionDate
  }
  if (state.pending.size === 0) return [...rows]
  const isHeld = (row: ProviderTransactionData) => [...state.pending.values()].some((other) => isPostingOf(other, row))
  const held = new Set(rows.filter(isHeld))
  state.held.push(...held)
  return rows.filter((row) => !held.has(row))
}

/** More rows than this are no news since the last balance, and are not looked into. */
const RECENT_ROWS = 5_000

/** Counts what was written. */
export function noteChanges(state: FileAccount, changes: TransactionChanges<Transaction>, timeZone: string): void {
  const { added, modified } = changes
  addCounts(state.report, countChanges(changes))
  if (state.recent === null || state.before?.balanceAsOf == null) return
  const day = civilDate(state.before.balanceAsOf, timeZone)
  const news = added.filter(({ transactionDate }) => transactionDate >= day)
  const recent = {
    added: [...state.recent.added, ...news],
    modified: [...state.recent.modified, ...modified],
    removed: [],
  }
  state.recent = recent.added.length + recent.modified.length > RECENT_ROWS ? null : recent
}

/** Whether the balance before the file and what the file adds make the balance in the file. */
export function reconcile({ before, told, recent, firstDay, report }: FileAccount, timeZone: string): void {
  if (before === null || before.balanceAsOf === null || recent === null || firstDay === null) return
  const [opening, closing] = [cashOf(before), cashOf(told)]
  const isNews = isOlder(before, told)
  const isGapless = firstDay <= civilDate(before.balanceAsOf, timeZone)
  if (opening === null || closing === null || !isNews || !isGapless) return
  const warning = checkBalance({ account: told, opening, closing, ...recent })
  if (warning !== null) report.warnings.push(warning)
}
