import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import {
  type CredentialRecord,
  type CredentialRepository,
  Err,
  Ok,
  type SealedCredentials,
  StorageError,
} from '@finport/core'

type Row = {
  connectionId: string
  userId: string
  provider: string
  version: number
  encryptedData: Uint8Array | null
  credentialType: SealedCredentials['credentialType']
  expiresAt: SealedCredentials['expiresAt']
  keyId: string
  reauthenticateBy: SealedCredentials['reauthenticateBy']
}

const columns =
  'connectionId, userId, provider, version, encryptedData, credentialType, expiresAt, keyId, reauthenticateBy'

function toRecord(row: Row): CredentialRecord {
  const { connectionId, userId, provider, version, encryptedData } = row
  const { credentialType, expiresAt, keyId, reauthenticateBy } = row
  const credentials =
    encryptedData === null ? null : { encryptedData, credentialType, expiresAt, keyId, reauthenticateBy }
  return { connectionId, userId, provider, version, credentials }
}

function valuesOf({ connectionId, userId, provider, version, credentials }: CredentialRecord): SQLInputValue[] {
  const { encryptedData = null, credentialType = null, expiresAt = null } = credentials ?? {}
  const { keyId = null, reauthenticateBy = null } = credentials ?? {}
  return [connectionId, userId, provider, version, encryptedData, credentialType, expiresAt, keyId, reauthenticateBy]
}

/** A repository in a file that several processes open at a time. */
export function openSqliteRepository(path: string): CredentialRepository & { close(): void } {
  const database = new DatabaseSync(path, { timeout: 30_000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  database.exec(
    `CREATE TABLE IF NOT EXISTS credentials (connectionId TEXT PRIMARY KEY, userId TEXT, provider TEXT, version INTEGER,
     encryptedData BLOB, credentialType TEXT, expiresAt TEXT, keyId TEXT, reauthenticateBy TEXT)`,
  )
  const select = database.prepare(`SELECT ${columns} FROM credentials WHERE connectionId = ?`)
  const insert = database.prepare(`INSERT OR IGNORE INTO credentials (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = database.prepare(
    `UPDATE credentials SET (${columns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE connectionId = ? AND version = ?`,
  )
  const list = database.prepare(
    `SELECT ${columns} FROM credentials WHERE keyId <> ? AND connectionId > ? ORDER BY connectionId LIMIT ?`,
  )
  const count = database.prepare('SELECT count(*) AS count FROM credentials WHERE keyId = ?')

  return {
    async find(connectionId) {
      const row = select.get(connectionId) as Row | undefined
      return Ok(row === undefined ? null : toRecord(row))
    },
    async save(record, expectedVersion) {
      const values = valuesOf(record)
      const { changes } =
        expectedVersion === 0 ? insert.run(...values) : update.run(...values, record.connectionId, expectedVersion)
      return changes === 1 ? Ok(undefined) : Err(new StorageError('STORAGE_CONFLICT'))
    },
    async listSealedByOthers({ keyId, after, limit }) {
      return Ok((list.all(keyId, after ?? '', limit) as Row[]).map(toRecord))
    },
    async countSealedBy(keyId) {
      return Ok((count.get(keyId) as { count: number }).count)
    },
    close: () => database.close(),
  }
}
