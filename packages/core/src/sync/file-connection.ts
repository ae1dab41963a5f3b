import { type Connection, createConnection, holdsAlias } from '../connections/connection.ts'
import { type Instant, toInstant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Repositories, TransactionalRepositories } from '../ports/repositories.ts'
import { createRecordId, type RecordIdSource } from '../record-id.ts'
import { Ok, type Result } from '../result.ts'

const PAGE = 100

/** The connection that a user's files of a provider and an alias belong to. It may not be stored yet: {@link activate} does that with the first rows. */
export async function findFileConnection(
  { connections }: Pick<Repositories, 'connections'>,
  names: { userId: string; provider: string; alias: string },
  source: RecordIdSource,
): Promise<Result<Connection, StorageError>> {
  const { userId, provider, alias } = names
  for (let after: string | null = null; ; ) {
    const page: Result<Connection[], StorageError> = await connections.list({ userId, provider, after, limit: PAGE })
    if (page.isErr()) return page
    const found = page.value.find((connection) => connection.alias === alias && holdsAlias(connection))
    if (found !== undefined) return Ok(found)
    after = page.value.at(-1)?.id ?? null
    if (page.value.length < PAGE) break
  }
  const id = createRecordId(source)
  const created = createConnection({ id, ...names, sandbox: false, meta: {} }, toInstant(source.now()))
  return Ok({ ...created, version: 0 })
}

/** Stores a connection as active, if it is not. */
export async function activate(
  { connections }: Pick<TransactionalRepositories, 'connections'>,
  connection: Connection,
  now: Instant,
): Promise<Result<Connection, StorageError>> {
  if (connection.status === 'active') return Ok(connection)
  const active: Connection = { ...connection, status: 'active', updatedAt: now, version: connection.version + 1 }
  return (await connections.save(active, connection.version)).map(() => active)
}
