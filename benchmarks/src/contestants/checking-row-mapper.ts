import type { Decimal, IsoDate, ProviderTransactionData, TransactionKind, TransactionRail } from '@finport/core'

type Classification = TransactionKind & { rail: TransactionRail | null }

const transferIn = { transactionType: 'transfer', subtype: 'deposit' } as const
const transferOut = { transactionType: 'transfer', subtype: 'withdrawal' } as const
const payment = (subtype: 'purchase' | 'refund' | 'direct_debit' | 'bill_payment') =>
  ({ transactionType: 'payment', subtype }) as const

/** What the words in Type are, by the sign of the amount. */
const classifications = new Map<string, { in: Classification; out: Classification }>([
  ['ACH_CREDIT', { in: { ...transferIn, rail: 'ach' }, out: { ...transferOut, rail: 'ach' } }],
  ['ACH_DEBIT', { in: { ...payment('direct_debit'), rail: 'ach' }, out: { ...payment('direct_debit'), rail: 'ach' } }],
  ['QUICKPAY_CREDIT', { in: { ...transferIn, rail: 'p2p' }, out: { ...transferOut, rail: 'p2p' } }],
  ['QUICKPAY_DEBIT', { in: { ...transferIn, rail: 'p2p' }, out: { ...transferOut, rail: 'p2p' } }],
  ['MISC_CREDIT', { in: { ...transferIn, rail: null }, out: { ...transferOut, rail: null } }],
  ['MISC_DEBIT', { in: { ...transferIn, rail: null }, out: { ...transferOut, rail: null } }],
  ['DEBIT_CARD', { in: { ...payment('refund'), rail: 'card' }, out: { ...payment('purchase'), rail: 'card' } }],
  ['BILLPAY', { in: { ...payment('bill_payment'), rail: null }, out: { ...payment('bill_payment'), rail: null } }],
  [
    'ACCT_XFER',
    {
      in: { transactionType: 'transfer', subtype: 'internal', rail: 'book' },
      out: { transactionType: 'transfer', subtype: 'internal', rail: 'book' },
    },
  ],
])
const unknown: Classification = { transactionType: 'unknown', subtype: null, rail: null }

const DATE = /^(\d\d)\/(\d\d)\/(\d{4})$/
const AMOUNT = /^-?\d+\.\d\d$/
const ENTITY = /&(amp|lt|gt|quot|apos);/g
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Makes transactions of the rows of a Chase checking CSV, as one would by hand behind papaparse: the same records as Finport's, field by field, but for the hash in an id.
 * It takes every row for right: what can be wrong with one, and whether the running balance adds up, it does not ask.
 */
export function createRowMapper(providerAccountId: string): (row: readonly string[]) => ProviderTransactionData {
  const occurrences = new Map<string, number>()
  let isPending = true
  return (row) => {
    const [, dateCell = '', descriptionCell = '', amountCell = '', type = '', balance = '', checkNumber = ''] = row
    const transactionDate = toIsoDate(dateCell)
    const amount = toDecimal(amountCell)
    const text = descriptionCell.includes('&')
      ? descriptionCell.replace(ENTITY, (_, name: string) => entities[name] as string)
      : descriptionCell
    const base = `${transactionDate}_${amount}_${hashOf(text)}`
    const occurrence = occurrences.get(base) ?? 0
    occurrences.set(base, occurrence + 1)
    isPending &&= balance.trim() === ''
    const { transactionType, subtype, rail } =
      classifications.get(type)?.[amount.startsWith('-') ? 'out' : 'in'] ?? unknown
    return {
      providerTransactionId: `${base}_${occurrence}`,
      providerAccountId,
      transactionType,
      subtype,
      providerType: type,
      amount,
      currency: 'USD',
      description: text.replace(/\s+/g, ' '),
      transactionDate,
      authorizedDate: null,
      settlementDate: null,
      occurredAt: null,
      rail,
      checkNumber: checkNumber === '' ? null : checkNumber,
      symbol: null,
      securityName: null,
      assetType: null,
      quantity: null,
      unitPrice: null,
      commission: null,
      fees: [],
      status: isPending ? 'pending' : 'posted',
      groupId: null,
      replaces: null,
      rawData: {
        Details: row[0] as string,
        'Posting Date': dateCell,
        Description: descriptionCell,
        Amount: amountCell,
        Type: type,
        Balance: balance,
        'Check or Slip #': checkNumber,
      },
    } as ProviderTransactionData
  }
}

function toIsoDate(cell: string): IsoDate {
  const match = DATE.exec(cell)
  if (match === null) throw new Error('A date is not one.')
  return `${match[3]}-${match[1]}-${match[2]}` as IsoDate
}

function toDecimal(cell: string): Decimal {
  if (!AMOUNT.test(cell)) throw new Error('An amount is not one.')
  const end = cell.endsWith('.00') ? -3 : cell.endsWith('0') ? -1 : cell.length
  return cell.slice(0, end) as Decimal
}

/** FNV-1a of the 64 characters that every format of Chase's has, without blanks, as a file may hold them or not. */
function hashOf(text: string): string {
  const pieces = text.slice(0, 32) + text.slice(32).trimStart().slice(0, 32)
  let hash = 0x811c9dc5
  for (let index = 0; index < pieces.length; index++) {
    const unit = pieces.charCodeAt(index)
    if (unit !== 32) hash = Math.imul(hash ^ unit, 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
