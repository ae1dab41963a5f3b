import { type Instant, toInstant } from '../dates.ts'
import { ConnectionError, type ConnectionErrorCode } from '../errors/connection-error.ts'
import { ProviderInvalidInputError, ProviderInvalidResponseError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { toEventError } from '../events.ts'
import type { FinportContext } from '../finport-context.ts'
import type { Json } from '../json.ts'
import type { AuthorizationRequest } from '../ports/authorization-repository.ts'
import { isOAuthProvider, type OAuthProvider } from '../provider.ts'
import { Err, Ok, type Result } from '../result.ts'
import { admit, failLogin } from './admit.ts'
import type { Connection } from './connection.ts'
import type { LoginError } from './login-error.ts'
import { checkReturnContext, createSecretText, hashText } from './login-secrets.ts'
import { checkSandbox, prepareRow, refOf } from './row.ts'

/** How a login is begun. */
export type BeginOAuthRequest = {
  userId: string
  /** The provider's slug. */
  provider: string
  /** What the user calls the connection: `''` if nothing is said. A login again keeps the alias there is. */
  alias?: string | undefined
  /** The connection to log in to again, in place: its accounts and their ids stay. Without it, a new one. */
  connectionId?: string | undefined
  /** What only this browser has, such as the value of a cookie that was set for it: the login can be ended there alone. */
  browserBinding?: string | undefined
  /** Where your app goes on afterwards: a path of your own site, or a word. It comes back from `finishOAuth`. */
  returnContext?: string | undefined
  /** What you keep beside the connection. Nothing secret. A login again to one in use keeps what there is. */
  meta?: { [key: string]: Json } | undefined
}

/** A login that was begun. */
export type BegunOAuth = {
  connectionId: string
  /** Where to send the user. */
  authorizationUrl: string
  /** Until when the login can be ended. */
  expiresAt: Instant
}

/** How a login is ended. */
export type FinishOAuthRequest = {
  /** Whose session it is: that of the request the callback came with. */
  userId: string
  /** The provider's slug, as your route has it. */
  provider: string
  /** The query of the callback as it came: `new URL(request.url).searchParams`. */
  callback: URLSearchParams
  /** What only this browser has: the same as at the beginning. */
  browserBinding?: string | undefined
  /** Ends the provider's calls. */
  signal?: AbortSignal | undefined
}

/** A connection that was logged in to, and where your app goes on. */
export type FinishedOAuth = Connection & { returnContext: string | null }

const LIFE_MILLISECONDS = 10 * 60_000

function getOAuthProvider(context: FinportContext, slug: string, operation: string): Result<OAuthProvider, LoginError> {
  const provider = context.getProvider(slug)
  if (provider.isErr()) return provider
  if (isOAuthProvider(provider.value)) return Ok(provider.value)
  const issues = [
    {
      path: 'provider',
      reason: 'Users do not log in to it by OAuth: a key or setup token goes to connect, a file to importFile.',
    },
  ]
  return Err(new ProviderInvalidInputError({ provider: slug, operation, issues }))
}

/** Begins a login: keeps what is needed to end it, and says where to send the user. */
export async function beginOAuth(
  context: FinportContext,
  request: BeginOAuthRequest,
): Promise<Result<BegunOAuth, LoginError>> {
  const { userId, provider: slug, alias = '', connectionId, browserBinding, meta } = request
  const provider = getOAuthProvider(context, slug, 'beginOAuth')
  if (provider.isErr()) return provider
  const returnContext = request.returnContext ?? null
  if (returnContext !== null) {
    const checked = checkReturnContext(slug, returnContext)
    if (checked.isErr()) return checked
  }
  const row = await prepareRow(context, { userId, provider: slug, alias, connectionId, meta })
  if (row.isErr()) return row
  const ref = refOf(row.value)

  const state = createSecretText(context.random)
  const codeVerifier = createSecretText(context.random)
  const sealedCodeVerifier = await context.vault.sealText(ref, codeVerifier)
  if (sealedCodeVerifier.isErr()) return sealedCodeVerifier
  const expiresAt = toInstant(context.now() + LIFE_MILLISECONDS)
  const kept = await context.repositories.authorizations.insert({
    stateHash: await hashText(state),
    ...ref,
    sealedCodeVerifier: sealedCodeVerifier.value,
    browserBindingHash: browserBinding === undefined ? null : await hashText(browserBinding),
    returnContext,
    expiresAt,
  })
  if (kept.isErr()) return kept
  const codeChallenge = await hashText(codeVerifier)
  const begin = () => provider.value.authorizationUrl({ state, codeChallenge })
  const made = make(slug, 'authorizationUrl', begin, (url) => typeof url === 'string' && URL.canParse(url))
  if (made.isErr()) return made
  context.emit('ProviderConnectionAttempted', ref)
  return Ok({ connectionId: ref.connectionId, authorizationUrl: made.value, expiresAt })
}

/** What a provider makes without asking anybody. What it throws may quote anything. */
function make<T>(
  provider: string,
  operation: string,
  work: () => T,
  isMade: (made: T) => boolean,
): Result<T, ProviderInvalidResponseError> {
  try {
    const made = work()
    if (isMade(made)) return Ok(made)
    // A promise is none, and nobody hears of it when it rejects.
    Promise.resolve(made).catch(() => {})
  } catch {
    // Said below.
  }
  return Err(new ProviderInvalidResponseError({ provider, operation }))
}

/** Ends a login with what the provider sent the user back with. */
export async function finishOAuth(
  context: FinportContext,
  request: FinishOAuthRequest,
): Promise<Result<FinishedOAuth, LoginError>> {
  const { provider: slug, callback, signal } = request
  const provider = getOAuthProvider(context, slug, 'finishOAuth')
  if (provider.isErr()) return provider
  const taken = await takeLogin(context, request, provider.value)
  if (taken.isErr()) {
    const failure = { userId: request.userId, connectionId: null, provider: slug, error: toEventError(taken.error) }
    context.emit('ProviderConnectionFailed', failure)
    return taken
  }
  const { login, connection } = taken.value

  const code = codeOf(callback)
  if (code.isErr()) return failLogin(context, connection, code.error)
  const codeVerifier = await context.vault.openText(refOf(connection), login.sealedCodeVerifier)
  if (codeVerifier.isErr()) return failLogin(context, connection, codeVerifier.error)
  const options = { codeVerifier: codeVerifier.value, signal }
  const tokens = await provider.value.exchangeCodeForTokens(code.value, options)
  if (tokens.isErr()) return failLogin(context, connection, tokens.error)
  const build = () => provider.value.credentialsFromTokens(tokens.value)
  const made = make(slug, 'credentialsFromTokens', build, (one) => typeof one?.type === 'string')
  if (made.isErr()) return failLogin(context, connection, made.error)
  const admission = { provider: provider.value, connection, credentials: made.value, isSingleUse: true, signal }
  const { returnContext } = login
  return (await admit(context, admission)).map((active) => ({ ...active, returnContext }))
}

const invalidState = () => Err(new ConnectionError('OAUTH_STATE_INVALID'))

/** A login that was taken, and the connection it is for. */
type TakenLogin = { login: AuthorizationRequest; connection: Connection }

/** What was kept for this callback, which from now on nobody can take again: it must be of this user, provider and browser, and not have ended. */
async function takeLogin(
  context: FinportContext,
  { userId, provider, callback, browserBinding }: FinishOAuthRequest,
  { metadata }: OAuthProvider,
): Promise<Result<TakenLogin, ConnectionError | StorageError>> {
  const states = callback.getAll('state')
  const [state] = states
  if (state === undefined || states.length > 1) return invalidState()
  const taken = await context.repositories.authorizations.take(userId, await hashText(state))
  if (taken.isErr()) return taken
  const login = taken.value
  if (login === null || login.provider !== provider || Date.parse(login.expiresAt) <= context.now())
    return invalidState()
  const hash = browserBinding === undefined ? null : await hashText(browserBinding)
  if (login.browserBindingHash !== null && login.browserBindingHash !== hash) return invalidState()
  if (!isOwnIssuer(callback, metadata)) return invalidState()

  const found = await context.repositories.connections.find(userId, login.connectionId)
  if (found.isErr()) return found
  const connection = found.value
  // What was disconnected or given up meanwhile is not brought back.
  if (connection === null || connection.status === 'failed' || connection.status === 'revoked') return invalidState()
  return checkSandbox(context, connection).map(() => ({ login, connection }))
}

/** RFC 9207: a callback that names its server must name this one, so that a code is not sent to another. Where the provider does not say its name, a server on one of its hosts is taken for it. */
function isOwnIssuer(
  callback: URLSearchParams,
  { issuer, hosts }: { issuer?: string | undefined; hosts: readonly string[] },
): boolean {
  const issuers = callback.getAll('iss')
  const [named] = issuers
  if (issuers.length > 1) return false
  if (issuer !== undefined) return named === issuer
  if (named === undefined || !URL.canParse(named)) return named === undefined
  const { host, pathname, href } = new URL(named)
  // Reading an address mends it: `https:/host` and one with a NUL behind it would pass. A query and a fragment are in no issuer (RFC 8414, section 2).
  const isAsWritten = href === named || href === `${named}/`
  return isAsWritten && href === `https://${host}${pathname}` && hosts.includes(host)
}

/** What the errors of RFC 6749, section 4.1.2.1, and of OpenID Connect, section 3.1.2.6, ask for. Others are taken for a refusal of the request. */
const codesOfErrors: Readonly<Record<string, ConnectionErrorCode>> = {
  access_denied: 'OAUTH_DENIED',
  interaction_required: 'OAUTH_DENIED',
  login_required: 'OAUTH_DENIED',
  account_selection_required: 'OAUTH_DENIED',
  consent_required: 'OAUTH_DENIED',
  server_error: 'OAUTH_SERVER_ERROR',
  temporarily_unavailable: 'OAUTH_SERVER_ERROR',
}

function codeOf(callback: URLSearchParams): Result<string, ConnectionError> {
  const error = callback.get('error')
  if (error !== null) {
    const code = Object.hasOwn(codesOfErrors, error) ? codesOfErrors[error] : undefined
    return Err(new ConnectionError(code ?? 'OAUTH_REQUEST_REJECTED'))
  }
  const codes = callback.getAll('code')
  const [code = ''] = codes
  return code === '' || codes.length > 1 ? Err(new ConnectionError('OAUTH_SERVER_ERROR')) : Ok(code)
}
