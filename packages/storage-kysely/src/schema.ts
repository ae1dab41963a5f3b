import type {
  Account,
  AccountBalance,
  AuthorizationRequest,
  Connection,
  CredentialRecord,
  Holding,
  Instant,
  Json,
  Lease,
  SealedCredentials,
  SyncCursor,
  Transaction,
} from '@finport/core'

/** A name as columns have it: `providerAccountId` is `provider_account_id`. */
export type SnakeCase<Name extends string, Done extends string = ''> = Name extends `${infer First}${infer Rest}`
  ? SnakeCase<Rest, First extends Lowercase<First> ? `${Done}${First}` : `${Done}_${Lowercase<First>}`>
  : Done

/**
 * A value as columns have it, in every store: decimals, days, instants and words of an enum are the same text as in the model and keep its type, a boolean is 0 or 1, and anything that has parts is JSON text,
 * of which `null` is the database's own.
 */
export type Stored<T> = [Json] extends [T]
  ? string | null
  : T extends boolean
    ? 0 | 1
    : T extends string | number | null
      ? T
      : string

/** A row: every field of a model, under its column's name. */
export type StoredRow<Model> = { [Field in keyof Model & string as SnakeCase<Field>]: Stored<Model[Field]> }

/** Sealed credentials. */
export type StoredCredentials = StoredRow<Omit<CredentialRecord, 'credentials' | 'lease'>> & {
  [Column in keyof StoredRow<Omit<SealedCredentials, 'encryptedData'>>]: StoredRow<SealedCredentials>[Column] | null
} & {
  /** The envelope. `null`, as all that is said of it, once the credentials are forgotten. */
  encrypted_data: Uint8Array | null
  /** Who may refresh them; `null` when nobody has asked. */
  lease_owner: string | null
  /** Until when, by the database's clock. */
  lease_until: Instant | null
}

/**
 * The tables of Finport, for `new Kysely<FinportTables>(…)`, or `new Kysely<YourTables & FinportTables>(…)` when they live among your own.
 *
 * @example
 * ```ts
 * import type { FinportTables } from '@finport/storage-kysely'
 * import type { Kysely } from 'kysely'
 *
 * export async function spending(db: Kysely<FinportTables>, userId: string) {
 *   return db
 *     .selectFrom('finport_transactions')
 *     .select(['id', 'transaction_date', 'description', 'amount'])
 *     .where('user_id', '=', userId)
 *     .where('removed_at', 'is', null)
 *     .orderBy('transaction_date', 'desc')
 *     .orderBy('id', 'desc')
 *     .limit(50)
 *     .execute()
 * }
 * ```
 */
export type FinportTables = {
  /** Users' links to their institutions. */
  finport_connections: StoredRow<Connection>
  /** Logins that were begun. */
  finport_authorizations: StoredRow<AuthorizationRequest>
  /** Accounts, those that are not active too. */
  finport_accounts: StoredRow<Account>
  /** Transactions, those that were removed too. */
  finport_transactions: StoredRow<Transaction>
  /** What is held now. */
  finport_holdings: StoredRow<Holding>
  /** A balance for each account and day. */
  finport_balances: StoredRow<AccountBalance>
  /** How far each stream is read. */
  finport_cursors: StoredRow<SyncCursor>
  /** Who does what alone for a while. */
  finport_leases: StoredRow<Lease>
  /** Credentials, sealed. */
  finport_credentials: StoredCredentials
}
