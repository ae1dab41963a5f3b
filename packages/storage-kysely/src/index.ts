export { createKyselyCredentialRepository } from './credential-repository.ts'
export { type MigrationReport, migrate } from './migrate.ts'
export { type FinportMigration, migrations } from './migrations.ts'
export type { KyselyRepositoriesOptions } from './options.ts'
export { createPGliteDialect, type PGliteDialectOptions, type PGliteInstance } from './pglite-dialect.ts'
export { createKyselyRepositories } from './repositories.ts'
export type { FinportTables, SnakeCase, Stored, StoredCredentials, StoredRow } from './schema.ts'
export {
  createSqliteDialect,
  type EmbeddedDatabase,
  type EmbeddedStatement,
  type SqliteDialectOptions,
} from './sqlite-dialect.ts'
