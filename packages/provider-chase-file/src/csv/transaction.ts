import { Decimal, type IsoDate, type ProviderTransactionData } from '@finport/core'
import { classifyChaseText } from '../chase-texts.ts'
import { cutDescription, investmentIdentity, type TransactionIdentity } from '../identity.ts'
import { maskAccountNumber } from '../ofx/raw-data.ts'
import { decodeBytes, decodeEntities, withoutNul } from '../ofx/text.ts'
import { describeAmountProblem, describeDateProblem } from '../ofx/transaction.ts'
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

  const optionalDate = (text: string): IsoDate | null => (text === '' ? null : readDate(text).unwrapOr(null))

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

  const readInvestment = createInvestmentReader(column)

  const toTransaction = (row: readonly string[], context: RowContext): ProviderTransactionData | string => {
    const dateText = cell(row, date)
    const posted = readDate(dateText)
    if (posted.isErr()) return describeDateProblem(name('date'), dateText, posted.error)
    const transactionDate = posted.value
    const money = readAmount(cell(row, amount))
    if (money.isErr()) return describeAmountProblem(name('amount'), money.error)

    // With the blanks at its start: Chase counts them when it cuts.
    const text = decodeCell(row[description] ?? '')
    const word = cell(row, type) || cell(row, details)
    const { transactionType, subtype, rail } =
      classifyChaseText(text, kind) ?? classifyWord(kind, word, money.value.startsWith('-'))
    const authorizedDate = optionalDate(cell(row, authorized))
    const investment = kind === 'invest' ? readInvestment(row, text.trim()) : null
    return {
      providerTransactionId:
        investment === null
          ? context.identify({ date: transactionDate, amount: money.value, texts: cutDescription(text) })
          : context.identify({
              date: authorizedDate ?? transactionDate,
              amount: money.value,
              texts: investment.identity(word),
            }),
      providerAccountId: context.providerAccountId,
      transactionType,
      subtype,
      providerType: word,
      amount: money.value,
      currency: cell(row, currency).toUpperCase() || 'USD',
      description: singleSpaced(text.trim()),
      transactionDate,
      authorizedDate,
      settlementDate: optionalDate(cell(row, settlement)),
      occurredAt: null,
      rail,
      checkNumber: cell(row, checkNumber) || null,
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
> & { identity: (word: string) => readonly string[] }

/** What files of investment accounts have beside a date, an amount and a text. */
function createInvestmentReader(column: (role: ColumnRole) => number) {
  const [cusip, symbol, securityType] = [column('cusip'), column('symbol'), column('securityType')]
  const [price, quantity, commission, taxWithheld] = [
    column('price'),
    column('quantity'),
    column('commission'),
    column('taxWithheld'),
  ]
  return (row: readonly string[], text: string): Investment => {
    const units = meaningfulAmount(cell(row, quantity))
    const cost = meaningfulAmount(cell(row, commission))
    const tax = meaningfulAmount(cell(row, taxWithheld))
    const number = cell(row, cusip)
    const ticker = cell(row, symbol) || null
    const hasSecurity = ticker !== null || number !== ''
    return {
      symbol: ticker,
      securityName: hasSecurity ? text : null,
      assetType: hasSecurity ? assetTypeOf(cell(row, securityType)) : null,
      quantity: units,
      unitPrice: units === null ? null : meaningfulAmount(cell(row, price)),
      commission: cost === null ? null : Decimal.negate(cost),
      fees: tax === null ? [] : [{ type: 'withholding', amount: Decimal.negate(tax) }],
      // As OFX names a security: whose number it is, and the number. Cash has its text.
      identity: (word) =>
        investmentIdentity(word, number === '' ? (hasSecurity ? '/' : text) : `CUSIP/${number}`, units),
    }
  }
}

function decodeCell(text: string): string {
  return withoutNul(decodeEntities(decodeBytes(text)))
}

/** A cell without the blanks around it; empty where there is no such column. */
function cell(row: readonly string[], column: number): string {
  const text = row[column]
  if (text === undefined || text === '') return ''
  const isTrimmed = text.charCodeAt(0) > SPACE && text.charCodeAt(text.length - 1) > SPACE
  return isTrimmed ? text : text.trim()
}

/** An empty amount is one of no money: securities received, a fee that was waived. */
function readAmount(text: string) {
  return Decimal.parse(text === '' ? zero : text)
}

/** An amount that means nothing where it is 0, such as the price of a deposit. */
function meaningfulAmount(text: string): Decimal | null {
  const value = text === '' ? null : Decimal.parse(text).unwrapOr<Decimal | null>(null)
  return value === zero ? null : value
}

function singleSpaced(text: string): string {
  return text.includes('  ') || /[^\S ]/.test(text) ? text.replace(/\s+/g, ' ') : text
}
