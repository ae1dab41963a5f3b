import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { ProviderAccountData } from '../data/account.ts'
import type { ProviderHoldingData } from '../data/holding.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import { isSnapshotProvider } from '../provider.ts'
import { accountBatchSchema, holdingBatchSchema, transactionBatchSchema } from '../schemas.ts'
import { assertValid, settleAll, toValue } from './assertions.ts'
import { type CasesByName, everyAccount, everyHolding, everyTransaction, start } from './harness.ts'

/** Asserts that a snapshot has the rows that the calls have. */
function assertSame<T>(found: readonly T[], called: readonly T[], idOf: (row: T) => string, what: string): void {
  const byId = (rows: readonly T[]) => [...rows].sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
  assert(isDeepStrictEqual(byId(found), byId(called)), `The snapshot gives other ${what} than the three calls.`)
}

/** What a provider does that gives everything in one read. */
export const snapshotCases: CasesByName = {
  async 'gives the same in a snapshot as in the three calls'(harness) {
    const session = start(harness)
    const { connector, credentials } = session
    assert(isSnapshotProvider(connector))
    const accounts = new Map<string, ProviderAccountData>()
    const transactions = new Map<string, ProviderTransactionData>()
    const holdings = new Map<string, ProviderHoldingData>()
    const accountId = ({ providerAccountId }: { providerAccountId: string }) => providerAccountId
    const transactionId = (row: ProviderTransactionData) => `${accountId(row)} ${row.providerTransactionId}`
    const holdingId = (row: ProviderHoldingData) => `${accountId(row)} ${row.providerHoldingId}`
    for (const page of await settleAll('fetchSnapshot', () => connector.fetchSnapshot(credentials))) {
      const { completed, ...lists } = toValue('fetchSnapshot', page)
      const { rejected, warnings } = lists
      const what = 'A page of the snapshot'
      assertValid(accountBatchSchema, { items: lists.accounts, rejected, warnings, complete: true }, what)
      assertValid(transactionBatchSchema, { items: lists.transactions, rejected, warnings, covered: null }, what)
      assertValid(holdingBatchSchema, { items: lists.holdings, rejected, warnings, complete: true }, what)
      assert(Array.isArray(completed), `${what} must have a list named completed.`)
      for (const account of lists.accounts) accounts.set(account.providerAccountId, account)
      for (const row of lists.transactions) {
        assert(accounts.has(row.providerAccountId), 'A transaction comes before its account.')
        transactions.set(transactionId(row), row)
      }
      for (const row of lists.holdings) holdings.set(holdingId(row), row)
    }
    assertSame([...accounts.values()], await everyAccount(session), accountId, 'accounts')
    assertSame([...transactions.values()], await everyTransaction(session), transactionId, 'transactions')
    assertSame([...holdings.values()], await everyHolding(session), holdingId, 'holdings')

    const day = transactions.values().next().value?.transactionDate
    const query = { startDate: day, endDate: day }
    for (const page of await settleAll('fetchSnapshot', () => connector.fetchSnapshot(credentials, query))) {
      assert(
        toValue('fetchSnapshot', page).transactions.every((row) => day === undefined || row.transactionDate === day),
        'A snapshot of one day gives transactions of other days.',
      )
    }
  },
}
