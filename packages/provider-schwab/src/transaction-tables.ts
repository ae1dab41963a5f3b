import type { AssetType, Decimal, TransactionKind, TransactionRail, TransactionStatus } from '@finport/core'
import type { Movement } from './legs.ts'

/** The transaction types of the Trader API: all that can be asked for. */
export const transactionWords = [
  'TRADE',
  'RECEIVE_AND_DELIVER',
  'DIVIDEND_OR_INTEREST',
  'ACH_RECEIPT',
  'ACH_DISBURSEMENT',
  'CASH_RECEIPT',
  'CASH_DISBURSEMENT',
  'ELECTRONIC_FUND',
  'WIRE_OUT',
  'WIRE_IN',
  'JOURNAL',
  'MEMORANDUM',
  'MARGIN_CALL',
  'MONEY_MARKET',
  'SMA_ADJUSTMENT',
] as const

type TransactionWord = (typeof transactionWords)[number]

/** What a transaction is, and how its money moved. */
export type Classification = TransactionKind & { readonly rail: TransactionRail | null }

/** What a row is classified by. */
export type Traits = {
  /** `null` too where it is but the name of the security: a name may hold any word. */
  description: string | null
  amount: Decimal
  movement: Movement | null
  /** What the security is that a dividend or interest came from, where its name is known. */
  payer: AssetType | null
  /** Of dividends, where Schwab says. */
  isQualified: boolean
  isShort: boolean
}

type Rule = (traits: Traits) => Classification
/** By what flows in or out: units where there are any, else cash. */
type BySign = { readonly in: Classification; readonly out: Classification }
type Pattern = readonly [pattern: RegExp, kind: Classification | BySign]

const buy = { transactionType: 'trade', subtype: 'buy', rail: null } as const
const sell = { transactionType: 'trade', subtype: 'sell', rail: null } as const
const reinvest = { transactionType: 'trade', subtype: 'reinvest', rail: null } as const
const sweep = { transactionType: 'trade', subtype: 'sweep', rail: null } as const
const exercise = { transactionType: 'trade', subtype: 'option_exercise', rail: null } as const
const assignment = { transactionType: 'trade', subtype: 'option_assignment', rail: null } as const
const expiration = { transactionType: 'trade', subtype: 'option_expiration', rail: null } as const
const redemption = { transactionType: 'trade', subtype: 'redemption', rail: null } as const
const securityIn = { transactionType: 'transfer', subtype: 'security_in', rail: null } as const
const securityOut = { transactionType: 'transfer', subtype: 'security_out', rail: null } as const
const deposit = { transactionType: 'transfer', subtype: 'deposit', rail: null } as const
const withdrawal = { transactionType: 'transfer', subtype: 'withdrawal', rail: null } as const
const journalCash = { transactionType: 'transfer', subtype: 'journal_cash', rail: 'book' } as const
const journalSecurity = { transactionType: 'transfer', subtype: 'journal_security', rail: 'book' } as const
const dividend = { transactionType: 'income', subtype: 'dividend', rail: null } as const
const qualified = { transactionType: 'income', subtype: 'dividend_qualified', rail: null } as const
const substitute = { transactionType: 'income', subtype: 'dividend_substitute', rail: null } as const
const stockDividend = { transactionType: 'income', subtype: 'stock_dividend', rail: null } as const
const interest = { transactionType: 'income', subtype: 'interest', rail: null } as const
const marginInterest = { transactionType: 'fee', subtype: 'margin_interest', rail: null } as const
const interestCharge = { transactionType: 'fee', subtype: 'interest_charge', rail: null } as const
const adrFee = { transactionType: 'fee', subtype: 'adr_fee', rail: null } as const
const taxRefund = { transactionType: 'tax', subtype: 'tax_refund', rail: null } as const
const cashInLieu = { transactionType: 'corporate_action', subtype: 'cash_in_lieu', rail: null } as const
const memo = { transactionType: 'adjustment', subtype: 'memo', rail: null } as const
const unknown = { transactionType: 'unknown', subtype: null, rail: null } as const

const withRail = (rail: TransactionRail | null): BySign => ({ in: { ...deposit, rail }, out: { ...withdrawal, rail } })
const taxed = (subtype: 'foreign_tax' | 'nra_withholding' | 'withholding'): BySign => ({
  in: taxRefund,
  out: { transactionType: 'tax', subtype, rail: null },
})
const corporate = (
  subtype:
    | 'split'
    | 'reverse_split'
    | 'spinoff'
    | 'merger'
    | 'name_change'
    | 'symbol_change'
    | 'rights'
    | 'reorganisation',
): Classification => ({ transactionType: 'corporate_action', subtype, rail: null })

/** Withholding of non-US owners comes as W-8 rows of JOURNAL, for one dividend in several parts, some of them given back. */
const taxesAndFees: readonly Pattern[] = [
  [/\bforeign tax/i, taxed('foreign_tax')],
  [/\bW-8\b|\bNRA\b/i, taxed('nra_withholding')],
  [/\bwithh(?:old|eld)/i, taxed('withholding')],
  [/\bADR\b.*\bfee|\bdepositary\b.*\bfee/i, adrFee],
]

const optionEvents: readonly Pattern[] = [
  [/\bassign/i, assignment],
  [/\bexercise/i, exercise],
  [/\bexpir/i, expiration],
]

const redemptions: readonly Pattern[] = [[/\bmatur|\bredemption|\bredeemed|\bfull call|\bpartial call/i, redemption]]

const shareEvents: readonly Pattern[] = [...redemptions, ...optionEvents.slice(0, 2)]

const incomePatterns: readonly Pattern[] = [
  [/\bmargin interest/i, marginInterest],
  ...taxesAndFees,
  [/\bcash in lieu/i, cashInLieu],
  [/\bin lieu of|\bsubstitute/i, substitute],
  [/\breturn of capital/i, { transactionType: 'income', subtype: 'return_of_capital', rail: null }],
  [/\blong[ -]?term cap|\blt cap/i, { transactionType: 'income', subtype: 'capital_gain_long', rail: null }],
  [/\bshort[ -]?term cap|\bst cap/i, { transactionType: 'income', subtype: 'capital_gain_short', rail: null }],
  [/\bcap(?:ital)? gain/i, { transactionType: 'income', subtype: 'capital_gain', rail: null }],
  // A word for interest must be one: names of companies and funds hold INT and INTL.
  [/^(?:schwab1|bank|bond|cd|credit) int\b|\bint \d\d\/\d\d|\binterest\b/i, { in: interest, out: interestCharge }],
  [/\bqualified div/i, qualified],
]

const receivePatterns: readonly Pattern[] = [
  ...optionEvents,
  ...redemptions,
  [/\breverse split/i, corporate('reverse_split')],
  [/\bsplit\b/i, corporate('split')],
  [/\bspin-? ?off/i, corporate('spinoff')],
  [/\bmerger\b|\bacquisition\b/i, corporate('merger')],
  [/\bname change/i, corporate('name_change')],
  [/\bsymbol change/i, corporate('symbol_change')],
  [/\brights\b/i, corporate('rights')],
  [/\breorg|\btender\b|\bexchange offer|\bconversion\b|\bmandatory\b/i, corporate('reorganisation')],
  [/\bstock dividend/i, stockDividend],
  [/\bacats?\b|\baccount transfer/i, { in: { ...securityIn, rail: 'acats' }, out: { ...securityOut, rail: 'acats' } }],
]

const journalPatterns: readonly Pattern[] = [
  ...taxesAndFees,
  // Between the cash and margin parts of one account, and to and from its sweep.
  [/\btrf funds?\b|\btrf fds\b|\btype [1-9]\b/i, memo],
]

const isNegative = (value: Decimal) => value.startsWith('-')

function bySign(kind: Classification | BySign, { movement, amount }: Traits): Classification {
  if ('transactionType' in kind) return kind
  const value = movement === null || movement.quantity === '0' ? amount : movement.quantity
  return isNegative(value) ? kind.out : kind.in
}

function firstMatch(patterns: readonly Pattern[], traits: Traits): Classification | null {
  const { description } = traits
  if (description === null) return null
  const found = patterns.find(([pattern]) => pattern.test(description))
  return found === undefined ? null : bySign(found[1], traits)
}

/** By position effect and direction. AUTOMATIC and UNKNOWN say nothing of opening or closing. */
function toTradeKind({ assetType, positionEffect, quantity }: Movement): Classification {
  const isOut = isNegative(quantity)
  const isOpening = positionEffect === 'OPENING'
  if (!isOpening && positionEffect !== 'CLOSING') return isOut ? sell : buy
  if (assetType === 'option') {
    if (isOpening) return { ...buy, subtype: isOut ? 'sell_to_open' : 'buy_to_open' }
    return { ...buy, subtype: isOut ? 'sell_to_close' : 'buy_to_close' }
  }
  if (isOpening) return isOut ? { ...sell, subtype: 'sell_short' } : buy
  return isOut ? sell : { ...buy, subtype: 'buy_to_cover' }
}

const toTrade: Rule = (traits) => {
  const { movement, amount, description } = traits
  if (movement === null) return { transactionType: 'trade', subtype: null, rail: null }
  if (movement.assetType === 'cash' || movement.assetType === 'sweep') return sweep
  const isInKind = amount === '0' && movement.cost === '0' && /\btransfer|\bjournal/i.test(description ?? '')
  if (isInKind) return isNegative(movement.quantity) ? securityOut : securityIn
  if (/\breinvest/i.test(description ?? '') && !isNegative(movement.quantity)) return reinvest
  const events = movement.assetType === 'option' ? optionEvents : shareEvents
  return firstMatch(events, traits) ?? toTradeKind(movement)
}

const toReceipt: Rule = (traits) =>
  firstMatch(receivePatterns, traits) ??
  bySign(traits.movement === null ? withRail(null) : { in: securityIn, out: securityOut }, traits)

/** Never by the type's own name, which says dividend and interest alike. */
const toIncome: Rule = (traits) => {
  const { movement, payer, isShort, isQualified, amount, description } = traits
  if (movement !== null) return /\breinvest/i.test(description ?? '') ? reinvest : stockDividend
  const found = firstMatch(incomePatterns, traits)
  if (found !== null) return found
  if (payer === 'fixed_income') return bySign({ in: interest, out: interestCharge }, traits)
  if (isShort && isNegative(amount)) return substitute
  return isQualified ? qualified : dividend
}

const toJournal: Rule = (traits) =>
  traits.movement !== null ? journalSecurity : (firstMatch(journalPatterns, traits) ?? journalCash)

/** MoneyLink comes under these names, as `Tfr` and the bank. */
const receiptRails: readonly Pattern[] = [
  [/^tfr\b|\bmoneylink\b|\bach\b/i, withRail('ach')],
  [/\bche(?:ck|que)\b/i, withRail('check')],
]

const toCashMove: Rule = (traits) => firstMatch(receiptRails, traits) ?? bySign(withRail(null), traits)

const by =
  (kind: Classification | BySign): Rule =>
  (traits) =>
    bySign(kind, traits)

const rules: Readonly<Record<TransactionWord, Rule>> = {
  TRADE: toTrade,
  RECEIVE_AND_DELIVER: toReceipt,
  DIVIDEND_OR_INTEREST: toIncome,
  ACH_RECEIPT: by(withRail('ach')),
  ACH_DISBURSEMENT: by(withRail('ach')),
  CASH_RECEIPT: toCashMove,
  CASH_DISBURSEMENT: toCashMove,
  ELECTRONIC_FUND: by(withRail('ach')),
  WIRE_OUT: by(withRail('wire')),
  WIRE_IN: by(withRail('wire')),
  JOURNAL: toJournal,
  MEMORANDUM: by(memo),
  MARGIN_CALL: by(memo),
  MONEY_MARKET: by(sweep),
  SMA_ADJUSTMENT: by(memo),
}

/** What a row is, by its type and traits. A type that is not documented is `unknown` and keeps Schwab's word beside it. */
export function classify(word: string, traits: Traits): Classification {
  return Object.hasOwn(rules, word) ? rules[word as TransactionWord](traits) : unknown
}

const statuses: Readonly<Record<'VALID' | 'INVALID' | 'PENDING' | 'UNKNOWN', TransactionStatus>> = {
  VALID: 'posted',
  INVALID: 'cancelled',
  PENDING: 'pending',
  UNKNOWN: 'posted',
}

/** The state of a row; posted where Schwab does not say. */
export function toStatus(word: string | null): TransactionStatus {
  return word !== null && Object.hasOwn(statuses, word) ? statuses[word as keyof typeof statuses] : 'posted'
}

/** Types that count borrowing power or tell something: what they state moved no cash. */
const withoutCash: ReadonlySet<string> = new Set<TransactionWord>(['MEMORANDUM', 'MARGIN_CALL', 'SMA_ADJUSTMENT'])

/** Whether the `netAmount` of a type is an effect on cash. */
export function movesCash(word: string): boolean {
  return !withoutCash.has(word)
}
