import type { CustomCredentials } from '../credentials.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import { fetchesFromSnapshot } from '../fetches-from-snapshot.ts'
import type { SnapshotPage, TransactionQuery } from '../provider.ts'
import type { Result } from '../result.ts'
import type { BoundProvider } from './sync-parts.ts'

/** The calls of a provider that gives everything at once, made from one reading: each of them would read it all again. */
export function readOnce(provider: BoundProvider): BoundProvider {
  const { fetchSnapshot, protocol, slug, metadata } = provider
  if (fetchSnapshot === undefined) return provider
  // What else a connection's call may end in is passed on like a provider's error.
  const read = (_: CustomCredentials, query?: TransactionQuery) =>
    fetchSnapshot(query) as AsyncIterable<Result<SnapshotPage, ProviderError>>
  const fetches = fetchesFromSnapshot(read, { provider: slug, once: true })
  /** Stands for the credentials, which are bound in already: the reading is kept for as long as it is. */
  const key: CustomCredentials = { type: 'custom' }
  return {
    ...{ protocol, slug, metadata },
    fetchAccounts: (options) => fetches.fetchAccounts(key, options),
    fetchTransactions: (id, query) => fetches.fetchTransactions(key, id, query),
    fetchHoldings: (id, options) => fetches.fetchHoldings(key, id, options),
  }
}
