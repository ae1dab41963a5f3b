import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { FileImportCredentials } from '../credentials.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import type { IsoDate } from '../dates.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import { isFileProvider, isSnapshotProvider, type TransactionQuery } from '../provider.ts'
import { Ok, type Result } from '../result.ts'
import { accountBatchSchema, holdingBatchSchema, transactionBatchSchema } from '../schemas.ts'
import {
  assertNoSecret,
  assertPlain,
  assertUnique,
  assertValid,
  settle,
  settleAll,
  succeed,
  toValue,
} from './assertions.ts'
import {
  accountIds,
  type CasesByName,
  everyAccount,
  everyHolding,
  everyTransaction,
  hear,
  requireProvider,
  type Session,
  start,
} from './harness.ts'
import { assertUnitSigns, assertValueSigns } from './signs.ts'

type Row = ProviderTransactionData

/** Whether two lists have the same transactions, each the same in all that it says. */
function isSame(one: readonly Row[], other: readonly Row[]): boolean {
  const byId = (rows: readonly Row[]) =>
    rows.toSorted((a, b) => (a.providerTransactionId < b.providerTransactionId ? -1 : 1))
  return isDeepStrictEqual(byId(one), byId(other))
}

const whole = { depth: 12, maxArrayLength: null, maxStringLength: null } as const

/** Days that are none: a type says so, which nobody need have checked. */
const badDays = ['nonsense', '2026-02-30'] as IsoDate[]
const reversed = { startDate: '2026-01-31', endDate: '2026-01-01' } as { startDate: IsoDate; endDate: IsoDate }

/** What every provider of financial data does. */
export const providerCases: CasesByName = {
  async 'gives accounts that are well formed, with ids of their own'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const batch = await succeed('fetchAccounts', () => provider.fetchAccounts(session.credentials))
    assertValid(accountBatchSchema, batch, 'The batch of accounts')
    assertPlain(batch, 'The batch of accounts')
    if (provider.metadata.supports.accounts)
      assert(batch.items.length > 0, 'The harness must show at least one account.')
    else assert.deepEqual(batch.items, [], 'The metadata says there are no accounts.')
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
      assertUnitSigns(batch.items)
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
      assertValueSigns(batch.items)
    }
  },

  async 'gives the same ids again, also from another instance'(harness) {
    const session = start(harness)
    const again = start(harness)
    const accounts = async (of: Session) =>
      (await everyAccount(of)).map(({ providerAccountId }) => providerAccountId).sort()
    const transactions = async (of: Session) =>
      (await everyTransaction(of))
        .map((one) => `${one.providerAccountId} ${one.providerTransactionId} ${one.transactionDate} ${one.amount}`)
        .sort()
    const holdings = async (of: Session) =>
      (await everyHolding(of)).map((one) => `${one.providerAccountId} ${one.providerHoldingId} ${one.symbol}`).sort()
    for (const [what, idsOf] of Object.entries({ accounts, transactions, holdings })) {
      const first = await idsOf(session)
      const said = (where: string) => `The ids of ${what} differ ${where}, or belong to others there.`
      assert.deepEqual(await idsOf(session), first, said('on the second call'))
      assert.deepEqual(await idsOf(again), first, said('in another instance'))
    }
  },

  async 'leaves credentials and what it gave before as they are'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const credentials = { ...session.credentials }
    const given: { value: unknown; text: string }[] = []
    const take = async <T>(what: string, call: () => Promise<Result<T, ProviderError>>): Promise<T> => {
      const value = await succeed(what, call)
      given.push({ value, text: inspect(value, whole) })
      return value
    }
    const takeAll = async () => {
      const { items } = await take('fetchAccounts', () => provider.fetchAccounts(session.credentials))
      for (const { providerAccountId: id } of items) {
        await take('fetchTransactions', () => provider.fetchTransactions(session.credentials, id))
        await take('fetchHoldings', () => provider.fetchHoldings(session.credentials, id))
      }
    }
    await takeAll()
    await takeAll()
    const isUnchanged = given.every(({ value, text }) => inspect(value, whole) === text)
    assert(isUnchanged, 'A call changes what another one gave.')
    assert(isDeepStrictEqual({ ...session.credentials }, credentials), 'A call changes the credentials it is given.')
  },

  async 'gives exactly the transactions of the days asked for'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const all = await everyTransaction(session)
    for (const day of new Set(all.map(({ transactionDate }) => transactionDate))) {
      for (const providerAccountId of new Set(all.map((one) => one.providerAccountId))) {
        const ask = (query: TransactionQuery) =>
          settle('fetchTransactions', () => provider.fetchTransactions(session.credentials, providerAccountId, query))
        const ofAccount = all.filter((one) => one.providerAccountId === providerAccountId)
        const ofDay = ofAccount.filter(({ transactionDate }) => transactionDate === day)
        const { items, covered } = toValue('fetchTransactions', await ask({ startDate: day, endDate: day }))
        assert(
          covered === null || (covered.from === day && covered.to === day),
          'One day was asked for, but more days are said to be covered.',
        )
        assert(
          isSame(items, ofDay),
          'One day asked for gives other transactions than that day has, or they say other things.',
        )
        const since = await ask({ startDate: day })
        if (since.isOk()) {
          const sinceDay = ofAccount.filter(({ transactionDate }) => transactionDate >= day)
          assert(
            isSame(since.value.items, sinceDay),
            'With startDate alone, other transactions are given than were asked for.',
          )
          const from = since.value.covered?.from ?? day
          assert(from >= day, 'With startDate alone, days before it are said to be covered.')
        }
        const until = await ask({ endDate: day })
        if (until.isOk()) {
          // How far back it goes from there may differ.
          const ids = new Set([...until.value.items, ...ofDay].map((one) => one.providerTransactionId))
          const untilDay = ofAccount.filter((one) => one.transactionDate <= day && ids.has(one.providerTransactionId))
          assert(
            isSame(until.value.items, untilDay),
            'With endDate alone, other transactions are given than were asked for.',
          )
          const to = until.value.covered?.to ?? day
          assert(to <= day, 'With endDate alone, days after it are said to be covered.')
        }
      }
    }
  },

  async 'gives an error or nothing where no day is asked for'(harness) {
    const [id] = await accountIds(harness)
    const session = start(harness)
    const provider = requireProvider(session)
    const ask = (query: TransactionQuery) =>
      settle('fetchTransactions', () => provider.fetchTransactions(session.credentials, id, query))
    for (const bad of badDays) {
      await ask({ startDate: bad })
      await ask({ endDate: bad })
    }
    const result = await ask(reversed)
    assert(
      result.isErr() || (result.value.items.length === 0 && result.value.covered === null),
      'With a startDate after the endDate, something is given or said to be covered.',
    )
  },

  async 'refuses an account that is not there'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const { supports } = provider.metadata
    const calls = {
      fetchTransactions: () => provider.fetchTransactions(session.credentials, 'no-such-account'),
      fetchHoldings: () => provider.fetchHoldings(session.credentials, 'no-such-account'),
    }
    for (const [what, call] of Object.entries(calls)) {
      const isSupported = what === 'fetchHoldings' ? supports.holdings : supports.transactions
      const result = await settle<unknown>(what, call)
      assert(
        result.isErr() || !isSupported,
        `${what} of an account that is not there must be an error: an empty batch would hide the mistake.`,
      )
    }
  },

  async 'ends with PROVIDER_ABORTED when the signal is aborted'(harness) {
    const [id] = await accountIds(harness)
    const session = start(harness)
    const provider = requireProvider(session)
    const { connector, credentials } = session
    const signal = AbortSignal.abort()
    const results: [what: string, result: Result<unknown, ProviderError>][] = [
      ['fetchAccounts', await settle('fetchAccounts', () => provider.fetchAccounts(credentials, { signal }))],
    ]
    if (provider.metadata.supports.transactions) {
      const call = () => provider.fetchTransactions(credentials, id, { signal })
      results.push(['fetchTransactions', await settle('fetchTransactions', call)])
    }
    if (provider.metadata.supports.holdings) {
      const call = () => provider.fetchHoldings(credentials, id, { signal })
      results.push(['fetchHoldings', await settle('fetchHoldings', call)])
    }
    if (isSnapshotProvider(connector)) {
      const pages = await settleAll('fetchSnapshot', () => connector.fetchSnapshot(credentials, { signal }))
      for (const page of pages) results.push(['fetchSnapshot', page])
    }
    for (const [what, result] of results) {
      assert(
        result.isErr() && result.error.code === 'PROVIDER_ABORTED',
        `An aborted call must be PROVIDER_ABORTED, but ${what} gave ${result.isErr() ? result.error.code : 'Ok'}.`,
      )
    }
  },

  async 'shows no secret in data, errors and logs'(harness) {
    const session = start(harness)
    const provider = requireProvider(session)
    const accounts = await settle('fetchAccounts', () => provider.fetchAccounts(session.credentials))
    const unknown = await settle('fetchTransactions', () =>
      provider.fetchTransactions(session.credentials, 'no-such-account'),
    )
    for (const result of [accounts, unknown]) session.heard.push(result.isOk() ? result.value : result.error)
    const { connector, credentials } = session
    await hear(session, () => provider.fetchHoldings(credentials, 'no-such-account'))
    for (const { providerAccountId } of await everyAccount(session)) {
      await hear(session, () => provider.fetchTransactions(credentials, providerAccountId))
      await hear(session, () => provider.fetchHoldings(credentials, providerAccountId))
    }
    if (isFileProvider(connector)) await hear(session, () => connector.identify(credentials as FileImportCredentials))
    if (isSnapshotProvider(connector)) {
      await hear(session, async () => {
        for await (const page of connector.fetchSnapshot(credentials)) await hear(session, () => page)
        return Ok(undefined)
      })
    }
    assertNoSecret(session.heard, harness.secrets)
  },
}
