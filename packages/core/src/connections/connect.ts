import { ProviderInvalidInputError } from '../errors/provider-error.ts'
import type { FinportContext } from '../finport-context.ts'
import type { Json } from '../json.ts'
import { isExchangeProvider, isOAuthProvider } from '../provider.ts'
import { Err, Ok, type Result } from '../result.ts'
import { admit, failLogin } from './admit.ts'
import type { Connection } from './connection.ts'
import type { LoginError } from './login-error.ts'
import { prepareRow, refOf } from './row.ts'

/** How a user connects by something they type: a key, a setup token. */
export type ConnectRequest = {
  userId: string
  /** The provider's slug. */
  provider: string
  /** What the user calls the connection: `''` if nothing is said. A login again keeps the alias there is. */
  alias?: string | undefined
  /** The connection to log in to again, in place: its accounts and their ids stay. Without it, a new one. */
  connectionId?: string | undefined
  /** What the user typed, as the provider's `parseCredentials` or `exchangeCredentials` takes it. */
  input: unknown
  /** What you keep beside the connection. Nothing secret. A login again to one in use keeps what there is. */
  meta?: { [key: string]: Json } | undefined
  /** Ends the provider's calls. */
  signal?: AbortSignal | undefined
}

/** Connects a user by what they typed: it is parsed, or exchanged for what is kept, verified at the provider, and stored. */
export async function connect(
  context: FinportContext,
  { userId, provider: slug, alias = '', connectionId, input, meta, signal }: ConnectRequest,
): Promise<Result<Connection, LoginError>> {
  const found = context.getProvider(slug)
  if (found.isErr()) return found
  const provider = found.value
  if (provider.metadata.credentialType === 'file_import')
    return refuse(slug, 'Users do not connect to it: their files are imported, by importFile.')
  const isSingleUse = isExchangeProvider(provider)
  const parsed = isSingleUse ? Ok(null) : provider.parseCredentials(input)
  if (parsed.isErr() && isOAuthProvider(provider))
    return refuse(
      slug,
      'Users log in to it by OAuth: begin with beginOAuth. Only tokens that you have already are taken here.',
    )
  if (parsed.isErr()) return parsed
  const row = await prepareRow(context, { userId, provider: slug, alias, connectionId, meta })
  if (row.isErr()) return row
  const connection = row.value
  context.emit('ProviderConnectionAttempted', refOf(connection))

  // An exchange uses up what the user typed: whatever could be checked before has been.
  const credentials = isExchangeProvider(provider)
    ? await provider.exchangeCredentials(input, { signal })
    : provider.parseCredentials(input)
  if (credentials.isErr()) return failLogin(context, connection, credentials.error)
  return admit(context, { provider, connection, credentials: credentials.value, isSingleUse, signal })
}

function refuse(provider: string, reason: string) {
  return Err(new ProviderInvalidInputError({ provider, operation: 'connect', issues: [{ path: 'provider', reason }] }))
}
