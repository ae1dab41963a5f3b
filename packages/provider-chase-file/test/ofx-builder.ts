/** Elements by tag, in order: a text is a leaf, an object an aggregate, a list the same aggregate again and again. */
export type OfxTree = { readonly [tag: string]: string | OfxTree | readonly OfxTree[] }

/** How a tree is printed. XML always closes its leaves. */
export type OfxForm = { dialect: 'sgml' | 'xml'; lineEnd: '\n' | '\r\n'; closeLeaves: boolean }

export const sgml: OfxForm = { dialect: 'sgml', lineEnd: '\n', closeLeaves: false }
export const xml: OfxForm = { dialect: 'xml', lineEnd: '\n', closeLeaves: true }

export const sgmlHeader = [
  'OFXHEADER:100',
  'DATA:OFXSGML',
  'VERSION:102',
  'SECURITY:NONE',
  'ENCODING:USASCII',
  'CHARSET:1252',
  'COMPRESSION:NONE',
  'OLDFILEUID:NONE',
  'NEWFILEUID:NONE',
]
export const xmlHeader = [
  '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
  '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>',
]

const success = { CODE: '0', SEVERITY: 'INFO' }

export const chaseSignOn: OfxTree = { STATUS: success, FI: { ORG: 'B1', FID: '10898' }, 'INTU.BID': '10898' }
export const otherSignOn: OfxTree = { STATUS: success, FI: { ORG: 'OTTER', FID: '3999' } }

/** A bank or card statement as its parts: the fields of BANKACCTFROM or CCACCTFROM, the records, and what stands behind the list. */
export type StatementParts = {
  kind?: 'deposit' | 'card'
  account?: OfxTree
  list?: OfxTree
  rows: readonly OfxTree[]
  behind?: OfxTree
}

export const checkingAccount: OfxTree = { BANKID: '000000186', ACCTID: '000000904482', ACCTTYPE: 'CHECKING' }

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function printTree(tree: OfxTree, form: OfxForm): string {
  return Object.entries(tree)
    .flatMap(([tag, content]) => {
      if (typeof content === 'string') {
        return `<${tag}>${escapeText(content)}${form.closeLeaves ? `</${tag}>` : ''}${form.lineEnd}`
      }
      const elements: readonly OfxTree[] = Array.isArray(content) ? content : [content]
      return elements.map((element) => `<${tag}>${form.lineEnd}${printTree(element, form)}</${tag}>${form.lineEnd}`)
    })
    .join('')
}

/** A file of these statements, sound in every way. */
export function printOfx(
  statements: readonly StatementParts[],
  form: OfxForm = sgml,
  signOn: OfxTree = otherSignOn,
): string {
  const responses = (wanted: 'deposit' | 'card') =>
    statements
      .filter(({ kind = 'deposit' }) => kind === wanted)
      .map(({ account = checkingAccount, list = {}, rows, behind = {} }): OfxTree => {
        const statement = {
          CURDEF: 'USD',
          [wanted === 'card' ? 'CCACCTFROM' : 'BANKACCTFROM']: account,
          BANKTRANLIST: { ...list, STMTTRN: rows },
          ...behind,
        }
        return { TRNUID: '1', STATUS: success, [wanted === 'card' ? 'CCSTMTRS' : 'STMTRS']: statement }
      })
  const body = {
    OFX: {
      SIGNONMSGSRSV1: { SONRS: signOn },
      BANKMSGSRSV1: { STMTTRNRS: responses('deposit') },
      CREDITCARDMSGSRSV1: { CCSTMTTRNRS: responses('card') },
    },
  }
  const header = form.dialect === 'xml' ? xmlHeader : sgmlHeader
  return [...header, printTree(body, form)].join(form.lineEnd)
}

/** The pieces of a file as they are written into it, for files that no printer would make. */
export type FileText = { header?: string; signOn?: string; account?: string; behind?: string }

/** A file of one checking account whose list of records is this text. */
export function checkingText(
  list: string,
  {
    header = `${sgmlHeader.join('\n')}\n\n`,
    signOn = '<STATUS><CODE>0<SEVERITY>INFO</STATUS>',
    account = '<BANKID>000000186<ACCTID>000000904482<ACCTTYPE>CHECKING',
    behind = '',
  }: FileText = {},
): string {
  return [
    `${header}<OFX><SIGNONMSGSRSV1><SONRS>${signOn}</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1>`,
    '<STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>',
    `<STMTRS><CURDEF>USD<BANKACCTFROM>${account}</BANKACCTFROM><BANKTRANLIST>${list}</BANKTRANLIST>${behind}</STMTRS>`,
    '</STMTTRNRS></BANKMSGSRSV1></OFX>',
  ].join('\n')
}

/** A record; `fields` come after, or instead of, the three that every record has. */
export function recordText(fields: string): string {
  const required = Object.entries({ TRNTYPE: 'DEBIT', DTPOSTED: '20260131', TRNAMT: '-1.00' })
  const missing = required.filter(([tag]) => !fields.includes(`<${tag}>`)).map(([tag, value]) => `<${tag}>${value}`)
  return `<STMTTRN>${missing.join('')}${fields}</STMTTRN>`
}

/** NAME and MEMO of a description, as Chase cuts it. */
export function cutAsChaseDoes(description: string): { NAME: string; MEMO: string } {
  return { NAME: description.slice(0, 32).trimEnd(), MEMO: description.slice(32).trimStart().slice(0, 32).trimEnd() }
}
