import type { Instant, IsoDate } from '../dates.ts'
import type { Decimal } from '../decimal.ts'
import type { Json } from '../json.ts'
import type { AssetType } from './holding.ts'

/** What kinds of transactions there are, and the subtypes each kind has. */
export const transactionSubtypes = {
  trade: [
    'buy',
    'sell',
    'sell_short',
    'buy_to_cover',
    'buy_to_open',
    'buy_to_close',
    'sell_to_open',
    'sell_to_close',
    'reinvest',
    'option_exercise',
    'option_assignment',
    'option_expiration',
    'redemption',
    'fx_conversion',
    'sweep',
  ],
  income: [
    'dividend',
    'dividend_qualified',
    'dividend_substitute',
    'stock_dividend',
    'interest',
    'capital_gain_long',
    'capital_gain_short',
    'capital_gain',
    'return_of_capital',
    'staking_reward',
    'other_income',
  ],
  transfer: [
    'deposit',
    'withdrawal',
    'internal',
    'journal_cash',
    'journal_security',
    'security_in',
    'security_out',
    'contribution',
    'distribution',
  ],
  payment: [
    'purchase',
    'refund',
    'bill_payment',
    'card_payment',
    'atm_withdrawal',
    'check',
    'direct_debit',
    'recurring',
    'loan_payment',
  ],
  fee: [
    'commission',
    'account_fee',
    'service_charge',
    'management_fee',
    'regulatory_fee',
    'adr_fee',
    'margin_interest',
    'interest_charge',
    'transfer_fee',
    'other_fee',
  ],
  tax: ['withholding', 'foreign_tax', 'nra_withholding', 'transaction_tax', 'tax_refund'],
  corporate_action: [
    'split',
    'reverse_split',
    'spinoff',
    'merger',
    'name_change',
    'symbol_change',
    'cash_in_lieu',
    'rights',
    'reorganisation',
  ],
  credit: ['rebate', 'bonus', 'fee_refund', 'adjustment_credit'],
  adjustment: ['correction', 'reversal', 'memo'],
  unknown: [],
} as const satisfies Record<string, readonly string[]>

/** The kind of a transaction: a key of {@link transactionSubtypes}. */
export type TransactionType = keyof typeof transactionSubtypes

/** The finer kind of a transaction of type `T`. */
export type TransactionSubtype<T extends TransactionType = TransactionType> = (typeof transactionSubtypes)[T][number]

/** A type with one of its own subtypes: what a mapping table holds, so that `trade/dividend` does not compile. */
export type TransactionKind = {
  [T in TransactionType]: { transactionType: T; subtype: TransactionSubtype<T> | null }
}[TransactionType]

/** The state of a transaction: `cancelled` never had an effect, `reversed` was undone: by another that `replaces` it, or, where none does, by the institution itself, so that it is to be left out of sums. */
export const transactionStatuses = ['pending', 'posted', 'cancelled', 'reversed'] as const

/** One of {@link transactionStatuses}. */
export type TransactionStatus = (typeof transactionStatuses)[number]

/** The way money moved. */
export const transactionRails = ['ach', 'wire', 'check', 'card', 'cash', 'p2p', 'book', 'acats'] as const

/** One of {@link transactionRails}. */
export type TransactionRail = (typeof transactionRails)[number]

/** A part of a transaction's cost. The amount has the sign of its effect on cash: a fee paid is negative. */
export type TransactionFee = { type: string; amount: Decimal }

/** A transaction as a provider gives it. Plain JSON; `null` where the institution does not say. */
export type ProviderTransactionData = {
  /**
   * Names this transaction for ever, and no other of its account. Where the institution's own id is positional or reused, the provider builds one from the
   * content and, among equals, the occurrence.
   */
  providerTransactionId: string
  providerAccountId: string
  transactionType: TransactionType
  subtype: TransactionSubtype | null
  /** The provider's own word for the type. */
  providerType: string
  /** The effect on the holder's cash in this account: in is positive, out is negative. */
  amount: Decimal
  /** ISO 4217 code of the amount; `'XXX'` where the institution does not say. */
  currency: string
  description: string
  /** The day it was posted, in the institution's calendar. */
  transactionDate: IsoDate
  /** The day of the purchase or order, where it is told apart from the post date. */
  authorizedDate: IsoDate | null
  settlementDate: IsoDate | null
  /** The moment it happened, where the institution really knows it. */
  occurredAt: Instant | null
  rail: TransactionRail | null
  /** The number on a paper check, as written: leading zeros stay. */
  checkNumber: string | null
  symbol: string | null
  securityName: string | null
  assetType: AssetType | null
  /** Units of the security: in is positive, out is negative. */
  quantity: Decimal | null
  unitPrice: Decimal | null
  /** Part of the amount: a commission paid is negative. */
  commission: Decimal | null
  fees: TransactionFee[]
  status: TransactionStatus
  /** Ties together what belongs together, such as the fills of one order. */
  groupId: string | null
  /** The `providerTransactionId` of the transaction that this one corrects or reverses. */
  replaces: string | null
  /** The provider's record under its own keys, account numbers masked; `null` when the provider is told not to keep it. */
  rawData: Json
}
