import type {
  Account,
  AccountBalance,
  AuthorizationRequest,
  Connection,
  Holding,
  Json,
  SyncCursor,
  Transaction,
} from '@finport/core'
import type { FinportTables, StoredRow } from './schema.ts'
import { toText } from './to-text.ts'

/** How a field's value is kept: see `Stored`. */
type Kind = 'text' | 'integer' | 'boolean' | 'json'

type KindOf<T> = [Json] extends [T]
  ? 'json'
  : Exclude<T, null> extends boolean
    ? 'boolean'
    : Exclude<T, null> extends string
      ? 'text'
      : Exclude<T, null> extends number
        ? 'integer'
        : 'json'

/** What a driver is given. */
export type Value = string | number | null

/** One column of a table. */
type Column = { readonly field: string; readonly name: string; readonly kind: Kind }

/** How a model is kept in rows. */
export type Table<Model> = {
  readonly name: keyof FinportTables
  readonly columns: readonly Column[]
  /** The columns of its primary key. */
  readonly key: readonly string[]
  /** The values of its columns, in their order. */
  toValues(model: Model): Value[]
  /** A whole row, by its columns. */
  toRow(model: Model): StoredRow<Model>
  /** The model of a row that has all of its columns. */
  fromRow(row: StoredRow<Model>): Model
}

const toColumnName = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function toValue(kind: Kind, value: unknown): Value {
  if (value === null) return null
  if (kind === 'json') return JSON.stringify(value)
  if (kind === 'boolean') return value ? 1 : 0
  return kind === 'text' ? toText(value as string) : (value as number)
}

function fromValue(kind: Kind, value: unknown): unknown {
  if (value === null) return null
  if (kind === 'json') return JSON.parse(value as string)
  return kind === 'boolean' ? value === 1 : value
}

function defineTable<Model>(
  name: keyof FinportTables,
  key: readonly (keyof Model & string)[],
  kinds: { [Field in keyof Model]: KindOf<Model[Field]> },
): Table<Model> {
  const columns = Object.entries<Kind>(kinds).map(([field, kind]) => ({ field, name: toColumnName(field), kind }))
  const toValues = (model: Model) => columns.map(({ field, kind }) => toValue(kind, model[field as keyof Model]))
  return {
    name,
    columns,
    key: key.map(toColumnName),
    toValues,
    toRow(model) {
      const values = toValues(model)
      return Object.fromEntries(columns.map((column, index) => [column.name, values[index]])) as StoredRow<Model>
    },
    fromRow(row) {
      const model: Record<string, unknown> = {}
      for (const column of columns) model[column.field] = fromValue(column.kind, row[column.name as keyof typeof row])
      return model as Model
    },
  }
}

/** Connections by their ids. */
export const connectionTable = defineTable<Connection>('finport_connections', ['id'], {
  id: 'text',
  userId: 'text',
  provider: 'text',
  alias: 'text',
  status: 'text',
  reauthenticateBy: 'text',
  sandbox: 'boolean',
  meta: 'json',
  createdAt: 'text',
  updatedAt: 'text',
  version: 'integer',
})

/** Logins that were begun, by the hashes of their states. */
export const authorizationTable = defineTable<AuthorizationRequest>('finport_authorizations', ['stateHash'], {
  stateHash: 'text',
  userId: 'text',
  connectionId: 'text',
  provider: 'text',
  sealedCodeVerifier: 'text',
  browserBindingHash: 'text',
  returnContext: 'text',
  expiresAt: 'text',
})

/** Accounts by their ids. */
export const accountTable = defineTable<Account>('finport_accounts', ['id'], {
  id: 'text',
  userId: 'text',
  connectionId: 'text',
  providerAccountId: 'text',
  accountNumberMasked: 'text',
  name: 'text',
  category: 'text',
  accountType: 'text',
  providerAccountType: 'text',
  taxTreatment: 'text',
  currency: 'text',
  balance: 'text',
  availableBalance: 'text',
  cashBalance: 'text',
  holdingsValue: 'text',
  balanceAsOf: 'text',
  status: 'text',
  isActive: 'boolean',
  paper: 'boolean',
  margin: 'boolean',
  rawData: 'json',
  version: 'integer',
})

/** Transactions by their ids. */
export const transactionTable = defineTable<Transaction>('finport_transactions', ['id'], {
  id: 'text',
  userId: 'text',
  accountId: 'text',
  providerTransactionId: 'text',
  providerAccountId: 'text',
  transactionType: 'text',
  subtype: 'text',
  providerType: 'text',
  amount: 'text',
  currency: 'text',
  description: 'text',
  transactionDate: 'text',
  authorizedDate: 'text',
  settlementDate: 'text',
  occurredAt: 'text',
  rail: 'text',
  checkNumber: 'text',
  symbol: 'text',
  securityName: 'text',
  assetType: 'text',
  quantity: 'text',
  unitPrice: 'text',
  commission: 'text',
  fees: 'json',
  status: 'text',
  groupId: 'text',
  replaces: 'text',
  removedAt: 'text',
  rawData: 'json',
  version: 'integer',
})

/** Holdings by their ids. */
export const holdingTable = defineTable<Holding>('finport_holdings', ['id'], {
  id: 'text',
  userId: 'text',
  accountId: 'text',
  providerHoldingId: 'text',
  providerAccountId: 'text',
  symbol: 'text',
  securityName: 'text',
  assetType: 'text',
  identifiers: 'json',
  quantity: 'text',
  costBasis: 'text',
  marketValue: 'text',
  currency: 'text',
  averagePrice: 'text',
  currentPrice: 'text',
  priceAsOf: 'text',
  multiplier: 'text',
  rawData: 'json',
  version: 'integer',
})

/** Balances by their account and day. */
export const balanceTable = defineTable<AccountBalance>('finport_balances', ['accountId', 'day'], {
  userId: 'text',
  accountId: 'text',
  day: 'text',
  balance: 'text',
  holdingsValue: 'text',
  cashValue: 'text',
  currency: 'text',
  source: 'text',
  asOf: 'text',
})

/** Cursors by their connection and stream. */
export const cursorTable = defineTable<SyncCursor>('finport_cursors', ['connectionId', 'stream'], {
  connectionId: 'text',
  stream: 'text',
  cursor: 'text',
  covered: 'json',
  version: 'integer',
})
