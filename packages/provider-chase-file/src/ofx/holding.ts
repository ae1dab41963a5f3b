import { Decimal, type ProviderHoldingData } from '@finport/core'
import { currencyOf } from './account.ts'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import { toRawData } from './raw-data.ts'
import { type Security, securityKeyOf, unlistedSecurity } from './security.ts'
import { describeAmountProblem } from './transaction.ts'
import { parseOfxInstant } from './values.ts'

/** The elements of INVPOSLIST (OFX 2.2, section 13.9.2.6). */
export const positionElements = ['POSDEBT', 'POSMF', 'POSOPT', 'POSOTHER', 'POSSTOCK'] as const

/** What a holding needs to know of its statement. */
export type HoldingContext = {
  readonly providerAccountId: string
  readonly currency: string
  readonly securities: ReadonlyMap<string, Security>
  /** Tells apart positions in the same security, such as the long and the short one. */
  readonly identifyHolding: (key: string) => string
  readonly includeRawData: boolean
}

/** A position as a holding, or why it can't be one. */
export function toHolding(element: OfxElement, context: HoldingContext): ProviderHoldingData | string {
  const position = childOf(element, 'INVPOS')
  const unitsText = fieldOf(position, 'UNITS')
  if (unitsText === '') return describeAmountProblem('UNITS', 'empty')
  const units = Decimal.parse(unitsText)
  if (units.isErr()) return describeAmountProblem('UNITS', units.error)
  const key = securityKeyOf(position)
  if (key === '/') return 'SECID is missing.'
  const security = context.securities.get(key) ?? unlistedSecurity(element, position)
  const isShort = fieldOf(position, 'POSTYPE') === 'SHORT'
  const amount = (name: string) => {
    const text = fieldOf(position, name)
    return text === '' ? null : Decimal.parse(text).unwrapOr(null)
  }
  const marketValue = amount('MKTVAL')
  const quantity = withSign(units.value, isShort)
  return {
    providerHoldingId: context.identifyHolding(
      `${key}/${fieldOf(position, 'HELDINACCT')}/${fieldOf(position, 'POSTYPE')}`,
    ),
    providerAccountId: context.providerAccountId,
    symbol: security.symbol,
    securityName: security.name,
    assetType: security.assetType,
    identifiers: security.identifiers,
    quantity,
    // By its type an amount, like MKTVAL, and not a price: that of the whole position, by the method of average cost.
    costBasis: amount('AVGCOSTBASIS'),
    marketValue: marketValue === null ? null : isShort ? withSign(marketValue, true) : marketValue,
    currency: currencyOf(childOf(position, 'CURRENCY'), 'CURSYM') ?? context.currency,
    averagePrice: null,
    currentPrice: amount('UNITPRICE'),
    priceAsOf: parseOfxInstant(fieldOf(position, 'DTPRICEASOF')),
    multiplier: security.multiplier,
    rawData: context.includeRawData ? toRawData(element) : null,
  }
}

/** Some banks write a short position's units and value as negative, others leave it to POSTYPE. */
function withSign(value: Decimal, isNegative: boolean): Decimal {
  return isNegative && !value.startsWith('-') ? Decimal.negate(value) : value
}
