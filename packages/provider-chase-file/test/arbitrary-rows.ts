import { Decimal, type IsoDate, parseIsoDate } from '@finport/core'
import fc from 'fast-check'
import type { OfxTree } from './ofx-builder.ts'

/** A record as it is meant, and as it is written. */
export type ArbitraryRow = {
  word: string
  cents: number
  date: IsoDate
  /** What follows the day in DTPOSTED. */
  time: string
  name: string
  memo: string
}

const words = ['CREDIT', 'DEBIT', 'INT', 'DIV', 'FEE', 'DEP', 'ATM', 'POS', 'XFER', 'CHECK', 'PAYMENT', 'OTHER', 'NEW']
const times = ['', '1200', '120000', '120000[0:GMT]', '000000[-5:EST]', '235959.999[+12:NZST]', '000000.000[-03:EST]']
const awkward = ['&', '<', '>', '"', "'", '&amp;', '&#65;', '/', ']]>', ' ', '  ', '\u00a0', 'é', '€', '漢', '😀']

const texts = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...'ABCXYZabcxyz0189*#.-') },
    { weight: 2, arbitrary: fc.constantFrom(...awkward) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
  ),
  maxLength: 40,
})

const dates = fc
  .integer({ min: 0, max: 30_000 })
  .map((days) => parseIsoDate(new Date(days * 86_400_000).toISOString().slice(0, 10)).unwrap())

export const arbitraryRows: fc.Arbitrary<ArbitraryRow[]> = fc.array(
  fc.record({
    word: fc.constantFrom(...words),
    cents: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
    date: dates,
    time: fc.constantFrom(...times),
    name: texts,
    memo: fc.oneof(fc.constant(''), texts),
  }),
  { maxLength: 12 },
)

/** Rows of so few days, amounts and texts that many are twins. */
export const similarRows: fc.Arbitrary<ArbitraryRow[]> = fc.array(
  fc.record({
    word: fc.constant('DEBIT'),
    cents: fc.constantFrom(-425, 1000),
    date: fc.constantFrom(parseIsoDate('2026-02-02').unwrap(), parseIsoDate('2026-02-03').unwrap()),
    time: fc.constant('120000[0:GMT]'),
    name: fc.constantFrom('SUNRISE COFFEE', 'FERRY TICKET'),
    memo: fc.constantFrom('', 'DOVER NH'),
  }),
  { maxLength: 12 },
)

function centsText(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

export function amountOf({ cents }: ArbitraryRow): Decimal {
  return Decimal.parse(centsText(cents)).unwrap()
}

/** The record as OFX. */
export function toRecord(row: ArbitraryRow, fitid: string): OfxTree {
  return {
    TRNTYPE: row.word,
    DTPOSTED: row.date.replaceAll('-', '') + row.time,
    TRNAMT: centsText(row.cents),
    FITID: fitid,
    NAME: row.name,
    MEMO: row.memo,
  }
}
