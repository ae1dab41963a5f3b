import {
  type Credentials,
  type OAuth2Credentials,
  type StorableCredentials,
  toReauthenticateBy,
} from '../credentials.ts'
import type { ProviderAccountData } from '../data/account.ts'
import { type Instant, toInstant } from '../dates.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { toEventError } from '../events.ts'
import type { FinportContext } from '../finport-context.ts'
import type { TransactionalRepositories } from '../ports/repositories.ts'
import type { Connector } from '../provider.ts'
import { Err, Ok, type Result } from '../result.ts'
import { checkAccounts, fetchLoginAccounts, toNewAccounts } from './account-match.ts'
import { type Connection, moveConnection } from './connection.ts'
import type { LoginError } from './login-error.ts'
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
  const admitted = await tryToAdmit(context, admission)
  const { connection } = admission
  if (admitted.isErr()) return failLogin(context, connection, admitted.error)
  context.emit('ProviderConnectionSucceeded', refOf(connection))
  return admitted
}

/** Ends a login that came to nothing. */
export async function failLogin<E extends LoginError>(
  context: FinportContext,
  connection: Connection,
  error: E,
): Promise<Err<E>> {
  const found = await findConnection(context, { userId: connection.userId, connectionId: connection.id })
  if (found.isOk() && found.value.status !== 'active' && found.value.status !== 'expired') {
    const failed = moveConnection(found.value, 'failed', toInstant(context.now()))
    if (failed.isOk()) await context.repositories.connections.save(failed.value, found.value.version)
    await context.vault.forget(refOf(connection))
  }
  context.emit('ProviderConnectionFailed', { ...refOf(connection), error: toEventError(error) })
  return Err(error)
}

async function tryToAdmit(context: FinportContext, admission: Admission): Promise<Result<Connection, LoginError>> {
  const { provider, connection, credentials, isSingleUse } = admission
  const isNew = connection.status === 'pending'
  const reauthenticateBy = toReauthenticateBy(credentials as Partial<OAuth2Credentials>, provider.metadata.tokenPolicy)
  const put = () => context.vault.put(refOf(connection), credentials as StorableCredentials, { reauthenticateBy })

  const isStoredFirst = isNew && isSingleUse
  if (isStoredFirst) {
    const stored = await put()
    if (stored.isErr()) return stored
  }
  const accounts = await verify(context, admission, isStoredFirst)
  if (accounts.isErr()) return accounts
  if (!isStoredFirst) {
    const stored = await put()
    if (stored.isErr()) return stored
  }
  return activate(context, connection, accounts.value, reauthenticateBy)
}

async function verify(
  context: FinportContext,
  { provider, connection, credentials, signal }: Admission,
  isStored: boolean,
): Promise<Result<readonly ProviderAccountData[], LoginError>> {
  const fetched = await fetchLoginAccounts(provider, credentials, { signal })
  // The login itself went well: the institution is only out of reach for the moment.
  if (fetched.isErr()) return isStored && fetched.error.retryable ? Ok([]) : fetched
  if (fetched.value === null) return Ok([])
  const checked = await checkAccounts(context, connection, fetched.value)
  return checked.isErr() ? checked : Ok(fetched.value)
}

async function activate(
  context: FinportContext,
  connection: Connection,
  accounts: readonly ProviderAccountData[],
  reauthenticateBy: Instant | null,
): Promise<Result<Connection, ConnectionError | StorageError>> {
  for (let attempt = 1; ; attempt++) {
    const done = await context.repositories.transaction((inside) =>
      activateInside(context, inside, connection, accounts, reauthenticateBy),
    )
    if (done.isOk() || done.error.code !== 'STORAGE_CONFLICT' || attempt === ATTEMPTS) return done
  }
}

async function activateInside(
  context: FinportContext,
  { connections, accounts: repository }: TransactionalRepositories,
  { id, userId }: Connection,
  accounts: readonly ProviderAccountData[],
  reauthenticateBy: Instant | null,
): Promise<Result<Connection, ConnectionError | StorageError>> {
  const found = await connections.find(userId, id)
  if (found.isErr()) return found
  if (found.value === null) return Err(new ConnectionError('CONNECTION_NOT_FOUND'))
  const active = moveConnection(found.value, 'active', toInstant(context.now()), { reauthenticateBy })
  if (active.isErr()) return active
  const saved = await connections.save(active.value, found.value.version)
  if (saved.isErr()) return saved
  const stored = await repository.listByConnection(id)
  if (stored.isErr()) return stored
  const added = await repository.save(toNewAccounts(context, active.value, accounts, stored.value))
  return added.isErr() ? added : active
}
