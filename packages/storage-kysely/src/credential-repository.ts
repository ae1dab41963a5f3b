import type { CredentialRecord, CredentialRepository, CredentialWrite } from '@finport/core'
import { createOuterSession, type KyselyRepositoriesOptions } from './options.ts'
import { insertOnce, updateVersion, writeOne } from './save-version.ts'
import type { FinportTables, StoredCredentials } from './schema.ts'
import { storeClock } from './store-clock.ts'

const noLease = { lease_owner: null, lease_until: null, refresh: null } as const

function toRow({ connectionId, userId, provider, version, credentials }: CredentialWrite) {
  return {
    connection_id: connectionId,
    user_id: userId,
    provider,
    version,
    encrypted_data: credentials?.encryptedData ?? null,
    credential_type: credentials?.credentialType ?? null,
    key_id: credentials?.keyId ?? null,
    expires_at: credentials?.expiresAt ?? null,
    refresh_at: credentials?.refreshAt ?? null,
    reauthenticate_by: credentials?.reauthenticateBy ?? null,
  } satisfies Omit<StoredCredentials, keyof typeof noLease>
}

function fromRow(row: StoredCredentials): CredentialRecord {
  const { encrypted_data: encryptedData, credential_type: credentialType, key_id: keyId } = row
  const { lease_owner: owner, lease_until: until } = row
  return {
    connectionId: row.connection_id,
    userId: row.user_id,
    provider: row.provider,
    version: row.version,
    credentials:
      encryptedData === null || credentialType === null || keyId === null
        ? null
        : {
            encryptedData,
            credentialType,
            keyId,
            expiresAt: row.expires_at,
            refreshAt: row.refresh_at,
            reauthenticateBy: row.reauthenticate_by,
          },
    lease: owner === null || until === null ? null : { owner, until },
    refresh: row.refresh === null ? null : JSON.parse(row.refresh),
  }
}

/**
 * Sealed credentials in a database, for `createVault`. Nothing but the vault needs it.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createKyselyCredentialRepository, createSqliteDialect, type FinportTables } from '@finport/storage-kysely'
 * import { Kysely } from 'kysely'
 *
 * const dialect = createSqliteDialect({ database: new DatabaseSync('finport.db') })
 * const credentials = createKyselyCredentialRepository({ db: new Kysely<FinportTables>({ dialect }) })
 * const record = await credentials.find('connection-1')
 * if (record.isErr()) console.error(record.error)
 * ```
 */
export function createKyselyCredentialRepository<Tables extends FinportTables>(
  options: KyselyRepositoriesOptions<Tables>,
): CredentialRepository {
  const session = createOuterSession(options)
  const { family } = session
  return {
    async find(connectionId) {
      const row = await session.run((db) =>
        db.selectFrom('finport_credentials').selectAll().where('connection_id', '=', connectionId).executeTakeFirst(),
      )
      return row.map((found) => (found === undefined ? null : fromRow(found)))
    },
    async save(record, expectedVersion) {
      const row = toRow(record)
      if (expectedVersion === 0) return writeOne(session, insertOnce('finport_credentials', { ...row, ...noLease }))
      const key = { connection_id: record.connectionId }
      const values = record.version === expectedVersion ? row : { ...row, ...noLease }
      return writeOne(session, updateVersion('finport_credentials', key, expectedVersion, values))
    },
    async takeLease({ connectionId, version, owner, milliseconds }) {
      const row = await session.run((db) =>
        db
          .updateTable('finport_credentials')
          .set({ lease_owner: owner, lease_until: storeClock(family, milliseconds) })
          .where('connection_id', '=', connectionId)
          .where('version', '=', version)
          .where('encrypted_data', 'is not', null)
          .where(({ eb, or }) =>
            or([
              eb('lease_owner', 'is', null),
              eb('lease_owner', '=', owner),
              eb('lease_until', '<=', storeClock(family)),
            ]),
          )
          .returningAll()
          .executeTakeFirst(),
      )
      return row.map((taken) => (taken === undefined ? null : fromRow(taken)))
    },
    async saveRefresh({ connectionId, version, owner, refresh, release }) {
      const state = { refresh: refresh === null ? null : JSON.stringify(refresh) }
      const done = await session.run((db) =>
        db
          .updateTable('finport_credentials')
          .set(release ? { ...noLease, ...state } : state)
          .where('connection_id', '=', connectionId)
          .where('version', '=', version)
          .where('lease_owner', '=', owner)
          .executeTakeFirst(),
      )
      return done.map(({ numUpdatedRows }) => numUpdatedRows === 1n)
    },
    async listSealedByOthers({ keyId, after, limit }) {
      const rows = await session.run((db) => {
        let query = db.selectFrom('finport_credentials').selectAll().where('key_id', '<>', keyId)
        if (after !== null) query = query.where('connection_id', '>', after)
        return query.orderBy('connection_id').limit(limit).execute()
      })
      return rows.map((all) => all.map(fromRow))
    },
    async countSealedBy(keyId) {
      const row = await session.run((db) =>
        db
          .selectFrom('finport_credentials')
          .select(({ fn }) => fn.countAll().as('count'))
          .where('key_id', '=', keyId)
          .executeTakeFirstOrThrow(),
      )
      return row.map(({ count }) => Number(count))
    },
  }
}
