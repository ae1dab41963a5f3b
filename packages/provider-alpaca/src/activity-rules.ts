import type { TransactionKind, TransactionRail } from '@finport/core'

/** Every `activity_type` that Alpaca's specification, its documentation or its own libraries name. */
type ActivityType =
  | 'FILL'
  | 'ACATC'
  | 'ACATS'
  | 'FOPT'
  | 'CFEE'
  | 'FEE'
  | 'CGD'
  | 'CSD'
  | 'CSW'
  | 'TRANS'
  | 'MISC'
  | 'CIL'
  | 'DIV'
  | 'DIVCGL'
  | 'DIVCGS'
  | 'DIVFEE'
  | 'DIVFT'
  | 'DIVNRA'
  | 'DIVROC'
  | 'DIVTW'
  | 'DIVTXEX'
  | 'DIVWH'
  | 'WH'
  | 'INT'
  | 'INTNRA'
  | 'INTTW'
  | 'INTPNL'
  | 'JNL'
  | 'JNLC'
  | 'JNLS'
  | 'MA'
  | 'NC'
  | 'SC'
  | 'OPASN'
  | 'OPEXC'
  | 'OPEXP'
  | 'OPXRC'
  | 'OPTRD'
  | 'OPCA'
  | 'OPCSH'
  | 'PTC'
  | 'PTR'
  | 'REO'
  | 'REORG'
  | 'SPIN'
  | 'SSO'
  | 'SPLIT'
  | 'SSP'
  | 'VOF'
  | 'OCT'
  | 'SWP'
  | 'MEM'
  | 'EXTRD'
  | 'FXTRD'
  | 'FIMAT'

/** What an activity is. */
export type ActivityRule = {
  /** By the sign of its cash, or of its units where no cash moves. */
  readonly in: TransactionKind
  readonly out: TransactionKind
  readonly rail: TransactionRail | null
  /** Whether `qty` are units that come or go. Of a cash dividend they are those it is paid for, which stay. */
  readonly movesUnits: boolean
}

const of = (kind: TransactionKind, more: Partial<ActivityRule> = {}): ActivityRule => ({
  in: kind,
  out: kind,
  rail: null,
  movesUnits: false,
  ...more,
})
const units = { movesUnits: true } as const
const income = (subtype: (TransactionKind & { transactionType: 'income' })['subtype']) =>
  of({ transactionType: 'income', subtype })
/** What was withheld too much comes back. */
const tax = (subtype: (TransactionKind & { transactionType: 'tax' })['subtype']) =>
  of({ transactionType: 'tax', subtype }, { in: { transactionType: 'tax', subtype: 'tax_refund' } })
const corporate = (subtype: (TransactionKind & { transactionType: 'corporate_action' })['subtype']) =>
  of({ transactionType: 'corporate_action', subtype }, units)
const option = (subtype: 'option_exercise' | 'option_assignment' | 'option_expiration') =>
  of({ transactionType: 'trade', subtype }, units)
/** A fee that comes back is a credit. */
const fee = (subtype: (TransactionKind & { transactionType: 'fee' })['subtype'], more: Partial<ActivityRule> = {}) =>
  of({ transactionType: 'fee', subtype }, { in: { transactionType: 'credit', subtype: 'fee_refund' }, ...more })

const unknown = of({ transactionType: 'unknown', subtype: null })
const cashTransfer: Partial<ActivityRule> = {
  in: { transactionType: 'transfer', subtype: 'deposit' },
  out: { transactionType: 'transfer', subtype: 'withdrawal' },
}
const deposit = of({ transactionType: 'transfer', subtype: 'deposit' })
const withdrawal = of({ transactionType: 'transfer', subtype: 'withdrawal' })
const securityTransfer: Partial<ActivityRule> = {
  in: { transactionType: 'transfer', subtype: 'security_in' },
  out: { transactionType: 'transfer', subtype: 'security_out' },
  rail: 'acats',
  ...units,
}
const trade: Partial<ActivityRule> = {
  // By its units: what comes in was bought.
  in: { transactionType: 'trade', subtype: 'buy' },
  out: { transactionType: 'trade', subtype: 'sell' },
  ...units,
}
const anyTransfer = { transactionType: 'transfer', subtype: null } as const
const anyTrade = { transactionType: 'trade', subtype: null } as const

const rules: Record<ActivityType, ActivityRule> = {
  FILL: of(anyTrade, trade),
  ACATC: of(anyTransfer, { ...cashTransfer, rail: 'acats' }),
  ACATS: of(anyTransfer, securityTransfer),
  FOPT: of(anyTransfer, securityTransfer),
  // Taken in coin: net_amount is 0 and qty negative.
  CFEE: of({ transactionType: 'fee', subtype: 'other_fee' }, units),
  FEE: fee('other_fee'),
  CGD: income('capital_gain'),
  CSD: deposit,
  CSW: withdrawal,
  // TRANS and MISC are filters, never seen on a row.
  TRANS: of(anyTransfer, cashTransfer),
  MISC: unknown,
  CIL: of({ transactionType: 'corporate_action', subtype: 'cash_in_lieu' }),
  DIV: income('dividend'),
  DIVCGL: income('capital_gain_long'),
  DIVCGS: income('capital_gain_short'),
  DIVFEE: fee('adr_fee'),
  DIVFT: tax('foreign_tax'),
  DIVNRA: tax('nra_withholding'),
  DIVROC: income('return_of_capital'),
  DIVTW: tax('withholding'),
  DIVTXEX: income('dividend'),
  DIVWH: tax('withholding'),
  WH: tax('withholding'),
  INT: of(
    { transactionType: 'income', subtype: 'interest' },
    { out: { transactionType: 'fee', subtype: 'margin_interest' } },
  ),
  INTNRA: tax('nra_withholding'),
  INTTW: tax('withholding'),
  INTPNL: unknown,
  JNL: of({ transactionType: 'transfer', subtype: 'journal_cash' }),
  JNLC: of({ transactionType: 'transfer', subtype: 'journal_cash' }),
  JNLS: of({ transactionType: 'transfer', subtype: 'journal_security' }, units),
  MA: corporate('merger'),
  NC: corporate('name_change'),
  SC: corporate('symbol_change'),
  OPASN: option('option_assignment'),
  OPEXC: option('option_exercise'),
  OPEXP: option('option_expiration'),
  OPXRC: option('option_exercise'),
  OPTRD: of(anyTrade, trade),
  OPCA: corporate(null),
  OPCSH: of({ transactionType: 'corporate_action', subtype: 'cash_in_lieu' }),
  PTC: fee('adr_fee'),
  PTR: of({ transactionType: 'credit', subtype: 'rebate' }),
  REO: corporate('reorganisation'),
  REORG: corporate('reorganisation'),
  SPIN: corporate('spinoff'),
  SSO: corporate('spinoff'),
  SPLIT: corporate('split'),
  SSP: corporate('split'),
  VOF: { ...unknown, ...units },
  OCT: { ...unknown, ...units },
  SWP: of({ transactionType: 'trade', subtype: 'sweep' }),
  MEM: of({ transactionType: 'adjustment', subtype: 'memo' }),
  EXTRD: { ...unknown, ...units },
  FXTRD: of({ transactionType: 'trade', subtype: 'fx_conversion' }),
  FIMAT: of({ transactionType: 'trade', subtype: 'redemption' }, units),
}

/** Where `activity_sub_type` says more. A word that is not here changes nothing. */
const rulesBySubType: { readonly [T in ActivityType]?: Readonly<Record<string, ActivityRule>> } = {
  CGD: { LTCG: income('capital_gain_long'), STCG: income('capital_gain_short') },
  DIV: {
    CDIV: income('dividend'),
    SDIV: of({ transactionType: 'income', subtype: 'stock_dividend' }, units),
    SPD: income('dividend_substitute'),
    ROC: income('return_of_capital'),
  },
  FEE: {
    REG: fee('regulatory_fee'),
    TAF: fee('regulatory_fee'),
    ORF: fee('regulatory_fee'),
    OCC: fee('regulatory_fee'),
    CAT: fee('regulatory_fee'),
    COM: fee('commission'),
    OCOM: fee('commission'),
    ADR: fee('adr_fee'),
  },
  OPCA: {
    'SPLIT.FSPLIT': corporate('split'),
    'SPLIT.USPLIT': corporate('split'),
    'SPLIT.RSPLIT': corporate('reverse_split'),
  },
  SPLIT: { FSPLIT: corporate('split'), RSPLIT: corporate('reverse_split'), USPLIT: corporate('split') },
}

/** What an activity is by Alpaca's words for it; a type that is not known is `unknown`. */
export function ruleOf(activityType: string, subType: string | null): ActivityRule {
  if (!Object.hasOwn(rules, activityType)) return unknown
  const type = activityType as ActivityType
  const bySubType = rulesBySubType[type] ?? {}
  return (subType !== null && Object.hasOwn(bySubType, subType) ? bySubType[subType] : undefined) ?? rules[type]
}

/** The words of a fill's `side`; the documentation leaves out `sell_short`. */
type SideWord = 'buy' | 'sell' | 'sell_short'

/** What a fill is by its side. */
export type FillKind = { readonly kind: TransactionKind; readonly isBuy: boolean; readonly label: string }

const fillKinds: Record<SideWord, FillKind> = {
  buy: { kind: { transactionType: 'trade', subtype: 'buy' }, isBuy: true, label: 'Buy' },
  sell: { kind: { transactionType: 'trade', subtype: 'sell' }, isBuy: false, label: 'Sell' },
  sell_short: { kind: { transactionType: 'trade', subtype: 'sell_short' }, isBuy: false, label: 'Sell short' },
}

/** {@link FillKind}; `null` for a word that is not known, since it would not tell which way the money went. */
export function fillKindOf(side: string): FillKind | null {
  return Object.hasOwn(fillKinds, side) ? fillKinds[side as SideWord] : null
}
