import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import {
  type CredentialRecord,
  type CredentialRepository,
  type CredentialWrite,
  Err,
  type Instant,
  Ok,
  type SealedCredentials,
  StorageError,
} from '@finport/core'

type Row = Pick<CredentialRecord, 'connectionId' | 'userId' | 'provider' | 'version'> &
  Omit<SealedCredentials, 'encryptedData'> & {
    encryptedData: Uint8Array | null
    leaseOwner: string | null
    leaseUntil: Instant | null
    refresh: string | null
  }

const columns =
  'connectionId, userId, provider, version, encryptedData, credentialType, expiresAt, keyId, refreshAt, reauthenticateBy'
const places = columns.replace(/\w+/g, '?')
const everything = `${columns}, leaseOwner, leaseUntil, refresh`
/** The clock of the store. */
const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
const later = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ? || ' seconds')"

function toRecord(row: Row): CredentialRecord {
  const { connectionId, userId, provider, version, encryptedData, leaseOwner, leaseUntil, refresh } = row
  const { credentialType, expiresAt, keyId, refreshAt, reauthenticateBy } = row
  return {
    connectionId,
    userId,
    provider,
    version,
    credentials:
      encryptedData === null ? null : { encryptedData, credentialType, expiresAt, keyId, refreshAt, reauthenticateBy },
    lease: leaseOwner === null || leaseUntil === null ? null : { owner: leaseOwner, until: leaseUntil },
    refresh: refresh === null ? null : JSON.parse(refresh),
  }
}

function valuesOf({ connectionId, userId, provider, version, credentials }: CredentialWrite): SQLInputValue[] {
  const { encryptedData = null, credentialType = null, expiresAt = null, keyId = null } = credentials ?? {}
  const { refreshAt = null, reauthenticateBy = null } = credentials ?? {}
  return [
    ...[connectionId, userId, provider, version, encryptedData],
    ...[credentialType, expiresAt, keyId, refreshAt, reauthenticateBy],
  ]
}

/** A repository in a file that several processes open at a time. */
export function openSqliteRepository(path: string): CredentialRepository & { close(): void } {
  const database = new DatabaseSync(path, { timeout: 30_000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  database.exec(
    `CREATE TABLE IF NOT EXISTS credentials (connectionId TEXT PRIMARY KEY, userId TEXT, provider TEXT, version INTEGER,
     encryptedData BLOB, credentialType TEXT, expiresAt TEXT, keyId TEXT, refreshAt TEXT, reauthenticateBy TEXT,
     leaseOwner TEXT, leaseUntil TEXT, refresh TEXT)`,
  )
  const select = database.prepare(`SELECT ${everything} FROM credentials WHERE connectionId = ?`)
  const insert = database.prepare(`INSERT OR IGNORE INTO credentials (${columns}) VALUES (${places})`)
  const kept = (column: string) => `CASE WHEN version = ? THEN ${column} END`
  const update = database.prepare(
    `UPDATE credentials SET (${everything}) = (${places}, ${kept('leaseOwner')}, ${kept('leaseUntil')}, ${kept('refresh')})
     WHERE connectionId = ? AND version = ?`,
  )
  const lease = database.prepare(
    `UPDATE credentials SET leaseOwner = ?, leaseUntil = ${later}
     WHERE connectionId = ? AND version = ? AND encryptedData IS NOT NULL
     AND (leaseOwner IS NULL OR leaseOwner = ? OR leaseUntil <= ${now}) RETURNING ${everything}`,
  )
  const tell = database.prepare(
    `UPDATE credentials SET refresh = ?, leaseOwner = CASE WHEN ? THEN NULL ELSE leaseOwner END
     WHERE connectionId = ? AND version = ? AND leaseOwner = ?`,
  )
  const list = database.prepare(
    `SELECT ${everything} FROM credentials WHERE keyId <> ? AND connectionId > ? ORDER BY connectionId LIMIT ?`,
  )
  const count = database.prepare('SELECT count(*) AS count FROM credentials WHERE keyId = ?')

  return {
    async find(connectionId) {
      const row = select.get(connectionId) as Row | undefined
      return Ok(row === undefined ? null : toRecord(row))
    },
    async save(record, expectedVersion) {
      const values = valuesOf(record)
      const { connectionId, version } = record
      const { changes } =
        expectedVersion === 0
          ? insert.run(...values)
          : update.run(...values, version, version, version, connectionId, expectedVersion)
      return changes === 1 ? Ok(undefined) : Err(new StorageError('STORAGE_CONFLICT'))
    },
    async takeLease({ connectionId, version, owner, milliseconds }) {
      const row = lease.get(owner, milliseconds / 1_000, connectionId, version, owner) as Row | undefined
      return Ok(row === undefined ? null : toRecord(row))
    },
    async saveRefresh({ connectionId, version, owner, refresh, release }) {
      const state = refresh === null ? null : JSON.stringify(refresh)
      return Ok(tell.run(state, release ? 1 : 0, connectionId, version, owner).changes === 1)
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
