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

/** Every aggregate whose content is used, and those around them. They are never leaves; one without an end tag ends with what is around it. */
export const knownAggregates: ReadonlySet<string> = new Set([
  ...rowElements,
  ...Object.keys(statementElements),
  ...responseElements,
  ...securityElements,
  ...['OFX', 'SIGNONMSGSRSV1', 'SONRS', 'FI', 'STATUS'],
  ...['BANKMSGSRSV1', 'BANKMSGSRSV2', 'CREDITCARDMSGSRSV1', 'CREDITCARDMSGSRSV2', 'INVSTMTMSGSRSV1', 'SECLISTMSGSRSV1'],
  ...['BANKTRANLIST', 'BANKTRANLISTP', 'INVTRANLIST', 'INVPOSLIST', 'SECLIST', 'INVBANKTRAN'],
  ...['BANKACCTFROM', 'CCACCTFROM', 'INVACCTFROM', 'LEDGERBAL', 'AVAILBAL', 'INVBAL'],
  ...['PAYEE', 'CURRENCY', 'ORIGCURRENCY', 'INVBUY', 'INVSELL', 'INVTRAN', 'INVPOS', 'SECINFO', 'SECID'],
])
