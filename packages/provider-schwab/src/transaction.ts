import { type AssetType, Decimal, type Json, type ProviderTransactionData, type ProviderWarning } from '@finport/core'
import type * as z from 'zod'
import { currencyOf, type Movement, sumOfLegs, toFees, toMovements, toTransferItems } from './legs.ts'
import { dayOf, instantOf } from './new-york-day.ts'
import { maskWithin } from './raw-data.ts'
import type { SecurityNames } from './security-names.ts'
import { classify, movesCash, type Traits, toStatus } from './transaction-tables.ts'
import { decimalIn, idOf, type Place, refuse, textOf, wireRecord } from './wire.ts'

const zero = '0' as Decimal

/**
 * A row of `/transactions`. `description`, `settlementDate`, `orderId` and `positionId` come and go: orders that were filled have the last two, what was booked the first two. Schwab's schema has a `user` and an `activityType`
 * that were never seen, and lacks `qualifiedDividend`.
 */
export const transactionSchema = wireRecord.transform((row, context) => {
  const place: Place = { context, path: [] }
  const time = textOf(row.time)
  const tradeDate = textOf(row.tradeDate)
  return {
    activityId: idOf(row.activityId) ?? refuse(place, 'activityId'),
    type: typeof row.type === 'string' ? row.type : refuse(place, 'type'),
    netAmount: decimalIn(row, 'netAmount', place),
    transferItems: toTransferItems(row.transferItems, { context, path: ['transferItems'] }),
    // Its day in New York.
    transactionDate: dayOf(tradeDate) ?? dayOf(time) ?? refuse(place, 'tradeDate'),
    // A booked item is dated midnight and timed when it was worked on; of an order, both are when it was filled.
    occurredAt: time === tradeDate ? instantOf(time) : null,
    settlementDate: textOf(row.settlementDate),
    description: textOf(row.description),
    accountNumber: idOf(row.accountNumber),
    status: textOf(row.status),
    subAccount: textOf(row.subAccount),
    activityType: textOf(row.activityType),
    orderId: idOf(row.orderId),
    isQualified: row.qualifiedDividend === true,
  }
})

/** A row as Schwab sends it. */
export type WireTransaction = z.output<typeof transactionSchema>

/** What a dividend's description says of its security: a symbol after a tilde (rows from before 2024), or the name. */
type Payer = { symbol: string | null; securityName: string | null; assetType: AssetType | null }

const noPayer: Payer = { symbol: null, securityName: null, assetType: null }

const SYMBOL = /~([A-Z0-9./-]+)$/

/** What a row without a security leg is about. */
function payerOf({ type, description }: WireTransaction, names: SecurityNames): Payer {
  if (description === null) return noPayer
  const symbol = SYMBOL.exec(description)?.[1]
  if (symbol !== undefined) return { ...noPayer, symbol }
  return type === 'DIVIDEND_OR_INTEREST' || type === 'JOURNAL' ? (names.find(description) ?? noPayer) : noPayer
}

/** Whether a row is the income of a security that nothing but its name tells. Interest on cash has none. */
export function isNamedIncome(row: WireTransaction): boolean {
  if (row.type !== 'DIVIDEND_OR_INTEREST' || row.description === null || toMovements(row.transferItems).length > 0)
    return false
  const { transactionType, subtype } = classify(row.type, traitsOf(row, null, noPayer))
  return transactionType === 'income' && subtype !== 'interest' && !SYMBOL.test(row.description)
}

function traitsOf(row: WireTransaction, movement: Movement | null, payer: Payer): Traits {
  const isName = row.description !== null && row.description === (movement?.securityName ?? payer.securityName)
  return {
    description: isName ? null : row.description,
    amount: row.netAmount,
    movement,
    payer: payer.assetType,
    isQualified: row.isQualified,
    isShort: row.subAccount === 'SHORT',
  }
}

type Part = Pick<ProviderTransactionData, 'providerTransactionId' | 'amount' | 'commission' | 'fees'> & {
  movement: Movement | null
}

/** More than one movement in a row is one transaction each: their amounts, fees with the first, add up to what the row says. */
function toParts({ activityId, type, netAmount, transferItems }: WireTransaction): Part[] {
  const amount = movesCash(type) ? netAmount : zero
  const { commission, fees } = toFees(transferItems, { isTrade: type === 'TRADE' })
  const [movement = null, ...others] = toMovements(transferItems)
  const first: Part = {
    providerTransactionId: activityId,
    amount: others.reduce((rest, { cost }) => Decimal.subtract(rest, cost), amount),
    commission,
    fees,
    movement,
  }
  const toPart = (other: Movement): Part => ({
    providerTransactionId: `${activityId}:${other.key}`,
    amount: other.cost,
    commission: null,
    fees: [],
    movement: other,
  })
  return [first, ...others.map(toPart)]
}

const correction = { transactionType: 'adjustment', subtype: 'correction' } as const

/** A row as transactions: one, or as many as it moves securities. */
export function toTransactions(
  row: WireTransaction,
  context: { providerAccountId: string; names: SecurityNames; rawData: Json },
): ProviderTransactionData[] {
  const payer = payerOf(row, context.names)
  const currency = currencyOf(row.transferItems)
  const settlementDate = dayOf(row.settlementDate)
  const status = toStatus(row.status)
  const parts = toParts(row)
  return parts.map(({ providerTransactionId, amount, commission, fees, movement }) => {
    const { symbol, securityName, assetType } = movement ?? payer
    const kind = classify(row.type, traitsOf(row, movement, payer))
    const { transactionType, subtype } = row.activityType === 'ACTIVITY_CORRECTION' ? correction : kind
    // Filled orders have no description: the security stands in for it.
    const description = row.description ?? securityName ?? symbol ?? row.type
    return {
      providerTransactionId,
      amount,
      symbol,
      securityName,
      assetType,
      quantity: movement?.quantity ?? null,
      unitPrice: movement?.unitPrice ?? null,
      commission,
      fees,
      providerAccountId: context.providerAccountId,
      transactionType,
      subtype,
      providerType: row.type,
      currency,
      description: maskWithin(description, row.accountNumber ?? ''),
      transactionDate: row.transactionDate,
      authorizedDate: null,
      settlementDate,
      occurredAt: row.occurredAt,
      rail: kind.rail,
      checkNumber: null,
      status,
      groupId: row.orderId ?? (parts.length > 1 ? row.activityId : null),
      replaces: null,
      rawData: context.rawData,
    }
  })
}

/** Rows whose legs don't add up to their net amount, as one warning; `null` where all do. */
export function warnOfSums(rows: readonly WireTransaction[], providerAccountId: string): ProviderWarning | null {
  const differing = rows.filter(({ transferItems, netAmount, type }) => {
    const sum = movesCash(type) ? sumOfLegs(transferItems, { isTrade: type === 'TRADE' }) : null
    if (sum === null) return false
    const difference = Decimal.subtract(netAmount, sum).replace('-', '') as Decimal
    return Decimal.compare(difference, '0.01' as Decimal) >= 0
  })
  if (differing.length === 0) return null
  const message = "The legs of some transactions don't add up to their net amounts, which are used."
  const transactions = differing.map(({ activityId }) => activityId)
  return { code: 'BALANCE_MISMATCH', providerAccountId, message, details: { transactions } }
}
