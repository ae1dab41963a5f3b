import { ConnectionError } from '../errors/connection-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Repositories, TransactionalRepositories } from '../ports/repositories.ts'
import { Err, Ok, type Result } from '../result.ts'

/** Longer than any request with all its repeats. Who holds it prolongs it with every step. */
const LEASE_MILLISECONDS = 5 * 60_000

/** The right to write a connection's data, as long as nobody else has it. */
export type SyncLease = {
  /** Prolongs it, in the transaction of what is written: `SYNC_IN_PROGRESS` when somebody else has it by now. */
  renew(inside: Pick<TransactionalRepositories, 'leases'>): Promise<Result<void, ConnectionError | StorageError>>
}

/** Does the work that only one may do for a connection at a time. `SYNC_IN_PROGRESS` when somebody does it. */
export async function withSyncLease<T, E>(
  { leases }: Pick<Repositories, 'leases'>,
  { connectionId, owner }: { connectionId: string; owner: string },
  work: (lease: SyncLease) => Promise<Result<T, E>>,
): Promise<Result<T, E | ConnectionError | StorageError>> {
  const key = `sync:${connectionId}`
  const request = { key, owner, milliseconds: LEASE_MILLISECONDS }
  const taken = await leases.acquire(request)
  if (taken.isErr()) return taken
  if (taken.value === null) return Err(new ConnectionError('SYNC_IN_PROGRESS'))
  try {
    return await work({
      async renew(inside) {
        const renewed = await inside.leases.renew(request)
        if (renewed.isErr()) return renewed
        return renewed.value === null ? Err(new ConnectionError('SYNC_IN_PROGRESS')) : Ok(undefined)
      },
    })
  } finally {
    await leases.release({ key, owner })
  }
}
