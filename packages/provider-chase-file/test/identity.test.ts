import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ArbitraryRow, arbitraryRows, similarRows, toRecord } from './arbitrary-rows.ts'
import { chaseSignOn, checkingAccount, type OfxTree, printOfx, sgml } from './ofx-builder.ts'
import { readRecords } from './read-everything.ts'

const runs = { numRuns: 40 }

const savingsAccount = { ...checkingAccount, ACCTID: '000000907719', ACCTTYPE: 'SAVINGS' }

/** FITIDs as Chase counts them: the day, and the place in the file. */
const numbered = (rows: readonly ArbitraryRow[], from = 0) =>
  rows.map((row, index) => toRecord(row, `${row.date.replaceAll('-', '')}${from + index}`))

async function idsOf(rows: readonly OfxTree[]): Promise<string[]> {
  const { items, rejected } = await readRecords(printOfx([{ rows }], sgml, chaseSignOn))
  expect(rejected).toEqual([])
  expect(items).toHaveLength(rows.length)
  return items.map(({ providerTransactionId }) => providerTransactionId)
}

const record = (fields: OfxTree = {}): OfxTree => ({
  TRNTYPE: 'DEBIT',
  DTPOSTED: '20260131',
  TRNAMT: '-4.25',
  FITID: '202601310',
  NAME: 'SUNRISE COFFEE',
  MEMO: '',
  ...fields,
})

async function idOf(fields: OfxTree = {}): Promise<string> {
  const [id = ''] = await idsOf([record(fields)])
  return id
}

describe.each([
  ['rows of all kinds', arbitraryRows],
  ['rows that are much alike', similarRows],
])('%s', (_, rowsOfThisKind) => {
  test('have an id each, the same one in every import', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfThisKind, async (rows) => {
        const ids = await idsOf(numbered(rows))
        expect(new Set(ids).size).toBe(rows.length)
        expect(await idsOf(numbered(rows))).toEqual(ids)
      }),
      runs,
    )
  })

  test('keep their ids when they are numbered anew and come in another order', async () => {
    const shuffled = rowsOfThisKind.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, async ([rows, permuted]) => {
        const ids = await idsOf(numbered(rows))
        expect((await idsOf(numbered(permuted, 100))).sort()).toEqual(ids.sort())
      }),
      runs,
    )
  })

  test('keep their ids when others are added anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfThisKind, rowsOfThisKind, fc.nat(), async (rows, added, place) => {
        const at = place % (rows.length + 1)
        const ids = await idsOf(numbered(rows))
        const later = await idsOf(numbered([...rows.slice(0, at), ...added, ...rows.slice(at)]))
        expect(ids.filter((id) => !later.includes(id))).toEqual([])
      }),
      runs,
    )
  })
})

test('true twins stay twins', async () => {
  await fc.assert(
    fc.asyncProperty(similarRows, fc.integer({ min: 1, max: 5 }), async (rows, copies) => {
      const all = Array.from({ length: copies }, () => rows).flat()
      expect(new Set(await idsOf(numbered(all))).size).toBe(rows.length * copies)
    }),
    runs,
  )
})

test('a purchase, its fee and its refund are three though they share a FITID', async () => {
  const ids = await idsOf([
    record({ TRNAMT: '-120.00', NAME: 'HOTEL MERIDIEM' }),
    record({ TRNAMT: '-3.60', NAME: 'FOREIGN TRANSACTION FEE' }),
    record({ TRNAMT: '120.00', NAME: 'HOTEL MERIDIEM', TRNTYPE: 'CREDIT' }),
  ])
  expect(new Set(ids).size).toBe(3)
})

test('two accounts of a file do not count each other', async () => {
  const rows = [record(), record()]
  const alone = await idsOf(rows)
  const { items } = await readRecords(printOfx([{ rows }, { account: savingsAccount, rows }], sgml, chaseSignOn))
  expect(items.map(({ providerAccountId }) => providerAccountId)).toEqual([
    ...['deposit-4482', 'deposit-4482'],
    ...['deposit-7719', 'deposit-7719'],
  ])
  expect(items.map(({ providerTransactionId }) => providerTransactionId)).toEqual([...alone, ...alone])
})

test('two statements of one account that have a transaction in common have it once, as two files would', async () => {
  const rows = [record(), record()]
  const { items } = await readRecords(printOfx([{ rows }, { rows }], sgml, chaseSignOn))
  expect(items.map(({ providerTransactionId }) => providerTransactionId)).toEqual(await idsOf(rows))
})

describe('the id', () => {
  test.each<[string, OfxTree]>([
    ['the FITID', { FITID: 'GEN20260131SUNRISE00000' }],
    ['the time of day', { DTPOSTED: '20260131235959[-5:EST]' }],
    ['how the amount is written', { TRNAMT: '-4,250' }],
    ['blanks in the text', { NAME: 'SUNRISE  COFFEE ' }],
    ['the word for the type', { TRNTYPE: 'POS' }],
    ['the day of purchase', { DTUSER: '20260130' }],
    ['where the name ends and the memo begins', { NAME: 'SUNRISE', MEMO: 'COFFEE' }],
    ['tags that only some downloads have', { CATEGORY: 'Food', SIC: '5814' }],
  ])('does not depend on %s', async (_, fields) => {
    expect(await idOf(fields)).toBe(await idOf())
  })

  test.each<[string, OfxTree]>([
    ['the day', { DTPOSTED: '20260130' }],
    ['the amount', { TRNAMT: '-4.26' }],
    ['the sign', { TRNAMT: '4.25' }],
    ['the name', { NAME: 'SUNRISE TEA' }],
    ['the memo', { MEMO: 'DOVER' }],
  ])('depends on %s', async (_, fields) => {
    expect(await idOf(fields)).not.toBe(await idOf())
  })

  test('shows no text', async () => {
    expect(await idOf()).toMatch(/^2026-01-31_-4\.25_[0-9a-f]+_0$/)
  })

  test('is the same in every version: hosts have stored it', async () => {
    expect(await idOf()).toBe('2026-01-31_-4.25_1261ec92_0')
  })
})

test('texts are the same in a file of ASCII, which is read four bytes at a time, and in one that is not', async () => {
  const character = fc.constantFrom(...' !-~aZ09\t', '  ', '   ')
  const text = fc.string({ unit: character, minLength: 1, maxLength: 40 }).filter((value) => value.trim() !== '')
  const texts = fc.array(fc.record({ NAME: text, MEMO: text }), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(texts, async (rows) => {
      const file = printOfx([{ rows: rows.map((fields) => record(fields)) }], sgml, chaseSignOn)
      const plain = await readRecords(file)
      const other = await readRecords(file.replace('<OFX>', '<!-- Überweisung -->\n<OFX>'))
      expect(plain.items).toHaveLength(rows.length)
      expect(other.items).toEqual(plain.items)
      for (const { description } of plain.items) expect(description).not.toMatch(/\s{2}|[^\S ]/)
    }),
    { numRuns: 300 },
  )
})
