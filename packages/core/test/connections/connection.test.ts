import { describe, expect, test } from 'vitest'
import { type Connection, createConnection, holdsAlias, moveConnection } from '../../src/connections/connection.ts'
import { type ConnectionStatus, connectionStatuses, type Json, toInstant } from '../../src/index.ts'

const created = toInstant(Date.parse('2026-01-31T12:00:00Z'))
const later = toInstant(Date.parse('2026-02-01T12:00:00Z'))

const connectionIn = (status: ConnectionStatus): Connection => ({
  ...createConnection(
    { id: 'connection-1', userId: 'user-1', provider: 'acme', alias: '', sandbox: false, meta: { a: 1 } },
    created,
  ),
  status,
  version: 4,
})

/** What the rest of Finport relies on: any other move is refused. */
const allowed: Readonly<Record<ConnectionStatus, readonly ConnectionStatus[]>> = {
  pending: ['active', 'failed'],
  active: ['active', 'expired', 'revoked'],
  expired: ['active', 'revoked'],
  revoked: [],
  failed: ['pending'],
}

describe.each(connectionStatuses)('a connection that is %s', (from) => {
  test.each(connectionStatuses)('to %s', (to) => {
    const connection = Object.freeze(connectionIn(from))
    const moved = moveConnection(connection, to, later)
    if (allowed[from].includes(to)) {
      expect(moved.unwrap()).toEqual({ ...connection, status: to, updatedAt: later, version: 5 })
    } else {
      expect(moved.unwrapErr()).toMatchObject({ code: 'CONNECTION_NOT_ACTIVE', userAction: 'reconnect' })
    }
  })
})

test('a new one is pending, in its first version, and plain JSON', () => {
  const connection: Json = connectionIn('pending')
  expect(JSON.parse(JSON.stringify(connection))).toEqual(connection)
  expect(connectionIn('pending')).toMatchObject({ createdAt: created, updatedAt: created, reauthenticateBy: null })
})

test('what changes with a move is changed, and nothing else', () => {
  const changes = { reauthenticateBy: later, sandbox: true, meta: {} }
  const moved = moveConnection(connectionIn('pending'), 'active', later, changes).unwrap()
  expect(moved).toEqual({ ...connectionIn('active'), ...changes, updatedAt: later, version: 5 })
})

test('an alias is held until the connection is over', () => {
  const holding = connectionStatuses.filter((status) => holdsAlias({ status }))
  expect(holding).toEqual(['pending', 'active', 'expired'])
})
