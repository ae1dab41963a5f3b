import fc from 'fast-check'
import { cardHeader, cardName, checkingHeader, checkingName, csvText, quoted, quotedIfNeeded } from './csv-builder.ts'
import { chaseSignOn, checkingAccount, cutAsChaseDoes, type OfxTree, printOfx, sgml, xml } from './ofx-builder.ts'

/** A transaction as the bank knows it, whatever file it prints it into. */
export type HistoryRow = { day: number; cents: number; description: string; lag: number }

export type AccountKind = 'deposit' | 'card'

/** The files that a bank makes of the same account. */
export const formats = ['qfx', 'qbo', 'xml', 'csv'] as const
export type Format = (typeof formats)[number]

/** A file as it is given to the provider. */
export type Download = { content: string; fileName: string }

const FIRST_DAY = Date.UTC(2026, 0, 1)
const DAY_MILLISECONDS = 86_400_000
const OPENING_CENTS = 1_000_000

const dayText = (day: number) => new Date(FIRST_DAY + day * DAY_MILLISECONDS).toISOString().slice(0, 10)
const americanDay = (day: number) => dayText(day).replace(/^(\d+)-(\d+)-(\d+)$/, '$2/$3/$1')
const ofxDay = (day: number) => `${dayText(day).replaceAll('-', '')}120000[0:GMT]`

function centsText(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

const escapeText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function toRecord({ day, cents, description }: HistoryRow, fitid: string): OfxTree {
  const { NAME, MEMO } = cutAsChaseDoes(description)
  return {
    TRNTYPE: cents < 0 ? 'DEBIT' : 'CREDIT',
    DTPOSTED: ofxDay(day),
    TRNAMT: centsText(cents),
    FITID: fitid,
    NAME,
    ...(MEMO === '' ? {} : { MEMO }),
  }
}

/** FITIDs as Chase makes them: of a deposit account the day and the position in it, so that they shift; of a card what only looks like a name. */
function toRecords(kind: AccountKind, rows: readonly HistoryRow[]): OfxTree[] {
  const positions = new Map<number, number>()
  return rows.map((row) => {
    const position = positions.get(row.day) ?? 0
    positions.set(row.day, position + 1)
    const day = dayText(row.day).replaceAll('-', '')
    return toRecord(row, kind === 'deposit' ? `${day}${position}` : `${day}24692166000100000000001`)
  })
}

function toCsv(kind: AccountKind, rows: readonly HistoryRow[]): string {
  if (kind === 'card') {
    const lines = rows.map(({ day, cents, description, lag }) =>
      [
        americanDay(day - lag),
        americanDay(day),
        quotedIfNeeded(escapeText(description)),
        'Shopping',
        cents < 0 ? 'Sale' : 'Return',
        centsText(cents),
        '',
      ].join(','),
    )
    return csvText(cardHeader, lines)
  }
  let balance = OPENING_CENTS + rows.reduce((sum, { cents }) => sum + cents, 0)
  const lines = rows.map(({ day, cents, description }) => {
    const text = [
      cents < 0 ? 'DEBIT' : 'CREDIT',
      americanDay(day),
      quoted(escapeText(description)),
      centsText(cents),
      cents < 0 ? 'DEBIT_CARD' : 'ACH_CREDIT',
      centsText(balance),
      '',
      '',
    ].join(',')
    balance -= cents
    return text
  })
  return csvText(checkingHeader, lines)
}

/** Prints rows, the newest first as Chase does, or in another order. */
export function download(kind: AccountKind, format: Format, rows: readonly HistoryRow[]): Download {
  const fileName = kind === 'deposit' ? checkingName : cardName
  if (format === 'csv') return { content: toCsv(kind, rows), fileName }
  const account = kind === 'deposit' ? checkingAccount : { ACCTID: '604118227-3391' }
  const signOn = format === 'qbo' ? { ...chaseSignOn, 'INTU.BID': '2430' } : chaseSignOn
  const form = format === 'xml' ? xml : sgml
  return { content: printOfx([{ kind, account, rows: toRecords(kind, rows) }], form, signOn), fileName: 'download.qfx' }
}

const descriptions = fc
  .string({
    unit: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...'ABCDXYZabcxyz0189*#.-:/') },
      { weight: 4, arbitrary: fc.constant(' ') },
      { weight: 1, arbitrary: fc.constantFrom(',', '"', "'", '&', '<', '>', ';', '&amp;', 'é', '¦', '€') },
    ),
    maxLength: 90,
  })
  .map((text) => text.trim())

const newestFirst = (rows: HistoryRow[]) => rows.toSorted((a, b) => b.day - a.day)

/** Histories of any texts. */
export const histories: fc.Arbitrary<HistoryRow[]> = fc
  .array(
    fc.record({
      day: fc.nat({ max: 40 }),
      cents: fc.integer({ min: -500_000, max: 500_000 }),
      description: descriptions,
      lag: fc.nat({ max: 3 }),
    }),
    { maxLength: 15 },
  )
  .map(newestFirst)

/** Histories of so few days, amounts and texts that many rows are twins. */
export const historiesWithTwins: fc.Arbitrary<HistoryRow[]> = fc
  .array(
    fc.record({
      day: fc.nat({ max: 3 }),
      cents: fc.constantFrom(-425, 1000),
      description: fc.constantFrom(
        'SUNRISE COFFEE',
        'SUNRISE COFFEE 0042             KITTERY ME',
        `${'COASTAL WATER DISTRICT '.repeat(3)}JANUARY`,
      ),
      lag: fc.constant(1),
    }),
    { maxLength: 15 },
  )
  .map(newestFirst)
