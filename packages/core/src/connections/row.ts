import { toInstant } from '../dates.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { FinportContext } from '../finport-context.ts'
import type { Json } from '../json.ts'
import type { CredentialRef } from '../ports/credential-vault.ts'
import { createRecordId } from '../record-id.ts'
import { Err, Ok, type Result } from '../result.ts'
import { type Connection, changeConnection, createConnection, moveConnection } from './connection.ts'
import { withLoginLease } from './login-lease.ts'

/** Which connection a login is for. */
export type LoginRequest = {
  userId: string
  provider: string
  alias: string
  connectionId: string | undefined
  meta: { [key: string]: Json } | undefined
}

/** A connection and its credentials have one owner. */
export function refOf({ userId, id, provider }: Connection): CredentialRef {
  return { userId, connectionId: id, provider }
}

/** A user's connection; of another's nobody learns. */
export async function findConnection(
  { repositories }: FinportContext,
  { userId, connectionId }: { userId: string; connectionId: string },
): Promise<Result<Connection, ConnectionError | StorageError>> {
  const found = await repositories.connections.find(userId, connectionId)
  if (found.isErr()) return found
  return found.value === null ? Err(new ConnectionError('CONNECTION_NOT_FOUND')) : Ok(found.value)
}

/** Whether a connection is of the kind that the providers are: made with a sandbox, or not. */
export function checkSandbox({ isSandbox }: FinportContext, { sandbox }: Connection): Result<void, ConnectionError> {
  return sandbox === isSandbox ? Ok(undefined) : Err(new ConnectionError('CONNECTION_SANDBOX_MISMATCH'))
}

const PAGE = 100

/** All connections of a user, in the order in which they were made. */
export async function listConnections(
  { repositories }: FinportContext,
  query: { userId: string; provider?: string | undefined },
): Promise<Result<Connection[], StorageError>> {
  const connections: Connection[] = []
  for (;;) {
    const after = connections.at(-1)?.id ?? null
    const page = await repositories.connections.list({ ...query, after, limit: PAGE })
    if (page.isErr()) return page
    connections.push(...page.value)
    if (page.value.length < PAGE) return Ok(connections)
  }
}

/** So often does somebody else come first before it is given up. */
const ATTEMPTS = 5

/**
 * The row for a login, stored: the one that is named, the user's own that came to nothing or has not ended yet, or a new one.
 *
 * @returns `CONNECTION_NOT_FOUND` for a named one that the user does not have at this provider, `CONNECTION_NOT_ACTIVE` for one that was disconnected, and `CONNECTION_ALIAS_TAKEN` when another of the same alias can be used.
 */
export async function prepareRow(
  context: FinportContext,
  request: LoginRequest,
): Promise<Result<Connection, ConnectionError | StorageError>> {
  return withLoginLease(context, request, async () => {
    for (let attempt = 1; ; attempt++) {
      const found =
        request.connectionId === undefined ? await findOpen(context, request) : await findNamed(context, request)
      if (found.isErr()) return found
      const row = found.value === null ? Ok(createRow(context, request)) : renewRow(context, request, found.value)
      if (row.isErr() || row.value === found.value) return row
      const saved = await context.repositories.connections.save(row.value, found.value?.version ?? 0)
      if (saved.isOk()) return row
      if (saved.error.code !== 'STORAGE_CONFLICT' || attempt === ATTEMPTS) return saved
    }
  })
}

async function findNamed(
  context: FinportContext,
  { userId, connectionId = '', provider }: LoginRequest,
): Promise<Result<Connection, ConnectionError | StorageError>> {
  const found = await findConnection(context, { userId, connectionId })
  if (found.isErr()) return found
  if (found.value.provider !== provider) return Err(new ConnectionError('CONNECTION_NOT_FOUND'))
  const checked = checkSandbox(context, found.value)
  return checked.isErr() ? checked : found
}

async function findOpen(
  context: FinportContext,
  { userId, provider, alias }: LoginRequest,
): Promise<Result<Connection | null, ConnectionError | StorageError>> {
  const listed = await listConnections(context, { userId, provider })
  if (listed.isErr()) return listed
  const own = listed.value.filter((connection) => connection.alias === alias)
  if (own.some(({ status }) => status === 'active' || status === 'expired'))
    return Err(new ConnectionError('CONNECTION_ALIAS_TAKEN'))
  const pending = own.find(({ status }) => status === 'pending')
  return Ok(pending ?? own.findLast(({ status }) => status === 'failed') ?? null)
}

function createRow(context: FinportContext, { userId, provider, alias, meta = {} }: LoginRequest): Connection {
  const { isSandbox: sandbox } = context
  return createConnection(
    { id: createRecordId(context), userId, provider, alias, sandbox, meta },
    toInstant(context.now()),
  )
}

/** One that can be used stays as it is until the login succeeds. */
function renewRow(
  { now, isSandbox: sandbox }: FinportContext,
  { meta }: LoginRequest,
  connection: Connection,
): Result<Connection, ConnectionError> {
  const time = toInstant(now())
  const changes = { sandbox, ...(meta === undefined ? {} : { meta }) }
  switch (connection.status) {
    case 'active':
    case 'expired':
      return Ok(connection)
    case 'pending':
      return Ok(changeConnection(connection, time, changes))
    case 'failed':
    case 'revoked':
      return moveConnection(connection, 'pending', time, changes)
  }
}
