import type { ProviderTransactionData } from '@finport/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AccountKind,
  download,
  type Format,
  formats,
  type HistoryRow,
  histories,
  historiesWithTwins,
} from './arbitrary-history.ts'
import { csvText, investingHeader, investingLine } from './csv-builder.ts'
import { type Records, readRecords } from './read-everything.ts'

const runs = { numRuns: 20 }

async function read(kind: AccountKind, format: Format, rows: readonly HistoryRow[]): Promise<Records> {
  const { content, fileName } = download(kind, format, rows)
  const records = await readRecords(content, { fileName, includeRawData: false })
  expect(records.rejected).toEqual([])
  expect(records.accounts.map(({ providerAccountId }) => providerAccountId)).toEqual([
    kind === 'deposit' ? 'deposit-4482' : 'card-3391',
  ])
  return records
}

const idsOf = ({ items }: Pick<Records, 'items'>) => items.map(({ providerTransactionId }) => providerTransactionId)

const kinds = [
  ['a deposit account', 'deposit'],
  ['a card', 'card'],
] as const
const kindsOfHistory = [
  ['any texts', histories],
  ['many twins', historiesWithTwins],
] as const
const cases = kinds.flatMap(([account, kind]) =>
  kindsOfHistory.map(([texts, rowsOfThisKind]) => [account, texts, kind, rowsOfThisKind] as const),
)

describe.each(cases)('%s with %s', (_account, _texts, kind, rowsOfThisKind) => {
  test('has the same ids in each format, one for each row', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfThisKind, async (rows) => {
        const ids = idsOf(await read(kind, 'qfx', rows))
        expect(new Set(ids).size).toBe(rows.length)
        for (const format of formats) expect(idsOf(await read(kind, format, rows)), format).toEqual(ids)
      }),
      runs,
    )
  })

  test('gains the whole description and the day of the purchase from the CSV, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfThisKind, async (rows) => {
        const fromQfx = (await read(kind, 'qfx', rows)).items
        const fromCsv = (await read(kind, 'csv', rows)).items
        const solid = ({ description }: ProviderTransactionData) => description.replace(/\s/g, '')
        for (const [index, row] of fromCsv.entries()) {
          const other = fromQfx[index] as ProviderTransactionData
          const { amount, transactionDate, status, currency } = other
          expect(row).toMatchObject({ amount, transactionDate, status, currency })
          expect(row.description).toBe(rows[index]?.description.replace(/\s+/g, ' '))
          expect(solid(row).startsWith(solid(other))).toBe(true)
          expect(row.description.length).toBeGreaterThanOrEqual(other.description.length)
          expect(row.authorizedDate !== null).toBe(kind === 'card')
        }
      }),
      runs,
    )
  })

  test('adds up', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfThisKind, async (rows) => {
        expect((await read(kind, 'csv', rows)).warnings).toEqual([])
      }),
      runs,
    )
  })
})

/** What a host keeps: rows by id. */
type Ledger = Map<string, { amount: string; transactionDate: string }>

/** One download of a window of days. Of its newest day the first `missing` rows had not been posted yet. */
type Import = {
  from: number
  to: number
  format: Format
  order: 'newest' | 'oldest' | 'shuffled'
  missing: number
}

const anyFormat = fc.constantFrom(...formats)
const imports: fc.Arbitrary<Import> = fc.record({
  from: fc.nat({ max: 40 }),
  to: fc.nat({ max: 40 }),
  format: anyFormat,
  order: fc.constantFrom('newest', 'oldest', 'shuffled'),
  missing: fc.nat({ max: 3 }),
})

/** Imports that have everything between them: any, and among them two windows that meet on a day, or overlap. */
const importsOfEverything: fc.Arbitrary<Import[]> = fc
  .tuple(fc.array(imports, { maxLength: 5 }), fc.nat({ max: 40 }), fc.nat({ max: 5 }), anyFormat, anyFormat)
  .chain(([others, middle, overlap, first, second]) => {
    const whole = { order: 'newest', missing: 0 } as const
    const all: Import[] = [
      ...others,
      { from: 0, to: middle, format: first, ...whole },
      { from: Math.max(0, middle - overlap), to: 40, format: second, ...whole },
    ]
    return fc.shuffledSubarray(all, { minLength: all.length })
  })

function rowsOf({ from, to, order, missing }: Import, history: readonly HistoryRow[]): HistoryRow[] {
  const inside = history.filter(({ day }) => day >= Math.min(from, to) && day <= Math.max(from, to))
  const newestDay = inside[0]?.day
  const known = inside.slice(Math.min(missing, inside.filter(({ day }) => day === newestDay).length))
  if (order === 'newest') return known
  if (order === 'oldest') return known.toReversed()
  return known.filter((_, index) => index % 2 === 0).concat(known.filter((_, index) => index % 2 === 1))
}

async function importInto(ledger: Ledger, kind: AccountKind, format: Format, rows: readonly HistoryRow[]) {
  const { items } = await read(kind, format, rows)
  for (const { providerTransactionId, amount, transactionDate } of items)
    ledger.set(providerTransactionId, { amount, transactionDate })
}

const entriesOf = (ledger: Ledger) => [...ledger].sort(([a], [b]) => (a < b ? -1 : 1))

describe.each(cases)('a ledger of %s with %s', (_account, _texts, kind, rowsOfThisKind) => {
  test('ends the same whatever is imported, how often, and in which order and format', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfThisKind, importsOfEverything, anyFormat, async (history, downloads, format) => {
        const atOnce: Ledger = new Map()
        await importInto(atOnce, kind, format, history)
        const bitByBit: Ledger = new Map()
        for (const one of downloads) await importInto(bitByBit, kind, one.format, rowsOf(one, history))
        expect(entriesOf(bitByBit)).toEqual(entriesOf(atOnce))
        expect(bitByBit.size).toBe(history.length)
      }),
      runs,
    )
  })
})

describe('an investment has the same id in OFX and CSV', () => {
  const security = '<SECID><UNIQUEID>000010AB1<UNIQUEIDTYPE>CUSIP</SECID>'
  const about = '<INVTRAN><FITID>1<DTTRADE>20260130093000[-5:EST]</INVTRAN>'
  const trade = (units: string, total: string) => `${about}${security}<UNITS>${units}<UNITPRICE>40<TOTAL>${total}`

  const ofxOf = (transactions: string) =>
    `<OFX><INVSTMTRS><CURDEF>USD<INVACCTFROM><BROKERID>B<ACCTID>1236118</INVACCTFROM><INVTRANLIST>${transactions}</INVTRANLIST></INVSTMTRS></OFX>`

  test.each<[string, string, Parameters<typeof investingLine>[0][]]>([
    [
      'a purchase',
      `<BUYSTOCK><INVBUY>${trade('2.000', '-80.00')}</INVBUY></BUYSTOCK>`,
      [{ type: 'Buy', quantity: '2', amount: '-80' }],
    ],
    [
      'a purchase of a fund',
      `<BUYMF><INVBUY>${trade('0.5', '-20')}</INVBUY></BUYMF>`,
      [{ type: 'Buy', quantity: '0.50', amount: '-20.00' }],
    ],
    [
      'a sale',
      `<SELLSTOCK><INVSELL>${trade('-2', '79.95')}</INVSELL></SELLSTOCK>`,
      [{ type: 'Sell', quantity: '-2', amount: '79.95' }],
    ],
    [
      'a dividend',
      `<INCOME>${about}${security}<INCOMETYPE>DIV<TOTAL>19.24</INCOME>`,
      [{ type: 'Dividend', quantity: '0', amount: '19.24' }],
    ],
    [
      'interest',
      `<INCOME>${about}${security}<INCOMETYPE>INTEREST<TOTAL>0.42</INCOME>`,
      [{ type: 'Interest', quantity: '0', amount: '0.42' }],
    ],
    [
      'a reinvestment and its income',
      `<REINVEST>${trade('0.4', '-19.24')}<INCOMETYPE>DIV</REINVEST>`,
      [
        { type: 'Dividend', quantity: '0', amount: '19.24' },
        { type: 'Reinvest', quantity: '0.4', amount: '-19.24' },
      ],
    ],
    [
      'securities from another broker',
      `<TRANSFER>${about}${security}<UNITS>318<TFERACTION>IN</TRANSFER>`,
      [{ type: 'REC', quantity: '318', amount: '' }],
    ],
    [
      'twins',
      `<BUYSTOCK><INVBUY>${trade('2', '-80')}</INVBUY></BUYSTOCK>`.repeat(2),
      [
        { type: 'Buy', quantity: '2', amount: '-80' },
        { type: 'Buy', quantity: '2', amount: '-80' },
      ],
    ],
  ])('%s', async (_, transactions, lines) => {
    const fromOfx = await readRecords(ofxOf(transactions))
    const fromCsv = await readRecords(csvText(investingHeader, lines.map(investingLine)), { fileName: 'activity.csv' })
    expect(fromOfx.accounts.map(({ providerAccountId }) => providerAccountId)).toEqual(['invest-6118'])
    expect(fromCsv.accounts.map(({ providerAccountId }) => providerAccountId)).toEqual(['invest-6118'])
    expect(idsOf(fromCsv)).toEqual(idsOf(fromOfx))
  })
})

test('a description that begins with blanks has the same id in each format', async () => {
  const description = `  ${'COASTAL WATER DISTRICT '.repeat(3)}JANUARY`
  const rows = [{ day: 1, cents: -6410, description, lag: 0 }]
  const ids = await Promise.all(formats.map(async (format) => idsOf(await read('deposit', format, rows))))
  expect(new Set(ids.flat()).size).toBe(1)
})

test('a check has the same id in each format', async () => {
  const qfx = await read('deposit', 'qfx', [{ day: 1, cents: -12_000, description: 'CHECK 0107', lag: 0 }])
  const csv = await readRecords(
    'Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\nCHECK,01/02/2026,"CHECK 0107",-120.00,CHECK_PAID,1.00,0107,\n',
    { accountId: 'deposit-4482' },
  )
  expect(idsOf(csv)).toEqual(idsOf(qfx))
})
