import type { AccountCategory, AccountType, TransactionKind, TransactionRail } from '@finport/core'

/** The kinds of statements a file can hold. */
export type StatementKind = 'deposit' | 'card' | 'invest'

/** Transaction types of OFX 2.2, section 11.4.4.3. */
type TransactionWord =
  | 'CREDIT'
  | 'DEBIT'
  | 'INT'
  | 'DIV'
  | 'FEE'
  | 'SRVCHG'
  | 'DEP'
  | 'ATM'
  | 'POS'
  | 'XFER'
  | 'CHECK'
  | 'PAYMENT'
  | 'CASH'
  | 'DIRECTDEP'
  | 'DIRECTDEBIT'
  | 'REPEATPMT'
  | 'HOLD'
  | 'OTHER'

/** What a transaction is and how its money moved. */
export type Classification = TransactionKind & { readonly rail: TransactionRail | null }

/** By the sign of the amount, which is trusted over the word. */
type BySign = { readonly in: Classification; readonly out: Classification }

const unknown = { transactionType: 'unknown', subtype: null, rail: null } as const
const deposit = { transactionType: 'transfer', subtype: 'deposit', rail: null } as const
const withdrawal = { transactionType: 'transfer', subtype: 'withdrawal', rail: null } as const
const purchase = { transactionType: 'payment', subtype: 'purchase', rail: null } as const
const refund = { transactionType: 'payment', subtype: 'refund', rail: null } as const
const fee = { transactionType: 'fee', subtype: 'service_charge', rail: null } as const
const feeRefund = { transactionType: 'credit', subtype: 'fee_refund', rail: null } as const
const dividend = { transactionType: 'income', subtype: 'dividend', rail: null } as const
const internal = { transactionType: 'transfer', subtype: 'internal', rail: 'book' } as const
const check = { transactionType: 'payment', subtype: 'check', rail: 'check' } as const
const billPayment = { transactionType: 'payment', subtype: 'bill_payment', rail: null } as const
const directDebit = { transactionType: 'payment', subtype: 'direct_debit', rail: 'ach' } as const
const recurring = { transactionType: 'payment', subtype: 'recurring', rail: null } as const

const transfer: BySign = { in: deposit, out: withdrawal }
const byAccount: Record<StatementKind, BySign> = {
  deposit: transfer,
  card: { in: refund, out: purchase },
  invest: transfer,
}
const interest: BySign = {
  in: { transactionType: 'income', subtype: 'interest', rail: null },
  out: { transactionType: 'fee', subtype: 'interest_charge', rail: null },
}
const charge: BySign = { in: feeRefund, out: fee }

const same = (rule: BySign): Record<StatementKind, BySign> => ({ deposit: rule, card: rule, invest: rule })
const always = (classification: Classification) => same({ in: classification, out: classification })

const classifications: Record<TransactionWord, Record<StatementKind, BySign>> = {
  CREDIT: byAccount,
  DEBIT: byAccount,
  INT: same(interest),
  DIV: always(dividend),
  FEE: same(charge),
  SRVCHG: same(charge),
  DEP: same(transfer),
  ATM: same({
    in: { ...deposit, rail: 'cash' },
    out: { transactionType: 'payment', subtype: 'atm_withdrawal', rail: 'cash' },
  }),
  POS: same({ in: { ...refund, rail: 'card' }, out: { ...purchase, rail: 'card' } }),
  XFER: always(internal),
  CHECK: always(check),
  PAYMENT: {
    ...always(billPayment),
    card: { in: { transactionType: 'payment', subtype: 'card_payment', rail: null }, out: billPayment },
  },
  CASH: same({ in: { ...deposit, rail: 'cash' }, out: { ...withdrawal, rail: 'cash' } }),
  DIRECTDEP: same({ in: { ...deposit, rail: 'ach' }, out: { ...withdrawal, rail: 'ach' } }),
  DIRECTDEBIT: always(directDebit),
  REPEATPMT: always(recurring),
  HOLD: always(unknown),
  OTHER: always(unknown),
}

const classificationByWord = new Map<string, Record<StatementKind, BySign>>(Object.entries(classifications))

/** What a transaction is by its word, account and sign; a word that is not OFX's is `unknown`. */
export function classify(word: string, kind: StatementKind, isOut: boolean): Classification {
  const rule = classificationByWord.get(word)?.[kind]
  if (rule === undefined) return unknown
  return isOut ? rule.out : rule.in
}

type AccountWord = 'CHECKING' | 'SAVINGS' | 'MONEYMRKT' | 'CREDITLINE' | 'CD' | 'CREDITCARD'

/** What an account is, and what to call it. */
export type AccountKind = {
  readonly category: AccountCategory
  readonly accountType: AccountType
  readonly label: string
}

const creditCard: AccountKind = { category: 'credit', accountType: 'credit_card', label: 'Credit card' }

/** ACCTTYPE of OFX 2.2, section 11.3.1.2. CREDITCARD is none of it, but some banks send cards as bank statements. */
const accountKinds: Record<AccountWord, AccountKind> = {
  CHECKING: { category: 'depository', accountType: 'checking', label: 'Checking' },
  SAVINGS: { category: 'depository', accountType: 'savings', label: 'Savings' },
  MONEYMRKT: { category: 'depository', accountType: 'money_market', label: 'Money market' },
  CREDITLINE: { category: 'credit', accountType: 'line_of_credit', label: 'Line of credit' },
  CD: { category: 'depository', accountType: 'cd', label: 'Certificate of deposit' },
  CREDITCARD: creditCard,
}

/** What an account is by its statement and its ACCTTYPE, which cards don't have. */
export function accountKindOf(kind: StatementKind, word: string): AccountKind {
  if (kind === 'card') return creditCard
  if (kind === 'invest') return { category: 'investment', accountType: 'brokerage', label: 'Brokerage' }
  if (Object.hasOwn(accountKinds, word)) return accountKinds[word as AccountWord]
  return { category: 'depository', accountType: 'unknown', label: 'Account' }
}

/** STATUS codes a statement can end in (OFX 2.2, sections 3.1.5 and 11.14): what happened, and what to do. */
const statusReasons: Readonly<Record<string, string>> = {
  2000: 'The bank reports a general error. Download the file again.',
  2003: 'The bank does not know the account. Choose it again when downloading.',
  2004: 'The account is closed.',
  2005: 'The account may not be downloaded by this user.',
  2019: 'The bank took this download for a repetition of an earlier one. Download the file again.',
  2027: 'The bank refused the range of dates. Choose another when downloading.',
  15000: 'The bank asks for a new password first.',
  15500: 'The bank refused the login.',
  15501: 'The login is already in use at the bank.',
  15502: 'The login is locked at the bank.',
  15510: 'The bank asks for this device to be confirmed first.',
}

/** In words, why a statement is missing; null for a STATUS that is none of failure (0: success; 1: nothing new). */
export function statusReason(code: string): string | null {
  const number = code.trim().replace(/^0+(?=\d)/, '')
  if (number === '' || number === '0' || number === '1') return null
  if (!/^\d{1,6}$/.test(number)) return 'The bank reports a failure without a readable code.'
  return `${statusReasons[number] ?? 'The bank reports a failure.'} (OFX status ${number})`
}
