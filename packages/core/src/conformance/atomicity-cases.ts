import assert from 'node:assert/strict'
import { StorageError } from '../errors/storage-error.ts'
import type { Repositories, TransactionalRepositories } from '../ports/repositories.ts'
import { Err, Ok } from '../result.ts'
import { describeThrown } from './assertions.ts'
import { succeed } from './credential-store.ts'
import { accountOf, balanceOf, cursorOf, day, holdingOf, transactionOf } from './data-records.ts'
import { idsOf, type RepositoryCases } from './repository-store.ts'

const january = { from: day(1), to: day(31) }

/** Writes something of each kind. */
async function writeAll(inside: TransactionalRepositories, version = 1): Promise<void> {
  await succeed('accounts.save', () => inside.accounts.save([accountOf('a1', { version })]))
  await succeed('transactions.save', () => inside.transactions.save([transactionOf('t1'), transactionOf('t2')]))
  await succeed('holdings.save', () => inside.holdings.save([holdingOf('h1', { version })]))
  await succeed('balances.save', () => inside.balances.save([balanceOf(1)]))
  await succeed('cursors.save', () => inside.cursors.save(cursorOf(version), version - 1))
}

/** How much there is of each kind. */
async function countAll(repositories: TransactionalRepositories): Promise<number[]> {
  const balances = { userId: 'user-1', accountId: 'account-1', after: null, limit: 10 }
  const cursor = await succeed('cursors.find', () => repositories.cursors.find('connection-1', 'transactions:1'))
  return [
    (await succeed('listByUser', () => repositories.accounts.listByUser('user-1'))).length,
    (await succeed('listInRange', () => repositories.transactions.listInRange('account-1', january))).length,
    (await succeed('listByAccount', () => repositories.holdings.listByAccount('account-1'))).length,
    (await succeed('balances.list', () => repositories.balances.list(balances))).length,
    cursor?.version ?? 0,
  ]
}

const refusal = new StorageError('STORAGE_UNAVAILABLE')

/** Cases of what holds together or not at all. */
export const atomicityCases: RepositoryCases = {
  async 'transaction: keeps everything and gives what its work gave'({ first, second }) {
    const given = await succeed('transaction', () =>
      first.transaction(async (inside) => {
        await writeAll(inside)
        return Ok(await countAll(inside))
      }),
    )
    assert.deepEqual(given, [1, 2, 1, 1, 1], 'Reads inside see what was written inside.')
    assert.deepEqual(await countAll(second), [1, 2, 1, 1, 1])
  },

  async 'transaction: an error takes everything back'({ first, second }) {
    const ended = await first.transaction(async (inside) => {
      await writeAll(inside)
      return Err(refusal)
    })
    assert(ended.isErr() && ended.error === refusal, 'The error that work gave must come out.')
    assert.deepEqual(await countAll(second), [0, 0, 0, 0, 0])
    await writeAll(first)
    await first.transaction(async (inside) => {
      await succeed('save', () => inside.transactions.save([transactionOf('t1', { description: 'Other', version: 2 })]))
      await succeed('holdings.remove', () => inside.holdings.remove('account-1', ['h1']))
      await succeed('cursors.save', () => inside.cursors.save(cursorOf(2), 1))
      return Err(refusal)
    })
    assert.deepEqual(await countAll(second), [1, 2, 1, 1, 1])
    const [row] = await succeed('listInRange', () => second.transactions.listInRange('account-1', january))
    assert.deepEqual([row?.version, row?.description], [1, transactionOf('t1').description])
  },

  async 'transaction: what work throws takes everything back, and others go on'({ first, second }) {
    const mistake = new RangeError('a mistake')
    const thrown = await first
      .transaction(async (inside) => {
        await writeAll(inside)
        throw mistake
      })
      .then(
        () => null,
        (reason: unknown) => reason,
      )
    assert(thrown === mistake, `What work throws must come out, and not ${describeThrown(thrown)}.`)
    assert.deepEqual(await countAll(second), [0, 0, 0, 0, 0])
    await writeAll(first)
  },

  async 'transaction: a write that is refused inside leaves none of its rows, and what came before it'({ first }) {
    await succeed('transaction', () =>
      first.transaction(async (inside) => {
        await succeed('save', () => inside.transactions.save([transactionOf('t1')]))
        const twin = transactionOf('t3', { providerTransactionId: 'provider-t1' })
        const refused = await inside.transactions.save([transactionOf('t2'), twin])
        assert(refused.isErr(), 'A second row of the same id at the provider must be refused.')
        return Ok(undefined)
      }),
    )
    const rows = await succeed('listInRange', () => first.transactions.listInRange('account-1', january))
    assert.deepEqual(idsOf(rows), ['t1'])
  },

  async 'transaction: nobody sees half of it'({ first, second }) {
    const seen: Promise<number[]>[] = []
    await succeed('transaction', () =>
      first.transaction(async (inside) => {
        await succeed('save', () => inside.transactions.save([transactionOf('t1')]))
        // It may wait for the end of the transaction, so that nobody may wait for it here.
        const reading = second.transactions.listInRange('account-1', january)
        seen.push(reading.then((rows) => [rows.isOk() ? rows.value.length : 0]))
        await succeed('save', () => inside.transactions.save([transactionOf('t2')]))
        return Ok(undefined)
      }),
    )
    const [counts] = await Promise.all(seen)
    assert(counts?.[0] === 0 || counts?.[0] === 2, 'Others see nothing of a transaction, or all of it.')
  },

  async 'transaction: of several that move a cursor at once, one keeps its rows'({ first, handles }) {
    for (let version = 1; version <= 5; version++) {
      const move = (repositories: Repositories, writer: number) =>
        repositories.transaction(async (inside) => {
          const rows = [transactionOf(`t${version}-${writer}`)]
          const saved = await inside.transactions.save(rows)
          if (saved.isErr()) return saved
          return inside.cursors.save(cursorOf(version, { cursor: `${writer}` }), version - 1)
        })
      const writers = Array.from({ length: 8 }, (_, writer) => writer)
      const moved = await Promise.all(writers.map((writer) => move(handles[writer % handles.length] ?? first, writer)))
      const won = writers.filter((writer) => moved[writer]?.isOk())
      assert.equal(won.length, 1, 'One of them moves the cursor.')
      const rows = await succeed('listInRange', () => first.transactions.listInRange('account-1', january))
      const own = idsOf(rows).filter((id) => id.startsWith(`t${version}-`))
      assert.deepEqual(own, [`t${version}-${won[0]}`], 'The others leave no row.')
    }
  },
}
