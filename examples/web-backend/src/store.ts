import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  createKyselyCredentialRepository,
  createKyselyRepositories,
  createSqliteDialect,
  type FinportTables,
  migrate,
} from '@finport/storage-kysely'
import { Kysely } from 'kysely'

/** A SQLite file with Finport's tables. Your own tables may live beside them; for PostgreSQL, another dialect is all that changes. */
export async function openStore(path: string) {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const db = new Kysely<FinportTables>({ dialect: createSqliteDialect({ database: new DatabaseSync(path) }) })
  const migrated = await migrate({ db })
  if (migrated.isErr()) throw migrated.error
  return {
    db,
    repositories: createKyselyRepositories({ db }),
    credentials: createKyselyCredentialRepository({ db }),
  }
}

export type Store = Awaited<ReturnType<typeof openStore>>
