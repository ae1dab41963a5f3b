import type { TransactionKind } from '@finport/core'
import { fieldOf, type OfxElement } from './element.ts'

/** The transactions of INVTRANLIST but INVBANKTRAN (OFX 2.2, section 13.9.2.4). */
export type InvestmentWord =
  | 'BUYDEBT'
  | 'BUYMF'
  | 'BUYOPT'
  | 'BUYOTHER'
  | 'BUYSTOCK'
  | 'CLOSUREOPT'
  | 'INCOME'
  | 'INVEXPENSE'
  | 'JRNLFUND'
  | 'JRNLSEC'
  | 'MARGININTEREST'
  | 'REINVEST'
  | 'RETOFCAP'
  | 'SELLDEBT'
  | 'SELLMF'
  | 'SELLOPT'
  | 'SELLOTHER'
  | 'SELLSTOCK'
  | 'SPLIT'
  | 'TRANSFER'

/** The sign that units have by what the transaction is: those of a purchase come in even where a bank writes them without a sign. `given`: the file's; `within`: they move, but within the account. */
export type UnitsDirection = 'in' | 'out' | 'given' | 'within'

/** What a transaction is, which way its units go, and whether its TOTAL moves cash of the account. */
export type InvestmentRule = {
  readonly kind: (element: OfxElement) => TransactionKind
  readonly units: (element: OfxElement) => UnitsDirection
  readonly movesCash: boolean
}

const buy = { transactionType: 'trade', subtype: 'buy' } as const
const sell = { transactionType: 'trade', subtype: 'sell' } as const

/** By a field's value; another value, or none, is the first one's. */
function byField<K extends TransactionKind>(
  name: string,
  first: K,
  others: Readonly<Record<string, TransactionKind>> = {},
) {
  return (element: OfxElement): TransactionKind => {
    const value = fieldOf(element, name)
    return Object.hasOwn(others, value) ? (others[value] as TransactionKind) : first
  }
}

const buyRule = (kind: InvestmentRule['kind']): InvestmentRule => ({ kind, units: () => 'in', movesCash: true })
const sellRule = (kind: InvestmentRule['kind']): InvestmentRule => ({ kind, units: () => 'out', movesCash: true })
const cashRule = (kind: InvestmentRule['kind']): InvestmentRule => ({ kind, units: () => 'given', movesCash: true })
const unitsRule = (kind: InvestmentRule['kind'], units: InvestmentRule['units']): InvestmentRule => ({
  kind,
  units,
  movesCash: false,
})

const buyType = byField('BUYTYPE', buy, { BUYTOCOVER: { transactionType: 'trade', subtype: 'buy_to_cover' } })
const sellType = byField('SELLTYPE', sell, { SELLSHORT: { transactionType: 'trade', subtype: 'sell_short' } })
const redemption = { transactionType: 'trade', subtype: 'redemption' } as const

/** What an INCOMETYPE is (section 13.9.2.4.2). */
export const incomeKind = byField(
  'INCOMETYPE',
  { transactionType: 'income', subtype: 'other_income' },
  {
    CGLONG: { transactionType: 'income', subtype: 'capital_gain_long' },
    CGSHORT: { transactionType: 'income', subtype: 'capital_gain_short' },
    DIV: { transactionType: 'income', subtype: 'dividend' },
    INTEREST: { transactionType: 'income', subtype: 'interest' },
    MISC: { transactionType: 'income', subtype: 'other_income' },
  },
)

const isReverse = (element: OfxElement) =>
  Number(fieldOf(element, 'NUMERATOR')) < Number(fieldOf(element, 'DENOMINATOR'))

/** The rules of each transaction: a word that is missing does not compile. */
export const investmentRules: Record<InvestmentWord, InvestmentRule> = {
  BUYDEBT: buyRule(() => buy),
  BUYMF: buyRule(buyType),
  BUYOPT: buyRule(
    byField(
      'OPTBUYTYPE',
      { transactionType: 'trade', subtype: 'buy_to_open' },
      {
        BUYTOCLOSE: { transactionType: 'trade', subtype: 'buy_to_close' },
      },
    ),
  ),
  BUYOTHER: buyRule(() => buy),
  BUYSTOCK: buyRule(buyType),
  CLOSUREOPT: unitsRule(
    byField(
      'OPTACTION',
      { transactionType: 'trade', subtype: 'option_expiration' },
      {
        EXERCISE: { transactionType: 'trade', subtype: 'option_exercise' },
        ASSIGN: { transactionType: 'trade', subtype: 'option_assignment' },
      },
    ),
    () => 'given',
  ),
  INCOME: cashRule(incomeKind),
  INVEXPENSE: cashRule(() => ({ transactionType: 'fee', subtype: 'other_fee' })),
  // Both are between the account's own sub-accounts: nothing comes or goes.
  JRNLFUND: unitsRule(
    () => ({ transactionType: 'transfer', subtype: 'journal_cash' }),
    () => 'within',
  ),
  JRNLSEC: unitsRule(
    () => ({ transactionType: 'transfer', subtype: 'journal_security' }),
    () => 'within',
  ),
  MARGININTEREST: cashRule(() => ({ transactionType: 'fee', subtype: 'margin_interest' })),
  REINVEST: buyRule(() => ({ transactionType: 'trade', subtype: 'reinvest' })),
  RETOFCAP: cashRule(() => ({ transactionType: 'income', subtype: 'return_of_capital' })),
  SELLDEBT: sellRule(byField('SELLREASON', sell, { CALL: redemption, MATURITY: redemption })),
  SELLMF: sellRule(sellType),
  SELLOPT: sellRule(
    byField(
      'OPTSELLTYPE',
      { transactionType: 'trade', subtype: 'sell_to_close' },
      {
        SELLTOOPEN: { transactionType: 'trade', subtype: 'sell_to_open' },
      },
    ),
  ),
  SELLOTHER: sellRule(() => sell),
  SELLSTOCK: sellRule(sellType),
  SPLIT: unitsRule(
    (element) => ({ transactionType: 'corporate_action', subtype: isReverse(element) ? 'reverse_split' : 'split' }),
    () => 'given',
  ),
  TRANSFER: unitsRule(
    byField(
      'TFERACTION',
      { transactionType: 'transfer', subtype: 'security_in' },
      {
        OUT: { transactionType: 'transfer', subtype: 'security_out' },
      },
    ),
    // A short position that comes in is units that go out.
    (element) =>
      (fieldOf(element, 'TFERACTION') === 'OUT') === (fieldOf(element, 'POSTYPE') === 'SHORT') ? 'in' : 'out',
  ),
}

/** The names of {@link InvestmentWord}. */
export const investmentElements = Object.keys(investmentRules) as InvestmentWord[]

/** Costs inside of TOTAL, and what they are called in `fees` (section 13.9.2.4.3). */
export const investmentFees: readonly (readonly [name: string, type: string])[] = [
  ['TAXES', 'taxes'],
  ['FEES', 'fees'],
  ['LOAD', 'load'],
  ['WITHHOLDING', 'withholding'],
  ['STATEWITHHOLDING', 'state_withholding'],
  ['PENALTY', 'penalty'],
]
