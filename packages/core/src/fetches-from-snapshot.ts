import type { Credentials } from './credentials.ts'
import type { ProviderAccountData } from './data/account.ts'
import type { Batch, TransactionBatch } from './data/batch.ts'
import type { ProviderHoldingData } from './data/holding.ts'
import type { DateRange } from './dates.ts'
import { ProviderAbortedError, type ProviderError, ProviderInvalidInputError } from './errors/provider-error.ts'
import type { Provider, RequestOptions, SnapshotPage, SnapshotProvider, TransactionQuery } from './provider.ts'
import { Err, Ok, type Result } from './result.ts'

/** How {@link fetchesFromSnapshot} works. */
export type FetchesFromSnapshotOptions = {
  /** The provider's slug, for errors. */
  provider: string
  /** Whether a snapshot is read once for each credentials object and then kept as long as that object: right for files, which don't change. */
  once?: boolean | undefined
}

/**
 * The three plain calls made from a snapshot, for providers whose institution gives everything at once.
 *
 * What is told more than once is as it was told last. `fetchAccounts` has the rejected records and warnings that belong to no account, the other two those of their account. An account that is
 * not in the snapshot is `PROVIDER_INVALID_INPUT`.
 *
 * @example
 * ```ts
 * import { type CustomCredentials, fetchesFromSnapshot, Ok, type SnapshotPage } from '@finport/core'
 *
 * async function* fetchSnapshot(_credentials: CustomCredentials) {
 *   const page: SnapshotPage = { accounts: [], transactions: [], holdings: [], rejected: [], warnings: [], completed: [] }
 *   yield Ok(page)
 * }
 * const { fetchAccounts, fetchTransactions, fetchHoldings } = fetchesFromSnapshot(fetchSnapshot, { provider: 'acme' })
 * ```
 */
export function fetchesFromSnapshot<C extends Credentials>(
  fetchSnapshot: SnapshotProvider<C>['fetchSnapshot'],
  { provider, once = false }: FetchesFromSnapshotOptions,
): Pick<Provider<C>, 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings'> {
  const kept = new WeakMap<C, Promise<Result<SnapshotPage, ProviderError>>>()

  const read = (credentials: C, query: TransactionQuery): Promise<Result<SnapshotPage, ProviderError>> => {
    if (!once) return collect(fetchSnapshot(credentials, query))
    const known = kept.get(credentials)
    if (known !== undefined) return untilAborted(known, query.signal)
    const reading = collect(fetchSnapshot(credentials, { signal: query.signal })).then((result) => {
      if (result.isErr()) {
        if (kept.get(credentials) === reading) kept.delete(credentials)
      } else kept.set(credentials, reading)
      return result
    })
    // One caller's signal must not end what others wait for.
    if (query.signal === undefined) kept.set(credentials, reading)
    return reading
  }

  /** What others read already, unless this caller gives up. */
  const untilAborted = (
    reading: Promise<Result<SnapshotPage, ProviderError>>,
    signal: AbortSignal | undefined,
  ): Promise<Result<SnapshotPage, ProviderError>> => {
    if (signal === undefined) return reading
    const aborted = () => Err(new ProviderAbortedError({ provider, operation: 'fetchSnapshot' }))
    if (signal.aborted) return Promise.resolve(aborted())
    return new Promise((resolve) => {
      const abort = () => resolve(aborted())
      signal.addEventListener('abort', abort, { once: true })
      reading.then(resolve).finally(() => signal.removeEventListener('abort', abort))
    })
  }

  const readAccount = async (operation: string, credentials: C, providerAccountId: string, query: TransactionQuery) => {
    const snapshot = await read(credentials, query)
    if (snapshot.isErr()) return snapshot
    const isHere = ofAccount(providerAccountId)
    if (!snapshot.value.accounts.some(isHere)) {
      const reason = 'There is no such account.'
      return Err(
        new ProviderInvalidInputError({ provider, operation, issues: [{ path: 'providerAccountId', reason }] }),
      )
    }
    const { transactions, holdings, rejected, warnings, completed } = snapshot.value
    return Ok({
      transactions: asToldLast(
        transactions.filter(isHere),
        ({ providerTransactionId }) => providerTransactionId,
      ).filter(({ transactionDate }) => isWithin(transactionDate, query)),
      holdings: asToldLast(holdings.filter(isHere), ({ providerHoldingId }) => providerHoldingId),
      rejected: rejected.filter(isHere),
      warnings: warnings.filter(isHere),
      completed: completed.findLast(isHere) ?? null,
      // A record that may belong to any account may belong to this one.
      isWhole: !rejected.some((record) => record.providerAccountId === null),
    })
  }

  return {
    async fetchAccounts(credentials: C, options: RequestOptions = {}) {
      return (await read(credentials, options)).map((snapshot): Batch<ProviderAccountData> => {
        const accounts = asToldLast(snapshot.accounts, ({ providerAccountId }) => providerAccountId)
        const ids = new Set<string | null>(accounts.map(({ providerAccountId }) => providerAccountId))
        const through = new Set(snapshot.completed.map(({ providerAccountId }) => providerAccountId))
        const isOfNone = ({ providerAccountId }: { providerAccountId: string | null }) => !ids.has(providerAccountId)
        return {
          items: accounts,
          rejected: snapshot.rejected.filter(isOfNone),
          warnings: snapshot.warnings.filter(isOfNone),
          complete: accounts.every(({ providerAccountId }) => through.has(providerAccountId)),
        }
      })
    },
    async fetchTransactions(credentials: C, providerAccountId: string, query: TransactionQuery = {}) {
      return (await readAccount('fetchTransactions', credentials, providerAccountId, query)).map(
        ({ transactions, rejected, warnings, completed, isWhole }): TransactionBatch => ({
          items: transactions,
          rejected,
          warnings,
          covered: isWhole ? within(completed?.covered ?? null, query) : null,
        }),
      )
    },
    async fetchHoldings(credentials: C, providerAccountId: string, options: RequestOptions = {}) {
      return (await readAccount('fetchHoldings', credentials, providerAccountId, options)).map(
        ({ holdings, rejected, warnings, completed, isWhole }): Batch<ProviderHoldingData> => ({
          items: holdings,
          rejected,
          warnings,
          complete: isWhole && (completed?.holdings ?? false),
        }),
      )
    },
  }
}

async function collect(
  pages: AsyncIterable<Result<SnapshotPage, ProviderError>>,
): Promise<Result<SnapshotPage, ProviderError>> {
  const all: SnapshotPage = { accounts: [], transactions: [], holdings: [], rejected: [], warnings: [], completed: [] }
  for await (const page of pages) {
    if (page.isErr()) return page
    for (const key of Object.keys(all) as (keyof SnapshotPage)[]) {
      for (const item of page.value[key]) (all[key] as unknown[]).push(item)
    }
  }
  return Ok(all)
}

/** Records in the order they came first, each in the form it had last. */
function asToldLast<T>(records: readonly T[], idOf: (record: T) => string): T[] {
  return [...new Map(records.map((record) => [idOf(record), record])).values()]
}

function ofAccount(providerAccountId: string) {
  return (one: { readonly providerAccountId: string | null }): boolean => one.providerAccountId === providerAccountId
}

/** Of the days covered, those that were asked for: rows of the others are not returned. */
function within(covered: DateRange | null, { startDate, endDate }: TransactionQuery): DateRange | null {
  if (covered === null) return null
  const from = startDate !== undefined && startDate > covered.from ? startDate : covered.from
  const to = endDate !== undefined && endDate < covered.to ? endDate : covered.to
  return from <= to ? { from, to } : null
}

function isWithin(date: string, { startDate, endDate }: TransactionQuery): boolean {
  return (startDate === undefined || date >= startDate) && (endDate === undefined || date <= endDate)
}
