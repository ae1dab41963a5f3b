import { toInstant } from '../dates.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { FinportContext } from '../finport-context.ts'
import { Err, Ok, type Result } from '../result.ts'
import { giveUp } from './admit.ts'
import type { Connection } from './connection.ts'
import { withLoginLease } from './login-lease.ts'
import { findConnection } from './row.ts'

/** What a sweep found. */
export type SweepReport = {
  /** Connections whose login was never ended: they failed, and their credentials are forgotten. */
  failed: number
  /** Logins that nobody can end any more: they are deleted. */
  expired: number
}

/** A login lives for ten minutes; whoever ends it at the last moment has as long again. */
const ABANDONED_MILLISECONDS = 20 * 60_000
const PAGE = 100

/** Clears away what users left unfinished. */
export async function sweep(context: FinportContext): Promise<Result<SweepReport, StorageError>> {
  const { connections, authorizations } = context.repositories
  const updatedBefore = toInstant(context.now() - ABANDONED_MILLISECONDS)
  let failed = 0
  let after: string | null = null
  for (;;) {
    const page: Result<Connection[], StorageError> = await connections.list({
      status: 'pending',
      updatedBefore,
      after,
      limit: PAGE,
    })
    if (page.isErr()) return page
    for (const connection of page.value) {
      const given = await giveUpAlone(context, connection)
      if (given.isErr()) return given
      if (given.value) failed++
    }
    after = page.value.at(-1)?.id ?? null
    if (after === null) break
  }
  const expired = await authorizations.removeExpired(toInstant(context.now()))
  return expired.map((count) => ({ failed, expired: count }))
}

/** Whether it was given up: somebody may have logged in at the last moment, or begun again. */
async function giveUpAlone(
  context: FinportContext,
  { id: connectionId, userId, provider, version }: Connection,
): Promise<Result<boolean, StorageError>> {
  const given = await withLoginLease(context, { userId, provider }, async () => {
    const found = await findConnection(context, { userId, connectionId })
    if (found.isErr()) return found
    return found.value.version === version ? giveUp(context, found.value) : Err(new StorageError('STORAGE_CONFLICT'))
  })
  if (given.isOk()) return Ok(true)
  return given.error.code === 'STORAGE_UNAVAILABLE' ? Err(given.error) : Ok(false)
}
