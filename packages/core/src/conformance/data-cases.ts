import assert from 'node:assert/strict'
import type { AccountBalance } from '../ports/balance-repository.ts'
import { succeed } from './credential-store.ts'
import { accountOf, balanceOf, cursorOf, day, holdingOf } from './data-records.ts'
import { assertRows, conflict, idsOf, type RepositoryCases } from './repository-store.ts'

const WRITERS = 12

/** Cases of accounts, holdings, balances and cursors. */
export const dataCases: RepositoryCases = {
  async 'accounts: come back as they were saved, to their user alone'({ first, second }) {
    const rows = [
      accountOf('a1'),
      accountOf('a2', { isActive: false, balance: null, balanceAsOf: null, rawData: null }),
    ]
    const other = accountOf('a3', { userId: 'user-2', connectionId: 'connection-2' })
    assert.equal(await succeed('accounts.save', () => first.accounts.save([...rows, other])), 3)
    const ofUser = await succeed('accounts.listByUser', () => second.accounts.listByUser('user-1'))
    assertRows(ofUser, rows, 'accounts.listByUser')
    const ofConnection = await succeed('listByConnection', () => second.accounts.listByConnection('connection-1'))
    assertRows(ofConnection, rows, 'accounts.listByConnection')
    const own = await succeed('accounts.find', () => second.accounts.find('user-1', 'a1'))
    assertRows([own], rows.slice(0, 1), 'accounts.find')
    for (const [user, id] of [
      ['user-2', 'a1'],
      ['user-1', 'a3'],
      ['user-1', 'none'],
    ] as const)
      assert.equal(
        await succeed('accounts.find', () => second.accounts.find(user, id)),
        null,
        "Another user's is null.",
      )
  },

  async 'accounts: those stored just so are not written again'({ first }) {
    const rows = [accountOf('a1'), accountOf('a2')]
    await succeed('accounts.save', () => first.accounts.save(rows))
    assert.equal(await succeed('accounts.save', () => first.accounts.save(rows)), 0)
    const changed = [accountOf('a1', { name: 'Other', version: 2 }), accountOf('a2'), accountOf('a3')]
    assert.equal(await succeed('accounts.save', () => first.accounts.save(changed)), 2)
    assertRows(await succeed('accounts.listByUser', () => first.accounts.listByUser('user-1')), changed, 'listByUser')
    assert.equal(await succeed('accounts.save', () => first.accounts.save([])), 0)
  },

  async 'accounts: the id at the provider is unique in a connection, and a save is done as a whole'({ first, second }) {
    await succeed('accounts.save', () => first.accounts.save([accountOf('a1')]))
    const twin = accountOf('a3', { providerAccountId: 'provider-a1' })
    await conflict('accounts.save', () => second.accounts.save([accountOf('a2'), twin]))
    const left = await succeed('accounts.listByUser', () => first.accounts.listByUser('user-1'))
    assert.deepEqual(idsOf(left), ['a1'], 'A save that is refused writes none of its rows.')
    await succeed('accounts.save', () => second.accounts.save([{ ...twin, connectionId: 'connection-2' }]))
  },

  async 'holdings: come back as they were saved, by account and by user'({ first, second }) {
    const rows = [holdingOf('h1'), holdingOf('h2', { marketValue: null, rawData: null })]
    const others = [holdingOf('h3', { accountId: 'account-2' }), holdingOf('h4', { accountId: 'x', userId: 'user-2' })]
    assert.equal(await succeed('holdings.save', () => first.holdings.save([...rows, ...others])), 4)
    assertRows(await succeed('listByAccount', () => second.holdings.listByAccount('account-1')), rows, 'listByAccount')
    const ofUser = await succeed('holdings.listByUser', () => second.holdings.listByUser('user-1'))
    assert.deepEqual(idsOf(ofUser), ['h1', 'h2', 'h3'])
    assert.equal(await succeed('holdings.save', () => first.holdings.save(rows)), 0)
    const moved = [holdingOf('h1', { currentPrice: null, version: 2 })]
    assert.equal(await succeed('holdings.save', () => first.holdings.save(moved)), 1)
  },

  async 'holdings: the id at the provider is unique in an account, until it is removed'({ first }) {
    await succeed('holdings.save', () => first.holdings.save([holdingOf('h1')]))
    const twin = holdingOf('h2', { providerHoldingId: 'provider-h1' })
    await conflict('holdings.save', () => first.holdings.save([holdingOf('h3'), twin]))
    await succeed('holdings.save', () => first.holdings.save([{ ...twin, id: 'h4', accountId: 'account-2' }]))
    const gone = ['h1', 'h4', 'none']
    assert.equal(await succeed('holdings.remove', () => first.holdings.remove('account-1', gone)), 1)
    assert.deepEqual(idsOf(await succeed('listByAccount', () => first.holdings.listByAccount('account-2'))), ['h4'])
    await succeed('holdings.save', () => first.holdings.save([twin]))
    assert.equal(await succeed('holdings.remove', () => first.holdings.remove('account-1', [])), 0)
  },

  async 'balances: one for each account and day, the newest first, page by page'({ first, second }) {
    const rows = Array.from({ length: 9 }, (_, index) => balanceOf(index + 1))
    const others = [
      balanceOf(3, { accountId: 'account-2' }),
      balanceOf(4, { accountId: 'account-3', userId: 'user-2' }),
    ]
    assert.equal(await succeed('balances.save', () => first.balances.save([...rows, ...others])), 11)
    assert.equal(await succeed('balances.save', () => first.balances.save(rows)), 0)
    const changed = balanceOf(9, { source: 'sync', balance: '1' as AccountBalance['balance'] })
    assert.equal(await succeed('balances.save', () => first.balances.save([changed])), 1)
    const listed: AccountBalance[] = []
    for (;;) {
      const after = listed.at(-1)?.day ?? null
      const query = { userId: 'user-1', accountId: 'account-1', after, limit: 4 }
      const page = await succeed('balances.list', () => second.balances.list(query))
      if (page.length === 0) break
      assert(page.length <= 4, 'A page has at most as many as it is asked for.')
      listed.push(...page)
      assert(listed.length <= 9, 'A list must go on behind `after`, and give none twice.')
    }
    assertRows(listed, [...rows.slice(0, 8), changed].toReversed(), 'balances.list')
    const part = { userId: 'user-1', accountId: 'account-1', from: day(3), to: day(5), after: null, limit: 10 }
    const days = await succeed('balances.list', () => second.balances.list(part))
    assert.deepEqual(
      days.map((one) => one.day),
      [day(5), day(4), day(3)],
      'Both days belong to it.',
    )
    const foreign = { ...part, accountId: 'account-3' }
    assertRows(await succeed('balances.list', () => second.balances.list(foreign)), [], "another user's balances.list")
  },

  async 'cursors: are written by their version alone'({ first, second }) {
    const find = () => succeed('cursors.find', () => second.cursors.find('connection-1', 'transactions:1'))
    assert.equal(await find(), null)
    await conflict('cursors.save', () => first.cursors.save(cursorOf(2), 1))
    await succeed('cursors.save', () => first.cursors.save(cursorOf(1), 0))
    assertRows([await find()], [cursorOf(1)], 'cursors.find')
    await conflict('cursors.save', () => first.cursors.save(cursorOf(1, { cursor: 'other' }), 0))
    await conflict('cursors.save', () => first.cursors.save(cursorOf(3), 2))
    await succeed('cursors.save', () => first.cursors.save(cursorOf(2, { cursor: null, covered: null }), 1))
    assertRows([await find()], [cursorOf(2, { cursor: null, covered: null })], 'cursors.find')
    assert.equal(await succeed('cursors.find', () => second.cursors.find('connection-2', 'transactions:1')), null)
  },

  async 'cursors: of several that write at once, one wins'({ first, handles }) {
    for (let version = 1; version <= 10; version++) {
      const writes = Array.from({ length: WRITERS }, (_, writer) => cursorOf(version, { cursor: `by ${writer}` }))
      const saved = await Promise.all(
        writes.map((cursor, writer) => {
          const { cursors } = handles[writer % handles.length] ?? first
          return cursors.save(cursor, version - 1)
        }),
      )
      const won = writes.filter((_, writer) => saved[writer]?.isOk())
      assert.equal(won.length, 1, 'One writer of a version wins.')
      const stored = await succeed('cursors.find', () => first.cursors.find('connection-1', 'transactions:1'))
      assertRows([stored], won, 'cursors.find')
    }
  },
}
