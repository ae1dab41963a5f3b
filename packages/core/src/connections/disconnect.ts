import { toInstant } from '../dates.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { toEventError } from '../events.ts'
import type { FinportContext } from '../finport-context.ts'
import { Err, Ok, type Result } from '../result.ts'
import { type Connection, moveConnection } from './connection.ts'
import { findConnection, refOf } from './row.ts'

/** What a disconnection came to. */
export type Disconnection = {
  /** Whether the institution ended the grant: it did, it has no way to or there was nothing to end, or it could not be made to. */
  revocation: 'revoked' | 'unsupported' | 'failed'
}

/** Ends a connection: at the institution where that can be done, and here in any case. */
export async function disconnect(
  context: FinportContext,
  request: { userId: string; connectionId: string; signal?: AbortSignal | undefined },
): Promise<Result<Disconnection, ConnectionError | StorageError>> {
  const found = await findConnection(context, request)
  if (found.isErr()) return found
  const connection = found.value
  const { status } = connection
  if (status === 'revoked' || status === 'failed') return Err(new ConnectionError('CONNECTION_NOT_ACTIVE'))
  const ref = refOf(connection)
  context.emit('ProviderDisconnectionAttempted', ref)
  const revocation = status === 'pending' ? 'unsupported' : await revoke(context, connection, request.signal)
  const ended = await end(context, connection)
  if (ended.isErr()) {
    context.emit('ProviderDisconnectionFailed', { ...ref, error: toEventError(ended.error) })
    return ended
  }
  context.emit('ProviderDisconnectionSucceeded', { ...ref, revocation, notifyUser: revocation === 'failed' })
  return Ok({ revocation })
}

async function revoke(
  context: FinportContext,
  connection: Connection,
  signal: AbortSignal | undefined,
): Promise<Disconnection['revocation']> {
  const provider = context.getProvider(connection.provider)
  // What was made with a sandbox is nothing to a live institution, nor the other way round.
  if (provider.isErr() || connection.sandbox !== context.isSandbox) return 'failed'
  const revoked = await context.vault.use(
    refOf(connection),
    provider.value,
    (credentials) => provider.value.revoke(credentials, { signal }),
    { signal },
  )
  if (revoked.isOk()) return revoked.value
  return revoked.error.code === 'CREDENTIALS_NOT_FOUND' ? 'unsupported' : 'failed'
}

/** So often does somebody else come first before it is given up. */
const ATTEMPTS = 5

/** First the state, so that nothing is begun with it any more, then the credentials. */
async function end(
  context: FinportContext,
  connection: Connection,
): Promise<Result<void, ConnectionError | StorageError>> {
  for (let attempt = 1, current = connection; ; attempt++) {
    const to = current.status === 'pending' ? 'failed' : 'revoked'
    const moved = moveConnection(current, to, toInstant(context.now()))
    // Another one ended it meanwhile.
    if (moved.isErr()) break
    const saved = await context.repositories.connections.save(moved.value, current.version)
    if (saved.isOk()) break
    if (saved.error.code !== 'STORAGE_CONFLICT' || attempt === ATTEMPTS) return saved
    const found = await findConnection(context, { userId: connection.userId, connectionId: connection.id })
    if (found.isErr()) return found
    current = found.value
  }
  return context.vault.forget(refOf(connection))
}
