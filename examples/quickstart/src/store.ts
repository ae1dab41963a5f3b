import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  createKyselyCredentialRepository,
  createKyselyRepositories,
  createSqliteDialect,
  type FinportTables,
  migrate,
} from '@finport/storage-kysely'
import { Kysely } from 'kysely'

/** A new SQLite file with Finport's tables. With another dialect of Kysely's, the same code keeps everything in PostgreSQL. */
export async function openStore() {
  const path = join(mkdtempSync(join(tmpdir(), 'finport-')), 'quickstart.sqlite')
  const db = new Kysely<FinportTables>({ dialect: createSqliteDialect({ database: new DatabaseSync(path) }) })
  ;(await migrate({ db })).unwrap()
  return {
    path,
    db,
    repositories: createKyselyRepositories({ db }),
    credentials: createKyselyCredentialRepository({ db }),
  }
}
