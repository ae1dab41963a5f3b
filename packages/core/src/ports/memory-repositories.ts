import type { FinportError } from '../errors/finport-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'
import { memoryAccounts } from './memory/accounts.ts'
import { memoryAuthorizations } from './memory/authorizations.ts'
import { memoryBalances } from './memory/balances.ts'
import { memoryConnections } from './memory/connections.ts'
import { memoryCursors } from './memory/cursors.ts'
import { memoryHoldings } from './memory/holdings.ts'
import { memoryLeases } from './memory/leases.ts'
import { type Access, changeAll, createTables, layerOverAll, type Tables } from './memory/tables.ts'
import { memoryTransactions } from './memory/transactions.ts'
import type { Repositories, TransactionalRepositories } from './repositories.ts'

/** How to keep everything in memory. */
export type MemoryRepositoriesOptions = {
  /** Milliseconds since 1970, the store's clock: `Date.now` if nothing is given. */
  now?: (() => number) | undefined
}

/**
 * Repositories that forget everything with their process: for tests, for a first try, and to read how they work. One transaction at a time; what others write waits for it, what they read is what was committed
 * last.
 *
 * @example
 * ```ts
 * import { createMemoryRepositories } from '@finport/core'
 *
 * const repositories = createMemoryRepositories()
 * console.log((await repositories.connections.find('user-1', 'connection-1')).unwrap()) // null
 * ```
 */
export function createMemoryRepositories({ now = Date.now }: MemoryRepositoriesOptions = {}): Repositories {
  const committed = createTables()
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other, whatever becomes of the one before. */
  const inTurn = <T>(work: () => Promise<T> | T): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  const outside: Access = {
    read: () => committed,
    write: (change) => inTurn(() => changeAll(committed, change)),
  }

  return {
    ...over(outside, now),
    transaction<T, E extends FinportError = never>(
      work: (inside: TransactionalRepositories) => Promise<Result<T, E>>,
    ): Promise<Result<T, E | StorageError>> {
      return inTurn(async () => {
        const layer = layerOverAll(committed)
        const result = await work(over(accessTo(layer), now))
        if (result.isOk()) layer.commit()
        return result
      })
    },
  }
}

function accessTo(tables: Tables): Access {
  return { read: () => tables, write: async (change) => changeAll(tables, change) }
}

function over(access: Access, now: () => number): TransactionalRepositories {
  return {
    connections: memoryConnections(access),
    authorizations: memoryAuthorizations(access),
    accounts: memoryAccounts(access),
    transactions: memoryTransactions(access),
    holdings: memoryHoldings(access),
    balances: memoryBalances(access),
    cursors: memoryCursors(access),
    leases: memoryLeases(access, now),
  }
}
