import {
  type Credentials,
  type OAuth2Credentials,
  type StorableCredentials,
  toReauthenticateBy,
} from '../credentials.ts'
import type { ProviderAccountData } from '../data/account.ts'
import { type Instant, toInstant } from '../dates.ts'
import type { ConnectionError } from '../errors/connection-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { VaultError } from '../errors/vault-error.ts'
import { toEventError } from '../events.ts'
import type { FinportContext } from '../finport-context.ts'
import type { Connector } from '../provider.ts'
import { Err, Ok, type Result } from '../result.ts'
import { checkAccounts, fetchLoginAccounts, toNewAccounts } from './account-match.ts'
import { type Connection, changeConnection, moveConnection } from './connection.ts'
import type { LoginError } from './login-error.ts'
import { withLoginLease } from './login-lease.ts'
import { findConnection, refOf } from './row.ts'

/** Credentials that a login gave, and the connection they are for. */
export type Admission = {
  readonly provider: Connector
  readonly connection: Connection
  readonly credentials: Credentials
  /** Whether what the user gave for them works only once, so that they must not get lost. */
  readonly isSingleUse: boolean
  readonly signal: AbortSignal | undefined
}

/** So often does somebody else come first before it is given up. */
const ATTEMPTS = 5

/**
 * Ends a login that went well: the credentials are verified and stored, the connection is active. Those of a new connection that work once are stored before anything else; those of one in use, once it is sure that they belong to it. A new
 * connection whose login came to nothing fails, and its credentials are forgotten; one in use stays as it was.
 */
export async function admit(context: FinportContext, admission: Admission): Promise<Result<Connection, LoginError>> {
  const isStoredFirst = admission.isSingleUse && admission.connection.status === 'pending'
  const kept = isStoredFirst ? await keep(context, admission) : Ok({ connection: admission.connection, error: null })
  if (kept.isErr()) return failLogin(context, admission.connection, kept.error)
  const { connection, error } = kept.value
  const admitted = error === null ? await tryToAdmit(context, { ...admission, connection }) : Err(error)
  if (admitted.isErr()) {
    // The connection was ended meanwhile: what nobody keeps must not stay good.
    if (admission.isSingleUse && admitted.error.code === 'CONNECTION_NOT_ACTIVE')
      await admission.provider.revoke(admission.credentials, { signal: admission.signal })
    return failLogin(context, connection, admitted.error)
  }
  context.emit('ProviderConnectionSucceeded', refOf(connection))
  return admitted
}

/** Ends a login that came to nothing. */
export async function failLogin<E extends LoginError>(
  context: FinportContext,
  connection: Connection,
  error: E,
): Promise<Err<E>> {
  // Where that can't be done, the connection stays pending: a sweep does it later.
  await withLoginLease(context, connection, async () => {
    const found = await findConnection(context, { userId: connection.userId, connectionId: connection.id })
    if (found.isErr()) return found
    const { status, version } = found.value
    // Another login of the same connection has come further since: what is stored is its affair.
    const isOwn = status === 'pending' && version === connection.version
    return isOwn ? giveUp(context, found.value) : Ok(undefined)
  })
  context.emit('ProviderConnectionFailed', { ...refOf(connection), error: toEventError(error) })
  return Err(error)
}

/** Fails a pending connection. First the credentials: what is left of it when something fails in between is still pending, and given up again. */
export async function giveUp(
  context: FinportContext,
  connection: Connection,
): Promise<Result<void, ConnectionError | StorageError>> {
  const failed = moveConnection(connection, 'failed', toInstant(context.now()))
  if (failed.isErr()) return failed
  const forgotten = await context.vault.forget(refOf(connection))
  if (forgotten.isErr()) return forgotten
  return context.repositories.connections.save(failed.value, connection.version)
}

/** A connection whose row says whose credentials are kept for it: those of the login that made this version of it. */
type Kept = { connection: Connection; error: VaultError | StorageError | null }

/** Stores credentials of a new connection before anything else is done with them. One that came into use meanwhile keeps its own. */
function keep(context: FinportContext, admission: Admission): Promise<Result<Kept, LoginError>> {
  const { id: connectionId, userId } = admission.connection
  return withLoginLease(context, admission.connection, async () => {
    for (let attempt = 1; ; attempt++) {
      const found = await findConnection(context, { userId, connectionId })
      if (found.isErr()) return found
      if (found.value.status !== 'pending') return Ok({ connection: found.value, error: null })
      const connection = changeConnection(found.value, toInstant(context.now()), {})
      const claimed = await context.repositories.connections.save(connection, found.value.version)
      if (claimed.isOk()) {
        const stored = await put(context, admission)
        return Ok({ connection, error: stored.isErr() ? stored.error : null })
      }
      if (claimed.error.code !== 'STORAGE_CONFLICT' || attempt === ATTEMPTS) return claimed
    }
  })
}

function reauthenticateByOf({ provider, credentials }: Admission): Instant | null {
  return toReauthenticateBy(credentials as Partial<OAuth2Credentials>, provider.metadata.tokenPolicy)
}

function put(context: FinportContext, admission: Admission): Promise<Result<void, VaultError | StorageError>> {
  const reauthenticateBy = reauthenticateByOf(admission)
  const { connection, credentials } = admission
  return context.vault.put(refOf(connection), credentials as StorableCredentials, { reauthenticateBy })
}

async function tryToAdmit(context: FinportContext, admission: Admission): Promise<Result<Connection, LoginError>> {
  const { provider, connection, credentials, isSingleUse, signal } = admission
  const isStored = isSingleUse && connection.status === 'pending'
  const fetched = await fetchLoginAccounts(provider, credentials, { signal })
  // The login itself went well: the institution is only out of reach for the moment.
  const isOutOfReach = fetched.isErr() && isStored && fetched.error.retryable
  if (fetched.isErr() && !isOutOfReach) return fetched
  const accounts = fetched.isErr() ? null : fetched.value
  return withLoginLease(context, connection, async () => {
    for (let attempt = 1; ; attempt++) {
      const done = await activate(context, admission, isStored, accounts)
      if (done.isOk() || done.error.code !== 'STORAGE_CONFLICT' || attempt === ATTEMPTS) return done
    }
  })
}

/** What is stored is what was verified, and the connection is active. Nobody else ends a login of this user's at the same time. */
async function activate(
  context: FinportContext,
  admission: Admission,
  isStored: boolean,
  accounts: readonly ProviderAccountData[] | null,
): Promise<Result<Connection, LoginError>> {
  const { id, userId, version } = admission.connection
  const found = await findConnection(context, { userId, connectionId: id })
  if (found.isErr()) return found
  const changes = { reauthenticateBy: reauthenticateByOf(admission) }
  const active = moveConnection(found.value, 'active', toInstant(context.now()), changes)
  if (active.isErr()) return active
  const checked = accounts === null ? Ok(undefined) : await checkAccounts(context, found.value, accounts)
  if (checked.isErr()) return checked
  const stored = isStored && found.value.version === version ? Ok(undefined) : await put(context, admission)
  if (stored.isErr()) return stored
  return context.repositories.transaction<Connection, ConnectionError | StorageError>(async (inside) => {
    const saved = await inside.connections.save(active.value, found.value.version)
    if (saved.isErr()) return saved
    const known = await inside.accounts.listByConnection(id)
    if (known.isErr()) return known
    const added = await inside.accounts.save(toNewAccounts(context, active.value, accounts ?? [], known.value))
    return added.isErr() ? added : active
  })
}
