import assert from 'node:assert/strict'
import { ConnectionError } from '../../errors/connection-error.ts'
import type { TransactionalRepositories } from '../../ports/repositories.ts'
import { Err, Ok } from '../../result.ts'
import { settle, succeed } from '../settled.ts'
import { accountOf, balanceOf, connectionOf, cursorOf, decimal, holdingOf, loginOf, transactionOf } from './rows.ts'
import { assertRow, assertRows, type Store, type StoreCases } from './store.ts'

const refused = new ConnectionError('SYNC_IN_PROGRESS')
class Mistake extends Error {}

/** Writes to everything there is. */
async function writeAll(inside: TransactionalRepositories): Promise<void> {
  await succeed('connections.save', () => inside.connections.save(connectionOf('new'), 0))
  await succeed('authorizations.insert', () => inside.authorizations.insert(loginOf('new')))
  await succeed('accounts.save', () => inside.accounts.save([accountOf('new'), accountOf('old', { name: 'Changed' })]))
  await succeed('transactions.save', () => inside.transactions.save([transactionOf('new')]))
  await succeed('holdings.save', () => inside.holdings.save([holdingOf('new')]))
  await succeed('holdings.remove', () => inside.holdings.remove('account-1', ['old']))
  await succeed('balances.save', () => inside.balances.save([balanceOf('2026-01-31')]))
  await succeed('cursors.save', () => inside.cursors.save(cursorOf(1), 0))
  await succeed('leases.acquire', () => inside.leases.acquire({ key: 'new', owner: 'a', milliseconds: 60_000 }))
  await succeed('authorizations.take', () => inside.authorizations.take('user-1', 'old'))
}

/** What was there before. */
async function prepare({ first }: Store): Promise<void> {
  await succeed('accounts.save', () => first.accounts.save([accountOf('old')]))
  await succeed('holdings.save', () => first.holdings.save([holdingOf('old')]))
  await succeed('authorizations.insert', () => first.authorizations.insert(loginOf('old')))
}

async function assertUntouched({ second }: Store): Promise<void> {
  assertRows(
    await succeed('accounts.listByUser', () => second.accounts.listByUser('user-1')),
    [accountOf('old')],
    'Accounts',
  )
  assertRows(
    await succeed('holdings.listByUser', () => second.holdings.listByUser('user-1')),
    [holdingOf('old')],
    'Holdings',
  )
  assert.equal(await succeed('connections.find', () => second.connections.find('user-1', 'new')), null)
  const transactions = await succeed('transactions.findByProviderIds', () =>
    second.transactions.findByProviderIds('account-1', ['provider-new']),
  )
  assert.deepEqual(transactions, [])
  const balances = await succeed('balances.list', () =>
    second.balances.list({ userId: 'user-1', accountId: 'account-1', after: null, limit: 10 }),
  )
  assert.deepEqual(balances, [])
  assert.equal(await succeed('cursors.find', () => second.cursors.find('connection-1', 'stream-1')), null)
  assert.equal(
    await succeed('leases.renew', () => second.leases.renew({ key: 'new', owner: 'a', milliseconds: 1 })),
    null,
  )
  assert.equal(await succeed('authorizations.take', () => second.authorizations.take('user-1', 'new')), null)
  assertRow(
    await succeed('authorizations.take', () => second.authorizations.take('user-1', 'old')),
    loginOf('old'),
    'A login',
  )
}

const nameOf = async ({ accounts }: TransactionalRepositories, id: string) =>
  (await succeed('accounts.find', () => accounts.find('user-1', id)))?.name

/** What `transaction` must do for one at a time. */
export const atomicityCases: StoreCases = {
  async 'transaction: keeps all that was written when the work gives a value, and gives that value'(store) {
    await prepare(store)
    const { first, second } = store
    const given = await succeed('transaction', () =>
      first.transaction(async (inside) => {
        await writeAll(inside)
        return Ok({ a: ['value'] })
      }),
    )
    assert.deepEqual(given, { a: ['value'] })
    assert.equal(await nameOf(second, 'old'), 'Changed')
    assert.notEqual(await succeed('connections.find', () => second.connections.find('user-1', 'new')), null)
    assert.notEqual(await succeed('cursors.find', () => second.cursors.find('connection-1', 'stream-1')), null)
    assert.equal(await succeed('authorizations.take', () => second.authorizations.take('user-1', 'old')), null)
    assertRows(
      await succeed('holdings.listByUser', () => second.holdings.listByUser('user-1')),
      [holdingOf('new')],
      'Holdings',
    )
  },

  async 'transaction: keeps nothing, of any kind, when the work gives an error, and gives that error'(store) {
    await prepare(store)
    const given = await settle('transaction', () =>
      store.first.transaction(async (inside) => {
        await writeAll(inside)
        return Err(refused)
      }),
    )
    assert(given.isErr() && given.error === refused, 'The error of the work must be given back.')
    await assertUntouched(store)
  },

  async 'transaction: keeps nothing when the work throws, throws the same, and others go on'(store) {
    await prepare(store)
    const mistake = new Mistake()
    const thrown = await store.first
      .transaction(async (inside) => {
        await writeAll(inside)
        throw mistake
      })
      .catch((error: unknown) => error)
    assert(thrown === mistake, 'What the work throws must be thrown.')
    await assertUntouched(store)
    assert.equal(await succeed('accounts.save', () => store.first.accounts.save([accountOf('next')])), 1)
    assert.equal(
      await succeed('transaction', () =>
        store.first.transaction(async (inside) => inside.accounts.save([accountOf('last')])),
      ),
      1,
    )
  },

  async 'transaction: reads inside what was written inside'({ first }) {
    await succeed('transaction', () =>
      first.transaction(async (inside) => {
        await writeAll(inside)
        assert.equal(await nameOf(inside, 'new'), 'Everyday')
        const [transaction] = await succeed('transactions.list', () =>
          inside.transactions.list({ userId: 'user-1', after: null, limit: 1 }),
        )
        assertRow(transaction, transactionOf('new'), 'A transaction')
        assert.equal(await succeed('accounts.save', () => inside.accounts.save([accountOf('new')])), 0)
        return Ok(undefined)
      }),
    )
  },

  async 'transaction: shows nobody what was rolled back'({ first, second }) {
    const outside: Promise<string | undefined>[] = []
    await settle('transaction', () =>
      first.transaction(async (inside) => {
        await succeed('accounts.save', () => inside.accounts.save([accountOf('1')]))
        // Not waited for: a store that does one thing at a time answers when this is over.
        for (let reader = 0; reader < 5; reader++) outside.push(nameOf(second, '1'))
        await succeed('accounts.save', () => inside.accounts.save([accountOf('2')]))
        return Err(refused)
      }),
    )
    const names = await Promise.all(outside)
    assert(
      names.every((name) => name === undefined),
      'Nobody may see what was not committed.',
    )
  },

  async 'transaction: goes on after a conflict, which keeps nothing of its own save'({ first, second }) {
    await succeed('connections.save', () => first.connections.save(connectionOf('1', { alias: 'mine' }), 0))
    await succeed('connections.save', () => first.connections.save(connectionOf('2', { alias: 'free' }), 0))
    await succeed('accounts.save', () => first.accounts.save([accountOf('1')]))
    const codes = await succeed('transaction', () =>
      first.transaction(async (inside) => {
        await succeed('transactions.save', () => inside.transactions.save([transactionOf('before')]))
        const twins = [accountOf('2'), accountOf('3', { providerAccountId: 'provider-1' })]
        const conflicts = [
          await settle('accounts.save', () => inside.accounts.save(twins)),
          await settle('connections.save', () =>
            inside.connections.save(connectionOf('2', { alias: 'mine', version: 2 }), 1),
          ),
          await settle('connections.save', () => inside.connections.save(connectionOf('3', { alias: 'mine' }), 0)),
          await settle('cursors.save', () => inside.cursors.save(cursorOf(2), 1)),
        ]
        await succeed('transactions.save', () => inside.transactions.save([transactionOf('after')]))
        return Ok(conflicts.map((conflict) => (conflict.isErr() ? conflict.error.code : 'no error')))
      }),
    )
    assert.deepEqual(codes, Array(4).fill('STORAGE_CONFLICT'))
    assertRows(
      await succeed('accounts.listByUser', () => second.accounts.listByUser('user-1')),
      [accountOf('1')],
      'Accounts',
    )
    const kept = await succeed('transactions.findByProviderIds', () =>
      second.transactions.findByProviderIds('account-1', ['provider-before', 'provider-after']),
    )
    assert.equal(kept.length, 2, 'What was written before and after a conflict must be kept.')
    assert.equal((await succeed('connections.find', () => second.connections.find('user-1', '2')))?.alias, 'free')
  },

  async 'transaction: does what is asked for at the same time inside'({ first, second }) {
    await succeed('accounts.save', () => first.accounts.save([accountOf('1')]))
    const twin = accountOf('twin', { providerAccountId: 'provider-1' })
    await succeed('transaction', () =>
      first.transaction(async (inside) => {
        const saves = Array.from({ length: 12 }, (_, index) =>
          settle('accounts.save', () =>
            inside.accounts.save(index % 3 === 0 ? [accountOf(`lost-${index}`), twin] : [accountOf(`kept-${index}`)]),
          ),
        )
        const done = await Promise.all(saves)
        assert.equal(done.filter((save) => save.isErr()).length, 4)
        return Ok(undefined)
      }),
    )
    const accounts = await succeed('accounts.listByUser', () => second.accounts.listByUser('user-1'))
    assert.deepEqual(
      accounts.map(({ id }) => id.slice(0, 4)),
      ['1', ...Array(8).fill('kept')],
    )
  },

  async 'transaction: keeps many rows, or none of them'({ first, second }) {
    const rows = Array.from({ length: 5_000 }, (_, index) =>
      transactionOf(`t-${index}`, { amount: decimal(`${index}`) }),
    )
    const work = (isWanted: boolean) =>
      first.transaction(async (inside) => {
        for (let start = 0; start < rows.length; start += 1_000)
          await succeed('transactions.save', () => inside.transactions.save(rows.slice(start, start + 1_000)))
        return isWanted ? Ok(undefined) : Err(refused)
      })
    const count = async () =>
      (
        await succeed('transactions.list', () =>
          second.transactions.list({ userId: 'user-1', after: null, limit: 9_999 }),
        )
      ).length
    await settle('transaction', () => work(false))
    assert.equal(await count(), 0)
    await succeed('transaction', () => work(true))
    assert.equal(await count(), 5_000)
  },
}
