import assert from 'node:assert/strict'
import type { ProviderAccountData } from '../data/account.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import { isSnapshotProvider } from '../provider.ts'
import type { FetchFunction } from '../runtime.ts'
import { accountBatchSchema, holdingBatchSchema, transactionBatchSchema } from '../schemas.ts'
import { assertNoSecret, assertPlain, assertUnique, assertValid, settle, succeed } from './assertions.ts'
import { type CasesByName, everyAccount, everyTransaction, requireProvider, start } from './harness.ts'

/** What every provider of financial data does. */
export const providerCases: CasesByName = {
  async 'gives accounts that are well formed, with ids of their own'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const batch = await succeed('fetchAccounts', () => provider.fetchAccounts(session.credentials))
    assertValid(accountBatchSchema, batch, 'The batch of accounts')
    assertPlain(batch, 'The batch of accounts')
    assert(batch.items.length > 0, 'The harness must show at least one account.')
    assertUnique(
      batch.items.map(({ providerAccountId }) => providerAccountId),
      'providerAccountId',
    )
  },

  async 'gives transactions that are well formed, of the account asked for, with ids of their own'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    for (const { providerAccountId } of await everyAccount(session)) {
      const batch = await succeed('fetchTransactions', () =>
        provider.fetchTransactions(session.credentials, providerAccountId),
      )
      assertValid(transactionBatchSchema, batch, 'The batch of transactions')
      assertPlain(batch, 'The batch of transactions')
      assertUnique(
        batch.items.map(({ providerTransactionId }) => providerTransactionId),
        'providerTransactionId',
      )
      assert(
        batch.items.every((item) => item.providerAccountId === providerAccountId),
        'A transaction is of another account than asked for.',
      )
      if (!provider.metadata.supports.transactions)
        assert.deepEqual(batch.items, [], 'The metadata says there are no transactions.')
    }
  },

  async 'gives holdings that are well formed, of the account asked for, with ids of their own'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    for (const { providerAccountId } of await everyAccount(session)) {
      const batch = await succeed('fetchHoldings', () => provider.fetchHoldings(session.credentials, providerAccountId))
      assertValid(holdingBatchSchema, batch, 'The batch of holdings')
      assertPlain(batch, 'The batch of holdings')
      assertUnique(
        batch.items.map(({ providerHoldingId }) => providerHoldingId),
        'providerHoldingId',
      )
      assert(
        batch.items.every((item) => item.providerAccountId === providerAccountId),
        'A holding is of another account than asked for.',
      )
      if (!provider.metadata.supports.holdings)
        assert.deepEqual(batch.items, [], 'The metadata says there are no holdings.')
    }
  },

  async 'gives the same ids again, also from another instance'(harness) {
    const session = start(harness)
    const again = start(harness)
    const ids = (transactions: readonly ProviderTransactionData[]) =>
      transactions.map(({ providerTransactionId }) => providerTransactionId).sort()
    const accountIds = (accounts: readonly ProviderAccountData[]) =>
      accounts.map(({ providerAccountId }) => providerAccountId).sort()
    const first = ids(await everyTransaction(session))
    assert.deepEqual(ids(await everyTransaction(session)), first, 'The ids of transactions differ on the second call.')
    assert.deepEqual(ids(await everyTransaction(again)), first, 'The ids of transactions differ in another instance.')
    assert.deepEqual(
      accountIds(await everyAccount(again)),
      accountIds(await everyAccount(session)),
      'The ids of accounts differ in another instance.',
    )
  },

  async 'gives exactly the transactions of the days asked for'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const all = await everyTransaction(session)
    for (const day of new Set(all.map(({ transactionDate }) => transactionDate))) {
      for (const providerAccountId of new Set(all.map((one) => one.providerAccountId))) {
        const { items } = await succeed('fetchTransactions', () =>
          provider.fetchTransactions(session.credentials, providerAccountId, { startDate: day, endDate: day }),
        )
        assert.deepEqual(
          items.map(({ providerTransactionId }) => providerTransactionId).sort(),
          all
            .filter((one) => one.providerAccountId === providerAccountId && one.transactionDate === day)
            .map(({ providerTransactionId }) => providerTransactionId)
            .sort(),
          'One day asked for gives other transactions than that day has.',
        )
      }
    }
  },

  async 'refuses an account that is not there'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const results = [
      await settle('fetchTransactions', () => provider.fetchTransactions(session.credentials, 'no-such-account')),
      await settle('fetchHoldings', () => provider.fetchHoldings(session.credentials, 'no-such-account')),
    ]
    for (const result of results) {
      assert(result.isErr(), 'An account that is not there must be an error: an empty batch would hide the mistake.')
    }
  },

  async 'ends with PROVIDER_ABORTED when the signal is aborted'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const result = await settle('fetchAccounts', () =>
      provider.fetchAccounts(session.credentials, { signal: AbortSignal.abort() }),
    )
    assert(result.isErr() && result.error.code === 'PROVIDER_ABORTED', 'An aborted call must be PROVIDER_ABORTED.')
  },

  async 'shows no secret in data, errors and logs'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const accounts = await settle('fetchAccounts', () => provider.fetchAccounts(session.credentials))
    const unknown = await settle('fetchTransactions', () =>
      provider.fetchTransactions(session.credentials, 'no-such-account'),
    )
    const transactions = await everyTransaction(session)
    for (const result of [accounts, unknown]) session.heard.push(result.isOk() ? result.value : result.error)
    assertNoSecret([...session.heard, transactions], harness.secrets)
  },
}

const brokenFetches: Readonly<Record<string, FetchFunction>> = {
  'a network that fails': async () => {
    throw new TypeError('fetch failed')
  },
  'an answer of 500': async () => new Response('{"error":"internal"}', { status: 500 }),
  'a web page instead of data': async () =>
    new Response('<!doctype html><title>Maintenance</title>', { headers: { 'content-type': 'text/html' } }),
  'an empty object': async () => new Response('{}', { headers: { 'content-type': 'application/json' } }),
  'JSON that is cut off': async () =>
    new Response('{"accounts":[{"id":', { headers: { 'content-type': 'application/json' } }),
}

/** What a provider does when the network or the institution fails. */
export const networkCases: CasesByName = {
  async 'gives an error, never an empty batch or a rejection, for answers it can not use'(harness) {
    for (const [what, fetch] of Object.entries(brokenFetches)) {
      const session = start(harness, fetch)
      const provider = requireProvider(session)
      const result = await settle(`fetchAccounts with ${what}`, () => provider.fetchAccounts(session.credentials))
      assert(result.isErr(), `fetchAccounts with ${what} must be an error.`)
      assertNoSecret([...session.heard, result.error], harness.secrets)
    }
  },
}

/** What a provider does that gives everything in one read. */
export const snapshotCases: CasesByName = {
  async 'gives the same in a snapshot as in the three calls'(harness) {
    const session = start(harness)
    const { connector, credentials } = session
    assert(isSnapshotProvider(connector))
    const accounts = new Set<string>()
    const transactions: string[] = []
    for await (const page of connector.fetchSnapshot(credentials)) {
      const { accounts: found, transactions: rows } = await succeed('fetchSnapshot', async () => page)
      for (const { providerAccountId } of found) accounts.add(providerAccountId)
      for (const row of rows) {
        assert(accounts.has(row.providerAccountId), 'A transaction comes before its account.')
        transactions.push(row.providerTransactionId)
      }
    }
    assert.deepEqual(
      [...accounts].sort(),
      (await everyAccount(session)).map(({ providerAccountId }) => providerAccountId).sort(),
    )
    assert.deepEqual(
      transactions.sort(),
      (await everyTransaction(session)).map(({ providerTransactionId }) => providerTransactionId).sort(),
    )
  },
}
