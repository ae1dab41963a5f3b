import { type AssetType, Decimal, type SecurityIdentifiers } from '@finport/core'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import { parseOfxDate } from './values.ts'

/** What a file's security list says of a security (OFX 2.2, section 13.8.5). */
export type Security = {
  readonly symbol: string | null
  readonly name: string | null
  readonly assetType: AssetType
  readonly identifiers: SecurityIdentifiers
  /** Units of the underlying per unit: shares per contract of an option. */
  readonly multiplier: Decimal
}

/** Names a security within a file: the number it goes by and whose number that is. */
export function securityKeyOf(element: OfxElement | undefined): string {
  const id = childOf(element, 'SECID')
  return `${fieldOf(id, 'UNIQUEIDTYPE').toUpperCase()}/${fieldOf(id, 'UNIQUEID')}`
}

const one = '1' as Decimal
const SHARES_PER_CONTRACT = '100' as Decimal
const SHARES_PER_CONTRACT_FIELD = 'SHPERCTRCT'

/** Elements of SECLIST, and what kind of thing each describes. */
export type SecurityElement = 'STOCKINFO' | 'MFINFO' | 'OPTINFO' | 'DEBTINFO' | 'OTHERINFO'

const assetTypes: Record<SecurityElement, (info: OfxElement) => AssetType> = {
  STOCKINFO: (info) => (fieldOf(info, 'STOCKTYPE') === 'PREFERRED' ? 'preferred' : 'equity'),
  MFINFO: (info) => (fieldOf(info, 'MFTYPE') === 'CLOSEEND' ? 'closed_end_fund' : 'mutual_fund'),
  OPTINFO: () => 'option',
  DEBTINFO: () => 'fixed_income',
  OTHERINFO: () => 'other',
}

/** The names of {@link SecurityElement}. */
export const securityElements = Object.keys(assetTypes) as SecurityElement[]

/** The kind of thing that a position or trade is about, by the end of its name, where the file has no security list. */
const kindSuffixes: readonly (readonly [suffix: string, assetType: AssetType])[] = [
  ['STOCK', 'equity'],
  ['MF', 'mutual_fund'],
  ['OPT', 'option'],
  ['DEBT', 'fixed_income'],
]

const OCC_SYMBOL = /^([A-Z0-9]{1,6}) *(\d{6}[CP]\d{8})$/

/** A STOCKINFO, MFINFO, OPTINFO, DEBTINFO or OTHERINFO as a security. */
export function toSecurity(info: OfxElement): Security {
  const about = childOf(info, 'SECINFO')
  const ticker = fieldOf(about, 'TICKER').toUpperCase()
  const isOption = info.name === 'OPTINFO'
  const occ = isOption ? (occSymbolOf(info, ticker) ?? null) : null
  return {
    symbol: (isOption ? occ?.replaceAll(' ', '') : ticker) || null,
    name: fieldOf(about, 'SECNAME') || null,
    assetType: assetTypes[info.name as SecurityElement](info),
    identifiers: { ...identifiersOf(about), occ },
    multiplier: isOption ? Decimal.parse(fieldOf(info, SHARES_PER_CONTRACT_FIELD)).unwrapOr(SHARES_PER_CONTRACT) : one,
  }
}

/** What is known of a security that the file does not list: its number, and its kind by the element that names it. */
export function unlistedSecurity(element: OfxElement, parent: OfxElement | undefined): Security {
  const assetType = kindSuffixes.find(([suffix]) => element.name.endsWith(suffix))?.[1] ?? 'unknown'
  return {
    symbol: null,
    name: null,
    assetType,
    identifiers: identifiersOf(parent),
    multiplier: assetType === 'option' ? SHARES_PER_CONTRACT : one,
  }
}

function identifiersOf(element: OfxElement | undefined): SecurityIdentifiers {
  const id = childOf(element, 'SECID')
  const type = fieldOf(id, 'UNIQUEIDTYPE').toUpperCase()
  const number = fieldOf(id, 'UNIQUEID') || null
  return {
    cusip: type === 'CUSIP' ? number : null,
    isin: type === 'ISIN' ? number : null,
    figi: type === 'FIGI' ? number : null,
    occ: null,
  }
}

/**
 * The 21 characters of the Options Clearing Corporation: the underlying's symbol padded to six, expiry, C or P, and the strike in thousandths. Files give it as the ticker, or its parts with the
 * underlying's symbol at the start of the ticker.
 */
function occSymbolOf(info: OfxElement, ticker: string): string | undefined {
  const whole = OCC_SYMBOL.exec(ticker)
  if (whole !== null) return `${whole[1]?.padEnd(6)}${whole[2]}`
  const root = /^[A-Z]{1,6}/.exec(ticker)?.[0]
  const expiry = parseOfxDate(fieldOf(info, 'DTEXPIRE'))
  const right = { CALL: 'C', PUT: 'P' }[fieldOf(info, 'OPTTYPE')]
  const strike = Decimal.parse(fieldOf(info, 'STRIKEPRICE')).map((price) => Decimal.multiply(price, '1000' as Decimal))
  if (root === undefined || right === undefined || expiry.isErr() || strike.isErr() || !/^\d{1,8}$/.test(strike.value))
    return undefined
  return `${root.padEnd(6)}${expiry.value.slice(2).replaceAll('-', '')}${right}${strike.value.padStart(8, '0')}`
}
