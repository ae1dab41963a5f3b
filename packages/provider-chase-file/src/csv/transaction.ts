import {
  Decimal,
  type DecimalProblem,
  Err,
  type IsoDate,
  type ProviderTransactionData,
  type Result,
} from '@finport/core'
import { classifyChaseText } from '../chase-texts.ts'
import { cutDescription, investmentIdentity, type TransactionIdentity } from '../identity.ts'
import { NO_CURRENCY } from '../ofx/account.ts'
import { maskAccountNumber } from '../ofx/raw-data.ts'
import { decodeBytes, decodeEntities, withoutNul } from '../ofx/text.ts'
import { describeAmountProblem, describeDateProblem } from '../ofx/transaction.ts'
import { EMPTY_PRINT, printOf } from '../text-print.ts'
import type { ColumnRole, Layout } from './layouts.ts'
import { assetTypeOf, classifyWord } from './tables.ts'
import { createCsvDateReader } from './values.ts'

/** What a transaction needs to know of its file. */
type RowContext = {
  readonly providerAccountId: string
  readonly identify: TransactionIdentity
  readonly includeRawData: boolean
}

/** Reads rows, still as bytes in text, by what their columns are for. */
export type RowReader = {
  /** Whether the cells of a row stand under other columns than their own, which an amount alone does not always show. */
  isShifted(row: readonly string[]): boolean
  /** A row as a transaction, or why it can't be one. */
  toTransaction(row: readonly string[], context: RowContext): ProviderTransactionData | string
  /** The row under the header's names. */
  toRawData(row: readonly string[]): { [name: string]: string }
  /** Cells that tell more than the transaction: empty where the layout has no such column. */
  balanceOf(row: readonly string[]): string
  cardOf(row: readonly string[]): string
  accountNumberOf(row: readonly string[]): string
}

const zero = '0' as Decimal
const SPACE = 32
const LONGEST_AMOUNT = 40
const AMOUNT = /^[+-]?\d*\.\d\d$/

/** A reader for the rows of a layout. */
export function createRowReader({ header, roles, kind }: Layout): RowReader {
  const column = (role: ColumnRole): number => header.indexOf(roles[role] ?? '')
  const name = (role: ColumnRole): string => roles[role] ?? role
  const [date, authorized, settlement] = [column('date'), column('authorizedDate'), column('settlementDate')]
  const [description, amount, type, details] = [
    column('description'),
    column('amount'),
    column('type'),
    column('details'),
  ]
  const [balance, checkNumber, card] = [column('balance'), column('checkNumber'), column('card')]
  const [accountNumber, currency] = [column('accountNumber'), column('currency')]
  const readDate = createCsvDateReader()

  /** A date that may be empty, but not unreadable. */
  const optionalDate = (role: ColumnRole, text: string): { date: IsoDate | null } | string => {
    if (text === '') return { date: null }
    const read = readDate(text)
    return read.isOk() ? { date: read.value } : describeDateProblem(name(role), text, read.error)
  }

  const toRawData = (row: readonly string[]) => {
    const data: { [name: string]: string } = {}
    for (let index = 0; index < row.length; index++) {
      const value = withoutNul(decodeBytes(row[index] as string))
      const columnName = header[index]
      if (columnName !== undefined) data[columnName] = index === accountNumber ? maskAccountNumber(value) : value
      else if (value.trim() !== '') data[`column ${index + 1}`] = value
    }
    return data
  }

  const readInvestment = createInvestmentReader(column, name)

  const toTransaction = (row: readonly string[], context: RowContext): ProviderTransactionData | string => {
    const dateText = cell(row, date)
    const posted = readDate(dateText)
    if (posted.isErr()) return describeDateProblem(name('date'), dateText, posted.error)
    const transactionDate = posted.value
    const money = readCsvAmount(cell(row, amount))
    if (money.isErr()) return describeAmountProblem(name('amount'), money.error)

    // With the blanks at its start: Chase counts them when it cuts.
    const text = decodeCell(row[description] ?? '')
    const word = decodeCell(cell(row, type) || cell(row, details))
    const { transactionType, subtype, rail } =
      classifyChaseText(text.trimStart(), kind) ?? classifyWord(kind, word, money.value.startsWith('-'))
    const ordered = optionalDate('authorizedDate', cell(row, authorized))
    if (typeof ordered === 'string') return ordered
    const settled = optionalDate('settlementDate', cell(row, settlement))
    if (typeof settled === 'string') return settled
    const currencyText = cell(row, currency).toUpperCase() || 'USD'
    const investment = kind === 'invest' ? readInvestment(row, text.trim()) : null
    if (typeof investment === 'string') return investment
    const authorizedDate = ordered.date
    return {
      providerTransactionId:
        investment === null
          ? context.identify(transactionDate, money.value, ...cutDescription(text))
          : context.identify(
              authorizedDate ?? transactionDate,
              money.value,
              printOf(investment.identity(word)),
              EMPTY_PRINT,
            ),
      providerAccountId: context.providerAccountId,
      transactionType,
      subtype,
      providerType: word,
      amount: money.value,
      currency: /^[A-Z]{3}$/.test(currencyText) ? currencyText : NO_CURRENCY,
      description: singleSpaced(text.trim()),
      transactionDate,
      authorizedDate,
      settlementDate: settled.date,
      occurredAt: null,
      rail,
      checkNumber: decodeCell(cell(row, checkNumber)) || null,
      symbol: investment?.symbol ?? null,
      securityName: investment?.securityName ?? null,
      assetType: investment?.assetType ?? null,
      quantity: investment?.quantity ?? null,
      unitPrice: investment?.unitPrice ?? null,
      commission: investment?.commission ?? null,
      fees: investment?.fees ?? [],
      status: 'posted',
      groupId: null,
      replaces: null,
      rawData: context.includeRawData ? toRawData(row) : null,
    }
  }

  return {
    isShifted: (row) => AMOUNT.test(cell(row, type)) || AMOUNT.test(cell(row, checkNumber)),
    toTransaction,
    toRawData,
    balanceOf: (row) => cell(row, balance),
    cardOf: (row) => cell(row, card),
    accountNumberOf: (row) => cell(row, accountNumber),
  }
}

type Investment = Pick<
  ProviderTransactionData,
  'symbol' | 'securityName' | 'assetType' | 'quantity' | 'unitPrice' | 'commission' | 'fees'
> & { identity: (word: string) => string }

/** What files of investment accounts have beside a date, an amount and a text. */
function createInvestmentReader(column: (role: ColumnRole) => number, name: (role: ColumnRole) => string) {
  const [cusip, symbol, securityType] = [column('cusip'), column('symbol'), column('securityType')]
  const amountRoles = ['quantity', 'price', 'commission', 'taxWithheld'] as const
  const amountColumns = amountRoles.map((role) => [role, column(role)] as const)
  return (row: readonly string[], text: string): Investment | string => {
    const amounts: Partial<Record<ColumnRole, Decimal | null>> = {}
    for (const [role, at] of amountColumns) {
      const amount = readCsvAmount(cell(row, at))
      if (amount.isErr()) return describeAmountProblem(name(role), amount.error)
      amounts[role] = meaningful(amount.value)
    }
    const { quantity = null, price = null, commission = null, taxWithheld = null } = amounts
    const number = decodeCell(cell(row, cusip))
    const ticker = decodeCell(cell(row, symbol)) || null
    const hasSecurity = ticker !== null || number !== ''
    // As OFX names a security: whose number it is, and the number. Cash has its text.
    const security = number !== '' ? `CUSIP/${number}` : hasSecurity ? '/' : text
    return {
      symbol: ticker,
      securityName: hasSecurity ? text : null,
      assetType: hasSecurity ? assetTypeOf(decodeCell(cell(row, securityType))) : null,
      quantity,
      unitPrice: quantity === null ? null : price,
      commission: commission === null ? null : Decimal.negate(commission),
      fees: taxWithheld === null ? [] : [{ type: 'withholding', amount: Decimal.negate(taxWithheld) }],
      identity: (word) => investmentIdentity(word, security, quantity),
    }
  }
}

function decodeCell(text: string): string {
  return withoutNul(decodeEntities(decodeBytes(text)))
}

/** A cell without the blanks around it; empty where there is no such column. The text is bytes still: only ASCII's blanks are some. */
function cell(row: readonly string[], column: number): string {
  const text = row[column]
  if (text === undefined) return ''
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= SPACE) start++
  while (end > start && text.charCodeAt(end - 1) <= SPACE) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

/**
 * An amount of these files, which are American: a comma groups digits or is out of place. An empty one is one of no money: securities received, a fee that was waived. None has so many digits that
 * running balances take long to add up.
 */
export function readCsvAmount(text: string): Result<Decimal, DecimalProblem> {
  if (text.includes(',')) return Err('grouped')
  const amount = Decimal.parse(text === '' ? zero : text)
  return amount.isOk() && amount.value.length > LONGEST_AMOUNT ? Err('too_long') : amount
}

/** An amount that means nothing where it is 0, such as the price of a deposit. */
function meaningful(value: Decimal): Decimal | null {
  return value === zero ? null : value
}

function singleSpaced(text: string): string {
  return text.includes('  ') || /[^\S ]/.test(text) ? text.replace(/\s+/g, ' ') : text
}
