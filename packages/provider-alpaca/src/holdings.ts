import {
  type Batch,
  Decimal,
  type Json,
  type ProviderError,
  type ProviderHoldingData,
  type RejectedRecord,
  type Result,
} from '@finport/core'
import * as z from 'zod'
import type { Api } from './api.ts'
import { toInstrument } from './symbol.ts'
import { readDecimals, wireDecimal } from './wire-decimal.ts'

/** A row of `GET /v2/positions`. Prices and values are `null` while there is no quote, though the specification requires them. */
const positionSchema = z.object({
  asset_id: z.string().min(1),
  symbol: z.string().min(1),
  asset_class: z.string().nullish(),
  side: z.string().nullish(),
  qty: wireDecimal,
  avg_entry_price: wireDecimal,
  market_value: wireDecimal,
  cost_basis: wireDecimal,
  current_price: wireDecimal,
})

const decimalFields = ['qty', 'avg_entry_price', 'market_value', 'cost_basis', 'current_price'] as const

/** What a position needs to know of its account. */
export type HoldingContext = {
  readonly providerAccountId: string
  readonly currency: string
  readonly includeRawData: boolean
}

/** A position, or where it can't be read and why. */
function toHolding(record: Json, context: HoldingContext): ProviderHoldingData | { path: string; reason: string } {
  const parsed = positionSchema.safeParse(record)
  if (!parsed.success)
    return { path: pathOf(parsed.error), reason: 'It is missing, or of another type than documented.' }
  const position = parsed.data
  const decimals = readDecimals(position, decimalFields)
  if (typeof decimals === 'string') return { path: decimals, reason: 'It is no decimal number.' }
  if (decimals.qty === null) return { path: 'qty', reason: 'It is missing.' }
  const isShort = position.side === 'short'
  const instrument = toInstrument(position.symbol, position.asset_class ?? null)
  return {
    providerHoldingId: position.asset_id,
    providerAccountId: context.providerAccountId,
    symbol: instrument.symbol,
    securityName: null,
    assetType: instrument.assetType ?? 'unknown',
    identifiers: instrument.identifiers,
    quantity: withSign(decimals.qty, isShort),
    costBasis: decimals.cost_basis === null ? null : withSign(decimals.cost_basis, isShort),
    marketValue: decimals.market_value === null ? null : withSign(decimals.market_value, isShort),
    currency: context.currency,
    averagePrice: decimals.avg_entry_price,
    currentPrice: decimals.current_price,
    priceAsOf: null,
    multiplier: instrument.multiplier,
    rawData: context.includeRawData ? record : null,
  }
}

/** Short positions come with negative numbers, and some clients have seen positive ones: the side decides. */
function withSign(value: Decimal, isShort: boolean): Decimal {
  return isShort && Decimal.compare(value, '0' as Decimal) > 0 ? Decimal.negate(value) : value
}

function pathOf(error: z.ZodError): string {
  return error.issues[0]?.path.map(String).join('.') ?? ''
}

const positionsSchema = z.array(z.custom<Json>())

/** Everything the account holds: the list comes whole, without pages. */
export async function fetchHoldings(
  api: Api,
  context: HoldingContext,
  { operation, signal }: { operation: string; signal: AbortSignal | undefined },
): Promise<Result<Batch<ProviderHoldingData>, ProviderError>> {
  const positions = await api.get({
    operation,
    path: ['positions'],
    schema: positionsSchema,
    signal,
  })
  return positions.map((records) => toBatch(records, context))
}

function toBatch(records: readonly Json[], context: HoldingContext): Batch<ProviderHoldingData> {
  const items: ProviderHoldingData[] = []
  const rejected: RejectedRecord[] = []
  for (const [index, record] of records.entries()) {
    const holding = toHolding(record, context)
    if ('providerHoldingId' in holding) items.push(holding)
    else rejected.push(toRejected(record, index, holding, context))
  }
  return { items, rejected, warnings: [], complete: true }
}

function toRejected(
  record: Json,
  index: number,
  { path, reason }: { path: string; reason: string },
  { providerAccountId, includeRawData }: HoldingContext,
): RejectedRecord {
  const id = (record as { asset_id?: unknown } | null)?.asset_id
  return {
    id: typeof id === 'string' && id !== '' ? id : null,
    providerAccountId,
    path: ['$', `[${index}]`, path === '' ? '' : `.${path}`].join(''),
    reason,
    rawData: includeRawData ? record : null,
  }
}
