import type { Instant } from '../dates.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { Json } from '../json.ts'
import { Err, Ok, type Result } from '../result.ts'

/** The states of a connection. */
export const connectionStatuses = ['pending', 'active', 'expired', 'revoked', 'failed'] as const

/**
 * One of {@link connectionStatuses}: `pending` while the user has not logged in, `active` while it can be used, `expired` once the user has to log in again, `revoked` when the user
 * disconnected it, `failed` when the login came to nothing.
 */
export type ConnectionStatus = (typeof connectionStatuses)[number]

/** One user's link to one connector, as it is stored. Plain JSON, without a secret. */
export type Connection = {
  /** Made by Finport; those of a later millisecond sort later. */
  id: string
  /** Whose it is: the host's own id of the user. */
  userId: string
  /** The provider's slug. */
  provider: string
  /** What the user calls it, `''` by default: unique among a user's pending, active and expired connections to a provider. */
  alias: string
  status: ConnectionStatus
  /** Until when the login lasts whatever is done; `null` when that is not known. */
  reauthenticateBy: Instant | null
  /** Whether it was made with a provider's sandbox. A live provider never opens it, nor the other way round. */
  sandbox: boolean
  /** What the host keeps beside it. Nothing secret. */
  meta: { [key: string]: Json }
  createdAt: Instant
  updatedAt: Instant
  /** 1 when it is first saved, and one more with each change. */
  version: number
}

const transitions: Readonly<Record<ConnectionStatus, readonly ConnectionStatus[]>> = {
  pending: ['active', 'failed'],
  failed: ['pending'],
  active: ['active', 'expired', 'revoked'],
  expired: ['active', 'revoked'],
  revoked: [],
}

/** What a new connection is made of. */
export type NewConnection = Pick<Connection, 'id' | 'userId' | 'provider' | 'alias' | 'sandbox' | 'meta'>

/** A connection nobody has logged in to yet. */
export function createConnection(parts: NewConnection, now: Instant): Connection {
  const { id, userId, provider, alias, sandbox, meta } = parts
  return {
    id,
    userId,
    provider,
    alias,
    status: 'pending',
    reauthenticateBy: null,
    sandbox,
    meta,
    createdAt: now,
    updatedAt: now,
    version: 1,
  }
}

/** What may change of a connection beside its state. */
export type ConnectionChanges = Partial<Pick<Connection, 'reauthenticateBy' | 'sandbox' | 'meta'>>

/**
 * The connection in another state: its next version.
 *
 * @returns `CONNECTION_NOT_ACTIVE` when it can't go there from where it is.
 */
export function moveConnection(
  connection: Connection,
  to: ConnectionStatus,
  now: Instant,
  changes: ConnectionChanges = {},
): Result<Connection, ConnectionError> {
  if (!transitions[connection.status].includes(to)) return Err(new ConnectionError('CONNECTION_NOT_ACTIVE'))
  return Ok({ ...changeConnection(connection, now, changes), status: to })
}

/** The connection with other facts in the same state: its next version. */
export function changeConnection(connection: Connection, now: Instant, changes: ConnectionChanges): Connection {
  return { ...connection, ...changes, updatedAt: now, version: connection.version + 1 }
}

/** Whether a connection keeps its alias from being used again. */
export function holdsAlias({ status }: Pick<Connection, 'status'>): boolean {
  return status === 'pending' || status === 'active' || status === 'expired'
}
