import {
  Decimal,
  type Instant,
  type IsoDate,
  type Json,
  type ProviderTransactionData,
  parseInstant,
  parseIsoDate,
  type TransactionKind,
  type TransactionStatus,
} from '@finport/core'
import * as z from 'zod'
import { type ActivityRule, fillKindOf, ruleOf } from './activity-rules.ts'
import { newYorkDay } from './days.ts'
import type { Instrument } from './symbol.ts'
import { readDecimals, wireDecimal } from './wire-decimal.ts'

const text = z.string().nullish()

/** A row of `GET /v2/account/activities` that is a fill. It has no currency, no cash amount and no class of asset. */
const fillSchema = z.object({
  id: z.string().min(1),
  activity_type: z.literal('FILL'),
  transaction_time: text,
  type: text,
  price: wireDecimal,
  qty: wireDecimal,
  side: text,
  symbol: text,
  leaves_qty: wireDecimal,
  order_id: text,
  cum_qty: wireDecimal,
  order_status: text,
})

/** Any other row. */
const activitySchema = z.object({
  id: z.string().min(1),
  activity_type: z.string().min(1),
  activity_sub_type: text,
  date: text,
  created_at: text,
  transaction_time: text,
  net_amount: wireDecimal,
  currency: text,
  description: text,
  status: text,
  symbol: text,
  qty: wireDecimal,
  price: wireDecimal,
  group_id: text,
})

/**
 * The check of every row, so that it is compiled: with the first row, not with the import, which it would make a twentieth longer. Where code can't be made from texts, as in Cloudflare Workers, zod gives a
 * schema back as it is.
 */
function compileSchemas() {
  return { fill: z.compile(fillSchema), other: z.compile(activitySchema) }
}
let compiledSchemas: ReturnType<typeof compileSchemas> | undefined

type WireFill = z.infer<typeof fillSchema>
type WireActivity = z.infer<typeof activitySchema>

/** What an activity needs to know of its account. */
export type ActivityContext = {
  readonly providerAccountId: string
  readonly currency: string
  readonly includeRawData: boolean
  /** What a symbol names. Rows have no class of asset. */
  instrumentOf(symbol: string | null): Instrument
}

/** A part of an order that was filled: what tells whether one is missing. */
export type Fill = {
  readonly orderId: string
  readonly quantity: Decimal
  /** What is filled of the order with this part; `null` where it is not told. */
  readonly cumulative: Decimal | null
  /** What stays open; `null` where it is not told. */
  readonly leaves: Decimal | null
  /** Whether the order is filled with it. */
  readonly isLast: boolean
  readonly occurredAt: Instant
  readonly day: IsoDate
}

/** A row as it is wanted, and what is needed to put it in order and to see that others are missing. */
export type ReadActivity = {
  readonly transaction: ProviderTransactionData
  /** `null` where the order has no other. */
  readonly fill: Fill | null
  /** The digits of its time beyond the millisecond. */
  readonly finerTime: string
}

/** Why a row can't be read. */
export type ActivityProblem = {
  readonly path: string
  readonly reason: string
  readonly id: string | null
  readonly day: IsoDate | null
}

/** What names an activity for ever: the UUID behind `::`. What stands before is a time, and it has changed for old rows. */
export function identityOf(id: string): string {
  const separator = id.lastIndexOf('::')
  return (separator === -1 ? '' : id.slice(separator + 2)) || id
}

/** The day that an id begins with, which is the one in New York; `null` where it begins with none. */
export function dayOfId(id: string): IsoDate | null {
  const match = /^(\d{4})(\d{2})(\d{2})\d*::/.exec(id)
  return match === null ? null : parseIsoDate(`${match[1]}-${match[2]}-${match[3]}`).unwrapOr<IsoDate | null>(null)
}

/** A row as a transaction, or why it can't be one. */
export function readActivity(record: Json, context: ActivityContext): ReadActivity | ActivityProblem {
  const { id, activity_type: type } = (record ?? {}) as { id?: unknown; activity_type?: unknown }
  compiledSchemas ??= compileSchemas()
  // Asked whether it is valid, a schema makes no copy.
  if (type === 'FILL' && compiledSchemas.fill.validate(record)) return readFill(record, context)
  if (type !== 'FILL' && compiledSchemas.other.validate(record)) return readOther(record, context)
  const { error } = (type === 'FILL' ? fillSchema : activitySchema).safeParse(record)
  const path = error?.issues[0]?.path.map(String).join('.') ?? ''
  return problem(typeof id === 'string' ? id : '', path, 'It is missing, or of another type than documented.')
}

function problem(id: string, path: string, reason: string, day = dayOfId(id)): ActivityProblem {
  return { path, reason, id: id === '' ? null : identityOf(id), day }
}

const zero = '0' as Decimal

function readFill(activity: WireFill & Json, context: ActivityContext): ReadActivity | ActivityProblem {
  const { id, transaction_time: time } = activity
  const occurredAt = parseInstant(time ?? '').unwrapOr<Instant | null>(null)
  if (occurredAt === null) return problem(id, 'transaction_time', time ? 'It is no time.' : 'It is missing.')
  const day = newYorkDay(occurredAt)
  const decimals = readDecimals(activity, ['price', 'qty', 'cum_qty', 'leaves_qty'])
  if (typeof decimals === 'string') return problem(id, decimals, 'It is no decimal number.', day)
  const { price, qty, cum_qty: cumulative, leaves_qty: leaves } = decimals
  if (price === null) return problem(id, 'price', 'It is missing.', day)
  if (qty === null) return problem(id, 'qty', 'It is missing.', day)
  const side = fillKindOf(activity.side ?? '')
  if (side === null) return problem(id, 'side', 'It is not known, so it does not tell which way the money went.', day)

  const { symbol, assetType, multiplier, quoteCurrency } = context.instrumentOf(activity.symbol ?? null)
  const value = Decimal.multiply(qty, price)
  const cost = multiplier === '1' ? value : Decimal.multiply(value, multiplier)
  const orderId = activity.order_id || null
  const ends = isLast(activity, leaves)
  const isWholeOrder = ends && qty === cumulative
  return {
    transaction: {
      providerTransactionId: identityOf(id),
      providerAccountId: context.providerAccountId,
      transactionType: side.kind.transactionType,
      subtype: side.kind.subtype,
      providerType: activity.activity_type,
      amount: side.isBuy ? Decimal.negate(cost) : cost,
      // A pair of crypto is paid in its second half.
      currency: quoteCurrency ?? context.currency,
      description: `${side.label} ${qty} ${symbol ?? ''} at ${price}`,
      transactionDate: day,
      authorizedDate: null,
      settlementDate: null,
      occurredAt,
      rail: null,
      checkNumber: null,
      symbol,
      securityName: null,
      assetType,
      quantity: side.isBuy ? qty : Decimal.negate(qty),
      unitPrice: price,
      commission: null,
      fees: [],
      status: 'posted',
      groupId: orderId,
      replaces: null,
      rawData: context.includeRawData ? activity : null,
    },
    fill:
      orderId === null || isWholeOrder
        ? null
        : { orderId, quantity: qty, cumulative, leaves, isLast: ends, occurredAt, day },
    finerTime: finerTimeOf(time ?? ''),
  }
}

const SECOND_LENGTH = '2026-01-31T12:00:00'.length
const MILLISECOND_LENGTH = '2026-01-31T12:00:00.000'.length

function finerTimeOf(time: string): string {
  return time[SECOND_LENGTH] === '.' ? (/^\d*/.exec(time.slice(MILLISECOND_LENGTH))?.[0] ?? '') : ''
}

function isLast({ type, order_status: status }: WireFill, leaves: Decimal | null): boolean {
  return type === 'fill' || status === 'filled' || leaves === '0'
}

function readOther(activity: WireActivity & Json, context: ActivityContext): ReadActivity | ActivityProblem {
  const { id, activity_type: type, activity_sub_type: subType } = activity
  const day = dayOf(activity)
  if (day === null) return problem(id, 'date', activity.date ? 'It is no day.' : 'It is missing.')
  const decimals = readDecimals(activity, ['net_amount', 'qty', 'price'])
  if (typeof decimals === 'string') return problem(id, decimals, 'It is no decimal number.', day)
  const { net_amount: net, qty, price } = decimals
  if (net === null && qty === null) return problem(id, 'net_amount', 'It is missing.', day)
  const amount = net ?? zero
  const rule = ruleOf(type, subType || null)
  const isOut = flowOf(rule, amount, qty).startsWith('-')
  const { symbol, assetType } = context.instrumentOf(activity.symbol ?? null)
  const { transactionType, subtype }: TransactionKind =
    activity.status === 'correct'
      ? { transactionType: 'adjustment', subtype: 'correction' }
      : isOut
        ? rule.out
        : rule.in
  return {
    transaction: {
      providerTransactionId: identityOf(id),
      providerAccountId: context.providerAccountId,
      transactionType,
      subtype,
      providerType: type,
      amount,
      currency: activity.currency || context.currency,
      description: activity.description || [type, subType, symbol].filter(Boolean).join(' '),
      transactionDate: day,
      authorizedDate: null,
      settlementDate: null,
      occurredAt: null,
      rail: rule.rail,
      checkNumber: null,
      symbol,
      securityName: null,
      assetType,
      quantity: rule.movesUnits ? qty : null,
      unitPrice: rule.movesUnits ? price : null,
      commission: null,
      fees: [],
      status: statusOf(activity.status),
      groupId: activity.group_id || null,
      replaces: null,
      rawData: context.includeRawData ? activity : null,
    },
    fill: null,
    finerTime: '',
  }
}

/** What tells which way an activity goes: its cash or, where none moves, its units. Shares that an option's exercise brings were bought: cash goes the other way. */
function flowOf({ in: { transactionType } }: ActivityRule, amount: Decimal, quantity: Decimal | null): Decimal {
  if (transactionType === 'trade') return quantity ?? Decimal.negate(amount)
  return amount === zero ? (quantity ?? amount) : amount
}

/** `date` is a day, though the specification says a time; its day is as written there. */
function dayOf({ id, date, created_at: created, transaction_time: time }: WireActivity): IsoDate | null {
  if (date) return parseIsoDate(date.slice(0, 10)).unwrapOr<IsoDate | null>(null)
  const instant = parseInstant(time || created || '')
  return dayOfId(id) ?? (instant.isOk() ? newYorkDay(instant.value) : null)
}

/** `executed` and words that are not known are posted: the row is there. */
function statusOf(status: string | null | undefined): TransactionStatus {
  if (status === 'canceled') return 'reversed'
  return status === 'pending' ? 'pending' : 'posted'
}
