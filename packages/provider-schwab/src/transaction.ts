import { type AssetType, Decimal, type Json, type ProviderTransactionData, type ProviderWarning } from '@finport/core'
import * as z from 'zod'
import { currencyOf, type Movement, sumOfLegs, toFees, toMovements, transferItemSchema } from './legs.ts'
import { dayOf, instantOf } from './new-york-day.ts'
import { maskWithin } from './raw-data.ts'
import type { SecurityNames } from './security-names.ts'
import { classify, movesCash, type Traits, toStatus } from './transaction-tables.ts'
import { optionalId, optionalText, wireDecimal, wireId } from './wire.ts'

const zero = '0' as Decimal

/**
 * A row of `/transactions`. `description`, `settlementDate`, `orderId` and `positionId` come and go: orders that were filled have the last two, what was booked the first two. Schwab's schema has a `user` and an `activityType`
 * that were never seen, and lacks `qualifiedDividend`.
 */
export const transactionSchema = z
  .object({
    activityId: wireId,
    type: z.string(),
    netAmount: wireDecimal,
    time: optionalText,
    tradeDate: optionalText,
    settlementDate: optionalText,
    description: optionalText,
    accountNumber: optionalId,
    status: optionalText,
    subAccount: optionalText,
    activityType: optionalText,
    orderId: optionalId,
    qualifiedDividend: z.boolean().nullish().catch(null),
    transferItems: z
      .array(transferItemSchema)
      .nullish()
      .transform((items) => items ?? []),
  })
  .transform((row, context) => {
    // Its day in New York.
    const transactionDate = dayOf(row.tradeDate) ?? dayOf(row.time)
    if (transactionDate !== null) return { ...row, transactionDate }
    context.issues.push({ code: 'custom', input: row, path: ['tradeDate'], message: 'no date' })
    return z.NEVER
  })

/** A row as Schwab sends it. */
export type WireTransaction = z.output<typeof transactionSchema>

/** What a dividend's description says of its security: a symbol after a tilde (rows from before 2024), or the name. */
type Payer = { symbol: string | null; securityName: string | null; assetType: AssetType | null }

const noPayer: Payer = { symbol: null, securityName: null, assetType: null }

/** What a row without a security leg is about. */
export function payerOf({ type, description }: WireTransaction, names: SecurityNames): Payer {
  if (description === null) return noPayer
  const symbol = /~([A-Z0-9./-]+)$/.exec(description)?.[1]
  if (symbol !== undefined) return { ...noPayer, symbol }
  return type === 'DIVIDEND_OR_INTEREST' || type === 'JOURNAL' ? (names.find(description) ?? noPayer) : noPayer
}

function traitsOf(row: WireTransaction, movement: Movement | null, payer: Payer): Traits {
  const isName = row.description !== null && row.description === (movement?.securityName ?? payer.securityName)
  return {
    description: isName ? null : row.description,
    amount: row.netAmount,
    movement,
    payer: payer.assetType,
    isQualified: row.qualifiedDividend === true,
    isShort: row.subAccount === 'SHORT',
  }
}

type Parts = Pick<
  ProviderTransactionData,
  | 'providerTransactionId'
  | 'amount'
  | 'symbol'
  | 'securityName'
  | 'assetType'
  | 'quantity'
  | 'unitPrice'
  | 'commission'
  | 'fees'
> & { movement: Movement | null }

function ofMovement(movement: Movement): Omit<Parts, 'providerTransactionId' | 'amount' | 'commission' | 'fees'> {
  const { symbol, securityName, assetType, quantity, unitPrice } = movement
  return { symbol, securityName, assetType, movement, quantity, unitPrice }
}

/** More than one movement in a row is one transaction each: their amounts, fees with the first, add up to what the row says. */
function toParts(row: WireTransaction, payer: Payer): Parts[] {
  const { activityId, transferItems } = row
  const amount = movesCash(row.type) ? row.netAmount : zero
  const [first, ...others] = toMovements(transferItems)
  const fees = toFees(transferItems, { isTrade: row.type === 'TRADE' })
  if (first === undefined) {
    const nothing = { movement: null, quantity: null, unitPrice: null }
    return [{ providerTransactionId: activityId, amount, ...payer, ...nothing, ...fees }]
  }
  const costOfOthers = others.reduce((sum, { cost }) => Decimal.add(sum, cost), zero)
  return [
    {
      providerTransactionId: activityId,
      amount: Decimal.subtract(amount, costOfOthers),
      ...ofMovement(first),
      ...fees,
    },
    ...others.map((movement) => ({
      providerTransactionId: `${activityId}:${movement.key}`,
      amount: movement.cost,
      ...ofMovement(movement),
      commission: null,
      fees: [],
    })),
  ]
}

/** What a row says, for people. Filled orders have no description: the security stands in for it. */
function describe(row: WireTransaction, { securityName, symbol }: Parts): string {
  return maskWithin(row.description ?? securityName ?? symbol ?? row.type, row.accountNumber ?? '')
}

/** A row as transactions: one, or as many as it moves securities. */
export function toTransactions(
  row: WireTransaction,
  context: { providerAccountId: string; names: SecurityNames; rawData: Json },
): ProviderTransactionData[] {
  const payer = payerOf(row, context.names)
  const parts = toParts(row, payer)
  // A booked item is dated midnight and timed when it was worked on; of an order, both are when it was filled.
  const occurredAt = row.time === row.tradeDate ? instantOf(row.time) : null
  return parts.map(({ movement, ...part }) => {
    const kind = classify(row.type, traitsOf(row, movement, payer))
    const isCorrection = row.activityType === 'ACTIVITY_CORRECTION'
    const { transactionType, subtype } = isCorrection
      ? { transactionType: 'adjustment' as const, subtype: 'correction' as const }
      : kind
    return {
      ...part,
      providerAccountId: context.providerAccountId,
      transactionType,
      subtype,
      providerType: row.type,
      currency: currencyOf(row.transferItems),
      description: describe(row, { movement, ...part }),
      transactionDate: row.transactionDate,
      authorizedDate: null,
      settlementDate: dayOf(row.settlementDate),
      occurredAt,
      rail: kind.rail,
      checkNumber: null,
      status: toStatus(row.status),
      groupId: row.orderId ?? (parts.length > 1 ? row.activityId : null),
      replaces: null,
      rawData: context.rawData,
    }
  })
}

/** Rows whose legs don't add up to their net amount, as one warning; `null` where all do. */
export function warnOfSums(rows: readonly WireTransaction[], providerAccountId: string): ProviderWarning | null {
  const differing = rows.filter(({ transferItems, netAmount, type }) => {
    const sum = movesCash(type) ? sumOfLegs(transferItems) : null
    if (sum === null) return false
    const difference = Decimal.subtract(netAmount, sum).replace('-', '') as Decimal
    return Decimal.compare(difference, '0.01' as Decimal) >= 0
  })
  if (differing.length === 0) return null
  const message = "The legs of some transactions don't add up to their net amounts, which are used."
  const transactions = differing.map(({ activityId }) => activityId)
  return { code: 'BALANCE_MISMATCH', providerAccountId, message, details: { transactions } }
}
