import { type AssetType, Decimal, type TransactionFee } from '@finport/core'
import { type Instrument, toAssetType, toInstrument, toSymbol } from './instrument.ts'
import { isWireRecord, optionalDecimalIn, type Place, refuse, textOf } from './wire.ts'

const zero = '0' as Decimal

/** A leg of a transaction. */
type TransferItem = {
  readonly instrument: Instrument
  readonly amount: Decimal | null
  readonly cost: Decimal | null
  readonly price: Decimal | null
  readonly feeType: string | null
  readonly positionEffect: string | null
}

function toTransferItem(item: unknown, place: Place): TransferItem {
  if (!isWireRecord(item)) return refuse(place)
  const instrument = item.instrument ?? {}
  return {
    instrument: isWireRecord(instrument) ? toInstrument(instrument) : refuse(place, 'instrument'),
    amount: optionalDecimalIn(item, 'amount', place),
    cost: optionalDecimalIn(item, 'cost', place),
    price: optionalDecimalIn(item, 'price', place),
    feeType: textOf(item.feeType),
    positionEffect: textOf(item.positionEffect),
  }
}

/** The legs of a transaction. */
export function toTransferItems(items: unknown, { context, path }: Place): TransferItem[] {
  if (items === undefined || items === null) return []
  if (!Array.isArray(items)) return refuse({ context, path })
  return items.map((item, index) => toTransferItem(item, { context, path: [...path, index] }))
}

/** A leg that moves a security. */
type SecurityLeg = TransferItem & { amount: Decimal }

/** What a transaction does to one security: its legs of the same security and price, netted. */
export type Movement = {
  /** Security and price: names it among the movements of one transaction. */
  key: string
  symbol: string | null
  securityName: string | null
  assetType: AssetType
  /** Units: in is positive. */
  quantity: Decimal
  /** Effect on cash, fees apart. */
  cost: Decimal
  unitPrice: Decimal | null
  /** OPENING, CLOSING, AUTOMATIC or UNKNOWN. */
  positionEffect: string | null
}

/** The fee types of the Trader API, and what they are. */
type FeeWord =
  | 'COMMISSION'
  | 'SEC_FEE'
  | 'STR_FEE'
  | 'R_FEE'
  | 'CDSC_FEE'
  | 'OPT_REG_FEE'
  | 'ADDITIONAL_FEE'
  | 'MISCELLANEOUS_FEE'
  | 'FUTURES_EXCHANGE_FEE'
  | 'LOW_PROCEEDS_COMMISSION'
  | 'BASE_CHARGE'
  | 'GENERAL_CHARGE'
  | 'GST_FEE'
  | 'TAF_FEE'
  | 'INDEX_OPTION_FEE'
  | 'UNKNOWN'

const feeTypes: Readonly<Record<FeeWord, string>> = {
  COMMISSION: 'commission',
  SEC_FEE: 'regulatory_fee',
  STR_FEE: 'regulatory_fee',
  R_FEE: 'regulatory_fee',
  CDSC_FEE: 'other_fee',
  OPT_REG_FEE: 'regulatory_fee',
  ADDITIONAL_FEE: 'other_fee',
  MISCELLANEOUS_FEE: 'other_fee',
  FUTURES_EXCHANGE_FEE: 'regulatory_fee',
  LOW_PROCEEDS_COMMISSION: 'commission',
  BASE_CHARGE: 'other_fee',
  GENERAL_CHARGE: 'other_fee',
  GST_FEE: 'tax',
  TAF_FEE: 'regulatory_fee',
  INDEX_OPTION_FEE: 'regulatory_fee',
  UNKNOWN: 'other_fee',
}

function toFeeType(word: string | null): string {
  return word !== null && Object.hasOwn(feeTypes, word) ? feeTypes[word as FeeWord] : 'other_fee'
}

const isCurrency = ({ instrument }: TransferItem) => instrument.assetType === 'CURRENCY'

/** What moves a security. Cash and fees are legs in a currency; a fee in a futures trade may lack its `feeType`. */
function isSecurityLeg(item: TransferItem): item is SecurityLeg {
  return !isCurrency(item) && item.feeType === null && item.amount !== null
}

function absolute(value: Decimal): Decimal {
  return value.startsWith('-') ? Decimal.negate(value) : value
}

/** A bond's price is for 100 of face value and its amount in thousands, so that only the quotient of the two fits the units. Nothing is bought for a price of 0: such a leg has none. */
function toUnitPrice({ instrument, amount, cost, price }: TransferItem): Decimal | null {
  if (instrument.assetType === 'FIXED_INCOME') {
    if (amount === null || cost === null || cost === zero) return null
    return Decimal.divide(absolute(cost), absolute(amount), { decimals: 6, rounding: 'half-even' }).unwrapOr(null)
  }
  return price === zero ? null : price
}

function toMovement(item: SecurityLeg): Movement {
  const { instrument, amount, cost, price, positionEffect } = item
  const symbol = toSymbol(instrument)
  return {
    key: `${symbol ?? instrument.cusip ?? ''}:${price ?? ''}`,
    symbol,
    securityName: instrument.description,
    assetType: toAssetType(instrument),
    quantity: amount,
    cost: cost ?? zero,
    unitPrice: toUnitPrice(item),
    positionEffect,
  }
}

function net(before: Movement, next: Movement): Movement {
  const quantity = Decimal.add(before.quantity, next.quantity)
  const isOfNet = next.quantity.startsWith('-') === quantity.startsWith('-')
  return {
    ...next,
    quantity,
    cost: Decimal.add(before.cost, next.cost),
    positionEffect: isOfNet ? next.positionEffect : before.positionEffect,
  }
}

/**
 * The movements of a transaction, in an order of their own: the first gives its id its name, and legs are in no order. Those that undo each other are of no effect: an assignment of covered calls has been seen as −1500, +1500 and
 * −1500 shares.
 */
export function toMovements(items: readonly TransferItem[]): Movement[] {
  const single = items.filter(isSecurityLeg).map(toMovement)
  if (single.length < 2) return single
  const movements = new Map<string, Movement>()
  for (const movement of single) {
    const before = movements.get(movement.key)
    movements.set(movement.key, before === undefined ? movement : net(before, movement))
  }
  const all = [...movements.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  const effective = all.filter(({ quantity, cost }) => quantity !== zero || cost !== zero)
  return effective.length > 0 ? effective : all.slice(0, 1)
}

type Circumstances = { isTrade: boolean }

/** Beside a trade all cash is fees: the principal has no leg. Beside a merger it is what was paid. */
function isFeeLeg(item: TransferItem, { isTrade }: Circumstances): boolean {
  return item.feeType !== null || (isTrade && isCurrency(item))
}

/** What a leg does to the account's cash. A leg of cash alone has a cost of 0 and says it in its amount; so does one of a fee, as a positive number, beside its cost. */
function effectOf(item: TransferItem, circumstances: Circumstances): Decimal | null {
  const { cost, amount } = item
  if (isSecurityLeg(item) || (cost !== null && cost !== zero)) return cost
  return amount !== null && isFeeLeg(item, circumstances) ? Decimal.negate(amount) : amount
}

/** Fees as parts of the amount: what was paid is negative. Those of 0, which every order has, are left out; a commission of 0 says that there was none. */
export function toFees(
  items: readonly TransferItem[],
  circumstances: Circumstances,
): { commission: Decimal | null; fees: TransactionFee[] } {
  let commission: Decimal | null = null
  const fees: TransactionFee[] = []
  for (const item of items) {
    const effect = effectOf(item, circumstances)
    if (!isFeeLeg(item, circumstances) || effect === null) continue
    if (item.feeType === 'COMMISSION') commission = Decimal.add(commission ?? zero, effect)
    else if (effect !== zero) fees.push({ type: toFeeType(item.feeType), amount: effect })
  }
  return { commission, fees }
}

/** What the legs add up to; `null` where none of them says. */
export function sumOfLegs(items: readonly TransferItem[], circumstances: Circumstances): Decimal | null {
  const known = items.map((item) => effectOf(item, circumstances)).filter((effect) => effect !== null)
  return known.length === 0 ? null : known.reduce((sum, effect) => Decimal.add(sum, effect), zero)
}

/** ISO 4217 code of the cash that moved. */
export function currencyOf(items: readonly TransferItem[]): string {
  const symbol = items.find(isCurrency)?.instrument.symbol
  return symbol === undefined || symbol === null || symbol === 'CURRENCY_USD'
    ? 'USD'
    : (/^CURRENCY_([A-Z]{3})$/.exec(symbol)?.[1] ?? 'USD')
}
