import type { Credentials } from '../credentials.ts'
import { toInstant } from '../dates.ts'
import type { ConfigurationError, UnknownProviderError } from '../errors/configuration-error.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { FinportError } from '../errors/finport-error.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { VaultError } from '../errors/vault-error.ts'
import { toEventError } from '../events.ts'
import type { FinportContext } from '../finport-context.ts'
import { type Connector, isOAuthProvider } from '../provider.ts'
import { Err, Ok, type Result } from '../result.ts'
import { requestOptionsIn } from '../settled-provider.ts'
import { type BoundCall, boundCalls, type Connected } from './connected.ts'
import { type Connection, moveConnection } from './connection.ts'
import { checkSandbox, findConnection, refOf } from './row.ts'

/** Which connection to open. */
export type OpenRequest<Slug extends string = string> = {
  userId: string
  connectionId: string
  /** The provider it must be of: its calls are typed then. Without it, those that all registered providers have. */
  provider?: Slug | undefined
}

/** Why a connection can't be opened. */
export type OpenError = ConnectionError | ConfigurationError | UnknownProviderError | StorageError

/** A connection that can be used, and its provider. */
export type UsableConnection = { connection: Connection; provider: Connector }

type CallError = ProviderError | VaultError | StorageError

/** A user's connection that can be used: it is active, and the providers are of its kind. */
export async function findUsable(
  context: FinportContext,
  request: OpenRequest,
): Promise<Result<UsableConnection, OpenError>> {
  const found = await findConnection(context, request)
  if (found.isErr()) return found
  const connection = found.value
  if (request.provider !== undefined && request.provider !== connection.provider)
    return Err(new ConnectionError('CONNECTION_NOT_FOUND'))
  const checked = checkSandbox(context, connection)
  if (checked.isErr()) return checked
  if (connection.status !== 'active') return Err(new ConnectionError('CONNECTION_NOT_ACTIVE'))
  return context.getProvider(connection.provider).map((provider) => ({ connection, provider }))
}

/** A user's connection with its provider's calls. */
export async function openConnection(
  context: FinportContext,
  request: OpenRequest,
): Promise<Result<{ connection: Connection; connected: Connected<Connector> }, OpenError>> {
  return (await findUsable(context, request)).map((usable) => ({
    connection: usable.connection,
    connected: bind(context, usable),
  }))
}

/**
 * Expires a connection when an answer says that only the user can help, and it is still the one that was asked for: a login that came between makes it another version.
 */
export async function expireIfOver(
  context: FinportContext,
  { connection, provider }: UsableConnection,
  error: FinportError,
): Promise<void> {
  if (!isOver(provider, error)) return
  const expired = moveConnection(connection, 'expired', toInstant(context.now()))
  if (expired.isErr()) return
  const saved = await context.repositories.connections.save(expired.value, connection.version)
  if (saved.isErr()) return
  context.emit('ProviderConnectionExpired', { ...refOf(connection), error: toEventError(error), notifyUser: true })
}

/** A token that expired is no end where tokens are refreshed: then the refresh decides. */
function isOver(provider: Connector, error: FinportError & { isTokenExpired?: boolean }): boolean {
  if (error.code === 'REAUTHENTICATION_REQUIRED') return true
  return error.code === 'PROVIDER_AUTHENTICATION_FAILED' && !(error.isTokenExpired && isOAuthProvider(provider))
}

function bind(context: FinportContext, usable: UsableConnection): Connected<Connector> {
  const { provider } = usable
  const calls: Record<string, unknown> = {}
  for (const name of Object.keys(boundCalls) as BoundCall[]) {
    const method: unknown = Reflect.get(provider, name)
    if (typeof method !== 'function') continue
    const call = (credentials: Credentials, args: readonly unknown[]): unknown =>
      Reflect.apply(method, provider, [credentials, ...args])
    calls[name] =
      boundCalls[name] === 'once'
        ? (...args: unknown[]) => callOnce(context, usable, (lent) => call(lent, args) as Promise<Answer>, args)
        : (...args: unknown[]) => stream(context, usable, (lent) => call(lent, args) as AsyncIterable<Answer>, args)
  }
  const { protocol, slug, metadata } = provider
  // The calls are those the provider has, which the compiler does not follow through its keys.
  return { ...calls, protocol, slug, metadata } as unknown as Connected<Connector>
}

type Answer = Result<unknown, ProviderError>

async function callOnce(
  context: FinportContext,
  usable: UsableConnection,
  call: (credentials: Credentials) => Promise<Answer>,
  args: readonly unknown[],
): Promise<Result<unknown, CallError>> {
  const { connection, provider } = usable
  const result = await context.vault.use(refOf(connection), provider, call, requestOptionsIn(args))
  if (result.isErr()) await expireIfOver(context, usable, result.error)
  return result
}

/** The first page comes while the credentials are lent, so that a token found expired then is renewed and the reading begun again. */
async function* stream(
  context: FinportContext,
  usable: UsableConnection,
  call: (credentials: Credentials) => AsyncIterable<Answer>,
  args: readonly unknown[],
): AsyncGenerator<Result<unknown, CallError>> {
  const { connection, provider } = usable
  const begin = async (
    credentials: Credentials,
  ): Promise<Result<AsyncIterator<Answer> & { first: Answer | null }, ProviderError>> => {
    const pages = call(credentials)[Symbol.asyncIterator]()
    const { done, value } = await pages.next()
    if (!done && value.isErr()) return value
    return Ok(Object.assign(pages, { first: done ? null : value }))
  }
  const begun = await context.vault.use(refOf(connection), provider, begin, requestOptionsIn(args))
  if (begun.isErr()) {
    await expireIfOver(context, usable, begun.error)
    yield begun
    return
  }
  const pages = begun.value
  if (pages.first === null) return
  try {
    yield pages.first
    for (;;) {
      const { done, value } = await pages.next()
      if (done) return
      if (value.isErr()) await expireIfOver(context, usable, value.error)
      yield value
    }
  } finally {
    await pages.return?.()
  }
}
