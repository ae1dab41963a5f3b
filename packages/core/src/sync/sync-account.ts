import { type ChangeCounts, toReportedError } from './report.ts'
import type { SyncKind, SyncRequest } from './sync.ts'
import { endsSync, type SyncError } from './sync-error.ts'
import { syncHoldings } from './sync-holdings.ts'
import { type AccountSync, syncTransactions } from './sync-transactions.ts'

type WholeAccount = Omit<AccountSync, 'startDate' | 'endDate' | 'signal' | 'onWindow'> & {
  readonly request: SyncRequest
  readonly include: readonly SyncKind[]
  /** Told after each step. */
  readonly onStep: () => void
}

/**
 * Brings what belongs to one account up to date, and writes into its report how that went.
 *
 * @returns the error that no other account would escape; `null` when there was none.
 */
export async function syncAccount({ request, include, onStep, ...rest }: WholeAccount): Promise<SyncError | null> {
  const { account, report, provider, parts } = rest
  const { startDate, endDate, signal } = request
  let isAnythingDone = false
  const onWindow = () => {
    isAnythingDone = true
    onStep()
  }
  const sync: AccountSync = { ...rest, startDate, endDate, signal, onWindow }
  const steps = [
    { kind: 'transactions', event: 'TransactionSync', counts: report, run: syncTransactions },
    { kind: 'holdings', event: 'HoldingSync', counts: report.holdings, run: syncHoldings },
  ] as const
  const { userId, connectionId, id: accountId } = account
  const about = { userId, connectionId, provider: provider.slug, accountId }

  for (const { kind, event, counts, run } of steps) {
    if (!include.includes(kind) || !provider.metadata.supports[kind]) continue
    const rejectedBefore = report.rejected.length
    parts.emit(`${event}Attempted`, about)
    const done = await run(sync)
    const result = { ...about, counts: copyOf(counts) }
    if (done.isOk() && done.value) {
      parts.emit(`${event}Succeeded`, result)
      onWindow()
      continue
    }
    const error = done.isErr() ? toReportedError(done.error) : null
    parts.emit(`${event}Failed`, { ...result, error, rejected: report.rejected.length - rejectedBefore })
    if (done.isOk()) onWindow()
    report.error ??= error
    report.outcome = isAnythingDone ? 'partial' : 'failed'
    if (done.isErr() && endsSync(done.error)) return done.error
  }
  if (report.outcome === 'failed' && isAnythingDone) report.outcome = 'partial'
  return null
}

function copyOf({ added, modified, removed, unchanged }: ChangeCounts): ChangeCounts {
  return { added, modified, removed, unchanged }
}
