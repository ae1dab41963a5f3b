import { type Connection, holdsAlias } from '../../connections/connection.ts'
import { Ok } from '../../result.ts'
import type { ConnectionRepository } from '../connection-repository.ts'
import { compareText, keyOf, type RowKeys, saveVersion, select } from './table.ts'
import type { Access } from './tables.ts'

const keys: RowKeys<Connection> = {
  keyOf: ({ id }) => id,
  uniqueOf: (row) => (holdsAlias(row) ? keyOf(row.userId, row.provider, row.alias) : null),
}

/** Connections in memory. */
export function memoryConnections({ read, write }: Access): ConnectionRepository {
  return {
    async find(userId, id) {
      const row = read().connections.rows.get(id)
      return Ok(row?.userId === userId ? structuredClone(row) : null)
    },
    save: (connection, expectedVersion) =>
      write(({ connections }) => saveVersion(connections, keys, connection, expectedVersion)),
    async list({ userId, provider, status, updatedBefore, after, limit }) {
      const isWanted = (row: Connection) =>
        (userId === undefined || row.userId === userId) &&
        (provider === undefined || row.provider === provider) &&
        (status === undefined || row.status === status) &&
        (updatedBefore === undefined || row.updatedAt < updatedBefore) &&
        (after === null || row.id > after)
      return Ok(select(read().connections, isWanted, (one, other) => compareText(one.id, other.id), limit))
    },
  }
}
