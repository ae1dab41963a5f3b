import type { Credentials } from '../credentials.ts'
import type { ProviderAccountData } from '../data/account.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { FinportContext } from '../finport-context.ts'
import type { Account } from '../ports/account-repository.ts'
import { type Connector, isChangeSource, isProvider, type RequestOptions } from '../provider.ts'
import { createRecordId } from '../record-id.ts'
import { Err, Ok, type Result } from '../result.ts'
import type { Connection } from './connection.ts'
import { listConnections } from './row.ts'

/** Asks the provider whether credentials are good for anything. What it tells of accounts, or `null` when it has none to tell of. */
export async function fetchLoginAccounts(
  provider: Connector,
  credentials: Credentials,
  options: RequestOptions,
): Promise<Result<ProviderAccountData[] | null, ProviderError>> {
  if (isProvider(provider)) return (await provider.fetchAccounts(credentials, options)).map(({ items }) => items)
  if (!isChangeSource(provider)) return Ok(null)
  for await (const page of provider.fetchChanges(credentials, null, options)) return page.map(() => null)
  return Ok(null)
}

/**
 * Whether a login belongs to a connection, by the accounts it reaches.
 *
 * @returns `CONNECTION_DUPLICATE` when another connection of the user has one of them, `CONNECTION_MISMATCH` when the connection has accounts and none of them is among these.
 */
export async function checkAccounts(
  context: FinportContext,
  connection: Connection,
  accounts: readonly ProviderAccountData[],
): Promise<Result<void, ConnectionError | StorageError>> {
  const ids = new Set(accounts.map(({ providerAccountId }) => providerAccountId))
  const isReached = ({ providerAccountId }: Account) => ids.has(providerAccountId)
  const { id, userId, provider, sandbox } = connection
  const listed = await listConnections(context, { userId, provider })
  if (listed.isErr()) return listed
  for (const other of listed.value) {
    const isInUse = other.status === 'active' || other.status === 'expired'
    if (other.id === id || other.sandbox !== sandbox || !isInUse) continue
    const theirs = await context.repositories.accounts.listByConnection(other.id)
    if (theirs.isErr()) return theirs
    if (theirs.value.some(isReached)) return Err(new ConnectionError('CONNECTION_DUPLICATE'))
  }
  const own = await context.repositories.accounts.listByConnection(id)
  if (own.isErr()) return own
  if (own.value.length > 0 && !own.value.some(isReached)) return Err(new ConnectionError('CONNECTION_MISMATCH'))
  return Ok(undefined)
}

/** Those of the accounts that are not stored yet, as they are stored. */
export function toNewAccounts(
  context: FinportContext,
  { id: connectionId, userId }: Connection,
  accounts: readonly ProviderAccountData[],
  stored: readonly Account[],
): Account[] {
  const known = new Set(stored.map(({ providerAccountId }) => providerAccountId))
  const told = new Map(accounts.map((account) => [account.providerAccountId, account]))
  return [...told.values()]
    .filter(({ providerAccountId }) => !known.has(providerAccountId))
    .map((account) => ({ ...account, id: createRecordId(context), userId, connectionId, version: 1 }))
}
