import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { cardColumnHeader, cardLine, checkingHeader, checkingLine, checkingName, csvText } from './csv-builder.ts'
import { provider, readRecords, streamOf, toFile } from './read-everything.ts'

const MEGABYTE = 1024 * 1024
const good = checkingLine()
const between = (lines: readonly string[]) => csvText(checkingHeader, [good].concat(lines, good))
const many = (count: number, line: string | ((index: number) => string)) =>
  Array.from({ length: count }, (_, index) => (typeof line === 'string' ? line : line(index)))

/** How many rows of a file are read and rejected. */
async function countRows(text: string, options: { fileName?: string; chunkBytes?: number } = {}) {
  const bytes = Buffer.from(text, 'latin1')
  const { chunkBytes = bytes.length } = options
  const chunks = many(Math.ceil(bytes.length / chunkBytes), '').map((_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  )
  const file = toFile(streamOf(...chunks), { fileName: options.fileName ?? checkingName })
  let read = 0
  let rejected = 0
  for await (const page of provider.fetchSnapshot(file)) {
    read += page.unwrap().transactions.length
    rejected += page.unwrap().rejected.length
  }
  return { read, rejected }
}

describe('costs its own line and no more', () => {
  test.each<[string, readonly string[], number]>([
    ['five megabytes of quotes', ['"'.repeat(5 * MEGABYTE)], 1],
    ['five megabytes and one of quotes', ['"'.repeat(5 * MEGABYTE + 1)], 1],
    ['twenty thousand quotes that are never closed', many(20_000, '"a'), 20_000],
    ['a line of five megabytes', ['x'.repeat(5 * MEGABYTE)], 1],
    ['a million commas', [','.repeat(1_000_000)], 1],
    ['two hundred thousand columns', ['a,'.repeat(200_000)], 1],
    ['twenty rows of seven thousand columns', many(20, 'a,'.repeat(7_000)), 20],
    ['a megabyte of NULs', ['\0'.repeat(MEGABYTE)], 1],
    ['NULs on lines of their own', many(10_000, '\0'), 10_000],
    ['a hundred thousand empty lines', many(100_000, ''), 0],
    ['commas on lines of their own', many(10_000, ','), 10_000],
    ['quotes within fields, and blanks', many(4, `"${'x"'.repeat(4_000)}x${' '.repeat(7_000)},1`), 4],
    ['quotes and blanks in turn', many(20, `"${'" '.repeat(7_000)}`), 20],
    ['quotes and commas in turn', many(20, `"${'"x,'.repeat(5_000)}`), 20],
    ['amounts of a thousand digits', many(100, checkingLine({ amount: '9'.repeat(1_000) })), 100],
    ['amounts with large exponents', many(500, checkingLine({ amount: '1e-999', balance: '1e999' })), 500],
    ['balances with large exponents', many(500, checkingLine({ balance: '1e999' })), 500],
    ['dates behind thousands of blanks', many(20, checkingLine({ date: `${' '.repeat(15_000)}x` })), 20],
  ])('%s', async (_, lines, rejected) => {
    for (const chunkBytes of [7_001, 10 * MEGABYTE]) {
      const counts = await countRows(between(lines), { chunkBytes })
      expect(counts).toMatchObject({ read: 2, rejected })
    }
  })

  test.each<[string, readonly string[]]>([
    ['entities that are none', many(20, checkingLine({ description: `${'&'.repeat(14_000)};` }))],
    ['entities', many(20, checkingLine({ description: '&amp;'.repeat(2_500) }))],
    ['blanks in a description', many(20, checkingLine({ description: `A${' '.repeat(15_000)}B` }))],
    ['words that are not known', many(5_000, (index) => checkingLine({ type: `T${index}` }))],
    ['days in no order', many(3_000, (index) => checkingLine({ date: `0${1 + (index % 9)}/15/${1_000 + index}` }))],
    ['Windows-1252 in each row', many(1_500, checkingLine({ description: 'CAF\u00c9' }))],
  ])('%s are read', async (_, lines) => {
    const counts = await countRows(between(lines))
    expect(counts.read + counts.rejected).toBe(lines.length + 2)
  })
})

test('a quote that is never closed costs nothing behind it', async () => {
  const open = 'DEBIT,01/31/2026,"NEVER CLOSED,-1.00,DEBIT_CARD,1.00,,'
  for (const [lines, read, rejected] of [
    [[open, ...many(10_000, good)], 10_002, 1],
    [[open, open, ...many(100, good), open], 102, 3],
    [many(500, `${open}\n${good}`), 502, 500],
  ] as const)
    expect(await countRows(between(lines))).toMatchObject({ read, rejected })
})

test('a line is too long or not wherever it stands', async () => {
  for (const length of [1_000, 10_000, 15_000, 17_000, 20_000, 40_000, 60_000]) {
    const line = checkingLine({ description: 'y'.repeat(length) })
    const outcomes = new Set<string>()
    for (const rowsBefore of [0, 400, 800, 1_100]) {
      const { read, rejected } = await countRows(between([...many(rowsBefore, good), line]))
      outcomes.add(`${read - rowsBefore} read, ${rejected} rejected`)
    }
    expect([...outcomes], `${length} characters`).toHaveLength(1)
  }
})

test('carriage returns alone are no line breaks, and no hang', async () => {
  const { rejected } = await countRows(between(['\r'.repeat(MEGABYTE)]))
  expect(rejected).toBeLessThanOrEqual(1)
})

test('nine thousand cards in one file', async () => {
  const lines = many(9_000, (index) => `${1_000 + index},${cardLine()}`)
  const file = toFile(csvText(cardColumnHeader, lines), { fileName: 'cards.csv' })
  const { items } = (await provider.fetchAccounts(file)).unwrap()
  expect(items).toHaveLength(9_000)
})

test('names that every object has', async () => {
  const text = between([
    checkingLine({ description: '__proto__', type: '__proto__' }),
    checkingLine({ description: 'constructor', type: 'hasOwnProperty' }),
  ])
  const { items, rejected } = await readRecords(text, { fileName: checkingName })
  expect(rejected).toEqual([])
  expect(items.map(({ description }) => description)).toEqual([
    'SUNRISE COFFEE',
    '__proto__',
    'constructor',
    'SUNRISE COFFEE',
  ])
})

test('NULs and other control characters in a row', async () => {
  const line = checkingLine({ description: 'A\0B\x01C', type: 'ACH_\0DEBIT', check: '01\x0007' })
  const { items } = await readRecords(between([line]), { fileName: checkingName })
  expect(items[1]).toMatchObject({ description: 'AB\x01C', providerType: 'ACH_DEBIT', checkNumber: '0107' })
  expect(JSON.stringify(items)).not.toContain('\\u0000')
})

test('a word that is not ASCII is kept as it is', async () => {
  const text = between([checkingLine({ type: 'ÜBERTRAG' })])
  const { items } = await readRecords(text, { fileName: checkingName })
  expect(items[1]).toMatchObject({ providerType: 'ÜBERTRAG', transactionType: 'unknown' })
})
