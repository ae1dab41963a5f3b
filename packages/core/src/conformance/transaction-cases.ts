import assert from 'node:assert/strict'
import type { Transaction, TransactionListQuery } from '../ports/transaction-repository.ts'
import { instant } from './credential-record.ts'
import { succeed } from './credential-store.ts'
import { day, transactionOf } from './data-records.ts'
import { assertRows, conflict, idsOf, type RepositoryCases, type RepositoryStore } from './repository-store.ts'

/** More than the parameters that any database takes in one statement. */
const MANY = 70_000

const save = ({ first }: Pick<RepositoryStore, 'first'>, rows: readonly Transaction[]) =>
  succeed('transactions.save', () => first.transactions.save(rows))

const listAll = async (
  { second }: RepositoryStore,
  query: Partial<TransactionListQuery> = {},
  between: () => Promise<unknown> = async () => undefined,
): Promise<Transaction[]> => {
  const listed: Transaction[] = []
  const limit = 7
  for (;;) {
    const whole = { userId: 'user-1', ...query, after: listed.at(-1) ?? null, limit }
    const page = await succeed('transactions.list', () => second.transactions.list(whole))
    assert(page.length <= limit, 'A page has at most as many as it is asked for.')
    for (const row of page) {
      assert(!listed.some(({ id }) => id === row.id), 'A list must go on behind `after`, and give none twice.')
      listed.push(row)
    }
    if (page.length === 0) return listed
    await between()
  }
}

/** The newest first and, on a day, by id, both falling. */
const inOrder = (rows: readonly Transaction[]) =>
  rows.toSorted((a, b) => (a.transactionDate + a.id < b.transactionDate + b.id ? 1 : -1))

/** Cases of transactions. */
export const transactionCases: RepositoryCases = {
  async 'transactions: come back as they were saved'(store) {
    const rows = [
      transactionOf('t1'),
      transactionOf('t2', { fees: [], occurredAt: null, rawData: null, quantity: null, subtype: null }),
      transactionOf('t3', { removedAt: instant('2026-02-01T00:00:00.000Z'), description: '', version: 7 }),
    ]
    assert.equal(await save(store, rows), 3)
    const found = await succeed('listInRange', () =>
      store.second.transactions.listInRange('account-1', { from: day(31), to: day(31) }),
    )
    assertRows(found, rows, 'transactions.listInRange')
    const ids = ['provider-t3', 'provider-t1', 'provider-t9']
    const byIds = await succeed('findByProviderIds', () =>
      store.second.transactions.findByProviderIds('account-1', ids),
    )
    assertRows(
      byIds.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      [rows[0] ?? null, rows[2] ?? null],
      'findByProviderIds',
    )
  },

  async 'transactions: those of a range, both days, removed ones too, in their order'(store) {
    const removedAt = instant('2026-02-01T00:00:00.000Z')
    const rows = [9, 3, 4, 4, 6, 7, 2].map((number, index) =>
      transactionOf(`t${index}`, { transactionDate: day(number), removedAt: index % 2 === 0 ? removedAt : null }),
    )
    await save(store, [...rows, transactionOf('x', { accountId: 'account-2', transactionDate: day(4) })])
    const range = { from: day(3), to: day(7) }
    const found = await succeed('listInRange', () => store.second.transactions.listInRange('account-1', range))
    assert.deepEqual(idsOf(found), ['t1', 't2', 't3', 't4', 't5'])
  },

  async 'transactions: those stored just so are not written again'(store) {
    const rows = Array.from({ length: 300 }, (_, index) => transactionOf(`t${index}`))
    assert.equal(await save(store, rows), 300)
    assert.equal(await save(store, rows), 0)
    const changed = rows.map((row, index) => (index % 100 === 0 ? { ...row, description: 'Other', version: 2 } : row))
    assert.equal(await save(store, changed), 3)
    assert.equal(await save(store, []), 0)
  },

  async 'transactions: the id at the provider is unique in an account, and a save is done as a whole'(store) {
    await save(store, [transactionOf('t1')])
    const twin = transactionOf('t3', { providerTransactionId: 'provider-t1' })
    await conflict('transactions.save', () => store.second.transactions.save([transactionOf('t2'), twin]))
    assert.deepEqual(idsOf(await listAll(store)), ['t1'], 'A save that is refused writes none of its rows.')
    await save(store, [{ ...twin, accountId: 'account-2' }])
    await save(store, [transactionOf('t1', { providerTransactionId: 'posted', version: 2 })])
    await save(store, [transactionOf('t4', { providerTransactionId: 'provider-t1' })])
    const ids = ['provider-t1', 'posted']
    const found = await succeed('findByProviderIds', () =>
      store.second.transactions.findByProviderIds('account-1', ids),
    )
    assert.deepEqual(idsOf(found).sort(), ['t1', 't4'], 'Only those of the account, by the ids they have now.')
  },

  async 'transactions: as many as there are'(store) {
    const rows = Array.from({ length: 2_000 }, (_, index) => transactionOf(`t${index}`))
    assert.equal(await save(store, rows), 2_000)
    const ids = Array.from({ length: MANY }, (_, index) => `provider-t${index}`)
    const found = await succeed('findByProviderIds', () =>
      store.second.transactions.findByProviderIds('account-1', ids),
    )
    assert.equal(found.length, 2_000)
    assert.equal(new Set(idsOf(found)).size, 2_000)
    const none = await succeed('findByProviderIds', () => store.second.transactions.findByProviderIds('account-1', []))
    assert.equal(none.length, 0)
  },

  async 'transactions: are listed by user, account, days and state'(store) {
    const removedAt = instant('2026-02-01T00:00:00.000Z')
    const rows = [
      transactionOf('t1', { transactionDate: day(1) }),
      transactionOf('t2', { transactionDate: day(2), status: 'pending' }),
      transactionOf('t3', { transactionDate: day(3), removedAt }),
      transactionOf('t4', { transactionDate: day(4), accountId: 'account-2' }),
      transactionOf('t5', { transactionDate: day(5), accountId: 'account-3', userId: 'user-2' }),
    ]
    await save(store, rows)
    const expectations: readonly (readonly [Partial<TransactionListQuery>, string[]])[] = [
      [{}, ['t4', 't2', 't1']],
      [{ accountId: 'account-1' }, ['t2', 't1']],
      [{ includeRemoved: true }, ['t4', 't3', 't2', 't1']],
      [{ from: day(2), to: day(4) }, ['t4', 't2']],
      [{ status: 'pending' }, ['t2']],
      [{ userId: 'user-2' }, ['t5']],
      [{ userId: 'user-2', accountId: 'account-1' }, []],
    ]
    for (const [query, ids] of expectations)
      assert.deepEqual(idsOf(await listAll(store, query)), ids, `transactions.list of ${JSON.stringify(query)}`)
  },

  async 'transactions: are listed on where the page before ended, whatever is written meanwhile'(store) {
    const rows = Array.from({ length: 60 }, (_, index) =>
      transactionOf(`t${String(index).padStart(2, '0')}`, { transactionDate: day(1 + (index % 9)) }),
    )
    await save(store, rows)
    let written = 0
    const listed = await listAll(store, {}, async () => {
      written++
      const number = String(written).padStart(2, '0')
      await save(store, [
        transactionOf(`n${number}`, { transactionDate: day(30) }),
        transactionOf(`z${number}`, { transactionDate: day(1) }),
        { ...(rows[written] as Transaction), description: 'Changed', version: 2 },
      ])
    })
    assert.deepEqual(idsOf(listed), idsOf(inOrder(listed)), 'The newest first and, on a day, by id, both falling.')
    const places = new Set(idsOf(listed))
    assert(
      rows.every(({ id }) => places.has(id)),
      'A row that was there from the start must not be left out.',
    )
  },
}
