import { toInstant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { FinportContext } from '../finport-context.ts'
import { Ok, type Result } from '../result.ts'
import { type Connection, moveConnection } from './connection.ts'
import { refOf } from './row.ts'

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
      const given = await giveUp(context, connection)
      if (given.isErr()) return given
      if (given.value) failed++
    }
    after = page.value.at(-1)?.id ?? null
    if (after === null) break
  }
  const expired = await authorizations.removeExpired(toInstant(context.now()))
  return expired.map((count) => ({ failed, expired: count }))
}

/** Whether it was given up: somebody may have logged in at the last moment. */
async function giveUp(context: FinportContext, connection: Connection): Promise<Result<boolean, StorageError>> {
  const failed = moveConnection(connection, 'failed', toInstant(context.now()))
  if (failed.isErr()) return Ok(false)
  const saved = await context.repositories.connections.save(failed.value, connection.version)
  if (saved.isErr()) return saved.error.code === 'STORAGE_CONFLICT' ? Ok(false) : saved
  return (await context.vault.forget(refOf(connection))).map(() => true)
}
