import { Decimal, type IsoDate, Ok, type ProviderTransactionData, type TransactionKind } from '@finport/core'
import { investmentIdentity } from '../identity.ts'
import { EMPTY_PRINT, printOf } from '../text-print.ts'
import { currencyOf } from './account.ts'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import {
  type InvestmentWord,
  incomeKind,
  investmentFees,
  investmentRules,
  type UnitsDirection,
} from './investment-tables.ts'
import { toRawData } from './raw-data.ts'
import { type Security, securityKeyOf, unlistedSecurity } from './security.ts'
import { describeAmountProblem, describeDateProblem, type TransactionContext } from './transaction.ts'

/** What an investment transaction needs to know of its statement. */
export type InvestmentContext = TransactionContext & { readonly securities: ReadonlyMap<string, Security> }

const zero = '0' as Decimal

/**
 * A transaction of INVTRANLIST (OFX 2.2, section 13.9.2.4), or why it can't be one. A REINVEST is two, the income and the purchase it pays for, of one `groupId`.
 *
 * It has no NAME: its identity is the trade date, what was done, the security, the units and the total.
 */
export function toInvestmentTransactions(
  element: OfxElement,
  context: InvestmentContext,
): ProviderTransactionData[] | string {
  const word = element.name as InvestmentWord
  const rule = investmentRules[word]
  const details = childOf(element, 'INVBUY') ?? childOf(element, 'INVSELL') ?? element
  const general = childOf(details, 'INVTRAN')
  const read = (name: string): string => fieldOf(details, name) || fieldOf(element, name)

  const traded = fieldOf(general, 'DTTRADE')
  const date = context.readDate(traded)
  if (date.isErr()) return describeDateProblem('DTTRADE', traded, date.error)
  const amounts = readAmounts(read, rule.movesCash)
  if (typeof amounts === 'string') return amounts
  const { total, units, price } = amounts

  const securityKey = securityKeyOf(details)
  const security =
    securityKey === '/' ? null : (context.securities.get(securityKey) ?? unlistedSecurity(element, details))
  const settled = fieldOf(general, 'DTSETTLE')
  const memo = fieldOf(general, 'MEMO')
  const commission = costOf(read('COMMISSION'))

  const make = (
    { transactionType, subtype }: TransactionKind,
    amount: Decimal,
    quantity: Decimal | null,
    ownUnits: Decimal | null = quantity,
  ): ProviderTransactionData => ({
    providerTransactionId: context.identify(
      date.value,
      amount,
      printOf(investmentIdentity(transactionType === 'income' ? 'INCOME' : word, securityKey, ownUnits)),
      EMPTY_PRINT,
    ),
    providerAccountId: context.providerAccountId,
    transactionType,
    subtype,
    providerType: word,
    amount,
    currency: currencyOf(childOf(details, 'CURRENCY'), 'CURSYM') ?? context.currency,
    description: memo || security?.name || security?.symbol || '',
    transactionDate: date.value,
    authorizedDate: null,
    settlementDate: settled === '' ? null : context.readDate(settled).unwrapOr<IsoDate | null>(null),
    occurredAt: null,
    rail: transactionType === 'transfer' ? 'book' : null,
    checkNumber: null,
    symbol: security?.symbol ?? null,
    securityName: security?.name ?? null,
    assetType: security?.assetType ?? null,
    quantity,
    unitPrice: quantity === null ? null : price,
    commission: quantity === null ? null : commission,
    fees: feesOf(read),
    status: 'posted',
    groupId: null,
    replaces: null,
    rawData: context.includeRawData ? toRawData(element) : null,
  })

  // What undoes another has its signs the other way round.
  const own = rule.units(element)
  const direction = own === 'within' || fieldOf(general, 'REVERSALFITID') === '' ? own : 'given'
  // Units that move within the account are none of the row's, but tell it from others.
  const trade = make(rule.kind(element), total, signed(units, direction), direction === 'within' ? units : undefined)
  if (word !== 'REINVEST') return [trade]
  const income = { ...make(incomeKind(element), Decimal.negate(total), null), fees: [] }
  const groupId = trade.providerTransactionId
  return [
    { ...income, groupId },
    { ...trade, groupId },
  ]
}

type Amounts = { total: Decimal; units: Decimal | null; price: Decimal | null }

function readAmounts(read: (name: string) => string, movesCash: boolean): Amounts | string {
  const totalText = read('TOTAL')
  if (movesCash && totalText === '') return describeAmountProblem('TOTAL', 'empty')
  const total = movesCash ? Decimal.parse(totalText) : Ok(optional(read('FRACCASH')) ?? zero)
  if (total.isErr()) return describeAmountProblem('TOTAL', total.error)
  const unitsText = read('UNITS')
  const units = unitsText === '' ? Ok(unitsOfSplit(read)) : Decimal.parse(unitsText)
  if (units.isErr()) return describeAmountProblem('UNITS', units.error)
  return { total: total.value, units: units.value, price: optional(read('UNITPRICE')) }
}

/** The units that a split adds. */
function unitsOfSplit(read: (name: string) => string): Decimal | null {
  const old = optional(read('OLDUNITS'))
  const now = optional(read('NEWUNITS'))
  return old === null || now === null ? null : Decimal.subtract(now, old)
}

function optional(text: string): Decimal | null {
  return text === '' ? null : Decimal.parse(text).unwrapOr<Decimal | null>(null)
}

function signed(units: Decimal | null, direction: UnitsDirection): Decimal | null {
  if (direction === 'within') return null
  if (units === null || direction === 'given') return units
  return units.startsWith('-') === (direction === 'out') ? units : Decimal.negate(units)
}

/** Files write costs as positive numbers; they take from the holder's cash. */
function costOf(text: string): Decimal | null {
  const cost = optional(text)
  return cost === null ? null : Decimal.negate(cost)
}

function feesOf(read: (name: string) => string): ProviderTransactionData['fees'] {
  const fees: ProviderTransactionData['fees'] = []
  for (const [name, type] of investmentFees) {
    const amount = costOf(read(name))
    if (amount !== null && amount !== '0') fees.push({ type, amount })
  }
  return fees
}
