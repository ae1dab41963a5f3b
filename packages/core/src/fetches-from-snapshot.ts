import type { Credentials } from './credentials.ts'
import type { ProviderAccountData } from './data/account.ts'
import type { Batch, TransactionBatch } from './data/batch.ts'
import type { ProviderHoldingData } from './data/holding.ts'
import type { ProviderError } from './errors.ts'
import type { Provider, RequestOptions, SnapshotPage, SnapshotProvider, TransactionQuery } from './provider.ts'
import { Ok, type Result } from './result.ts'

/**
 * The three plain calls made from a snapshot, for providers whose institution gives everything at once.
 *
 * Each call reads the snapshot anew. Rejected records and warnings of the whole snapshot come with every call, since a record that can't be read may belong to any account.
 *
 * @example
 * ```ts
 * import { type CustomCredentials, fetchesFromSnapshot, Ok, type SnapshotPage } from '@finport/core'
 *
 * async function* fetchSnapshot(_credentials: CustomCredentials) {
 *   const page: SnapshotPage = { accounts: [], transactions: [], holdings: [], rejected: [], warnings: [], completed: [] }
 *   yield Ok(page)
 * }
 * const { fetchAccounts, fetchTransactions, fetchHoldings } = fetchesFromSnapshot(fetchSnapshot)
 * ```
 */
export function fetchesFromSnapshot<C extends Credentials>(
  fetchSnapshot: SnapshotProvider<C>['fetchSnapshot'],
): Pick<Provider<C>, 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings'> {
  const collect = async (credentials: C, query?: TransactionQuery): Promise<Result<SnapshotPage, ProviderError>> => {
    const all: SnapshotPage = {
      accounts: [],
      transactions: [],
      holdings: [],
      rejected: [],
      warnings: [],
      completed: [],
    }
    for await (const page of fetchSnapshot(credentials, query)) {
      if (page.isErr()) return page
      for (const key of Object.keys(all) as (keyof SnapshotPage)[]) {
        for (const item of page.value[key]) (all[key] as unknown[]).push(item)
      }
    }
    return Ok(all)
  }

  return {
    async fetchAccounts(credentials: C, options?: RequestOptions) {
      return (await collect(credentials, options)).map(
        ({ accounts, rejected, warnings, completed }): Batch<ProviderAccountData> => ({
          items: accounts,
          rejected,
          warnings,
          complete: accounts.every((account) =>
            completed.some((one) => one.providerAccountId === account.providerAccountId),
          ),
        }),
      )
    },
    async fetchTransactions(credentials: C, providerAccountId: string, query?: TransactionQuery) {
      return (await collect(credentials, query)).map(
        ({ transactions, rejected, warnings, completed }): TransactionBatch => ({
          items: transactions.filter((transaction) => transaction.providerAccountId === providerAccountId),
          rejected,
          warnings,
          covered: completed.find((one) => one.providerAccountId === providerAccountId)?.covered ?? null,
        }),
      )
    },
    async fetchHoldings(credentials: C, providerAccountId: string, options?: RequestOptions) {
      return (await collect(credentials, options)).map(
        ({ holdings, rejected, warnings, completed }): Batch<ProviderHoldingData> => ({
          items: holdings.filter((holding) => holding.providerAccountId === providerAccountId),
          rejected,
          warnings,
          complete: completed.find((one) => one.providerAccountId === providerAccountId)?.holdings ?? false,
        }),
      )
    },
  }
}
