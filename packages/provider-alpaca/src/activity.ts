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
import { fillKindOf, ruleOf } from './activity-rules.ts'
import { newYorkDay } from './days.ts'
import { type Instrument, toInstrument } from './symbol.ts'
import { readDecimals, wireDecimal } from './wire-decimal.ts'

const text = z.string().nullish()

/** A row of `GET /v2/account/activities`: a fill has a time and a side, all others a date and an amount. */
const activitySchema = z.object({
  id: z.string().min(1),
  activity_type: z.string().min(1),
  activity_sub_type: text,
  symbol: text,
  price: wireDecimal,
  qty: wireDecimal,
  transaction_time: text,
  type: text,
  side: text,
  order_id: text,
  cum_qty: wireDecimal,
  leaves_qty: wireDecimal,
  order_status: text,
  date: text,
  created_at: text,
  net_amount: wireDecimal,
  currency: text,
  description: text,
  status: text,
  group_id: text,
})

type WireActivity = z.infer<typeof activitySchema>

/** What an activity needs to know of its account. */
export type ActivityContext = {
  readonly providerAccountId: string
  readonly currency: string
  readonly includeRawData: boolean
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
  readonly fill: Fill | null
  /** Its time with all digits that were given, as a text that sorts; `''` where only the day is told. */
  readonly sortTime: string
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
  return id.slice(id.lastIndexOf('::') + (id.includes('::') ? 2 : 1)) || id
}

/** The day that an id begins with, which is the one in New York; `null` where it begins with none. */
export function dayOfId(id: string): IsoDate | null {
  const match = /^(\d{4})(\d{2})(\d{2})\d*::/.exec(id)
  return match === null ? null : parseIsoDate(`${match[1]}-${match[2]}-${match[3]}`).unwrapOr<IsoDate | null>(null)
}

/** A row as a transaction, or why it can't be one. */
export function readActivity(record: Json, context: ActivityContext): ReadActivity | ActivityProblem {
  const parsed = activitySchema.safeParse(record)
  if (!parsed.success) {
    const id = (record as { id?: unknown } | null)?.id
    const path = parsed.error.issues[0]?.path.map(String).join('.') ?? ''
    return problem(typeof id === 'string' ? id : '', path, 'It is missing, or of another type than documented.')
  }
  const activity = parsed.data
  return activity.activity_type === 'FILL' ? readFill(activity, record, context) : readOther(activity, record, context)
}

function problem(id: string, path: string, reason: string, day = dayOfId(id)): ActivityProblem {
  return { path, reason, id: id === '' ? null : identityOf(id), day }
}

const zero = '0' as Decimal

function readFill(activity: WireActivity, record: Json, context: ActivityContext): ReadActivity | ActivityProblem {
  const { id, symbol, transaction_time: time } = activity
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

  const instrument = toInstrument(symbol, null)
  const { kind, isBuy } = side
  const cost = Decimal.multiply(Decimal.multiply(qty, price), instrument.multiplier)
  const orderId = activity.order_id || null
  return {
    transaction: {
      ...baseOf(activity, record, context, kind, instrument),
      amount: isBuy ? Decimal.negate(cost) : cost,
      // A pair of crypto is paid in its second half; a row has no currency.
      currency: activity.currency || instrument.quoteCurrency || context.currency,
      description:
        activity.description || `${kind.subtype?.replace('_', ' ')} ${qty} ${instrument.symbol ?? ''} at ${price}`,
      transactionDate: day,
      occurredAt,
      quantity: isBuy ? qty : Decimal.negate(qty),
      unitPrice: price,
      groupId: orderId,
    },
    fill:
      orderId === null
        ? null
        : { orderId, quantity: qty, cumulative, leaves, isLast: isLast(activity, leaves), occurredAt, day },
    sortTime: sortTimeOf(time ?? '', occurredAt),
  }
}

function isLast({ type, order_status: status }: WireActivity, leaves: Decimal | null): boolean {
  return type === 'fill' || status === 'filled' || leaves === '0'
}

function sortTimeOf(given: string, occurredAt: Instant): string {
  const fraction = /\.(\d{1,9})/.exec(given)?.[1] ?? ''
  return `${occurredAt.slice(0, '2026-01-31T12:00:00'.length)}.${fraction.padEnd(9, '0')}`
}

function readOther(activity: WireActivity, record: Json, context: ActivityContext): ReadActivity | ActivityProblem {
  const { id, activity_type: type, activity_sub_type: subType, symbol } = activity
  const day = dayOf(activity)
  if (day === null) return problem(id, 'date', activity.date ? 'It is no day.' : 'It is missing.')
  const decimals = readDecimals(activity, ['net_amount', 'qty', 'price'])
  if (typeof decimals === 'string') return problem(id, decimals, 'It is no decimal number.', day)
  const { net_amount: net, qty, price } = decimals
  if (net === null && qty === null) return problem(id, 'net_amount', 'It is missing.', day)
  const amount = net ?? zero
  const rule = ruleOf(type, subType || null)
  const isOut = (amount === zero || isTrade(rule.in) ? (qty ?? amount) : amount).startsWith('-')
  // Without an asset class: fees in coin are written BTCUSD, as positions are.
  const instrument = toInstrument(symbol, null)
  const kind: TransactionKind =
    activity.status === 'correct'
      ? { transactionType: 'adjustment', subtype: 'correction' }
      : isOut
        ? rule.out
        : rule.in
  return {
    transaction: {
      ...baseOf(activity, record, context, kind, instrument),
      amount,
      currency: activity.currency || context.currency,
      description: activity.description || [type, subType, instrument.symbol].filter(Boolean).join(' '),
      transactionDate: day,
      rail: rule.rail,
      quantity: rule.movesUnits ? qty : null,
      unitPrice: rule.movesUnits ? price : null,
      groupId: activity.group_id || null,
    },
    fill: null,
    sortTime: '',
  }
}

/** Shares that an option's exercise brings were bought: units tell what the sign of cash would turn round. */
function isTrade({ transactionType }: TransactionKind): boolean {
  return transactionType === 'trade'
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

function baseOf(
  activity: WireActivity,
  record: Json,
  { providerAccountId, includeRawData }: ActivityContext,
  kind: TransactionKind,
  { symbol, assetType }: Instrument,
) {
  return {
    providerTransactionId: identityOf(activity.id),
    providerAccountId,
    ...kind,
    providerType: activity.activity_type,
    authorizedDate: null,
    settlementDate: null,
    occurredAt: null,
    rail: null,
    checkNumber: null,
    symbol,
    securityName: null,
    assetType,
    commission: null,
    fees: [],
    status: statusOf(activity.status),
    replaces: null,
    rawData: includeRawData ? record : null,
  } satisfies Partial<ProviderTransactionData>
}
