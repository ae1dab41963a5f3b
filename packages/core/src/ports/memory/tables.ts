import type { Connection } from '../../connections/connection.ts'
import type { StorageError } from '../../errors/storage-error.ts'
import type { Result } from '../../result.ts'
import type { Account } from '../account-repository.ts'
import type { AuthorizationRequest } from '../authorization-repository.ts'
import type { AccountBalance } from '../balance-repository.ts'
import type { SyncCursor } from '../cursor-repository.ts'
import type { Holding } from '../holding-repository.ts'
import type { Lease } from '../lease-repository.ts'
import type { Transaction } from '../transaction-repository.ts'
import { createTable, layerOver, type Table } from './table.ts'

/** Everything that is kept. */
export type Tables = {
  readonly connections: Table<Connection>
  readonly authorizations: Table<AuthorizationRequest>
  readonly accounts: Table<Account>
  readonly transactions: Table<Transaction>
  readonly holdings: Table<Holding>
  readonly balances: Table<AccountBalance>
  readonly cursors: Table<SyncCursor>
  readonly leases: Table<Lease>
}

/** Reads and writes of one caller. What `write` does holds together or not at all. */
export type Access = {
  read(): Tables
  write<T>(change: (tables: Tables) => Result<T, StorageError>): Promise<Result<T, StorageError>>
}

/** Nothing is kept yet. */
export function createTables(): Tables {
  return {
    connections: createTable(),
    authorizations: createTable(),
    accounts: createTable(),
    transactions: createTable(),
    holdings: createTable(),
    balances: createTable(),
    cursors: createTable(),
    leases: createTable(),
  }
}

/** Tables over others that keep what is written to themselves until it is committed. */
export function layerOverAll(below: Tables): Tables & { commit(): void } {
  const layers = {
    connections: layerOver(below.connections),
    authorizations: layerOver(below.authorizations),
    accounts: layerOver(below.accounts),
    transactions: layerOver(below.transactions),
    holdings: layerOver(below.holdings),
    balances: layerOver(below.balances),
    cursors: layerOver(below.cursors),
    leases: layerOver(below.leases),
  }
  const commit = () => {
    for (const layer of Object.values(layers)) layer.commit()
  }
  return { ...layers, commit }
}

/** Does a change as a whole, or not at all when it gives an error. */
export function changeAll<T>(
  tables: Tables,
  change: (tables: Tables) => Result<T, StorageError>,
): Result<T, StorageError> {
  const layer = layerOverAll(tables)
  const changed = change(layer)
  if (changed.isOk()) layer.commit()
  return changed
}
