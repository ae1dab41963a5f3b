import type { FinportError } from '../errors/finport-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'
import type { AccountRepository } from './account-repository.ts'
import type { AuthorizationRepository } from './authorization-repository.ts'
import type { BalanceRepository } from './balance-repository.ts'
import type { ConnectionRepository } from './connection-repository.ts'
import type { CursorRepository } from './cursor-repository.ts'
import type { HoldingRepository } from './holding-repository.ts'
import type { LeaseRepository } from './lease-repository.ts'
import type { TransactionRepository } from './transaction-repository.ts'

/** The repositories as they are inside of a transaction. */
export interface TransactionalRepositories {
  readonly connections: ConnectionRepository
  readonly authorizations: AuthorizationRepository
  readonly accounts: AccountRepository
  readonly transactions: TransactionRepository
  readonly holdings: HoldingRepository
  readonly balances: BalanceRepository
  readonly cursors: CursorRepository
  readonly leases: LeaseRepository
}

/**
 * Where everything but credentials is kept: the host's database. `createMemoryRepositories` is the reference. Each call alone is atomic, and what it gives is nobody else's object.
 */
export interface Repositories extends TransactionalRepositories {
  /**
   * Does several things that hold together or not at all. Reads inside see what was written inside; reads outside see none of it until it is committed.
   *
   * @param work gets the repositories to use. The others must not be written to from inside: a store that does one thing at a time would wait for itself. It may be run again when the store could not commit, so that it must change
   * nothing but what is stored.
   * @returns what `work` gave. Its `Err` rolls everything back, as does what it throws.
   */
  transaction<T, E extends FinportError = never>(
    work: (inside: TransactionalRepositories) => Promise<Result<T, E>>,
  ): Promise<Result<T, E | StorageError>>
}
