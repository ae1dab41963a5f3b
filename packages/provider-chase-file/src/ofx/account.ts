import { type DateRange, Decimal, type ProviderAccountData } from '@finport/core'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import { maskAccountNumber, toRawData } from './raw-data.ts'
import { accountKindOf, type StatementKind } from './tables.ts'
import { parseOfxDate, parseOfxInstant } from './values.ts'

/** ISO 4217's code for no currency: what is said where a statement does not say. */
export const NO_CURRENCY = 'XXX'

/** The element that names a statement's account. */
export function accountElementOf(statement: OfxElement): OfxElement | undefined {
  return childOf(statement, 'BANKACCTFROM') ?? childOf(statement, 'CCACCTFROM')
}

/** The currency that an element names. */
export function currencyOf(element: OfxElement | undefined, name: 'CURDEF' | 'CURSYM'): string | null {
  const code = fieldOf(element, name).toUpperCase()
  return /^[A-Z]{3}$/.test(code) ? code : null
}

/** A statement's account (OFX 2.2, sections 11.4.2 and 11.4.4), as far as the statement has been read. */
export function toAccount(
  statement: OfxElement,
  kind: StatementKind,
  options: { providerAccountId: string; includeRawData: boolean },
): ProviderAccountData {
  const from = accountElementOf(statement)
  const word = fieldOf(from, 'ACCTTYPE')
  const { category, accountType, label } = accountKindOf(kind, word)
  const masked = maskAccountNumber(fieldOf(from, 'ACCTID'))
  const ledger = childOf(statement, 'LEDGERBAL')
  return {
    providerAccountId: options.providerAccountId,
    accountNumberMasked: masked,
    name: `${label} ${masked}`,
    category,
    accountType,
    providerAccountType: word === '' ? statement.name : word,
    taxTreatment: null,
    currency: currencyOf(statement, 'CURDEF') ?? NO_CURRENCY,
    balance: amountOf(ledger),
    availableBalance: amountOf(childOf(statement, 'AVAILBAL')),
    cashBalance: null,
    holdingsValue: null,
    balanceAsOf: ledger === undefined ? null : parseOfxInstant(fieldOf(ledger, 'DTASOF')),
    status: 'unknown',
    isActive: true,
    paper: false,
    margin: null,
    rawData: options.includeRawData ? toRawData(statement) : null,
  }
}

function amountOf(balance: OfxElement | undefined): Decimal | null {
  return Decimal.parse(fieldOf(balance, 'BALAMT')).unwrapOr(null)
}

/** The days a statement says it is of. */
export function periodOf(statement: OfxElement): DateRange | null {
  const list = childOf(statement, 'BANKTRANLIST')
  const from = parseOfxDate(fieldOf(list, 'DTSTART'))
  const to = parseOfxDate(fieldOf(list, 'DTEND'))
  return from.isOk() && to.isOk() && from.value <= to.value ? { from: from.value, to: to.value } : null
}

/** One account of two statements: what the later balance says, and nothing lost that only one of them has. */
export function mergeAccounts(known: ProviderAccountData, found: ProviderAccountData): ProviderAccountData {
  const [older, newer] = (found.balanceAsOf ?? '') >= (known.balanceAsOf ?? '') ? [known, found] : [found, known]
  if (newer.balance === null)
    return {
      ...newer,
      balance: older.balance,
      availableBalance: older.availableBalance,
      balanceAsOf: older.balanceAsOf,
    }
  return newer
}
