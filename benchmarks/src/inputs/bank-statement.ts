import { dayBefore } from './days.ts'
import { createDescriptions } from './descriptions.ts'
import type { Pieces } from './input-file.ts'
import { createOfxWriter, type OfxDialect, signOn, status } from './ofx-dialect.ts'
import { createRandom } from './random.ts'
import { amountOf, type Tally } from './tally.ts'

const ROWS_PER_DAY = 320
/** One row in so many is the one before it once more: two coffees of the same price. */
const TWIN_EVERY = 40

const elements = {
  checking: {
    messages: 'BANKMSGSRSV1',
    response: 'STMTTRNRS',
    statement: 'STMTRS',
    account: 'BANKACCTFROM',
    leaves: [
      ['BANKID', '322271627'],
      ['ACCTID', '000000004471'],
      ['ACCTTYPE', 'CHECKING'],
    ],
  },
  card: {
    messages: 'CREDITCARDMSGSRSV1',
    response: 'CCSTMTTRNRS',
    statement: 'CCSTMTRS',
    account: 'CCACCTFROM',
    leaves: [['ACCTID', '410000000-7713']],
  },
} as const

/** A statement as Chase writes it, newest row first: NAME and MEMO are one description in two pieces, a FITID is a day and a position (checking) or 31 digits (card). */
export function* bankStatement(kind: keyof typeof elements, dialect: OfxDialect, rows: number): Pieces {
  const writer = createOfxWriter(dialect)
  const { leaf, open, close } = writer
  const { messages, response, statement, account, leaves } = elements[kind]
  const random = createRandom(0x2026)
  const nextDescription = createDescriptions(random, 'traced')
  const tally: Tally = { rows, cents: 0 }
  const time = '120000[0:GMT]'
  const lastDay = Math.floor((rows - 1) / ROWS_PER_DAY)

  yield writer.header + open('OFX') + signOn(writer)
  yield open(messages) + open(response) + leaf('TRNUID', 1) + status(writer) + open(statement) + leaf('CURDEF', 'USD')
  yield open(account) + leaves.map(([name, value]) => leaf(name, value)).join('') + close(account)
  yield open('BANKTRANLIST') + leaf('DTSTART', dayBefore(lastDay).join('') + time)
  yield leaf('DTEND', dayBefore(0).join('') + time)

  let day = ''
  let cents = 0
  let description = ''
  for (let row = 0; row < rows; row++) {
    const position = row % ROWS_PER_DAY
    if (position === 0) day = dayBefore(row / ROWS_PER_DAY).join('')
    if (position === 0 || random.below(TWIN_EVERY) !== 0) {
      cents = (1 + random.below(240_000)) * (random.below(6) === 0 ? 1 : -1)
      description = nextDescription().text
    }
    tally.cents += cents
    const isCheck = kind === 'checking' && random.below(25) === 0
    yield open('STMTTRN') +
      leaf('TRNTYPE', isCheck ? 'CHECK' : cents < 0 ? 'DEBIT' : 'CREDIT') +
      leaf('DTPOSTED', day + time) +
      leaf('TRNAMT', amountOf(cents)) +
      leaf('FITID', day + (kind === 'card' ? `24${String(row).padStart(21, '0')}` : position)) +
      (isCheck ? leaf('CHECKNUM', 1000 + (row % 9000)) : '') +
      leaf('NAME', description.slice(0, 32).trimEnd()) +
      leaf('MEMO', description.slice(32).trimStart()) +
      close('STMTTRN')
  }

  yield close('BANKTRANLIST')
  for (const balance of ['LEDGERBAL', 'AVAILBAL'])
    yield open(balance) + leaf('BALAMT', '81204.77') + leaf('DTASOF', `20261031${time}`) + close(balance)
  yield close(statement) + close(response) + close(messages) + close('OFX')
  return tally
}
