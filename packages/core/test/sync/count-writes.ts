import type { Repositories, SyncCursor, TransactionalRepositories } from '../../src/index.ts'

/** How many rows of data were written. Leases are no data. */
export type Writes = { rows: number }

/** Repositories that count what they write. */
export function countWrites(repositories: Repositories, writes: Writes): Repositories {
  const count = <T extends TransactionalRepositories>(inside: T): T => {
    const counted = <K extends 'accounts' | 'transactions' | 'holdings' | 'balances'>(key: K): T[K] => ({
      ...inside[key],
      save: async (rows: never) => {
        const saved = await inside[key].save(rows)
        if (saved.isOk()) writes.rows += saved.value
        return saved
      },
    })
    return {
      ...inside,
      accounts: counted('accounts'),
      transactions: counted('transactions'),
      balances: counted('balances'),
      holdings: {
        ...counted('holdings'),
        remove: async (accountId: string, ids: readonly string[]) => {
          writes.rows += ids.length
          return inside.holdings.remove(accountId, ids)
        },
      },
      cursors: {
        ...inside.cursors,
        save: async (cursor: SyncCursor, expectedVersion: number) => {
          writes.rows++
          return inside.cursors.save(cursor, expectedVersion)
        },
      },
    }
  }
  return {
    ...count(repositories),
    transaction: (work) => repositories.transaction((inside) => work(count(inside))),
  }
}
