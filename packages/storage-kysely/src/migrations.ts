import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import { familyOf } from './family.ts'

/** A step from one version of the tables to the next. It has the form of Kysely's own migrations. */
export type FinportMigration = {
  /** Takes the step, by a Kysely or a transaction of it, of whatever tables. */
  up(db: QueryExecutorProvider): Promise<void>
}

type Schema = {
  /** What a type of column is called here. */
  text: RawBuilder<unknown>
  bytes: RawBuilder<unknown>
  execute(statement: RawBuilder<unknown>): Promise<unknown>
}

function schemaOf(db: QueryExecutorProvider): Schema {
  const execute = (statement: RawBuilder<unknown>) => statement.execute(db)
  // Compared as bytes, as SQLite does it: in the order of a language, pages would begin elsewhere than they ended.
  return familyOf(db) === 'postgres'
    ? { text: sql`text collate "C"`, bytes: sql`bytea`, execute }
    : { text: sql`text`, bytes: sql`blob`, execute }
}

const first: FinportMigration = {
  async up(db) {
    const { text, bytes, execute } = schemaOf(db)
    const connections = sql.table('finport_connections')
    const authorizations = sql.table('finport_authorizations')
    const accounts = sql.table('finport_accounts')
    const transactions = sql.table('finport_transactions')
    const holdings = sql.table('finport_holdings')
    const credentials = sql.table('finport_credentials')

    await execute(sql`create table ${connections} (
      id ${text} not null primary key,
      user_id ${text} not null,
      provider ${text} not null,
      alias ${text} not null,
      status ${text} not null,
      reauthenticate_by ${text},
      sandbox integer not null,
      meta ${text} not null,
      created_at ${text} not null,
      updated_at ${text} not null,
      version integer not null
    )`)
    await execute(sql`create unique index finport_connections_alias on ${connections} (user_id, provider, alias)
      where status in ('pending', 'active', 'expired')`)
    await execute(sql`create index finport_connections_user on ${connections} (user_id, id)`)
    await execute(sql`create index finport_connections_status on ${connections} (status, id)`)

    await execute(sql`create table ${authorizations} (
      state_hash ${text} not null primary key,
      user_id ${text} not null,
      connection_id ${text} not null,
      provider ${text} not null,
      sealed_code_verifier ${text} not null,
      browser_binding_hash ${text},
      return_context ${text},
      expires_at ${text} not null
    )`)
    await execute(sql`create index finport_authorizations_expiry on ${authorizations} (expires_at)`)

    await execute(sql`create table ${accounts} (
      id ${text} not null primary key,
      user_id ${text} not null,
      connection_id ${text} not null,
      provider_account_id ${text} not null,
      account_number_masked ${text} not null,
      name ${text} not null,
      category ${text} not null,
      account_type ${text} not null,
      provider_account_type ${text} not null,
      tax_treatment ${text},
      currency ${text} not null,
      balance ${text},
      available_balance ${text},
      cash_balance ${text},
      holdings_value ${text},
      balance_as_of ${text},
      status ${text} not null,
      is_active integer not null,
      paper integer not null,
      margin integer,
      raw_data ${text},
      version integer not null,
      unique (connection_id, provider_account_id)
    )`)
    await execute(sql`create index finport_accounts_user on ${accounts} (user_id, id)`)

    await execute(sql`create table ${transactions} (
      id ${text} not null primary key,
      user_id ${text} not null,
      account_id ${text} not null,
      provider_transaction_id ${text} not null,
      provider_account_id ${text} not null,
      transaction_type ${text} not null,
      subtype ${text},
      provider_type ${text} not null,
      amount ${text} not null,
      currency ${text} not null,
      description ${text} not null,
      transaction_date ${text} not null,
      authorized_date ${text},
      settlement_date ${text},
      occurred_at ${text},
      rail ${text},
      check_number ${text},
      symbol ${text},
      security_name ${text},
      asset_type ${text},
      quantity ${text},
      unit_price ${text},
      commission ${text},
      fees ${text} not null,
      status ${text} not null,
      group_id ${text},
      replaces ${text},
      removed_at ${text},
      raw_data ${text},
      version integer not null,
      unique (account_id, provider_transaction_id)
    )`)
    await execute(sql`create index finport_transactions_user on ${transactions} (user_id, transaction_date, id)`)
    await execute(sql`create index finport_transactions_account on ${transactions} (account_id, transaction_date, id)`)

    await execute(sql`create table ${holdings} (
      id ${text} not null primary key,
      user_id ${text} not null,
      account_id ${text} not null,
      provider_holding_id ${text} not null,
      provider_account_id ${text} not null,
      symbol ${text},
      security_name ${text},
      asset_type ${text} not null,
      identifiers ${text} not null,
      quantity ${text} not null,
      cost_basis ${text},
      market_value ${text},
      currency ${text} not null,
      average_price ${text},
      current_price ${text},
      price_as_of ${text},
      multiplier ${text} not null,
      raw_data ${text},
      version integer not null,
      unique (account_id, provider_holding_id)
    )`)
    await execute(sql`create index finport_holdings_user on ${holdings} (user_id, id)`)

    await execute(sql`create table ${sql.table('finport_balances')} (
      user_id ${text} not null,
      account_id ${text} not null,
      day ${text} not null,
      balance ${text} not null,
      holdings_value ${text},
      cash_value ${text},
      currency ${text} not null,
      source ${text} not null,
      as_of ${text} not null,
      primary key (account_id, day)
    )`)

    await execute(sql`create table ${sql.table('finport_cursors')} (
      connection_id ${text} not null,
      stream ${text} not null,
      cursor ${text},
      covered ${text},
      version integer not null,
      primary key (connection_id, stream)
    )`)

    await execute(sql`create table ${sql.table('finport_leases')} (
      key ${text} not null primary key,
      owner ${text} not null,
      until ${text} not null
    )`)

    await execute(sql`create table ${credentials} (
      connection_id ${text} not null primary key,
      user_id ${text} not null,
      provider ${text} not null,
      version integer not null,
      encrypted_data ${bytes},
      credential_type ${text},
      key_id ${text},
      expires_at ${text},
      refresh_at ${text},
      reauthenticate_by ${text},
      lease_owner ${text},
      lease_until ${text},
      refresh ${text}
    )`)
    await execute(sql`create index finport_credentials_key on ${credentials} (key_id, connection_id)`)
  },
}

/**
 * The tables, step by step, by names that sort in their order. {@link migrate} takes them; a host that has migrations of its own may call each `up` from one of those instead. They need transactional DDL:
 * a step that fails leaves nothing behind if its transaction is rolled back.
 *
 * @example
 * ```ts
 * import { migrations } from '@finport/storage-kysely'
 * import type { Kysely } from 'kysely'
 *
 * // 2026-02-01-finport.ts among your own migrations
 * export async function up(db: Kysely<unknown>): Promise<void> {
 *   await migrations['0001'].up(db)
 * }
 * ```
 */
export const migrations = { '0001': first } as const satisfies Record<string, FinportMigration>
