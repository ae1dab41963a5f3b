import { positionElements } from './holding.ts'
import { investmentElements } from './investment-tables.ts'
import { securityElements } from './security.ts'
import type { StatementKind } from './tables.ts'
import { PENDING_ELEMENT } from './transaction.ts'

/** Statements, and the responses that hold one each or say in a STATUS why not (OFX 2.2, sections 11.4.2, 11.4.4 and 13.9.2). */
export const statementElements: Readonly<Record<string, StatementKind>> = {
  STMTRS: 'deposit',
  CCSTMTRS: 'card',
  INVSTMTRS: 'invest',
}
export const responseElements: ReadonlySet<string> = new Set(['STMTTRNRS', 'CCSTMTTRNRS', 'INVSTMTTRNRS'])

/** The rows of statements: each is a transaction, or two, or a holding. */
export const rowElements: ReadonlySet<string> = new Set([
  'STMTTRN',
  PENDING_ELEMENT,
  ...investmentElements,
  ...positionElements,
])

/**
 * Every aggregate whose content is used, and those around them, by how deep they are: one that starts ends those of its own and deeper levels that have no end tag. PAYEE and CURRENCY are not here: some banks
 * have them as leaves.
 */
const levels: readonly (readonly string[])[] = [
  ['OFX'],
  [
    'SIGNONMSGSRSV1',
    'BANKMSGSRSV1',
    'BANKMSGSRSV2',
    'CREDITCARDMSGSRSV1',
    'CREDITCARDMSGSRSV2',
    'INVSTMTMSGSRSV1',
    'SECLISTMSGSRSV1',
  ],
  ['SONRS', 'SECLIST', ...responseElements],
  ['STATUS', 'FI', ...Object.keys(statementElements)],
  ['BANKTRANLIST', 'BANKTRANLISTP', 'INVTRANLIST', 'INVPOSLIST', 'LEDGERBAL', 'AVAILBAL', 'INVBAL'],
  ['INVBANKTRAN', ...investmentElements, ...positionElements, ...securityElements],
  ['STMTTRN', PENDING_ELEMENT],
  ['INVBUY', 'INVSELL', 'INVPOS', 'SECINFO'],
  ['INVTRAN', 'SECID', 'BANKACCTFROM', 'CCACCTFROM', 'INVACCTFROM'],
]

/** The level of each aggregate of {@link levels}. */
export const aggregateLevels: ReadonlyMap<string, number> = new Map(
  levels.flatMap((names, level) => names.map((name) => [name, level] as const)),
)

/** Leaves of rows: what follows an empty one is never inside it, wherever its end tag is. */
export const knownLeaves: ReadonlySet<string> = new Set([
  'TRNTYPE',
  'DTPOSTED',
  'DTUSER',
  'TRNAMT',
  'FITID',
  'CHECKNUM',
  'REFNUM',
  'NAME',
  'MEMO',
])

/** Leaves of rows whose values are often those of the row before. */
export const repeatingLeaves: ReadonlySet<string> = new Set(['TRNTYPE', 'DTPOSTED', 'DTTRADE', 'DTSETTLE'])

/** Leaves of rows whose texts are read again and again. */
export const textLeaves: ReadonlySet<string> = new Set(['NAME', 'MEMO'])
