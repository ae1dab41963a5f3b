import assert from 'node:assert/strict'
import type { DateRange } from '../../dates.ts'
import type { Repositories } from '../../ports/repositories.ts'
import type { Transaction, TransactionListQuery } from '../../ports/transaction-repository.ts'
import { settle, succeed } from '../settled.ts'
import { DECIMALS, day, decimal, instant, JSON_VALUES, TEXTS, transactionOf } from './rows.ts'
import { assertRow, assertRows, byId, RIVALS, race, type StoreCases } from './store.ts'

/** More than the parameters that any database takes in one statement. */
const MANY = 70_000

const save = ({ transactions }: Repositories, ...rows: Transaction[]) =>
  succeed('transactions.save', () => transactions.save(rows))
const list = ({ transactions }: Repositories, query: Partial<TransactionListQuery> = {}) =>
  succeed('transactions.list', () => transactions.list({ userId: 'user-1', after: null, limit: 10_000, ...query }))
const inRange = ({ transactions }: Repositories, range: DateRange, accountId = 'account-1') =>
  succeed('transactions.listInRange', () => transactions.listInRange(accountId, range))
const byProviderIds = ({ transactions }: Repositories, ids: readonly string[], accountId = 'account-1') =>
  succeed('transactions.findByProviderIds', () => transactions.findByProviderIds(accountId, ids))

async function refuse({ transactions }: Repositories, rows: readonly Transaction[]): Promise<void> {
  const saved = await settle('transactions.save', () => transactions.save(rows))
  assert.equal(
    saved.isErr() ? saved.error.code : 'no error',
    'STORAGE_CONFLICT',
    "save with a provider's id that another transaction of the account has must be refused.",
  )
}

const idsOf = (rows: readonly Transaction[]) => rows.map(({ id }) => id)
const newestFirst = (rows: readonly Transaction[]) =>
  rows.toSorted((one, other) => (`${one.transactionDate}/${one.id}` < `${other.transactionDate}/${other.id}` ? 1 : -1))
/** Transactions of some days, several on each. */
const history = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    transactionOf(`t-${index * 7919}`, {
      transactionDate: day(`2026-01-${String(1 + (index % 9) * 3).padStart(2, '0')}`),
    }),
  )

/** What `transactions` must do. */
export const transactionCases: StoreCases = {
  async 'transactions: gives back every field as it was saved, through every handle'({ first, second }) {
    const transactions = [
      transactionOf('bare'),
      transactionOf('whole', {
        transactionType: 'trade',
        subtype: 'buy_to_open',
        amount: decimal('-1234567890123456789.000000000000000001'),
        authorizedDate: day('2026-01-29'),
        settlementDate: day('2026-02-02'),
        occurredAt: instant('2026-01-31T23:59:59.999Z'),
        rail: 'ach',
        checkNumber: '00123',
        symbol: 'AAPL260619C00150000',
        securityName: 'AAPL Jun 19 2026 150 Call',
        assetType: 'option',
        quantity: decimal('-0.5'),
        unitPrice: decimal('12.345678'),
        commission: decimal('-0.65'),
        fees: [
          { type: 'regulatory', amount: decimal('-0.01') },
          { type: 'exchange', amount: decimal('0') },
        ],
        status: 'reversed',
        groupId: 'order-1',
        replaces: 'provider-bare',
        rawData: { id: 'order-1', legs: [] },
        removedAt: instant('2026-02-03T00:00:00.000Z'),
        version: 7,
      }),
    ]
    assert.equal(await save(first, ...transactions), 2)
    assertRows(byId(await byProviderIds(second, ['provider-bare', 'provider-whole'])), transactions, 'Transactions')
    assertRows(byId(await list(second, { includeRemoved: true })), transactions, 'The list')
  },

  async 'transactions: keeps texts, numbers and JSON of every kind'({ first, second }) {
    const transactions = [
      ...TEXTS.map((text, index) => transactionOf(`text-${index}`, { description: text, symbol: text.slice(0, 99) })),
      ...DECIMALS.map((amount, index) =>
        transactionOf(`decimal-${index}`, { amount, quantity: amount, fees: [{ type: 'fee', amount }] }),
      ),
      ...JSON_VALUES.map((rawData, index) => transactionOf(`json-${index}`, { rawData })),
    ]
    assert.equal(await save(first, ...transactions), transactions.length)
    assertRows(byId(await list(second)), byId(transactions), 'Transactions')
    assert.equal(await save(second, ...transactions), 0, 'What is stored just so must not be written again.')
  },

  async 'transactions: finds them by texts of every kind'({ first, second }) {
    const ids = TEXTS.map((text) => text.slice(0, 200))
    const transactions = ids.map((providerTransactionId, index) => transactionOf(`${index}`, { providerTransactionId }))
    await save(first, ...transactions)
    for (const [index, id] of ids.entries())
      assertRows(await byProviderIds(second, [id]), transactions.slice(index, index + 1), 'What has this id')
    assertRows(byId(await byProviderIds(second, ids)), byId(transactions), 'What has one of these ids')
  },

  async 'transactions: lists the newest first, page by page'({ first, second }) {
    const transactions = history(60)
    await save(first, ...transactions)
    for (const limit of [1, 7, 60, 100]) {
      const listed: Transaction[] = []
      for (;;) {
        const page = await list(second, { after: listed.at(-1) ?? null, limit })
        assert(page.length <= limit, 'A page has at most as many rows as it is asked for.')
        if (page.length === 0) break
        listed.push(...page)
        assert(listed.length <= transactions.length, 'A list must go on behind `after`.')
      }
      assertRows(listed, newestFirst(transactions), `Pages of ${limit}`)
    }
  },

  async 'transactions: shows each once to who turns pages while they are written'({ first, second }) {
    const transactions = history(40)
    await save(first, ...transactions)
    const listed: Transaction[] = []
    for (;;) {
      const page = await list(second, { after: listed.at(-1) ?? null, limit: 6 })
      if (page.length === 0) break
      listed.push(...page)
      assert(listed.length <= transactions.length, 'What was there must be listed once each.')
      const place = listed.length
      await save(first, transactionOf(`new-${place}`, { transactionDate: day('2026-02-01') }))
      await save(first, {
        ...(transactions[place % 40] as Transaction),
        description: `Changed at ${place}`,
        version: 2,
      })
    }
    assert.deepEqual(idsOf(listed), idsOf(newestFirst(transactions)), 'What was there must be listed once each.')
  },

  async 'transactions: lists those that are asked for'({ first }) {
    await save(
      first,
      transactionOf('1', { transactionDate: day('2026-01-01') }),
      transactionOf('2', { transactionDate: day('2026-01-02'), accountId: 'account-2' }),
      transactionOf('3', { transactionDate: day('2026-01-03'), removedAt: instant('2026-02-01T00:00:00.000Z') }),
      transactionOf('4', { transactionDate: day('2026-01-04'), userId: 'user-2' }),
      transactionOf('5', { transactionDate: day('2026-01-05'), status: 'pending' }),
    )
    const ids = async (query: Partial<TransactionListQuery>) => idsOf(await list(first, query))
    assert.deepEqual(await ids({}), ['5', '2', '1'], 'Removed ones are left out unless they are asked for.')
    assert.deepEqual(await ids({ includeRemoved: true }), ['5', '3', '2', '1'])
    assert.deepEqual(await ids({ accountId: 'account-2' }), ['2'])
    assert.deepEqual(await ids({ from: day('2026-01-02') }), ['5', '2'])
    assert.deepEqual(await ids({ to: day('2026-01-02') }), ['2', '1'])
    assert.deepEqual(await ids({ from: day('2026-01-02'), to: day('2026-01-02') }), ['2'])
    assert.deepEqual(await ids({ status: 'pending' }), ['5'])
    assert.deepEqual(await ids({ status: 'posted', includeRemoved: true }), ['3', '2', '1'])
    assert.deepEqual(await ids({ userId: 'user-2' }), ['4'])
    assert.deepEqual(await ids({ userId: 'user-2', accountId: 'account-2' }), [])
    assert.deepEqual(await ids({ after: { transactionDate: day('2026-01-05'), id: '5' }, limit: 1 }), ['2'])
  },

  async 'transactions: gives all of an account within days, removed ones too, in the order of days and ids'({
    first,
    second,
  }) {
    const inside = [
      transactionOf('b', { transactionDate: day('2026-01-10') }),
      transactionOf('B', { transactionDate: day('2026-01-10'), removedAt: instant('2026-02-01T00:00:00.000Z') }),
      transactionOf('a', { transactionDate: day('2026-01-12') }),
    ]
    await save(
      first,
      ...inside,
      transactionOf('before', { transactionDate: day('2026-01-09') }),
      transactionOf('after', { transactionDate: day('2026-01-13') }),
      transactionOf('other', { transactionDate: day('2026-01-11'), accountId: 'account-2' }),
    )
    const found = await inRange(second, { from: day('2026-01-10'), to: day('2026-01-12') })
    assert.deepEqual(idsOf(found), ['B', 'b', 'a'])
    assert.deepEqual(await inRange(second, { from: day('2025-01-01'), to: day('2025-12-31') }), [])
  },

  async "transactions: finds those of an account by any number of a provider's ids"({ first, second }) {
    const transactions = Array.from({ length: 2_500 }, (_, index) => transactionOf(`t-${index}`))
    const other = transactionOf('other', { accountId: 'account-2', providerTransactionId: 'provider-t-1' })
    const removed = transactionOf('removed', { removedAt: instant('2026-02-01T00:00:00.000Z') })
    await save(first, ...transactions, other, removed)
    assert.deepEqual(await byProviderIds(second, []), [])
    assert.deepEqual(await byProviderIds(second, ['none']), [])
    assertRow((await byProviderIds(second, ['provider-t-1'], 'account-2'))[0], other, 'The one of the other account')
    const wanted = [...Array.from({ length: MANY }, (_, index) => `provider-t-${index}`), 'provider-removed']
    const found = await byProviderIds(second, wanted)
    assert.deepEqual(idsOf(found).toSorted(), idsOf([...transactions, removed]).toSorted(), 'Each once.')
    assert.equal((await byProviderIds(second, ['provider-t-1', 'provider-t-1'])).length, 1, 'Each once.')
  },

  async 'transactions: writes those alone that are not stored just so'({ first, second }) {
    const transactions = history(1_200)
    assert.equal(await save(first), 0, 'Nothing is nothing to write.')
    assert.equal(await save(first, ...transactions), 1_200)
    assert.equal(await save(second, ...transactions), 0, 'What is stored just so must not be written again.')
    const changed = transactions.map((row, index) =>
      index % 100 === 0 ? { ...row, amount: decimal('1'), version: 2 } : row,
    )
    assert.equal(await save(second, ...changed), 12, 'What changed is written, and nothing else.')
    const added = transactionOf('added', { rail: 'wire' })
    assert.equal(await save(first, ...changed, added), 1)
    assert.equal(await save(first, { ...added, rail: null }), 1, 'From a value to null is a change.')
    assert.equal(await save(first, { ...added, rail: 'card' }), 1, 'From null to a value is a change.')
    assertRows(byId(await list(second)), byId([...changed, { ...added, rail: 'card' as const }]), 'Transactions')
  },

  async "transactions: keeps a provider's id to one transaction of an account, and writes all or none"({
    first,
    second,
  }) {
    await save(first, transactionOf('1'))
    const many = Array.from({ length: 2_500 }, (_, index) => transactionOf(`many-${index}`))
    await refuse(second, [...many, transactionOf('2', { providerTransactionId: 'provider-1' })])
    await refuse(second, [transactionOf('2', { providerTransactionId: 'provider-1' }), ...many.slice(0, 3)])
    await refuse(second, [
      transactionOf('3', { providerTransactionId: 'twins' }),
      transactionOf('4', { providerTransactionId: 'twins' }),
    ])
    assertRows(await list(first), [transactionOf('1')], 'What was there before')
    const elsewhere = transactionOf('2', { accountId: 'account-2', providerTransactionId: 'provider-1' })
    assert.equal(await save(first, elsewhere), 1, 'Other accounts have their own.')
  },

  async "transactions: moves a row to another provider's id, which frees the one before"({ first, second }) {
    await save(first, transactionOf('1', { providerTransactionId: 'pending-1', status: 'pending' }))
    const posted = transactionOf('1', { providerTransactionId: 'posted-1', version: 2 })
    const next = transactionOf('2', { providerTransactionId: 'pending-1', status: 'pending' })
    assert.equal(await save(second, posted, next), 2)
    assertRow((await byProviderIds(first, ['posted-1']))[0], posted, 'The posted one')
    assertRow((await byProviderIds(first, ['pending-1']))[0], next, 'The one that is pending now')
  },

  async 'transactions: keeps one row of those that many write at once'(store) {
    const rows = (writer: number) =>
      Array.from({ length: 50 }, (_, index) => transactionOf(`t-${index}`, { description: `By ${writer}` }))
    const shuffled = (writer: number) => (writer % 2 === 0 ? rows(writer) : rows(writer).toReversed())
    await race(store, (handle, writer) => save(handle, ...shuffled(writer)), RIVALS)
    const kept = byId(await list(store.first))
    assert.deepEqual(idsOf(kept), idsOf(byId(rows(0))), 'Each row once.')
    const writers = new Set(kept.map(({ description }) => description))
    assert.equal(writers.size, 1, 'A save is whole: rows of the one and of the other must not be mixed.')
  },
}
