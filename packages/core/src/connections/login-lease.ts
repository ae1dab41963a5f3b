import { StorageError } from '../errors/storage-error.ts'
import type { FinportContext } from '../finport-context.ts'
import type { Lease } from '../ports/lease-repository.ts'
import { createRecordId } from '../record-id.ts'
import { Err, type Result } from '../result.ts'

/** Longer than the few things that are read and written meanwhile: no provider is asked. */
const LEASE_MILLISECONDS = 30_000
const LONGEST_POLL_MILLISECONDS = 100

/**
 * Does what only one may do at a time for a user's connections to a provider. A connection's row and its credentials are in two stores that no transaction spans, and whether accounts are another connection's already shows only when nobody else
 * writes them down at the same time.
 *
 * @returns also `STORAGE_CONFLICT` when others have it for longer than anybody should.
 */
export async function withLoginLease<T, E>(
  context: FinportContext,
  { userId, provider }: { userId: string; provider: string },
  work: () => Promise<Result<T, E>>,
): Promise<Result<T, E | StorageError>> {
  const { leases } = context.repositories
  const key = `login:${provider}:${userId}`
  const owner = createRecordId(context)
  for (let waited = 0; ; ) {
    const request = { key, owner, milliseconds: LEASE_MILLISECONDS }
    const taken: Result<Lease | null, StorageError> = await leases.acquire(request)
    if (taken.isErr()) {
      // It may have been taken, and only the answer got lost.
      await leases.release({ key, owner })
      return taken
    }
    if (taken.value !== null) break
    // Somebody who was killed has it until it ends.
    if (waited > LEASE_MILLISECONDS) return Err(new StorageError('STORAGE_CONFLICT'))
    const pause = 1 + ((context.random(1)[0] ?? 0) / 255) * LONGEST_POLL_MILLISECONDS
    await context.sleep(pause)
    waited += pause
  }
  try {
    return await work()
  } finally {
    await leases.release({ key, owner })
  }
}
