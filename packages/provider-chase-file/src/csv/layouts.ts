import type { StatementKind } from '../ofx/tables.ts'

/** What a column holds. A name that stands for it is in the header. */
export type ColumnRole =
  | 'date'
  | 'authorizedDate'
  | 'settlementDate'
  | 'description'
  | 'amount'
  | 'balance'
  | 'type'
  | 'details'
  | 'checkNumber'
  | 'card'
  | 'accountNumber'
  | 'cusip'
  | 'symbol'
  | 'securityType'
  | 'currency'
  | 'price'
  | 'quantity'
  | 'commission'
  | 'taxWithheld'

/** A layout of CSV that Chase or J.P. Morgan writes or wrote. */
export type Layout = {
  readonly name: string
  readonly kind: StatementKind
  /** When it was seen. */
  readonly years: string
  /** The columns in their order. */
  readonly header: readonly string[]
  readonly roles: Readonly<Partial<Record<ColumnRole, string>>>
  /** Whether the file begins with its header. The oldest layout has none. */
  readonly hasHeader: boolean
  /** Fields that rows may lack at their end. */
  readonly optionalFields: number
}

const card = {
  kind: 'card',
  hasHeader: true,
  optionalFields: 1,
} as const
const cardRoles = {
  date: 'Post Date',
  authorizedDate: 'Transaction Date',
  description: 'Description',
  type: 'Type',
  amount: 'Amount',
} as const
const cardColumns = ['Transaction Date', 'Post Date', 'Description', 'Category', 'Type', 'Amount'] as const

const investing = {
  kind: 'invest',
  hasHeader: true,
  optionalFields: 0,
  roles: {
    date: 'Post Date',
    authorizedDate: 'Trade Date',
    settlementDate: 'Settlement Date',
    accountNumber: 'Account Number',
    type: 'Type',
    description: 'Description',
    cusip: 'Cusip',
    symbol: 'Ticker',
    securityType: 'Security Type',
    currency: 'Local Currency',
    price: 'Price Local',
    quantity: 'Quantity',
    amount: 'Amount Local',
    commission: 'Commissions Local',
    taxWithheld: 'Tax Withheld',
  },
} as const
const investingColumns = [
  'Trade Date',
  'Post Date',
  'Settlement Date',
  'Account Name',
  'Account Number',
  'Account Type',
  'Type',
  'Description',
  'Cusip',
  'Ticker',
  'Security Type',
  'Local Currency',
  'Price USD',
  'Price Local',
  'Quantity',
  'G/L Short USD',
  'G/L Short Local',
  'G/L Long USDs',
  'G/L Long Local',
  'Amount USD',
  'Amount Local',
] as const

/** Every layout that is known, the present ones first. Columns are told by their names, layouts by all of them. */
const layouts: readonly Layout[] = [
  {
    name: 'Chase deposit CSV',
    kind: 'deposit',
    years: 'since 2016',
    header: ['Details', 'Posting Date', 'Description', 'Amount', 'Type', 'Balance', 'Check or Slip #'],
    roles: {
      details: 'Details',
      date: 'Posting Date',
      description: 'Description',
      amount: 'Amount',
      type: 'Type',
      balance: 'Balance',
      checkNumber: 'Check or Slip #',
    },
    hasHeader: true,
    optionalFields: 2,
  },
  { name: 'Chase card CSV', years: 'since 2020', header: [...cardColumns, 'Memo'], roles: cardRoles, ...card },
  {
    name: 'Chase business card CSV',
    years: '2020 to 2026',
    header: ['Card', ...cardColumns, 'Memo'],
    roles: { ...cardRoles, card: 'Card' },
    ...card,
  },
  {
    name: 'J.P. Morgan investing CSV',
    years: 'since 2025',
    header: [
      ...investingColumns,
      'Income USD',
      'Income Local',
      'Balance',
      'Commissions USD',
      'Commissions Local',
      'Tran Code',
      'Tran Code Description',
      'Broker',
      'Check Number',
      'Tax Withheld',
    ],
    ...investing,
  },
  { name: 'J.P. Morgan investing CSV', years: '2026', header: investingColumns, ...investing },
  { name: 'Chase card CSV', years: '2018 to 2020', header: cardColumns, roles: cardRoles, ...card, optionalFields: 0 },
  {
    name: 'Chase card CSV',
    years: '2019',
    header: ['Card', ...cardColumns],
    roles: { ...cardRoles, card: 'Card' },
    ...card,
    optionalFields: 0,
  },
  {
    name: 'Chase card CSV',
    years: '2011 to 2018',
    header: ['Type', 'Trans Date', 'Post Date', 'Description', 'Amount'],
    roles: { ...cardRoles, authorizedDate: 'Trans Date' },
    ...card,
    optionalFields: 0,
  },
  {
    name: 'Chase deposit CSV',
    kind: 'deposit',
    years: '2013 to 2016',
    header: ['Type', 'Post Date', 'Description', 'Amount', 'Check or Slip #'],
    roles: {
      details: 'Type',
      date: 'Post Date',
      description: 'Description',
      amount: 'Amount',
      checkNumber: 'Check or Slip #',
    },
    hasHeader: true,
    optionalFields: 1,
  },
  {
    name: 'Chase deposit CSV',
    kind: 'deposit',
    years: '2009',
    header: ['Details', 'Posting Date', 'Description', 'Amount'],
    roles: { details: 'Details', date: 'Posting Date', description: 'Description', amount: 'Amount' },
    hasHeader: false,
    optionalFields: 0,
  },
]

/** The only file without a header: the kind of the row, and a date as OFX has it. */
const HEADERLESS_ROW = /^(?:DEBIT|CREDIT|CHECK|DSLIP)$/
const OFX_DATE = /^\d{14}\[/

/** The layout of a file by its first row; `null` for a table of another kind. */
export function findLayout(firstRow: readonly string[]): Layout | null {
  const names = firstRow.map((name) => name.trim().toLowerCase())
  while (names.at(-1) === '') names.pop()
  const byHeader = layouts.find(
    ({ header, hasHeader }) =>
      hasHeader && header.length === names.length && header.every((name, index) => name.toLowerCase() === names[index]),
  )
  if (byHeader !== undefined) return byHeader
  const isHeaderless =
    firstRow.length >= 4 && HEADERLESS_ROW.test(firstRow[0] ?? '') && OFX_DATE.test(firstRow[1] ?? '')
  return isHeaderless ? (layouts.find(({ hasHeader }) => !hasHeader) ?? null) : null
}
