import type { Instant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** The right to do something alone for a while. */
export type Lease = {
  /** What it is for. */
  key: string
  /** Who has it: a random id of the attempt, never of the machine. */
  owner: string
  /** When it ends, by the store's clock. */
  until: Instant
}

/** Where leases are kept. All times are the store's own, so that the clocks of those who ask do not matter. */
export interface LeaseRepository {
  /**
   * Takes a lease that nobody has, that has ended, or that this owner has already, which prolongs it, in one atomic step: of several at a time, one gets it.
   *
   * @returns `null` when somebody else has it.
   */
  acquire(request: { key: string; owner: string; milliseconds: number }): Promise<Result<Lease | null, StorageError>>

  /**
   * Prolongs a lease, counted from now. One that has ended is prolonged as long as nobody else took it.
   *
   * @returns `null` when the owner no longer has it.
   */
  renew(request: { key: string; owner: string; milliseconds: number }): Promise<Result<Lease | null, StorageError>>

  /** Gives a lease back. That the owner no longer has it is no error, and then nothing is done. */
  release(request: { key: string; owner: string }): Promise<Result<void, StorageError>>
}
