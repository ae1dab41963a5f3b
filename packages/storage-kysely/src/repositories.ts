import type { FinportError, Repositories, Result, StorageError, TransactionalRepositories } from '@finport/core'
import { familyOf } from './family.ts'
import { type KyselyRepositoriesOptions, toDatabase } from './options.ts'
import { kyselyAccounts } from './repositories/accounts.ts'
import { kyselyAuthorizations } from './repositories/authorizations.ts'
import { kyselyBalances } from './repositories/balances.ts'
import { kyselyConnections } from './repositories/connections.ts'
import { kyselyCursors } from './repositories/cursors.ts'
import { kyselyHoldings } from './repositories/holdings.ts'
import { kyselyLeases } from './repositories/leases.ts'
import { kyselyTransactions } from './repositories/transactions.ts'
import type { FinportTables } from './schema.ts'
import { createSession, inTransaction, type Session } from './session.ts'

function over(session: Session): TransactionalRepositories {
  return {
    connections: kyselyConnections(session),
    authorizations: kyselyAuthorizations(session),
    accounts: kyselyAccounts(session),
    transactions: kyselyTransactions(session),
    holdings: kyselyHoldings(session),
    balances: kyselyBalances(session),
    cursors: kyselyCursors(session),
    leases: kyselyLeases(session),
  }
}

/**
 * Everything but credentials in a database: SQLite, PGlite or PostgreSQL. The tables must be there: see {@link migrate}.
 *
 * What clashed with others, such as a serialization failure or a lock of SQLite's, is done again, a transaction from its start. Whatever else the database says is `STORAGE_UNAVAILABLE`, without its words, which
 * may quote what is stored: a `log` of Kysely's has them.
 *
 * @throws TypeError when the database speaks another SQL.
 *
 * @example
 * ```ts
 * import { createKyselyRepositories, type FinportTables, migrate } from '@finport/storage-kysely'
 * import { Kysely, PostgresDialect } from 'kysely'
 * import { Pool } from 'pg'
 *
 * const pool = new Pool({ connectionString: 'postgres://localhost/app' })
 * const db = new Kysely<FinportTables>({ dialect: new PostgresDialect({ pool }), log: ['error'] })
 * ;(await migrate({ db })).unwrap()
 * export const repositories = createKyselyRepositories({ db })
 * ```
 */
export function createKyselyRepositories<Tables extends FinportTables>(
  options: KyselyRepositoriesOptions<Tables>,
): Repositories {
  const db = toDatabase(options)
  const session = createSession(db, familyOf(db))
  return {
    ...over(session),
    transaction<T, E extends FinportError = never>(
      work: (inside: TransactionalRepositories) => Promise<Result<T, E>>,
    ): Promise<Result<T, E | StorageError>> {
      return inTransaction(db, session, (inner) => work(over(inner)))
    },
  }
}
