import type { ProviderWarning, RejectedRecord } from '../data/batch.ts'
import type { DateRange } from '../dates.ts'
import type { FinportError } from '../errors/finport-error.ts'
import { type EventError, toEventError } from '../events.ts'

/** How many records an answer changed in the store. */
export type ChangeCounts = {
  /** Told for the first time. */
  added: number
  /** Changed in place: corrected, posted, under another id, or there again. */
  modified: number
  /** Marked as removed; of holdings, deleted. */
  removed: number
  /** Told again as they are stored: nothing was written for them. */
  unchanged: number
}

/** A record that could not be read, without the record itself: fit for logs. */
export type ReportedRejection = Pick<RejectedRecord, 'id' | 'path' | 'reason'>

/** An error as data. */
export type ReportedError = EventError & {
  /** How long to wait before the next sync, where it is known. */
  retryAfterSeconds: number | null
}

/**
 * How it went with an account: `complete` when the store now says what the institution says, `partial` when something of it is missing (an error came later, a record could not be read, the provider does not vouch
 * for all days), `failed` when nothing could be had. What was stored stays stored, and the next sync goes on from there.
 */
export type SyncOutcome = 'complete' | 'partial' | 'failed'

/** What became of one account. The counts are those of its transactions. */
export type AccountReport = ChangeCounts & {
  /** The account's id in the store. */
  accountId: string
  /** The account's id at the provider. */
  providerAccountId: string
  /** How it went. */
  outcome: SyncOutcome
  /** What kept it from being complete; `null` when nothing failed. */
  error: ReportedError | null
  /** The days that are stored completely by now; `null` when nothing can be said. */
  covered: DateRange | null
  /** What became of its holdings. */
  holdings: ChangeCounts
  /** Records that could not be read. */
  rejected: ReportedRejection[]
  /** What the user should know though nothing failed. */
  warnings: ProviderWarning[]
}

/** What a sync did. Plain JSON, and fit for logs: amounts are in the details of warnings alone. */
export type SyncReport = {
  /** The connection. */
  connectionId: string
  /** Each account that was told, or that is stored and active where accounts were not asked for. */
  accounts: AccountReport[]
  /** Records that belong to no account that is known. */
  rejected: ReportedRejection[]
  /** What concerns the connection as a whole. */
  warnings: ProviderWarning[]
}

/** Nothing changed. */
export function noChanges(): ChangeCounts {
  return { added: 0, modified: 0, removed: 0, unchanged: 0 }
}

/** Counts more. */
export function addCounts(to: ChangeCounts, more: ChangeCounts): void {
  for (const key of ['added', 'modified', 'removed', 'unchanged'] as const) to[key] += more[key]
}

/** Writes down what could not be read and what the user should know, however much it is. */
export function addNotes(
  to: Pick<SyncReport, 'rejected' | 'warnings'>,
  {
    rejected,
    warnings,
  }: { readonly rejected: readonly RejectedRecord[]; readonly warnings: readonly ProviderWarning[] },
): void {
  for (const rejection of toRejections(rejected)) to.rejected.push(rejection)
  for (const warning of warnings) to.warnings.push(warning)
}

/** A report of an account nothing has become of yet. */
export function createAccountReport(account: { id: string; providerAccountId: string }): AccountReport {
  return {
    accountId: account.id,
    providerAccountId: account.providerAccountId,
    outcome: 'complete',
    error: null,
    covered: null,
    ...noChanges(),
    holdings: noChanges(),
    rejected: [],
    warnings: [],
  }
}

/** An error as data. */
export function toReportedError(error: FinportError & { retryAfterSeconds?: number | null }): ReportedError {
  return { ...toEventError(error), retryAfterSeconds: error.retryAfterSeconds ?? null }
}

/** Records without what is in them. */
export function toRejections(rejected: readonly RejectedRecord[]): ReportedRejection[] {
  return rejected.map(({ id, path, reason }) => ({ id, path, reason }))
}
