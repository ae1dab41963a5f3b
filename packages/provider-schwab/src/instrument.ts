import { type AssetType, Decimal } from '@finport/core'
import * as z from 'zod'
import { optionalDecimal, optionalText, textOf, type WireRecord } from './wire.ts'

const deliverable = z.object({ deliverableUnits: optionalDecimal })

/** The security of a position, with what tells the units of its contracts. */
export const heldInstrumentSchema = z.object({
  assetType: optionalText,
  type: optionalText,
  symbol: optionalText,
  description: optionalText,
  cusip: optionalText,
  optionMultiplier: optionalDecimal.catch(null),
  optionPremiumMultiplier: optionalDecimal.catch(null),
  multiplier: optionalDecimal.catch(null),
  optionDeliverables: z.array(deliverable).nullish().catch(null),
})

/** A security of an answer. */
export type Instrument = Pick<
  z.output<typeof heldInstrumentSchema>,
  'assetType' | 'type' | 'symbol' | 'description' | 'cusip'
>

/** A security, as positions and transactions both have it. The published `required: [name]` is wrong: there is no `name`. */
export function toInstrument({ assetType, type, symbol, description, cusip }: WireRecord): Instrument {
  return {
    assetType: textOf(assetType),
    type: textOf(type),
    symbol: textOf(symbol),
    description: textOf(description),
    cusip: textOf(cusip),
  }
}

/** The asset types of the Trader API, positions and transactions together. */
type AssetWord =
  | 'EQUITY'
  | 'MUTUAL_FUND'
  | 'OPTION'
  | 'FUTURE'
  | 'FOREX'
  | 'INDEX'
  | 'CASH_EQUIVALENT'
  | 'FIXED_INCOME'
  | 'PRODUCT'
  | 'CURRENCY'
  | 'COLLECTIVE_INVESTMENT'

const assetTypes: Readonly<Record<AssetWord, AssetType>> = {
  EQUITY: 'equity',
  MUTUAL_FUND: 'mutual_fund',
  OPTION: 'option',
  FUTURE: 'future',
  FOREX: 'fx',
  INDEX: 'index',
  CASH_EQUIVALENT: 'cash',
  FIXED_INCOME: 'fixed_income',
  PRODUCT: 'other',
  CURRENCY: 'cash',
  COLLECTIVE_INVESTMENT: 'other',
}

/** Where the finer word says more. Positions of stocks don't have it. */
const finerTypes: Readonly<Partial<Record<AssetWord, Readonly<Record<string, AssetType>>>>> = {
  EQUITY: {
    PREFERRED_STOCK: 'preferred',
    CONVERTIBLE_PREFERRED_STOCK: 'preferred',
    DEPOSITORY_RECEIPT: 'adr',
    PREFERRED_DEPOSITORY_RECEIPT: 'adr',
    RIGHT: 'other',
    WARRANT: 'other',
  },
  COLLECTIVE_INVESTMENT: { EXCHANGE_TRADED_FUND: 'etf', CLOSED_END_FUND: 'closed_end_fund', INDEX: 'index' },
  CASH_EQUIVALENT: { SWEEP_VEHICLE: 'sweep', MONEY_MARKET_FUND: 'money_market' },
}

/** Nasdaq gives money market funds symbols of five letters that end in XX, such as SWVXX, which Schwab has also been seen to call mutual funds. */
const MONEY_MARKET_SYMBOL = /^[A-Z]{3}XX$/

/** What kind of thing a security is. */
export function toAssetType({ assetType, type, symbol }: Instrument): AssetType {
  if (assetType === null || !Object.hasOwn(assetTypes, assetType)) return 'unknown'
  const word = assetType as AssetWord
  if (word === 'MUTUAL_FUND' && MONEY_MARKET_SYMBOL.test(symbol ?? '')) return 'money_market'
  const finer = finerTypes[word]
  return type !== null && finer !== undefined && Object.hasOwn(finer, type)
    ? (finer[type] as AssetType)
    : assetTypes[word]
}

const OCC_SYMBOL = /^.{6}\d{6}[CP]\d{8}$/

/** An option's 21 characters; `null` for anything else. */
export function toOcc({ symbol }: Instrument): string | null {
  return symbol !== null && OCC_SYMBOL.test(symbol) ? symbol : null
}

/** The ticker; an option's OCC symbol without its blanks. */
export function toSymbol(instrument: Instrument): string | null {
  return toOcc(instrument)?.replaceAll(' ', '') ?? instrument.symbol
}

const ONE = Decimal.parse('1').unwrap()
const HUNDRED = Decimal.parse('100').unwrap()

/**
 * Units of the underlying per contract. Positions have been recorded without any multiplier (13 of 13 options), so that of an equity option is 100 unless its deliverable says otherwise. `null` for what is quoted
 * in a way of its own: options on futures, bonds.
 */
export function toMultiplier(instrument: z.output<typeof heldInstrumentSchema>): Decimal | null {
  const { assetType, optionMultiplier, optionPremiumMultiplier, multiplier, optionDeliverables } = instrument
  const said = optionMultiplier ?? optionPremiumMultiplier ?? multiplier
  if (said !== null && Decimal.compare(said, '0' as Decimal) > 0 && assetType !== 'FIXED_INCOME') return said
  if (assetType === 'OPTION') {
    const [only, another] = optionDeliverables ?? []
    const units = another === undefined ? (only?.deliverableUnits ?? null) : null
    if (units !== null && Decimal.compare(units, '0' as Decimal) > 0) return units
    return toOcc(instrument) === null ? null : HUNDRED
  }
  return assetType === 'FIXED_INCOME' || assetType === 'FUTURE' ? null : ONE
}
