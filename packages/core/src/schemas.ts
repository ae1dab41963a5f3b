import type { StandardSchemaV1 } from '@standard-schema/spec'
import * as z from 'zod'
import { credentialTypes } from './credentials.ts'
import {
  accountCategories,
  accountStatuses,
  accountTypes,
  type ProviderAccountData,
  taxTreatments,
} from './data/account.ts'
import { type BalanceSnapshot, balanceSources } from './data/balance.ts'
import {
  type Batch,
  type ProviderWarning,
  type RejectedRecord,
  type TransactionBatch,
  warningCodes,
} from './data/batch.ts'
import { assetTypes, type ProviderHoldingData } from './data/holding.ts'
import {
  type ProviderTransactionData,
  type TransactionSubtype,
  type TransactionType,
  transactionRails,
  transactionStatuses,
  transactionSubtypes,
} from './data/transaction.ts'
import { type DateRange, type Instant, type IsoDate, isInstant, isIsoDate } from './dates.ts'
import { type Decimal, isDecimal } from './decimal.ts'
import type { Json } from './json.ts'
import { authTypes, type ProviderMetadata, providerCategories } from './metadata.ts'

/**
 * A schema of one of Finport's data types. It names no validator: anything that speaks [Standard Schema](https://standardschema.dev) takes it. Unknown
 * keys are refused, so that what it accepts is exactly what is documented.
 */
export type DataSchema<T> = StandardSchemaV1<unknown, T>

const decimal = z.custom<Decimal>(isDecimal, 'a canonical decimal string')
const isoDate = z.custom<IsoDate>(isIsoDate, 'a day as YYYY-MM-DD')
const instant = z.custom<Instant>(isInstant, 'an instant as YYYY-MM-DDTHH:MM:SS.mmmZ')
const currency = z.string().regex(/^[A-Z][A-Z0-9]{2,9}$/, 'a currency code in capitals')
const id = z.string().min(1)
const json: z.ZodType<Json> = z.json()

const dateRange = z
  .strictObject({ from: isoDate, to: isoDate })
  .refine(({ from, to }) => from <= to, 'from must not come after to') satisfies z.ZodType<DateRange>

const account = z.strictObject({
  providerAccountId: id,
  accountNumberMasked: z
    .string()
    .refine((text) => (text.match(/[0-9A-Za-z]/g) ?? []).length <= 4, 'at most four characters of the number'),
  name: z.string().min(1),
  category: z.enum(accountCategories),
  accountType: z.enum(accountTypes),
  providerAccountType: z.string(),
  taxTreatment: z.enum(taxTreatments).nullable(),
  currency,
  balance: decimal.nullable(),
  availableBalance: decimal.nullable(),
  cashBalance: decimal.nullable(),
  holdingsValue: decimal.nullable(),
  balanceAsOf: instant.nullable(),
  status: z.enum(accountStatuses),
  isActive: z.boolean(),
  paper: z.boolean(),
  margin: z.boolean().nullable(),
  rawData: json,
}) satisfies z.ZodType<ProviderAccountData>

const transaction = z
  .strictObject({
    providerTransactionId: id,
    providerAccountId: id,
    transactionType: z.enum(Object.keys(transactionSubtypes) as TransactionType[]),
    subtype: z.enum(Object.values(transactionSubtypes).flat() as TransactionSubtype[]).nullable(),
    providerType: z.string(),
    amount: decimal,
    currency,
    description: z.string(),
    transactionDate: isoDate,
    authorizedDate: isoDate.nullable(),
    settlementDate: isoDate.nullable(),
    occurredAt: instant.nullable(),
    rail: z.enum(transactionRails).nullable(),
    checkNumber: z.string().min(1).nullable(),
    symbol: z.string().min(1).nullable(),
    securityName: z.string().min(1).nullable(),
    assetType: z.enum(assetTypes).nullable(),
    quantity: decimal.nullable(),
    unitPrice: decimal.nullable(),
    commission: decimal.nullable(),
    fees: z.array(z.strictObject({ type: z.string(), amount: decimal })),
    status: z.enum(transactionStatuses),
    groupId: id.nullable(),
    replaces: id.nullable(),
    rawData: json,
  })
  .refine(
    ({ transactionType, subtype }) =>
      subtype === null || (transactionSubtypes[transactionType] as readonly string[]).includes(subtype),
    { path: ['subtype'], message: 'a subtype of its own type' },
  ) satisfies z.ZodType<ProviderTransactionData>

const holding = z.strictObject({
  providerHoldingId: id,
  providerAccountId: id,
  symbol: z.string().min(1).nullable(),
  securityName: z.string().min(1).nullable(),
  assetType: z.enum(assetTypes),
  identifiers: z.strictObject({
    cusip: z.string().nullable(),
    isin: z.string().nullable(),
    figi: z.string().nullable(),
    occ: z.string().nullable(),
  }),
  quantity: decimal,
  costBasis: decimal.nullable(),
  marketValue: decimal.nullable(),
  currency,
  averagePrice: decimal.nullable(),
  currentPrice: decimal.nullable(),
  priceAsOf: instant.nullable(),
  multiplier: decimal,
  rawData: json,
}) satisfies z.ZodType<ProviderHoldingData>

const balance = z.strictObject({
  balance: decimal,
  holdingsValue: decimal.nullable(),
  cashValue: decimal.nullable(),
  currency,
  source: z.enum(balanceSources),
  asOf: instant,
}) satisfies z.ZodType<BalanceSnapshot>

const rejected = z.strictObject({
  id: z.string().nullable(),
  providerAccountId: z.string().nullable(),
  path: z.string().min(1),
  reason: z.string().min(1),
  rawData: json,
}) satisfies z.ZodType<RejectedRecord>

const warning = z.strictObject({
  code: z.enum(warningCodes),
  providerAccountId: z.string().nullable(),
  message: z.string().min(1),
  details: json,
}) satisfies z.ZodType<ProviderWarning>

const batchOf = <T>(item: z.ZodType<T>): z.ZodType<Batch<T>> =>
  z.strictObject({
    items: z.array(item),
    rejected: z.array(rejected),
    warnings: z.array(warning),
    complete: z.boolean(),
  })

const transactions = z.strictObject({
  items: z.array(transaction),
  rejected: z.array(rejected),
  warnings: z.array(warning),
  covered: dateRange.nullable(),
}) satisfies z.ZodType<TransactionBatch>

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}
const positive = z.number().int().positive()

const metadata = z.strictObject({
  displayName: z.string().min(1),
  category: z.enum(providerCategories),
  authType: z.enum(authTypes),
  credentialType: z.enum(credentialTypes),
  supports: z.strictObject({
    accounts: z.boolean(),
    transactions: z.boolean(),
    holdings: z.boolean(),
    balanceHistory: z.boolean(),
  }),
  scopes: z.array(z.strictObject({ scope: z.string().min(1), description: z.string().min(1) })),
  hosts: z.array(z.string().regex(/^[a-z0-9.-]+(?::\d+)?$/, 'a host in small letters, without scheme or path')),
  timeZone: z.string().refine(isTimeZone, 'an IANA time zone'),
  tokenPolicy: z
    .strictObject({
      accessTokenSeconds: positive,
      refreshTokenSeconds: positive.nullable(),
      refreshExtends: z.boolean(),
      rotation: z.enum(['never', 'possible', 'always']),
      graceSeconds: z.number().int().nonnegative(),
    })
    .nullable(),
  rateLimit: z
    .strictObject({ requests: positive, perSeconds: positive, per: z.enum(['app', 'credential']) })
    .nullable(),
  sync: z.strictObject({ maxWindowDays: positive.nullable(), overlapDays: z.number().int().nonnegative() }),
  documentationUrl: z.url({ protocol: /^https$/ }).nullable(),
  isProductionReady: z.boolean(),
}) satisfies z.ZodType<ProviderMetadata>

/** Schema of {@link ProviderAccountData}. */
export const accountSchema: DataSchema<ProviderAccountData> = account
/** Schema of {@link ProviderTransactionData}; the subtype must be one of the transaction's type. */
export const transactionSchema: DataSchema<ProviderTransactionData> = transaction
/** Schema of {@link ProviderHoldingData}. */
export const holdingSchema: DataSchema<ProviderHoldingData> = holding
/** Schema of {@link BalanceSnapshot}. */
export const balanceSchema: DataSchema<BalanceSnapshot> = balance
/** Schema of a {@link Batch} of accounts. */
export const accountBatchSchema: DataSchema<Batch<ProviderAccountData>> = batchOf(account)
/** Schema of {@link TransactionBatch}. */
export const transactionBatchSchema: DataSchema<TransactionBatch> = transactions
/** Schema of a {@link Batch} of holdings. */
export const holdingBatchSchema: DataSchema<Batch<ProviderHoldingData>> = batchOf(holding)
/** Schema of {@link ProviderMetadata}; the time zone must be one the runtime knows. */
export const metadataSchema: DataSchema<ProviderMetadata> = metadata
