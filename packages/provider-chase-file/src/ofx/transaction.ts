import { type DateProblem, Decimal, type DecimalProblem, type ProviderTransactionData } from '@finport/core'
import { classifyChaseText } from '../chase-texts.ts'
import type { TransactionIdentity } from '../identity.ts'
import type { TextPrints } from '../text-print.ts'
import { currencyOf } from './account.ts'
import { joinDescription } from './description.ts'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import { toRawData } from './raw-data.ts'
import { classify, type StatementKind } from './tables.ts'
import type { OfxDateReader } from './values.ts'

/** What a transaction needs to know of its statement. */
export type TransactionContext = {
  readonly providerAccountId: string
  readonly kind: StatementKind
  readonly currency: string
  readonly isChase: boolean
  readonly identify: TransactionIdentity
  readonly includeRawData: boolean
  readonly readDate: OfxDateReader
  readonly prints: TextPrints
}

const amountReasons: Record<DecimalProblem, string> = {
  empty: 'is missing.',
  not_a_number: 'is not a number.',
  grouped: 'has more than one decimal mark.',
  inexact: 'is not exact.',
  too_long: 'has too many digits.',
}
const dateReasons: Record<DateProblem, string> = {
  malformed: 'is not a date.',
  impossible: 'is a day that does not exist.',
}

/** In words, why the amount of a field can't be read. */
export function describeAmountProblem(field: string, problem: DecimalProblem): string {
  return `${field} ${amountReasons[problem]}`
}

/** In words, why the date of a field can't be read. */
export function describeDateProblem(field: string, text: string, problem: DateProblem): string {
  return `${field} ${text.trim() === '' ? 'is missing.' : dateReasons[problem]}`
}

/** The rows of BANKTRANLISTP, which have DTTRAN for DTPOSTED (OFX 2.2, section 11.4.2.2). */
export const PENDING_ELEMENT = 'STMTTRNP'

/** A STMTTRN (OFX 2.2, section 11.4.4.1) or STMTTRNP as a transaction, or why it can't be one. */
export function toTransaction(element: OfxElement, context: TransactionContext): ProviderTransactionData | string {
  const amountText = fieldOf(element, 'TRNAMT')
  const amount = amountText === '' ? null : Decimal.parse(amountText)
  if (amount === null) return describeAmountProblem('TRNAMT', 'empty')
  if (amount.isErr()) return describeAmountProblem('TRNAMT', amount.error)
  const isPendingList = element.name === PENDING_ELEMENT
  const dateField = isPendingList ? 'DTTRAN' : 'DTPOSTED'
  const dateText = fieldOf(element, dateField)
  const date = context.readDate(dateText)
  if (date.isErr()) return describeDateProblem(dateField, dateText, date.error)

  const word = fieldOf(element, 'TRNTYPE')
  // Some Brazilian banks have PAYEE as a leaf.
  const name = fieldOf(element, 'NAME') || fieldOf(childOf(element, 'PAYEE'), 'NAME') || fieldOf(element, 'PAYEE')
  const namePrint = context.prints.of(name)
  const memoPrint = context.prints.of(fieldOf(element, 'MEMO'))
  const ordered = fieldOf(element, 'DTUSER')
  const checkNumber = fieldOf(element, 'CHECKNUM') || null
  const { transactionType, subtype, rail } =
    (context.isChase ? classifyChaseText(name, context.kind) : null) ??
    classify(word, context.kind, amount.value.startsWith('-'))
  return {
    providerTransactionId: context.identify(date.value, amount.value, namePrint, memoPrint),
    providerAccountId: context.providerAccountId,
    transactionType,
    subtype,
    providerType: word,
    amount: amount.value,
    currency: currencyOf(childOf(element, 'CURRENCY'), 'CURSYM') ?? context.currency,
    description:
      joinDescription(namePrint, memoPrint, context.isChase) || (checkNumber === null ? '' : `Check ${checkNumber}`),
    transactionDate: date.value,
    authorizedDate: ordered === '' ? null : context.readDate(ordered).unwrapOr(null),
    settlementDate: null,
    occurredAt: null,
    rail,
    checkNumber,
    symbol: null,
    securityName: null,
    assetType: null,
    quantity: null,
    unitPrice: null,
    commission: null,
    fees: [],
    status: isPendingList || word === 'HOLD' ? 'pending' : 'posted',
    groupId: null,
    replaces: null,
    rawData: context.includeRawData ? toRawData(element) : null,
  }
}
