import { toInstant } from '../dates.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { toEventError } from '../events.ts'
import type { FinportContext } from '../finport-context.ts'
import { Err, Ok, type Result } from '../result.ts'
import { giveUp } from './admit.ts'
import { type Connection, type ConnectionStatus, moveConnection } from './connection.ts'
import { withLoginLease } from './login-lease.ts'
import { findConnection, refOf } from './row.ts'

/** What a disconnection came to. */
export type Disconnection = {
  /** Whether the institution ended the grant: it did, it has no way to or there was nothing to end, or it could not be made to. */
  revocation: 'revoked' | 'unsupported' | 'failed'
}

/** So often does somebody else come first before it is given up. */
const ATTEMPTS = 5

/** Ends a connection: at the institution where that can be done, and here in any case. */
export async function disconnect(
  context: FinportContext,
  request: { userId: string; connectionId: string; signal?: AbortSignal | undefined },
): Promise<Result<Disconnection, ConnectionError | StorageError>> {
  const found = await findConnection(context, request)
  if (found.isErr()) return found
  if (hasEnded(found.value)) return Err(new ConnectionError('CONNECTION_NOT_ACTIVE'))
  const ref = refOf(found.value)
  context.emit('ProviderDisconnectionAttempted', ref)
  const disconnected = await disconnectFrom(context, found.value, request.signal)
  if (disconnected.isErr())
    context.emit('ProviderDisconnectionFailed', { ...ref, error: toEventError(disconnected.error) })
  else {
    const { revocation } = disconnected.value
    context.emit('ProviderDisconnectionSucceeded', { ...ref, revocation, notifyUser: revocation === 'failed' })
  }
  return disconnected
}

function hasEnded({ status }: Connection): boolean {
  return status === 'revoked' || status === 'failed'
}

async function disconnectFrom(
  context: FinportContext,
  connection: Connection,
  signal: AbortSignal | undefined,
): Promise<Result<Disconnection, ConnectionError | StorageError>> {
  let current = connection
  let revocation: Disconnection['revocation'] = 'unsupported'
  for (let attempt = 1; ; attempt++) {
    // Only a login makes it active again. What has expired since is what was revoked.
    const isRevocable = attempt === 1 ? current.status !== 'pending' : current.status === 'active'
    if (isRevocable) revocation = (await revoke(context, current, signal)) ?? revocation
    const ended = await withLoginLease(context, connection, () => end(context, current))
    if (ended.isOk()) return Ok({ revocation })
    if (ended.error.code !== 'STORAGE_CONFLICT' || attempt === ATTEMPTS) return ended
    const found = await findConnection(context, { userId: connection.userId, connectionId: connection.id })
    if (found.isErr()) return found
    if (hasEnded(found.value)) return Ok({ revocation })
    current = found.value
  }
}

/** Longer than any request takes. An institution, or a provider, that never answers must not keep a connection from ending here. */
const PATIENCE_MILLISECONDS = 60_000

/** `null` when there was nothing to revoke. */
async function revoke(
  context: FinportContext,
  connection: Connection,
  signal: AbortSignal | undefined,
): Promise<Disconnection['revocation'] | null> {
  const provider = context.getProvider(connection.provider)
  // What was made with a sandbox is nothing to a live institution, nor the other way round.
  if (provider.isErr() || connection.sandbox !== context.isSandbox) return 'failed'
  const revoking = context.vault.use(
    refOf(connection),
    provider.value,
    (credentials) => provider.value.revoke(credentials, { signal }),
    { signal },
  )
  const isOver = new AbortController()
  const revoked = await Promise.race([revoking, context.sleep(PATIENCE_MILLISECONDS, isOver.signal)])
  isOver.abort()
  if (typeof revoked !== 'object') return 'failed'
  if (revoked.isOk()) return revoked.value
  return isNothingLeft(revoked.error) ? null : 'failed'
}

/** Whether there is no grant to end: nothing is kept, or the institution does not take it any more. What is in doubt may still be good. */
function isNothingLeft({ code, reason }: { code: string; reason?: unknown }): boolean {
  return code === 'CREDENTIALS_NOT_FOUND' || (code === 'REAUTHENTICATION_REQUIRED' && reason !== 'refresh_in_doubt')
}

/**
 * First the connection expires, so that nothing is begun with it any more, then its credentials go. What is left of it when something fails in between can be disconnected again.
 *
 * @returns `STORAGE_CONFLICT` when it is not the one that was revoked any more.
 */
async function end(
  context: FinportContext,
  { id: connectionId, userId, version }: Connection,
): Promise<Result<void, ConnectionError | StorageError>> {
  const found = await findConnection(context, { userId, connectionId })
  if (found.isErr()) return found
  const connection = found.value
  if (connection.version !== version) return Err(new StorageError('STORAGE_CONFLICT'))
  if (connection.status === 'pending') return giveUp(context, connection)
  const expired = connection.status === 'expired' ? Ok(connection) : await move(context, connection, 'expired')
  if (expired.isErr()) return expired
  const forgotten = await context.vault.forget(refOf(connection))
  if (forgotten.isErr()) return forgotten
  return (await move(context, expired.value, 'revoked')).map(() => undefined)
}

async function move(
  { repositories, now }: FinportContext,
  connection: Connection,
  to: ConnectionStatus,
): Promise<Result<Connection, ConnectionError | StorageError>> {
  const moved = moveConnection(connection, to, toInstant(now()))
  if (moved.isErr()) return moved
  return (await repositories.connections.save(moved.value, connection.version)).map(() => moved.value)
}
