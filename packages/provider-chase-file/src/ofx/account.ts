import { type DateRange, Decimal, type Instant, type ProviderAccountData } from '@finport/core'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import { maskAccountNumber, toRawData } from './raw-data.ts'
import { accountKindOf, type StatementKind } from './tables.ts'
import { parseOfxDate, parseOfxInstant } from './values.ts'

/** ISO 4217's code for no currency: what is said where a statement does not say. */
export const NO_CURRENCY = 'XXX'

/** The element that names a statement's account. */
export function accountElementOf(statement: OfxElement): OfxElement | undefined {
  return childOf(statement, 'BANKACCTFROM') ?? childOf(statement, 'CCACCTFROM') ?? childOf(statement, 'INVACCTFROM')
}

/** The currency that an element names. */
export function currencyOf(element: OfxElement | undefined, name: 'CURDEF' | 'CURSYM'): string | null {
  if (element === undefined) return null
  const code = fieldOf(element, name).toUpperCase()
  return /^[A-Z]{3}$/.test(code) ? code : null
}

type Balances = Pick<
  ProviderAccountData,
  'balance' | 'availableBalance' | 'cashBalance' | 'holdingsValue' | 'balanceAsOf' | 'margin'
>

/** What an account is made of beside its statement. */
export type AccountOptions = {
  readonly providerAccountId: string
  readonly includeRawData: boolean
  /** Of an investment account: the market value of its positions; `null` when that is not known. */
  readonly holdingsValue: Decimal | null
}

/** A statement's account (OFX 2.2, sections 11.4.2, 11.4.4 and 13.9.2), as far as the statement has been read. */
export function toAccount(statement: OfxElement, kind: StatementKind, options: AccountOptions): ProviderAccountData {
  const from = accountElementOf(statement)
  const word = fieldOf(from, 'ACCTTYPE')
  const { category, accountType, label } = accountKindOf(kind, word)
  const accountNumber = fieldOf(from, 'ACCTID')
  const masked = maskAccountNumber(accountNumber)
  return {
    providerAccountId: options.providerAccountId,
    accountNumberMasked: masked,
    name: `${label} ${masked}`,
    category,
    accountType,
    providerAccountType: word === '' ? statement.name : word,
    taxTreatment: null,
    currency: currencyOf(statement, 'CURDEF') ?? NO_CURRENCY,
    ...(kind === 'invest' ? investmentBalances(statement, options.holdingsValue) : bankBalances(statement)),
    status: 'unknown',
    isActive: true,
    paper: false,
    rawData: options.includeRawData ? toRawData(statement, accountNumber) : null,
  }
}

function bankBalances(statement: OfxElement): Balances {
  const ledger = childOf(statement, 'LEDGERBAL')
  return {
    balance: amountOf(ledger, 'BALAMT'),
    availableBalance: amountOf(childOf(statement, 'AVAILBAL'), 'BALAMT'),
    cashBalance: null,
    holdingsValue: null,
    balanceAsOf: instantOf(ledger, 'DTASOF'),
    margin: null,
  }
}

/** INVBAL (section 13.9.2.7): AVAILCASH is the cash of all sub-accounts, MARGINBALANCE what is borrowed (negative) or lies there as well. */
function investmentBalances(statement: OfxElement, holdingsValue: Decimal | null): Balances {
  const balances = childOf(statement, 'INVBAL')
  const available = amountOf(balances, 'AVAILCASH')
  const margin = amountOf(balances, 'MARGINBALANCE')
  const cashBalance = available === null || margin === null ? (available ?? margin) : Decimal.add(available, margin)
  return {
    balance: cashBalance === null || holdingsValue === null ? null : Decimal.add(cashBalance, holdingsValue),
    availableBalance: available,
    cashBalance,
    holdingsValue,
    balanceAsOf: instantOf(statement, 'DTASOF'),
    margin: margin === null ? null : margin !== '0',
  }
}

function amountOf(element: OfxElement | undefined, name: string): Decimal | null {
  const text = fieldOf(element, name)
  return text === '' ? null : Decimal.parse(text).unwrapOr(null)
}

function instantOf(element: OfxElement | undefined, name: string): Instant | null {
  const text = fieldOf(element, name)
  return text === '' ? null : parseOfxInstant(text)
}

/** Balances that a statement has and that can't be read. */
export function unreadableBalances(statement: OfxElement): string[] {
  const amounts = [
    ['LEDGERBAL', 'BALAMT'],
    ['AVAILBAL', 'BALAMT'],
    ['INVBAL', 'AVAILCASH'],
    ['INVBAL', 'MARGINBALANCE'],
  ] as const
  return amounts.flatMap(([aggregate, name]) => {
    const element = childOf(statement, aggregate)
    const isThere = element !== undefined && (aggregate !== 'INVBAL' || fieldOf(element, name) !== '')
    return isThere && amountOf(element, name) === null ? [`${aggregate}.${name}`] : []
  })
}

/** The days a statement says it is of. */
export function periodOf(statement: OfxElement): DateRange | null {
  const list = childOf(statement, 'BANKTRANLIST') ?? childOf(statement, 'INVTRANLIST')
  if (fieldOf(list, 'DTSTART') === '' || fieldOf(list, 'DTEND') === '') return null
  const from = parseOfxDate(fieldOf(list, 'DTSTART'))
  const to = parseOfxDate(fieldOf(list, 'DTEND'))
  return from.isOk() && to.isOk() && from.value <= to.value ? { from: from.value, to: to.value } : null
}

/** One account of two statements: as the later balance has it, and where that has none, as the other. */
export function mergeAccounts(known: ProviderAccountData, found: ProviderAccountData): ProviderAccountData {
  const [older, newer] = (found.balanceAsOf ?? '') >= (known.balanceAsOf ?? '') ? [known, found] : [found, known]
  const { balance, balanceAsOf } = newer.balance === null ? older : newer
  return { ...newer, balance, balanceAsOf, availableBalance: newer.availableBalance ?? older.availableBalance }
}
