import type { AssetType, TransactionKind, TransactionRail } from '@finport/core'
import type { Classification } from '../ofx/tables.ts'

type BySign = { readonly in: Classification; readonly out: Classification }

const of = (kind: TransactionKind, rail: TransactionRail | null = null): Classification => ({ ...kind, rail })
const always = (classification: Classification): BySign => ({ in: classification, out: classification })

const unknown = of({ transactionType: 'unknown', subtype: null })
const transfer = (rail: TransactionRail | null): BySign => ({
  in: of({ transactionType: 'transfer', subtype: 'deposit' }, rail),
  out: of({ transactionType: 'transfer', subtype: 'withdrawal' }, rail),
})
const purchase: BySign = {
  in: of({ transactionType: 'payment', subtype: 'refund' }, 'card'),
  out: of({ transactionType: 'payment', subtype: 'purchase' }, 'card'),
}
const directDebit = always(of({ transactionType: 'payment', subtype: 'direct_debit' }, 'ach'))
const check = always(of({ transactionType: 'payment', subtype: 'check' }, 'check'))

/** Type in files of checking and savings accounts. */
type DepositWord =
  | 'ACH_DEBIT'
  | 'ACH_CREDIT'
  | 'ACH_PAYMENT'
  | 'DEBIT_CARD'
  | 'MISC_DEBIT'
  | 'MISC_CREDIT'
  | 'ACCT_XFER'
  | 'LOAN_PMT'
  | 'QUICKPAY_DEBIT'
  | 'QUICKPAY_CREDIT'
  | 'CHASE_TO_PARTNERFI'
  | 'PARTNERFI_TO_CHASE'
  | 'FEE_TRANSACTION'
  | 'REFUND_TRANSACTION'
  | 'CHECK_PAID'
  | 'CHECK_DEPOSIT'
  | 'DEPOSIT'
  | 'DEPOSIT_RETURN'
  | 'ATM'
  | 'ATM_DEPOSIT'
  | 'BILLPAY'
  | 'WIRE_INCOMING'
  | 'WIRE_OUTGOING'

const depositWords: Record<DepositWord, BySign> = {
  ACH_DEBIT: directDebit,
  ACH_CREDIT: transfer('ach'),
  ACH_PAYMENT: directDebit,
  DEBIT_CARD: purchase,
  MISC_DEBIT: transfer(null),
  MISC_CREDIT: transfer(null),
  ACCT_XFER: always(of({ transactionType: 'transfer', subtype: 'internal' }, 'book')),
  LOAN_PMT: always(of({ transactionType: 'payment', subtype: 'loan_payment' })),
  QUICKPAY_DEBIT: transfer('p2p'),
  QUICKPAY_CREDIT: transfer('p2p'),
  CHASE_TO_PARTNERFI: transfer('p2p'),
  PARTNERFI_TO_CHASE: transfer('p2p'),
  FEE_TRANSACTION: always(of({ transactionType: 'fee', subtype: 'service_charge' })),
  REFUND_TRANSACTION: always(of({ transactionType: 'credit', subtype: 'fee_refund' })),
  CHECK_PAID: check,
  CHECK_DEPOSIT: transfer('check'),
  DEPOSIT: transfer(null),
  DEPOSIT_RETURN: always(of({ transactionType: 'adjustment', subtype: 'reversal' })),
  ATM: { in: transfer('cash').in, out: of({ transactionType: 'payment', subtype: 'atm_withdrawal' }, 'cash') },
  ATM_DEPOSIT: transfer('cash'),
  BILLPAY: always(of({ transactionType: 'payment', subtype: 'bill_payment' })),
  WIRE_INCOMING: transfer('wire'),
  WIRE_OUTGOING: transfer('wire'),
}

/** Details, or what stood in its place before 2016. */
type DetailsWord = 'DEBIT' | 'CREDIT' | 'CHECK' | 'DSLIP'

const detailsWords: Record<DetailsWord, BySign> = {
  DEBIT: transfer(null),
  CREDIT: transfer(null),
  CHECK: check,
  DSLIP: transfer(null),
}

/** Type in files of cards. */
type CardWord = 'SALE' | 'RETURN' | 'PAYMENT' | 'FEE' | 'ADJUSTMENT'

const cardWords: Record<CardWord, BySign> = {
  SALE: purchase,
  RETURN: always(of({ transactionType: 'payment', subtype: 'refund' }, 'card')),
  PAYMENT: always(of({ transactionType: 'payment', subtype: 'card_payment' })),
  FEE: always(of({ transactionType: 'fee', subtype: 'other_fee' })),
  ADJUSTMENT: {
    in: of({ transactionType: 'credit', subtype: 'adjustment_credit' }),
    out: of({ transactionType: 'adjustment', subtype: 'correction' }),
  },
}

/** Type in files of investment accounts. BNK is the only cash from outside; DBS and WDL go to and from the account's own deposit sweep. */
type InvestingWord = 'BUY' | 'SELL' | 'DIVIDEND' | 'INTEREST' | 'REINVEST' | 'BNK' | 'DBS' | 'WDL' | 'REC'

const sweep = always(of({ transactionType: 'trade', subtype: 'sweep' }))
const investingWords: Record<InvestingWord, BySign> = {
  BUY: always(of({ transactionType: 'trade', subtype: 'buy' })),
  SELL: always(of({ transactionType: 'trade', subtype: 'sell' })),
  DIVIDEND: always(of({ transactionType: 'income', subtype: 'dividend' })),
  INTEREST: always(of({ transactionType: 'income', subtype: 'interest' })),
  REINVEST: always(of({ transactionType: 'trade', subtype: 'reinvest' })),
  BNK: transfer('ach'),
  DBS: sweep,
  WDL: sweep,
  REC: always(of({ transactionType: 'transfer', subtype: 'security_in' }, 'book')),
}

const words: Record<'deposit' | 'card' | 'invest', Readonly<Record<string, BySign>>> = {
  deposit: { ...detailsWords, ...depositWords },
  card: cardWords,
  invest: investingWords,
}

/** What a row is by its word and sign; a word that is not known is `unknown`. */
export function classifyWord(kind: keyof typeof words, word: string, isOut: boolean): Classification {
  const name = word.trim().toUpperCase()
  if (!Object.hasOwn(words[kind], name)) return unknown
  return (words[kind][name] as BySign)[isOut ? 'out' : 'in']
}

/** Security Type in files of investment accounts. */
type SecurityTypeWord = 'STOCK' | 'ETF' | 'MUTUAL FUND' | 'MONEY MARKET' | 'OPTION' | 'FIXED INCOME' | 'BOND' | 'OTHER'

const securityTypes: Record<SecurityTypeWord, AssetType> = {
  STOCK: 'equity',
  ETF: 'etf',
  'MUTUAL FUND': 'mutual_fund',
  'MONEY MARKET': 'money_market',
  OPTION: 'option',
  'FIXED INCOME': 'fixed_income',
  BOND: 'fixed_income',
  OTHER: 'other',
}

/** What kind of thing a Security Type is. */
export function assetTypeOf(word: string): AssetType {
  const name = word.trim().toUpperCase()
  return Object.hasOwn(securityTypes, name) ? securityTypes[name as SecurityTypeWord] : 'unknown'
}
