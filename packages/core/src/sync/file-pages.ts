import type { FileImportCredentials } from '../credentials.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import { isSnapshotProvider, type Provider, type RequestOptions, type SnapshotPage } from '../provider.ts'
import { Ok, type Result } from '../result.ts'

/** What is in a file, page by page; account by account from a provider that has no pages. */
export function readFilePages(
  provider: Provider<FileImportCredentials>,
  credentials: FileImportCredentials,
  options: RequestOptions,
): AsyncIterable<Result<SnapshotPage, ProviderError>> {
  return isSnapshotProvider(provider)
    ? provider.fetchSnapshot(credentials, options)
    : fetchPages(provider, credentials, options)
}

async function* fetchPages(
  provider: Provider<FileImportCredentials>,
  credentials: FileImportCredentials,
  options: RequestOptions,
): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
  const accounts = await provider.fetchAccounts(credentials, options)
  if (accounts.isErr()) return yield accounts
  const { items, rejected, warnings } = accounts.value
  yield Ok({ accounts: items, transactions: [], holdings: [], rejected, warnings, completed: [] })
  for (const { providerAccountId } of items) {
    const transactions = await provider.fetchTransactions(credentials, providerAccountId, options)
    if (transactions.isErr()) return yield transactions
    const holdings = await provider.fetchHoldings(credentials, providerAccountId, options)
    if (holdings.isErr()) return yield holdings
    yield Ok({
      accounts: [],
      transactions: transactions.value.items,
      holdings: holdings.value.items,
      rejected: [...transactions.value.rejected, ...holdings.value.rejected],
      warnings: [...transactions.value.warnings, ...holdings.value.warnings],
      completed: [{ providerAccountId, covered: null, holdings: holdings.value.complete }],
    })
  }
}
