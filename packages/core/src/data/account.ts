import type { Instant } from '../dates.ts'
import type { Decimal } from '../decimal.ts'
import type { Json } from '../json.ts'

/** What an account is for, coarsely: enough to choose an icon or a column. */
export const accountCategories = [
  'depository',
  'investment',
  'credit',
  'loan',
  'insurance',
  'annuity',
  'digital_wallet',
  'other',
] as const

/** One of {@link accountCategories}. */
export type AccountCategory = (typeof accountCategories)[number]

/** The kinds of accounts each category has. `unknown` belongs to all of them. */
export const accountTypes = [
  'checking',
  'savings',
  'money_market',
  'cd',
  'cash_management',
  'prepaid',
  'escrow',
  'credit_card',
  'charge_card',
  'line_of_credit',
  'home_equity_line',
  'mortgage',
  'home_equity',
  'auto',
  'student',
  'personal',
  'business',
  'margin',
  'other_loan',
  'brokerage',
  'ira_traditional',
  'ira_roth',
  'ira_rollover',
  'ira_sep',
  'ira_simple',
  'ira_sarsep',
  'k401',
  'k401_roth',
  'b403',
  'plan_457b',
  'k401a',
  'keogh',
  'pension',
  'profit_sharing',
  'tsp',
  'hsa',
  'education_529',
  'coverdell',
  'ugma_utma',
  'trust',
  'stock_plan',
  'esop',
  'crypto_exchange',
  'non_us_retirement',
  'other_investment',
  'life_insurance',
  'annuity_fixed',
  'annuity_variable',
  'wallet_noncustodial',
  'unknown',
] as const

/** One of {@link accountTypes}. Tax treatment, margin and paper trading are fields of their own, never part of the type. */
export type AccountType = (typeof accountTypes)[number]

/** How gains in an account are taxed. */
export const taxTreatments = ['taxable', 'deferred', 'free'] as const

/** One of {@link taxTreatments}. */
export type TaxTreatment = (typeof taxTreatments)[number]

/** What state the institution says an account is in. */
export const accountStatuses = ['open', 'closed', 'restricted', 'pending', 'unknown'] as const

/** One of {@link accountStatuses}. */
export type AccountStatus = (typeof accountStatuses)[number]

/** An account as a provider gives it. Plain JSON; `null` where the institution does not say. */
export type ProviderAccountData = {
  /** Names this account at its provider for ever; unique within a connection. */
  providerAccountId: string
  /** For people: at most the last four characters are shown, as `'••••1234'`. */
  accountNumberMasked: string
  /** The user's nickname for it, or what the institution calls it. */
  name: string
  category: AccountCategory
  accountType: AccountType
  /** The provider's own word for the type. */
  providerAccountType: string
  taxTreatment: TaxTreatment | null
  /** ISO 4217 code of all amounts here; `'XXX'` where the institution does not say. */
  currency: string
  /** What the account is worth to its holder: money owed is negative. */
  balance: Decimal | null
  /** What can be spent or drawn now. */
  availableBalance: Decimal | null
  /** The cash part of an investment account. */
  cashBalance: Decimal | null
  /** The market value of everything held. */
  holdingsValue: Decimal | null
  /** When the balance was taken, where the institution says. */
  balanceAsOf: Instant | null
  status: AccountStatus
  /** Whether the account can be used: false once it is closed. */
  isActive: boolean
  /** Play money: a paper-trading account. */
  paper: boolean
  /** Whether it may borrow against its holdings; `null` where that makes no sense or is not known. */
  margin: boolean | null
  /** The provider's record under its own keys, account numbers masked; `null` when the provider is told not to keep it. */
  rawData: Json
}
