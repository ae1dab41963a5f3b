import type { Classification, StatementKind } from './ofx/tables.ts'

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

/** Whether a text is one of a kind's, since nearly all are merchants'. */
const patterns: Readonly<Record<StatementKind, RegExp>> = {
  deposit: patternOf('deposit'),
  card: patternOf('card'),
  invest: patternOf('invest'),
}

function patternOf(kind: StatementKind): RegExp {
  const starts = chaseTexts.filter((known) => known.kind === kind).map(({ start }) => start)
  return new RegExp(starts.length === 0 ? '(?!)' : `^\\s*(?:${starts.join('|')})`, 'i')
}

/** What a row of Chase's is by its text; `null` where that is a merchant's. */
export function classifyChaseText(name: string, kind: StatementKind): Classification | null {
  if (!patterns[kind].test(name)) return null
  const text = name.trimStart().toUpperCase()
  return chaseTexts.find((known) => known.kind === kind && text.startsWith(known.start))?.classification ?? null
}
