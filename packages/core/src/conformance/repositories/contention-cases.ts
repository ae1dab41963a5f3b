import assert from 'node:assert/strict'
import type { StorageError } from '../../errors/storage-error.ts'
import type { Repositories, TransactionalRepositories } from '../../ports/repositories.ts'
import { Ok, type Result } from '../../result.ts'
import { settle, succeed } from '../settled.ts'
import { accountOf, cursorOf, transactionOf } from './rows.ts'
import { RACERS, RIVALS, race, type StoreCases } from './store.ts'

type Work = (inside: TransactionalRepositories) => Promise<Result<void, StorageError>>

/** Tries a transaction until no other comes first, as a caller would. */
async function tryUntilDone(handle: Repositories, work: Work): Promise<void> {
  for (let attempt = 0; attempt < 100 * RACERS; attempt++) {
    const done = await settle('transaction', () => handle.transaction(work))
    if (done.isOk()) return
    assert.equal(done.error.code, 'STORAGE_CONFLICT', 'Whoever comes second must get a conflict.')
  }
  assert.fail('Whoever tries again after each conflict must come first at some time.')
}

const cursorIn = ({ cursors }: TransactionalRepositories) =>
  succeed('cursors.find', () => cursors.find('connection-1', 'stream-1'))
const idsOf = async ({ transactions }: Repositories) =>
  (await succeed('transactions.list', () => transactions.list({ userId: 'user-1', after: null, limit: 10_000 }))).map(
    ({ id }) => id,
  )

/** What `transaction` must do for many at a time. */
export const contentionCases: StoreCases = {
  async 'transaction: keeps the rows of the one who moved the cursor, and none of the others'(store) {
    for (let version = 1; version <= 5; version++) {
      const done = await race(store, (handle, writer) =>
        settle('transaction', () =>
          handle.transaction(async (inside) => {
            const rows = Array.from({ length: 20 }, (_, index) => transactionOf(`${version}-${writer}-${index}`))
            await succeed('transactions.save', () => inside.transactions.save(rows))
            return inside.cursors.save(cursorOf(version, { cursor: `${writer}` }), version - 1)
          }),
        ),
      )
      for (const result of done) if (result.isErr()) assert.equal(result.error.code, 'STORAGE_CONFLICT')
      const winners = done.flatMap((result, writer) => (result.isOk() ? [writer] : []))
      assert.equal(winners.length, 1, `Of many at a time one must move the cursor, not ${winners.length}.`)
      assert.equal((await cursorIn(store.second))?.cursor, `${winners[0]}`)
      const ids = (await idsOf(store.second)).filter((id) => id.startsWith(`${version}-`))
      assert(
        ids.every((id) => id.startsWith(`${version}-${winners[0]}-`)),
        'Rows without their cursor must not be kept.',
      )
      assert.equal(ids.length, 20, 'The rows of the one who moved the cursor must be kept.')
    }
  },

  async 'transaction: loses no step of many that read, write and try until they are done'(store) {
    await race(store, (handle, writer) =>
      tryUntilDone(handle, async (inside) => {
        const stored = await cursorIn(inside)
        const version = (stored?.version ?? 0) + 1
        await succeed('transactions.save', () => inside.transactions.save([transactionOf(`step-${writer}`)]))
        return inside.cursors.save(cursorOf(version, { cursor: `${stored?.cursor ?? ''}${writer},` }), version - 1)
      }),
    )
    const cursor = await cursorIn(store.first)
    assert.equal(cursor?.version, RACERS)
    const steps = (cursor?.cursor ?? '').split(',').slice(0, -1).map(Number)
    assert.deepEqual(
      steps.toSorted((one, other) => one - other),
      Array.from({ length: RACERS }, (_, writer) => writer),
    )
    assert.equal((await idsOf(store.first)).length, RACERS)
  },

  async 'transaction: comes to an end though each has what the other needs'(store) {
    const accounts = ['a', 'b', 'c'].map((id) => accountOf(id))
    await succeed('accounts.save', () => store.first.accounts.save(accounts))
    const writeAll = (handle: Repositories, writer: number) =>
      tryUntilDone(handle, async (inside) => {
        for (const account of writer % 2 === 0 ? accounts : accounts.toReversed()) {
          const saved = await settle('accounts.save', () =>
            inside.accounts.save([{ ...account, name: `By ${writer}`, version: 2 + writer }]),
          )
          if (saved.isErr()) return saved
        }
        return Ok(undefined)
      })
    await race(store, writeAll, RIVALS)
    const kept = await succeed('accounts.listByUser', () => store.second.accounts.listByUser('user-1'))
    assert.equal(new Set(kept.map(({ name }) => name)).size, 1, 'A transaction is whole: the last one wrote all.')
    assert.notEqual(kept[0]?.name, 'Everyday')
  },

  async 'transaction: gives a lease to one of many who ask inside'(store) {
    const given = await race(store, (handle, index) =>
      succeed('transaction', () =>
        handle.transaction((inside) =>
          inside.leases.acquire({ key: 'sync/1', owner: `owner-${index}`, milliseconds: 60_000 }),
        ),
      ),
    )
    assert.equal(given.filter((lease) => lease !== null).length, 1, 'Of many at a time one must get the lease.')
  },
}
