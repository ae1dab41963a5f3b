import type { Classification, StatementKind } from './ofx/tables.ts'

const CAPITAL_A = 65
const SMALL_A = 97
const SMALL_Z = 122

/** What Chase's own texts mean. */
type ChaseText = { readonly kind: StatementKind; readonly start: string; readonly classification: Classification }

const fee = { transactionType: 'fee', subtype: 'other_fee', rail: null } as const
const cardPayment = { transactionType: 'payment', subtype: 'card_payment', rail: null } as const
const interestCharge = { transactionType: 'fee', subtype: 'interest_charge', rail: null } as const

/**
 * Chase's QFX calls every row DEBIT, CREDIT or CHECK. Where the text is Chase's own and not a merchant's, it tells what its CSV tells by type: texts seen in downloads of 2020 to 2026.
 */
const chaseTexts: readonly ChaseText[] = [
  { kind: 'card', start: 'AUTOMATIC PAYMENT', classification: cardPayment },
  { kind: 'card', start: 'PAYMENT THANK YOU', classification: cardPayment },
  { kind: 'card', start: 'FOREIGN TRANSACTION FEE', classification: fee },
  { kind: 'card', start: 'ANNUAL MEMBERSHIP FEE', classification: fee },
  { kind: 'card', start: 'PURCHASE INTEREST', classification: interestCharge },
  {
    kind: 'card',
    start: 'REDEMPTION CREDIT',
    classification: { transactionType: 'credit', subtype: 'adjustment_credit', rail: null },
  },
  {
    kind: 'deposit',
    start: 'INTEREST PAYMENT',
    classification: { transactionType: 'income', subtype: 'interest', rail: null },
  },
  {
    kind: 'deposit',
    start: 'NON-CHASE ATM FEE',
    classification: { transactionType: 'fee', subtype: 'service_charge', rail: null },
  },
  {
    kind: 'deposit',
    start: 'NON-CHASE ATM WITHDRAW',
    classification: { transactionType: 'payment', subtype: 'atm_withdrawal', rail: 'cash' },
  },
  {
    kind: 'deposit',
    start: 'ONLINE TRANSFER',
    classification: { transactionType: 'transfer', subtype: 'internal', rail: 'book' },
  },
]

const textsByKind: Readonly<Record<StatementKind, readonly ChaseText[]>> = {
  deposit: chaseTexts.filter(({ kind }) => kind === 'deposit'),
  card: chaseTexts.filter(({ kind }) => kind === 'card'),
  invest: chaseTexts.filter(({ kind }) => kind === 'invest'),
}

/** What a row of Chase's is by its text, without blanks at its start; `null` where that is a merchant's. */
export function classifyChaseText(text: string, kind: StatementKind): Classification | null {
  for (const { start, classification } of textsByKind[kind]) if (startsWith(text, start)) return classification
  return null
}

/** Whether a text starts with another, which is in capitals, whatever case it is in itself. */
function startsWith(text: string, capitals: string): boolean {
  for (let index = 0; index < capitals.length; index++) {
    const unit = text.charCodeAt(index)
    const isSmall = unit >= SMALL_A && unit <= SMALL_Z
    if ((isSmall ? unit - SMALL_A + CAPITAL_A : unit) !== capitals.charCodeAt(index)) return false
  }
  return true
}
