import { Decimal, Err, type IsoDate, Ok, type ProviderTransactionData, type Result } from '@finport/core'
import { cutDescription, type TransactionIdentity } from '../identity.ts'
import { maskAccountNumber } from '../ofx/raw-data.ts'
import { decodeBytes, decodeEntities } from '../ofx/text.ts'
import { describeAmountProblem, describeDateProblem } from '../ofx/transaction.ts'
import type { ColumnRole, Layout } from './layouts.ts'
import { assetTypeOf, classifyWord } from './tables.ts'
import { parseCsvDate } from './values.ts'

/** What a transaction needs to know of its file. */
type RowContext = {
  readonly providerAccountId: string
  readonly identify: TransactionIdentity
  readonly includeRawData: boolean
}

/** A row, still as bytes in text, read by what its columns are for. */
export type RowReader = {
  /** A cell; empty where the layout has no such column. */
  cell(row: readonly string[], role: ColumnRole): string
  /** A row as a transaction, or why it can't be one. */
  toTransaction(row: readonly string[], context: RowContext): Result<ProviderTransactionData, string>
  /** The row under the header's names. */
  toRawData(row: readonly string[]): { [name: string]: string }
}

const zero = '0' as Decimal

/** A reader for the rows of a layout. */
export function createRowReader(layout: Layout): RowReader {
  const { header, roles, kind } = layout
  const columnOf = (role: ColumnRole): number => header.indexOf(roles[role] ?? '')
  const columns: Record<ColumnRole, number> = {
    date: columnOf('date'),
    authorizedDate: columnOf('authorizedDate'),
    settlementDate: columnOf('settlementDate'),
    description: columnOf('description'),
    amount: columnOf('amount'),
    balance: columnOf('balance'),
    type: columnOf('type'),
    details: columnOf('details'),
    checkNumber: columnOf('checkNumber'),
    card: columnOf('card'),
    accountNumber: columnOf('accountNumber'),
    cusip: columnOf('cusip'),
    symbol: columnOf('symbol'),
    securityType: columnOf('securityType'),
    currency: columnOf('currency'),
    price: columnOf('price'),
    quantity: columnOf('quantity'),
    commission: columnOf('commission'),
    taxWithheld: columnOf('taxWithheld'),
  }
  const nameOf = (role: ColumnRole): string => roles[role] ?? role
  const cell = (row: readonly string[], role: ColumnRole): string => (row[columns[role]] ?? '').trim()
  const dateOf = createDateReader()

  const optionalDate = (row: readonly string[], role: ColumnRole): IsoDate | null => {
    const text = cell(row, role)
    return text === '' ? null : dateOf(text).unwrapOr(null)
  }
  /** An amount that means nothing where it is 0, such as the price of a deposit. */
  const optionalAmount = (row: readonly string[], role: ColumnRole): Decimal | null => {
    const text = cell(row, role)
    const value = text === '' ? null : Decimal.parse(text).unwrapOr<Decimal | null>(null)
    return value === zero ? null : value
  }

  const toRawData = (row: readonly string[]) => {
    const data: { [name: string]: string } = {}
    for (let index = 0; index < row.length; index++) {
      const name = header[index]
      const value = decodeBytes(row[index] as string)
      if (name !== undefined) data[name] = index === columns.accountNumber ? maskAccountNumber(value) : value
      else if (value.trim() !== '') data[`column ${index + 1}`] = value
    }
    return data
  }

  const toTransaction = (row: readonly string[], context: RowContext): Result<ProviderTransactionData, string> => {
    const dateText = cell(row, 'date')
    const date = dateOf(dateText)
    if (date.isErr()) return Err(describeDateProblem(nameOf('date'), dateText, date.error))
    // An empty amount is one of no money: securities received, a fee that was waived.
    const amountText = cell(row, 'amount')
    const amount = amountText === '' ? Ok(zero) : Decimal.parse(amountText)
    if (amount.isErr()) return Err(describeAmountProblem(nameOf('amount'), amount.error))

    const text = decodeEntities(decodeBytes(cell(row, 'description')))
    const word = cell(row, 'type') || cell(row, 'details')
    const isInvesting = kind === 'invest'
    const { transactionType, subtype, rail } = classifyWord(kind, word, amount.value.startsWith('-'))
    const quantity = isInvesting ? optionalAmount(row, 'quantity') : null
    const cusip = cell(row, 'cusip')
    const symbol = cell(row, 'symbol') || null
    const hasSecurity = symbol !== null || cusip !== ''
    const authorizedDate = optionalDate(row, 'authorizedDate')
    const tax = isInvesting ? optionalAmount(row, 'taxWithheld') : null
    const commission = isInvesting ? optionalAmount(row, 'commission') : null
    return Ok({
      providerTransactionId: isInvesting
        ? context.identify({
            date: authorizedDate ?? date.value,
            amount: amount.value,
            texts: [
              transactionType,
              subtype ?? '',
              cusip === '' ? '/' : `CUSIP/${cusip}`,
              quantity ?? '',
              hasSecurity ? '' : text,
            ],
          })
        : context.identify({ date: date.value, amount: amount.value, texts: cutDescription(text) }),
      providerAccountId: context.providerAccountId,
      transactionType,
      subtype,
      providerType: word,
      amount: amount.value,
      currency: cell(row, 'currency').toUpperCase() || 'USD',
      description: text.replace(/\s+/g, ' '),
      transactionDate: date.value,
      authorizedDate,
      settlementDate: optionalDate(row, 'settlementDate'),
      occurredAt: null,
      rail,
      checkNumber: cell(row, 'checkNumber') || null,
      symbol,
      securityName: hasSecurity ? text : null,
      assetType: hasSecurity ? assetTypeOf(cell(row, 'securityType')) : null,
      quantity,
      unitPrice: quantity === null ? null : optionalAmount(row, 'price'),
      commission: commission === null ? null : Decimal.negate(commission),
      fees: tax === null ? [] : [{ type: 'withholding', amount: Decimal.negate(tax) }],
      status: 'posted',
      groupId: null,
      replaces: null,
      rawData: context.includeRawData ? toRawData(row) : null,
    })
  }

  return { cell, toTransaction, toRawData }
}

/** Rows are grouped by day: the last date is the next one's, nearly always. */
function createDateReader(): typeof parseCsvDate {
  let lastText = ''
  let lastResult: ReturnType<typeof parseCsvDate> = Err('malformed')
  return (text) => {
    if (text !== lastText) {
      lastText = text
      lastResult = parseCsvDate(text)
    }
    return lastResult
  }
}
