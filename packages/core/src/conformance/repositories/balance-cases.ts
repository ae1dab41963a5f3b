import assert from 'node:assert/strict'
import { balanceSources } from '../../data/balance.ts'
import type { AccountBalance, BalanceListQuery } from '../../ports/balance-repository.ts'
import type { Repositories } from '../../ports/repositories.ts'
import { succeed } from '../settled.ts'
import { balanceOf, DECIMALS, day, decimal, instant } from './rows.ts'
import { assertRows, type StoreCases } from './store.ts'

const save = ({ balances }: Repositories, ...rows: AccountBalance[]) =>
  succeed('balances.save', () => balances.save(rows))
const list = ({ balances }: Repositories, query: Partial<BalanceListQuery> = {}) =>
  succeed('balances.list', () =>
    balances.list({ userId: 'user-1', accountId: 'account-1', after: null, limit: 100, ...query }),
  )

const days = (count: number) =>
  Array.from({ length: count }, (_, index) => balanceOf(`2026-01-${String(index + 1).padStart(2, '0')}`))

/** What `balances` must do. */
export const balanceCases: StoreCases = {
  async 'balances: gives back every field as it was saved, the newest first, through every handle'({ first, second }) {
    const balances = [
      ...DECIMALS.map((balance, index) => balanceOf(`2026-01-${10 + index}`, { balance, cashValue: balance })),
      ...balanceSources.map((source, index) => balanceOf(`2026-02-${10 + index}`, { source })),
      balanceOf('2026-03-01', {
        holdingsValue: decimal('0'),
        asOf: instant('2026-03-01T23:59:59.999Z'),
        currency: 'XXX',
      }),
    ]
    assert.equal(await save(first, ...balances), balances.length)
    assertRows(await list(second), balances.toReversed(), 'Balances')
    assert.equal(await save(second, ...balances), 0, 'What is stored just so must not be written again.')
  },

  async 'balances: keeps one for each account and day'({ first, second }) {
    await save(first, balanceOf('2026-01-31'))
    const later = balanceOf('2026-01-31', { balance: decimal('-1'), asOf: instant('2026-01-31T18:00:00.000Z') })
    assert.equal(await save(second, later, balanceOf('2026-01-31', { accountId: 'account-2' })), 2)
    assertRows(await list(first), [later], 'The balance of the day')
    assert.equal((await list(first, { accountId: 'account-2' })).length, 1)
  },

  async 'balances: shows them to their user alone'({ first }) {
    await save(first, balanceOf('2026-01-31'))
    assert.deepEqual(await list(first, { userId: 'user-2' }), [])
    assert.deepEqual(await list(first, { accountId: 'account-2' }), [])
  },

  async 'balances: lists those that are asked for, page by page'({ first, second }) {
    const balances = days(31)
    assert.equal(await save(first, ...balances), 31)
    const listed = async (query: Partial<BalanceListQuery>) => (await list(second, query)).map((row) => row.day)
    assert.deepEqual(await listed({ from: day('2026-01-30') }), ['2026-01-31', '2026-01-30'])
    assert.deepEqual(await listed({ to: day('2026-01-02') }), ['2026-01-02', '2026-01-01'])
    assert.deepEqual(await listed({ from: day('2026-01-05'), to: day('2026-01-05') }), ['2026-01-05'])
    assert.deepEqual(await listed({ after: day('2026-01-03'), limit: 1 }), ['2026-01-02'])
    const pages: AccountBalance[] = []
    for (;;) {
      const page = await list(second, { after: pages.at(-1)?.day ?? null, limit: 7 })
      if (page.length === 0) break
      pages.push(...page)
      assert(pages.length <= 31, 'A list must go on behind `after`.')
    }
    assertRows(pages, balances.toReversed(), 'Pages')
  },

  async 'balances: writes those alone that are not stored just so'({ first, second }) {
    const balances = days(28)
    await save(first, ...balances)
    const changed = balances.with(3, { ...(balances[3] as AccountBalance), cashValue: decimal('0') })
    assert.equal(await save(second), 0, 'Nothing is nothing to write.')
    assert.equal(await save(second, ...changed), 1, 'What changed is written, and nothing else.')
    assertRows(await list(first), changed.toReversed(), 'Balances')
  },
}
