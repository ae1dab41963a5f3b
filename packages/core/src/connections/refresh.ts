import { toInstant } from '../dates.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { VaultError } from '../errors/vault-error.ts'
import type { FinportContext } from '../finport-context.ts'
import { Ok, type Result } from '../result.ts'
import { type Connection, changeConnection } from './connection.ts'
import { expireIfOver, findUsable, type OpenError } from './open.ts'
import { findConnection, refOf } from './row.ts'

/** Refreshes the tokens of a connection now. One whose credentials can't be refreshed stays as it is. */
export async function refreshConnection(
  context: FinportContext,
  request: { userId: string; connectionId: string; signal?: AbortSignal | undefined },
): Promise<Result<Connection, OpenError | ProviderError | VaultError | StorageError>> {
  const usable = await findUsable(context, request)
  if (usable.isErr()) return usable
  const { connection, provider } = usable.value
  const status = await context.vault.refresh(refOf(connection), provider, { signal: request.signal })
  if (status.isErr()) {
    await expireIfOver(context, usable.value, status.error)
    return status
  }
  const { reauthenticateBy } = status.value
  if (reauthenticateBy === connection.reauthenticateBy) return Ok(connection)
  const changed = changeConnection(connection, toInstant(context.now()), { reauthenticateBy })
  const saved = await context.repositories.connections.save(changed, connection.version)
  if (saved.isOk()) return Ok(changed)
  // Somebody else changed it meanwhile: what is stored is theirs, and the tokens are fresh.
  return saved.error.code === 'STORAGE_CONFLICT' ? findConnection(context, request) : saved
}

/** The connection with the end of its login as the vault knows it: where refreshing extends a login, it moves with each refresh. */
export async function withLoginEnd(context: FinportContext, connection: Connection): Promise<Connection> {
  if (connection.status !== 'active' || connection.reauthenticateBy === null) return connection
  const isExtended = context
    .getProvider(connection.provider)
    .map(({ metadata }) => metadata.tokenPolicy?.refreshExtends)
  if (!isExtended.unwrapOr(false)) return connection
  const described = await context.vault.describe(refOf(connection))
  return described.isOk() ? { ...connection, reauthenticateBy: described.value.reauthenticateBy } : connection
}
