import {
  type Batch,
  Decimal,
  Err,
  type Json,
  Ok,
  type ProviderError,
  type ProviderHoldingData,
  type ProviderWarning,
  type RejectedRecord,
  type RequestOptions,
  type Result,
} from '@finport/core'
import * as z from 'zod'
import { accountSchema, toCash } from './accounts.ts'
import type { Ask } from './ask.ts'
import { heldInstrumentSchema, type Instrument, toAssetType, toMultiplier, toOcc, toSymbol } from './instrument.ts'
import { toRawData } from './raw-data.ts'
import { optionalDecimal, toRejected } from './wire.ts'

const zero = '0' as Decimal

const positionSchema = z
  .object({
    longQuantity: optionalDecimal,
    shortQuantity: optionalDecimal,
    averagePrice: optionalDecimal,
    marketValue: optionalDecimal,
    longOpenProfitLoss: optionalDecimal,
    shortOpenProfitLoss: optionalDecimal,
    instrument: heldInstrumentSchema,
  })
  .refine(({ longQuantity, shortQuantity }) => longQuantity !== null || shortQuantity !== null, {
    path: ['longQuantity'],
  })

type WirePosition = z.output<typeof positionSchema>

const toCents = (value: Decimal): Decimal => divide(value, '1' as Decimal, 2) ?? value

function divide(a: Decimal, b: Decimal, decimals: number): Decimal | null {
  return Decimal.divide(a, b, { decimals, rounding: 'half-even' }).unwrapOr(null)
}

function absolute(value: Decimal): Decimal {
  return value.startsWith('-') ? Decimal.negate(value) : value
}

/** Both quantities are given as positive numbers. */
function toQuantity({ longQuantity, shortQuantity }: WirePosition): Decimal {
  return Decimal.subtract(longQuantity ?? zero, shortQuantity ?? zero)
}

/**
 * What the position cost, fees included: `averagePrice × quantity × multiplier`, which is `marketValue − openProfitLoss` to the cent in every position recorded. The second form needs no multiplier: it serves what is quoted in a
 * way of its own.
 */
function toCostBasis(position: WirePosition, quantity: Decimal, multiplier: Decimal | null): Decimal | null {
  const { averagePrice, marketValue } = position
  if (multiplier !== null)
    return averagePrice === null
      ? null
      : toCents(Decimal.multiply(Decimal.multiply(averagePrice, quantity), multiplier))
  const profit = quantity.startsWith('-') ? position.shortOpenProfitLoss : position.longOpenProfitLoss
  return profit === null || marketValue === null ? null : toCents(Decimal.subtract(marketValue, profit))
}

/** Average price of one unit; where the multiplier is not known, the price as the position counts its units. */
function toAveragePrice(
  position: WirePosition,
  {
    quantity,
    costBasis,
    multiplier,
  }: Pick<ProviderHoldingData, 'quantity' | 'costBasis'> & { multiplier: Decimal | null },
): Decimal | null {
  if (multiplier !== null) return position.averagePrice
  return costBasis === null ? null : divide(costBasis, quantity, 6)
}

/** A position. Cash is none: it is among the account's balances. */
function toHolding(
  position: WirePosition,
  {
    providerAccountId,
    providerHoldingId,
    rawData,
  }: Pick<ProviderHoldingData, 'providerAccountId' | 'providerHoldingId' | 'rawData'>,
): ProviderHoldingData {
  const { instrument, marketValue } = position
  const quantity = toQuantity(position)
  const multiplier = toMultiplier(instrument)
  const costBasis = toCostBasis(position, quantity, multiplier)
  return {
    providerHoldingId,
    providerAccountId,
    symbol: toSymbol(instrument),
    securityName: instrument.description,
    assetType: toAssetType(instrument),
    identifiers: { cusip: instrument.cusip, isin: null, figi: null, occ: toOcc(instrument) },
    quantity,
    costBasis,
    marketValue,
    currency: 'USD',
    averagePrice: toAveragePrice(position, { quantity, costBasis, multiplier }),
    currentPrice:
      marketValue === null ? null : divide(marketValue, Decimal.multiply(quantity, multiplier ?? ('1' as Decimal)), 6),
    priceAsOf: null,
    multiplier: multiplier ?? ('1' as Decimal),
    rawData,
  }
}

/** Security and kind name a position. The same security may stand in two rows, one for each side or margin type: these are counted. */
function createHoldingIds(): (instrument: Instrument) => string {
  const counts = new Map<string, number>()
  return (instrument) => {
    const name = `${instrument.assetType ?? 'UNKNOWN'}:${toSymbol(instrument) ?? instrument.cusip ?? ''}`
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count === 1 ? name : `${name}:${count}`
  }
}

function sumOf(holdings: readonly ProviderHoldingData[]): Decimal {
  return holdings.reduce((sum, { marketValue }) => Decimal.add(sum, marketValue ?? zero), zero)
}

const isSweep = ({ assetType }: ProviderHoldingData) => assetType === 'sweep' || assetType === 'cash'
const isWithinACent = (a: Decimal, b: Decimal) =>
  Decimal.compare(absolute(Decimal.subtract(a, b)), '0.01' as Decimal) < 0

type Checked = { items: ProviderHoldingData[]; warnings: ProviderWarning[] }

const toSweeps = (holdings: readonly ProviderHoldingData[]) =>
  holdings.filter(isSweep).map(({ symbol, marketValue }) => ({ symbol, marketValue }))

/** Where the sum says nothing, nobody knows whether a sweep vehicle is the account's cash. */
function leaveUnchecked(items: ProviderHoldingData[], providerAccountId: string): Checked {
  const sweeps = toSweeps(items)
  if (sweeps.length === 0) return { items, warnings: [] }
  const message = "A sweep vehicle may be the account's cash told twice: without all values, that can't be checked."
  return { items, warnings: [{ code: 'BALANCE_MISMATCH', providerAccountId, message, details: { sweeps } }] }
}

/**
 * An account's value is its cash and its positions, to the cent. A sweep vehicle among the positions may be that very cash; the sum tells, and then it is left out here, lest it be counted twice.
 */
function checkAgainstBalances(
  holdings: ProviderHoldingData[],
  { providerAccountId, value, cash }: { providerAccountId: string; value: Decimal | null; cash: Decimal | null },
): Checked {
  if (value === null || cash === null) return leaveUnchecked(holdings, providerAccountId)
  const expected = Decimal.subtract(value, cash)
  if (isWithinACent(sumOf(holdings), expected)) return { items: holdings, warnings: [] }

  const withoutSweeps = holdings.filter((holding) => !isSweep(holding))
  if (isWithinACent(sumOf(withoutSweeps), expected)) {
    const sweeps = toSweeps(holdings)
    const message = "A sweep vehicle is the account's cash: it is in the cash balance and not told again as a holding."
    return { items: withoutSweeps, warnings: [{ code: 'OTHER', providerAccountId, message, details: { sweeps } }] }
  }
  const message = "Cash and positions don't add up to the account's value."
  const details = { value, cash, holdings: sumOf(holdings) }
  return { items: holdings, warnings: [{ code: 'BALANCE_MISMATCH', providerAccountId, message, details }] }
}

function readPositions(
  positions: readonly Json[],
  {
    providerAccountId,
    accountNumber,
    includeRawData,
  }: { providerAccountId: string; accountNumber: string; includeRawData: boolean },
): { items: ProviderHoldingData[]; rejected: RejectedRecord[] } {
  const idOf = createHoldingIds()
  const items: ProviderHoldingData[] = []
  const rejected: RejectedRecord[] = []
  for (const [index, position] of positions.entries()) {
    const parsed = positionSchema.safeParse(position)
    const rawData = includeRawData ? toRawData(position, accountNumber) : null
    if (parsed.success) {
      const providerHoldingId = idOf(parsed.data.instrument)
      items.push(toHolding(parsed.data, { providerAccountId, providerHoldingId, rawData }))
    } else {
      const place = `$.securitiesAccount.positions[${index}]`
      rejected.push(toRejected({ id: null, providerAccountId, place, error: parsed.error, rawData }))
    }
  }
  return { items, rejected }
}

/** An account with its positions. */
export function askForPositions(ask: Ask, providerAccountId: string, options: RequestOptions) {
  const path = ['accounts', providerAccountId]
  const question = { path, query: { fields: 'positions' }, argument: 'providerAccountId', schema: accountSchema }
  return ask(question, options)
}

/** The positions of an account, checked against its balances. */
export async function fetchHoldings(
  ask: Ask,
  providerAccountId: string,
  options: RequestOptions & { includeRawData: boolean },
): Promise<Result<Batch<ProviderHoldingData>, ProviderError>> {
  const answer = await askForPositions(ask, providerAccountId, options)
  if (answer.isErr()) return Err(answer.error)
  const account = answer.value.securitiesAccount
  const { accountNumber } = account
  const { includeRawData } = options
  const { items, rejected } = readPositions(account.positions, { providerAccountId, accountNumber, includeRawData })
  // Where something of a position could not be read, the sum says nothing.
  const isWhole = rejected.length === 0 && items.every(({ marketValue }) => marketValue !== null)
  const value = isWhole ? account.currentBalances.liquidationValue : null
  const checked = checkAgainstBalances(items, { providerAccountId, value, cash: toCash(account) })
  return Ok({ ...checked, rejected, complete: true })
}
