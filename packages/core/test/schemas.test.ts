import { inspect } from 'node:util'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type BalanceSnapshot,
  type Batch,
  type DateRange,
  type Json,
  type OAuthTokens,
  type ProviderAccountData,
  type ProviderHoldingData,
  type ProviderMetadata,
  type ProviderTransactionData,
  type ProviderWarning,
  type RejectedRecord,
  type SnapshotPage,
  type TransactionBatch,
  type TransactionKind,
  type TransactionSubtype,
  type TransactionType,
  transactionSubtypes,
} from '../src/index.ts'
import {
  accountBatchSchema,
  accountSchema,
  balanceSchema,
  holdingBatchSchema,
  holdingSchema,
  metadataSchema,
  transactionBatchSchema,
  transactionSchema,
} from '../src/schemas.ts'
import { fakeMetadata, keyBank, oauthBroker } from './fake-provider.ts'
import { sampleAccount, sampleBalance, sampleHolding, sampleTransaction } from './sample-data.ts'

type Outcome = { value: unknown } | { paths: string[] }

/** What a schema makes of a value: the value, or the paths of what is wrong. */
function check(schema: StandardSchemaV1, value: unknown): Outcome {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) throw new TypeError('Schemas of data are synchronous.')
  if (result.issues === undefined) return { value: result.value }
  const keys = result.issues.map(({ path = [] }) => path.map((part) => (typeof part === 'object' ? part.key : part)))
  return { paths: keys.map((path) => path.join('.')) }
}

const rejected: RejectedRecord = {
  id: null,
  providerAccountId: null,
  path: '$[0]',
  reason: 'No id.',
  rawData: { a: [1] },
}
const warning: ProviderWarning = { code: 'OTHER', providerAccountId: null, message: 'Look.', details: null }
const day = sampleTransaction.transactionDate
const tokenPolicy = {
  accessTokenSeconds: 1_800,
  refreshTokenSeconds: 604_800,
  refreshExtends: false,
  rotation: 'never',
  graceSeconds: 0,
}

const filledAccount = {
  ...sampleAccount,
  taxTreatment: 'deferred',
  balance: '-1234.56',
  availableBalance: '0',
  cashBalance: '0.01',
  holdingsValue: '100',
  balanceAsOf: sampleBalance.asOf,
  margin: true,
  rawData: { id: 1, nested: [null, 'x', { deep: true }] },
}
const filledTransaction = {
  ...sampleTransaction,
  transactionType: 'trade',
  subtype: 'buy_to_open',
  authorizedDate: '2026-01-30',
  settlementDate: '2026-02-02',
  occurredAt: sampleBalance.asOf,
  rail: 'ach',
  checkNumber: '0042',
  symbol: 'ACME',
  securityName: 'Acme Inc.',
  assetType: 'option',
  quantity: '-3',
  unitPrice: '1.25',
  commission: '-0.65',
  fees: [{ type: 'regulatory', amount: '-0.01' }],
  status: 'pending',
  groupId: 'order-1',
  replaces: 'transaction-0',
  rawData: ['any', { json: 1.5 }],
}
const filledHolding = {
  ...sampleHolding,
  symbol: 'ACME260116C00100000',
  securityName: 'Acme call',
  assetType: 'option',
  identifiers: { cusip: '037833100', isin: 'US0378331005', figi: 'BBG000B9XRY4', occ: 'ACME  260116C00100000' },
  quantity: '-2',
  costBasis: '-500',
  marketValue: '-480.5',
  averagePrice: '2.5',
  currentPrice: '2.4025',
  priceAsOf: sampleBalance.asOf,
  multiplier: '100',
}

describe('what is documented passes, and goes through JSON and a clone unchanged', () => {
  test.each<[string, StandardSchemaV1, unknown]>([
    ['an account', accountSchema, sampleAccount],
    ['an account with everything', accountSchema, filledAccount],
    ['a crypto account', accountSchema, { ...sampleAccount, currency: 'USDC', accountType: 'crypto_exchange' }],
    ['a transaction', transactionSchema, sampleTransaction],
    ['a transaction with everything', transactionSchema, filledTransaction],
    ['a holding', holdingSchema, sampleHolding],
    ['a holding with everything', holdingSchema, filledHolding],
    ['a balance', balanceSchema, sampleBalance],
    [
      'a balance with everything',
      balanceSchema,
      { ...sampleBalance, holdingsValue: '5', cashValue: '-5', source: 'manual' },
    ],
    [
      'accounts',
      accountBatchSchema,
      { items: [sampleAccount], rejected: [rejected], warnings: [warning], complete: true },
    ],
    ['no accounts', accountBatchSchema, { items: [], rejected: [], warnings: [], complete: false }],
    ['holdings', holdingBatchSchema, { items: [filledHolding], rejected: [rejected], warnings: [], complete: true }],
    [
      'transactions',
      transactionBatchSchema,
      {
        items: [sampleTransaction, filledTransaction],
        rejected: [{ ...rejected, id: 'r', providerAccountId: 'account-1' }],
        warnings: [{ ...warning, code: 'POSSIBLY_TRUNCATED', providerAccountId: 'account-1', details: { rows: 1000 } }],
        covered: { from: day, to: day },
      },
    ],
    ['transactions of a file', transactionBatchSchema, { items: [], rejected: [], warnings: [], covered: null }],
    ['metadata', metadataSchema, fakeMetadata],
    [
      'metadata with everything',
      metadataSchema,
      {
        ...fakeMetadata,
        scopes: [{ scope: 'read', description: 'See your accounts.' }],
        hosts: ['api.example.com', 'upload.example.com:8443'],
        tokenPolicy,
        rateLimit: { requests: 120, perSeconds: 60, per: 'credential' },
        sync: { maxWindowDays: null, overlapDays: 0 },
        documentationUrl: 'https://example.com/docs',
      },
    ],
    ['metadata of a definition', metadataSchema, keyBank.metadata],
    ['metadata of another definition', metadataSchema, oauthBroker.metadata],
  ])('%s', (_, schema, value) => {
    expect(check(schema, value)).toEqual({ value })
    expect(check(schema, JSON.parse(JSON.stringify(value)))).toEqual({ value })
    expect(check(schema, structuredClone(value))).toEqual({ value })
  })
})

const notDecimals = ['1.50', '01', '-0', '+1', '1e3', ' 1', '', '1,5', '$1', 1, 1.5, 1n, Number.NaN, undefined]
const notDays = ['2026-02-30', '2026-1-1', '2026-01-31T00:00:00.000Z', '', 20260131, new Date(0), undefined]
const notInstants = ['2026-01-31', '2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000+00:00', 0, new Date(0), undefined]
const notCurrencies = ['', 'usd', 'US', '$', 'US D', 'Dollar', 840, null, undefined]
const notWords = ['Nonsense', '', 0, undefined, 'constructor', '__proto__']
const notIds = ['', 1, null, undefined]
const notJson = [
  undefined,
  () => 0,
  Symbol('s'),
  1n,
  Number.NaN,
  new Date(0),
  new Map(),
  { deep: [undefined] },
  { at: new Date(0) },
]

type Violations = Record<string, readonly unknown[]>

describe.each<[string, StandardSchemaV1, Record<string, unknown>, Violations]>([
  [
    'an account',
    accountSchema,
    sampleAccount,
    {
      providerAccountId: notIds,
      accountNumberMasked: ['12345', '••12345', '1 2 3 4 5', 'AB1234', '0012-3456-78', '…abcde', 1234, null, undefined],
      name: ['', 1, null, undefined],
      category: [...notWords, 'checking', null],
      accountType: [...notWords, 'depository', 'Checking', null],
      providerAccountType: [1, null, undefined],
      taxTreatment: [...notWords, 'roth'],
      currency: notCurrencies,
      balance: notDecimals,
      availableBalance: notDecimals,
      cashBalance: notDecimals,
      holdingsValue: notDecimals,
      balanceAsOf: notInstants,
      status: [...notWords, 'active', null],
      isActive: ['true', 1, null, undefined],
      paper: ['false', 0, null, undefined],
      margin: ['no', 0, undefined],
    },
  ],
  [
    'a transaction',
    transactionSchema,
    sampleTransaction,
    {
      providerTransactionId: notIds,
      providerAccountId: notIds,
      transactionType: [...notWords, 'dividend', 'buy', null],
      subtype: [...notWords, 'dividend', 'buy', 'withholding', 'payment'],
      providerType: [1, null, undefined],
      amount: [...notDecimals, null],
      currency: notCurrencies,
      description: [1, null, undefined],
      transactionDate: [...notDays, null],
      authorizedDate: notDays,
      settlementDate: notDays,
      occurredAt: notInstants,
      rail: [...notWords, 'ACH'],
      checkNumber: ['', 42, undefined],
      symbol: ['', 1, undefined],
      securityName: ['', 1, undefined],
      assetType: [...notWords, 'stock'],
      quantity: notDecimals,
      unitPrice: notDecimals,
      commission: notDecimals,
      fees: ['none', null, undefined, {}],
      status: [...notWords, 'settled', null],
      groupId: ['', 1, undefined],
      replaces: ['', 1, undefined],
    },
  ],
  [
    'a holding',
    holdingSchema,
    sampleHolding,
    {
      providerHoldingId: notIds,
      providerAccountId: notIds,
      symbol: ['', 1, undefined],
      securityName: ['', 1, undefined],
      assetType: [...notWords, 'stock', null],
      identifiers: [null, undefined, 'cusip', []],
      quantity: [...notDecimals, null],
      costBasis: notDecimals,
      marketValue: notDecimals,
      currency: notCurrencies,
      averagePrice: notDecimals,
      currentPrice: notDecimals,
      priceAsOf: notInstants,
      multiplier: [...notDecimals, null],
    },
  ],
  [
    'a balance',
    balanceSchema,
    sampleBalance,
    {
      balance: [...notDecimals, null],
      holdingsValue: notDecimals,
      cashValue: notDecimals,
      currency: notCurrencies,
      source: [...notWords, 'import', null],
      asOf: [...notInstants, null],
    },
  ],
  [
    'metadata',
    metadataSchema,
    fakeMetadata,
    {
      displayName: ['', 1, undefined],
      category: [...notWords, 'broker'],
      authType: [...notWords, 'oauth2'],
      credentialType: [...notWords, 'oauth'],
      timeZone: ['', 'Nowhere/Land', 'New York', 1, null],
      documentationUrl: ['example.com', '', 1, undefined],
      isProductionReady: ['yes', null, undefined],
    },
  ],
])('what is not documented is refused in %s', (_, schema, good, violations) => {
  test.each(Object.entries(violations))('%s', (field, values) => {
    for (const value of values) {
      expect(check(schema, { ...good, [field]: value }), inspect(value)).toEqual({ paths: [field] })
    }
  })

  test('every violation at once, without throwing', () => {
    const first = Object.fromEntries(Object.entries(violations).map(([field, values]) => [field, values[0]]))
    const outcome = check(schema, { ...good, ...first })
    expect('paths' in outcome && new Set(outcome.paths)).toEqual(new Set(Object.keys(first)))
  })

  test('an unknown key, a missing one, and what is no object', () => {
    expect(check(schema, { ...good, extra: 1 })).toEqual({ paths: [''] })
    for (const field of Object.keys(good)) {
      const { [field]: _missing, ...rest } = good
      expect(check(schema, rest)).toEqual({ paths: [field] })
    }
    for (const value of [null, undefined, 'text', 1, [], [good], new Map(Object.entries(good))]) {
      expect(check(schema, value)).toHaveProperty('paths')
    }
  })
})

describe('rawData is JSON', () => {
  test.each(notJson.map((rawData) => ({ rawData, title: inspect(rawData) })))('not $title', ({ rawData }) => {
    for (const [schema, good] of [
      [accountSchema, sampleAccount],
      [transactionSchema, sampleTransaction],
      [holdingSchema, sampleHolding],
    ] as const) {
      expect(check(schema, { ...good, rawData })).toHaveProperty('paths')
    }
  })

  test('of any shape', () => {
    for (const rawData of [null, true, 0, '', [], {}, { a: { b: [null, [{}]] } }]) {
      expect(check(accountSchema, { ...sampleAccount, rawData })).toEqual({ value: { ...sampleAccount, rawData } })
    }
  })
})

describe('nested violations have their path', () => {
  const batch = {
    items: [sampleTransaction],
    rejected: [rejected],
    warnings: [warning],
    covered: { from: day, to: day },
  }
  const oneFee = (fee: unknown) => ({ ...sampleTransaction, fees: [{ type: 'sec', amount: '-1' }, fee] })

  test.each<[string, StandardSchemaV1, unknown]>([
    ['fees.1.amount', transactionSchema, oneFee({ type: 'sec', amount: '-1.0' })],
    ['fees.1.type', transactionSchema, oneFee({ amount: '-1' })],
    ['fees.1', transactionSchema, oneFee({ type: 'sec', amount: '-1', extra: 1 })],
    ['fees.1', transactionSchema, oneFee(null)],
    ['identifiers.cusip', holdingSchema, { ...sampleHolding, identifiers: { ...sampleHolding.identifiers, cusip: 1 } }],
    ['identifiers', holdingSchema, { ...sampleHolding, identifiers: { ...sampleHolding.identifiers, sedol: null } }],
    [
      'items.1.amount',
      transactionBatchSchema,
      { ...batch, items: [sampleTransaction, { ...sampleTransaction, amount: 1 }] },
    ],
    ['items.0.subtype', transactionBatchSchema, { ...batch, items: [{ ...sampleTransaction, subtype: 'buy' }] }],
    ['rejected.0.reason', transactionBatchSchema, { ...batch, rejected: [{ ...rejected, reason: '' }] }],
    ['rejected.0.path', transactionBatchSchema, { ...batch, rejected: [{ ...rejected, path: '' }] }],
    ['rejected.0.id', transactionBatchSchema, { ...batch, rejected: [{ ...rejected, id: 7 }] }],
    ['rejected.0', transactionBatchSchema, { ...batch, rejected: [{ ...rejected, value: 7 }] }],
    ['warnings.0.code', transactionBatchSchema, { ...batch, warnings: [{ ...warning, code: 'HUH' }] }],
    ['warnings.0.message', transactionBatchSchema, { ...batch, warnings: [{ ...warning, message: '' }] }],
    ['covered.to', transactionBatchSchema, { ...batch, covered: { from: day, to: null } }],
    ['covered.from', transactionBatchSchema, { ...batch, covered: { from: '2026-02-30', to: '2026-03-01' } }],
    ['covered', transactionBatchSchema, { ...batch, covered: { from: '2026-02-01', to: '2026-01-31' } }],
    ['covered', transactionBatchSchema, { ...batch, covered: undefined }],
    ['complete', accountBatchSchema, { items: [], rejected: [], warnings: [], complete: 'yes' }],
    ['', accountBatchSchema, { items: [], rejected: [], warnings: [], complete: true, covered: null }],
    [
      'items.0.name',
      accountBatchSchema,
      { items: [{ ...sampleAccount, name: '' }], rejected: [], warnings: [], complete: true },
    ],
    [
      'items.0.currency',
      holdingBatchSchema,
      { items: [{ ...sampleHolding, currency: 'usd' }], rejected: [], warnings: [], complete: true },
    ],
    ['supports.accounts', metadataSchema, { ...fakeMetadata, supports: { ...fakeMetadata.supports, accounts: 1 } }],
    ['scopes.0.description', metadataSchema, { ...fakeMetadata, scopes: [{ scope: 'read', description: '' }] }],
    ['hosts.0', metadataSchema, { ...fakeMetadata, hosts: ['https://api.example.com'] }],
    ['hosts.0', metadataSchema, { ...fakeMetadata, hosts: ['api.example.com/v1'] }],
    ['hosts.0', metadataSchema, { ...fakeMetadata, hosts: ['API.example.com'] }],
    ['hosts.0', metadataSchema, { ...fakeMetadata, hosts: ['*.example.com'] }],
    ['tokenPolicy.rotation', metadataSchema, { ...fakeMetadata, tokenPolicy: { ...tokenPolicy, rotation: 'often' } }],
    [
      'tokenPolicy.graceSeconds',
      metadataSchema,
      { ...fakeMetadata, tokenPolicy: { ...tokenPolicy, graceSeconds: -1 } },
    ],
    [
      'tokenPolicy.accessTokenSeconds',
      metadataSchema,
      { ...fakeMetadata, tokenPolicy: { ...tokenPolicy, accessTokenSeconds: 0 } },
    ],
    ['rateLimit.per', metadataSchema, { ...fakeMetadata, rateLimit: { requests: 1, perSeconds: 1, per: 'user' } }],
    [
      'rateLimit.requests',
      metadataSchema,
      { ...fakeMetadata, rateLimit: { requests: 0.5, perSeconds: 1, per: 'app' } },
    ],
    ['sync.maxWindowDays', metadataSchema, { ...fakeMetadata, sync: { maxWindowDays: 0, overlapDays: 0 } }],
    ['sync.overlapDays', metadataSchema, { ...fakeMetadata, sync: { maxWindowDays: 1, overlapDays: -1 } }],
  ])('%s', (path, schema, value) => {
    const outcome = check(schema, value)
    expect('paths' in outcome && [...new Set(outcome.paths)]).toEqual([path])
  })
})

describe('a subtype belongs to its type', () => {
  const types = Object.keys(transactionSubtypes) as TransactionType[]

  test.each(types)('%s', (transactionType) => {
    const own: readonly string[] = transactionSubtypes[transactionType]
    for (const subtype of new Set<string>(Object.values(transactionSubtypes).flat())) {
      const outcome = check(transactionSchema, { ...sampleTransaction, transactionType, subtype })
      expect(outcome).toHaveProperty(own.includes(subtype) ? 'value' : 'paths')
    }
    expect(check(transactionSchema, { ...sampleTransaction, transactionType, subtype: null })).toHaveProperty('value')
  })

  test('by the compiler too', () => {
    const dividend = { transactionType: 'income', subtype: 'dividend' } satisfies TransactionKind
    const unknown = { transactionType: 'unknown', subtype: null } satisfies TransactionKind
    // @ts-expect-error: a dividend is income, no trade
    const wrong = { transactionType: 'trade', subtype: 'dividend' } satisfies TransactionKind
    // @ts-expect-error: unknown has no subtypes
    const none = { transactionType: 'unknown', subtype: 'memo' } satisfies TransactionKind
    for (const kind of [dividend, unknown])
      expect(check(transactionSchema, { ...sampleTransaction, ...kind })).toHaveProperty('value')
    for (const kind of [wrong, none])
      expect(check(transactionSchema, { ...sampleTransaction, ...kind })).toEqual({ paths: ['subtype'] })
    expectTypeOf<TransactionSubtype<'tax'>>().toEqualTypeOf<
      'withholding' | 'foreign_tax' | 'nra_withholding' | 'transaction_tax' | 'tax_refund'
    >()
    expectTypeOf<TransactionSubtype<'unknown'>>().toEqualTypeOf<never>()
  })
})

test('all data is plain JSON by its type', () => {
  expectTypeOf<ProviderAccountData>().toExtend<Json>()
  expectTypeOf<ProviderTransactionData>().toExtend<Json>()
  expectTypeOf<ProviderHoldingData>().toExtend<Json>()
  expectTypeOf<BalanceSnapshot>().toExtend<Json>()
  expectTypeOf<Batch<ProviderAccountData>>().toExtend<Json>()
  expectTypeOf<TransactionBatch>().toExtend<Json>()
  expectTypeOf<SnapshotPage>().toExtend<Json>()
  expectTypeOf<RejectedRecord>().toExtend<Json>()
  expectTypeOf<ProviderWarning>().toExtend<Json>()
  expectTypeOf<ProviderMetadata>().toExtend<Json>()
  expectTypeOf<DateRange>().toExtend<Json>()
  expectTypeOf<OAuthTokens>().toExtend<Json>()
  expectTypeOf<{ at: Date }>().not.toExtend<Json>()
  expectTypeOf<{ absent: undefined }>().not.toExtend<Json>()
})

test('a schema names no validator, only the type it gives', () => {
  expectTypeOf(accountSchema).toEqualTypeOf<StandardSchemaV1<unknown, ProviderAccountData>>()
  expectTypeOf<StandardSchemaV1.InferOutput<typeof transactionBatchSchema>>().toEqualTypeOf<TransactionBatch>()
  expectTypeOf<StandardSchemaV1.InferInput<typeof holdingSchema>>().toEqualTypeOf<unknown>()
})
