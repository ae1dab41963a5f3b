import { describe, expect, test } from 'vitest'
import { checkingHeader, checkingLine, checkingName, csvText } from './csv-builder.ts'
import { provider, readRecords, toFile } from './read-everything.ts'

type Row = { day: number; amount: string; balance: string }

const lineOf = ({ day, amount, balance }: Row) =>
  checkingLine({
    date: `01/${String(day).padStart(2, '0')}/2026`,
    amount,
    balance,
    description: `ROW ${day} ${amount}`,
  })

const read = (rows: readonly Row[]) =>
  readRecords(csvText(checkingHeader, rows.map(lineOf)), { fileName: checkingName })

/** From the newest to the oldest, each balance the next one's and its own amount. */
const history: readonly Row[] = [
  { day: 31, amount: '-4.25', balance: '1095.75' },
  { day: 30, amount: '-100.00', balance: '1100.00' },
  { day: 30, amount: '250.00', balance: '1200.00' },
  { day: 15, amount: '-0.10', balance: '950.00' },
  { day: 2, amount: '-49.90', balance: '950.10' },
]
const blank = (rows: readonly Row[], ...at: number[]) =>
  rows.map((row, index) => (at.includes(index) ? { ...row, balance: index % 2 === 0 ? '' : ' ' } : row))
const without = (rows: readonly Row[], at: number) => rows.filter((_, index) => index !== at)

describe.each([
  ['newest first', history, 'newest'],
  ['oldest first', history.toReversed(), 'oldest'],
] as const)('a file with the %s', (_, rows, first) => {
  const atTop = first === 'newest' ? 'pending' : 'posted'
  const atBottom = first === 'newest' ? 'posted' : 'pending'
  const posted = (count: number) => Array.from({ length: count }, () => 'posted')
  const statusesOf = async (some: readonly Row[]) => (await read(some)).items.map(({ status }) => status)

  test('adds up', async () => {
    const { warnings, accounts, items } = await read(rows)
    expect(warnings).toEqual([])
    expect(accounts).toMatchObject([{ balance: '1095.75' }])
    expect(items.map(({ status }) => status)).toEqual(posted(5))
  })

  test('has rows without a balance at one end: they are pending at the newest', async () => {
    expect(await statusesOf(blank(rows, 0))).toEqual([atTop, ...posted(4)])
    expect(await statusesOf(blank(rows, 4))).toEqual([...posted(4), atBottom])
    const newestTwo = first === 'newest' ? blank(rows, 0, 1) : blank(rows, 3, 4)
    const { items, warnings, accounts } = await read(newestTwo)
    expect(
      items
        .filter(({ status }) => status === 'pending')
        .map(({ amount }) => amount)
        .sort(),
    ).toEqual(['-100', '-4.25'])
    expect(warnings).toEqual([])
    expect(accounts).toMatchObject([{ balance: '1200' }])
  })

  test('has rows without a balance in the middle: they are posted, and bridged', async () => {
    for (const at of [[1], [2], [3], [1, 2], [1, 2, 3]]) {
      const { items, warnings } = await read(blank(rows, ...at))
      expect(items.map(({ status }) => status)).toEqual(posted(5))
      expect(warnings).toEqual([])
    }
  })

  test('has both', async () => {
    expect(await statusesOf(blank(rows, 0, 2))).toEqual([atTop, ...posted(4)])
    expect(await statusesOf(blank(rows, 2, 4))).toEqual([...posted(4), atBottom])
  })

  test.each([1, 2, 3])('lacks its row %i: a warning has both numbers', async (at) => {
    const [earlier, later] = [rows[at - 1], rows[at + 1]] as [Row, Row]
    const [older, newer] = first === 'newest' ? [later, earlier] : [earlier, later]
    const cents = (text: string) => Math.round(Number(text) * 100)
    const expected =
      first === 'newest' ? cents(newer.balance) - cents(newer.amount) : cents(older.balance) + cents(newer.amount)
    const { items, warnings } = await read(without(rows, at))
    expect(items).toHaveLength(4)
    expect(warnings).toMatchObject([
      {
        code: 'BALANCE_MISMATCH',
        providerAccountId: 'deposit-4482',
        details: {
          row: at + 1,
          expected: String(expected / 100),
          found: String(Number(later.balance)),
          mismatches: 1,
        },
      },
    ])
  })

  test('lacks a row beside one without a balance: a warning too', async () => {
    const { warnings } = await read(without(blank(rows, 1), 2))
    expect(warnings).toMatchObject([{ code: 'BALANCE_MISMATCH', details: { mismatches: 1 } }])
  })

  test('lacks its first or last row, which no balance tells', async () => {
    expect((await read(without(rows, 0))).warnings).toEqual([])
    expect((await read(without(rows, 4))).warnings).toEqual([])
  })

  test('lacks two rows: they are counted', async () => {
    const { warnings } = await read([rows[0], rows[2], rows[4]] as Row[])
    expect(warnings).toMatchObject([{ details: { mismatches: 2 } }])
  })

  test('has a row that can not be read: a warning, since it is missing', async () => {
    const bad = rows.map((row, index) => (index === 2 ? { ...row, amount: 'none' } : row))
    const { items, rejected, warnings } = await read(bad)
    expect({ items: items.length, rejected: rejected.length }).toEqual({ items: 4, rejected: 1 })
    expect(warnings).toMatchObject([{ code: 'BALANCE_MISMATCH' }])
  })

  test('has rows of no money, which change nothing', async () => {
    const free = { day: rows[2]?.day ?? 0, amount: '', balance: '1200.00' }
    const [before, behind] = first === 'newest' ? [2, 2] : [3, 3]
    expect((await read([...rows.slice(0, before), free, ...rows.slice(behind)])).warnings).toEqual([])
  })
})

describe('the order of time', () => {
  test('is told by balances when all rows are of one day', async () => {
    const day = history.map((row) => ({ ...row, day: 31 }))
    for (const rows of [day, day.toReversed()]) {
      const { warnings, accounts } = await read(rows)
      expect(warnings).toEqual([])
      expect(accounts).toMatchObject([{ balance: '1095.75' }])
    }
  })

  test('is not known when it is needed: rows without a balance that are the oldest are posted', async () => {
    const rows = [
      { day: 2, amount: '-49.90', balance: '' },
      { day: 2, amount: '-0.10', balance: '950.00' },
      { day: 30, amount: '250.00', balance: '1200.00' },
    ]
    expect((await read(rows)).items.map(({ status }) => status)).toEqual(['posted', 'posted', 'posted'])
  })

  test('a balance that can not be read is not one that is missing', async () => {
    const rows = history.map((row, index) => (index === 0 ? { ...row, balance: 'n/a' } : row))
    const { items, rejected, warnings } = await read(rows)
    expect(items.map(({ status }) => status)).not.toContain('pending')
    expect(rejected.length + warnings.length).toBeGreaterThan(0)
  })
})

test('the balance of a file is told with its last page', async () => {
  const rows = Array.from({ length: 2_500 }, (_, index) => ({
    day: 31 - Math.floor(index / 100),
    amount: '-1.00',
    balance: `${10_000 + index}.00`,
  }))
  const file = toFile(csvText(checkingHeader, rows.map(lineOf)), { fileName: checkingName })
  const balances = []
  for await (const page of provider.fetchSnapshot(file))
    balances.push(...page.unwrap().accounts.map(({ balance }) => balance))
  expect(balances).toEqual([null, '10000'])
})
