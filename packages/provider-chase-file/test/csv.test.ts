import { describe, expect, test } from 'vitest'
import {
  cardHeader,
  cardLine,
  cardName,
  checkingHeader,
  checkingLine,
  checkingName,
  csvText,
  investingHeader,
  investingLine,
  oldHeaders,
} from './csv-builder.ts'
import { chaseSignOn, printOfx, sgml } from './ofx-builder.ts'
import { provider, type ReadOptions, readEverything, readRecords, toFile } from './read-everything.ts'

const readChecking = (lines: readonly string[], options: ReadOptions = {}) =>
  readRecords(csvText(checkingHeader, lines), { fileName: checkingName, ...options })
const readCard = (lines: readonly string[]) => readRecords(csvText(cardHeader, lines), { fileName: cardName })

const good = checkingLine()
const later = checkingLine({ date: '02/01/2026', description: 'FERRY TICKET' })

describe('rows of a checking file', () => {
  test.each([
    ['seven fields', 'DEBIT,01/31/2026,"SUNRISE COFFEE",-4.25,DEBIT_CARD,95.75,'],
    ['eight fields', 'DEBIT,01/31/2026,"SUNRISE COFFEE",-4.25,DEBIT_CARD,95.75,,'],
    ['eight fields, the last a blank', 'DEBIT,01/31/2026,"SUNRISE COFFEE",-4.25,DEBIT_CARD,95.75,, '],
    ['no check number', 'DEBIT,01/31/2026,"SUNRISE COFFEE",-4.25,DEBIT_CARD,95.75'],
    ['no balance', 'DEBIT,01/31/2026,"SUNRISE COFFEE",-4.25,DEBIT_CARD'],
    ['no quotes', 'DEBIT,01/31/2026,SUNRISE COFFEE,-4.25,DEBIT_CARD,95.75,,'],
    ['quotes everywhere', '"DEBIT","01/31/2026","SUNRISE COFFEE","-4.25","DEBIT_CARD","95.75","",""'],
    ['blanks around its fields', 'DEBIT , 01/31/2026 ,"SUNRISE COFFEE", -4.25 ,DEBIT_CARD, 95.75 ,,'],
    ['a day without zeros', 'DEBIT,1/31/2026,"SUNRISE COFFEE",-4.25,DEBIT_CARD,95.75,,'],
  ])('%s are the same transaction', async (_, line) => {
    const [known] = (await readChecking([good])).items
    const { items, rejected } = await readChecking([later, line])
    expect(rejected).toEqual([])
    expect(items[1]).toMatchObject({
      providerTransactionId: known?.providerTransactionId,
      amount: '-4.25',
      description: 'SUNRISE COFFEE',
      transactionDate: '2026-01-31',
      status: 'posted',
    })
  })

  test('a check number is kept as it is written', async () => {
    const line = checkingLine({ check: '0107' })
    for (const one of [line, line.slice(0, -1)])
      expect((await readChecking([one])).items).toMatchObject([{ checkNumber: '0107' }])
  })

  test('an eighth field that is not empty is rejected, with its place', async () => {
    const bad = 'DEBIT,01/31/2026,TIDEWATER MARKET, KITTERY,-22.75,DEBIT_CARD,95.75,0107'
    const { items, rejected } = await readChecking([later, bad, good])
    expect(items.map(({ amount }) => amount)).toEqual(['-4.25', '-4.25'])
    const offset = csvText(checkingHeader, [later]).length
    expect(rejected).toMatchObject([
      { path: `line 3 at byte ${offset}`, providerAccountId: 'deposit-4482', reason: expect.stringMatching(/comma/) },
    ])
  })

  test.each([
    ['in eight fields', checkingHeader, 'DEBIT,01/31/2026,STORE, 42,-22.75,DEBIT_CARD,95.75,'],
    ['in nine fields', checkingHeader, 'DEBIT,01/31/2026,STORE, 42,-22.75,DEBIT_CARD,95.75,,'],
    ['in a pending row', checkingHeader, 'DEBIT,01/31/2026,STORE, 42,-22.75,DEBIT_CARD, ,,'],
    ['of 2013', oldHeaders.checking2013, 'DEBIT,01/31/2013,STORE, 42,-22.75,'],
    ['of 2009', 'DEBIT,20090131120000[0:GMT],"A",-1.00', 'DEBIT,20090131120000[0:GMT],STORE, 42,-22.75'],
    ['of a card', cardHeader, '01/30/2026,01/31/2026,A, B, C, 42,Home,Sale,-22.75,'],
    ['of a card of 2011', oldHeaders.card2011, 'Sale,01/30/2011,01/31/2011,STORE, 42,-22.75'],
    ['of a card of 2018', oldHeaders.card2018, '01/30/2026,01/31/2026,A, B, C, 42,Home,Sale,-22.75'],
  ])('a number behind a comma that is not in quotes is never the amount: %s', async (_, header, line) => {
    const { items, rejected } = await readRecords(csvText(header, [line]), { fileName: checkingName })
    expect(items.map(({ amount }) => amount)).not.toContain('42')
    expect(rejected).toHaveLength(1)
  })

  test.each([
    ['too few fields', 'DEBIT,01/31/2026,"SUNRISE COFFEE",-4.25', /cells/],
    ['one field', 'SUNRISE COFFEE', /cells/],
    ['a day that does not exist', checkingLine({ date: '02/30/2026' }), /Posting Date .*does not exist/],
    ['days and months swapped', checkingLine({ date: '31/01/2026' }), /Posting Date/],
    ['a day of another form', checkingLine({ date: '2026-01-31' }), /Posting Date/],
    ['no day', checkingLine({ date: '' }), /Posting Date is missing/],
    ['an amount that is no number', checkingLine({ amount: '-$4.25' }), /Amount is not a number/],
    ['an amount with two marks', checkingLine({ amount: '"-1,004.25"' }), /Amount/],
  ])('%s: rejected, and the others stay', async (_, bad, reason) => {
    const { items, rejected } = await readChecking([later, bad, good])
    expect(items.map(({ description }) => description)).toEqual(['FERRY TICKET', 'SUNRISE COFFEE'])
    expect(rejected).toMatchObject([{ path: expect.stringMatching(/^line 3 at byte /) }])
    expect(rejected[0]?.reason).toMatch(reason)
  })

  test('an empty amount is one of no money', async () => {
    const { items, rejected } = await readChecking([checkingLine({ amount: '' }), checkingLine({ amount: ' ' })])
    expect(rejected).toEqual([])
    expect(items.map(({ amount }) => amount)).toEqual(['0', '0'])
  })

  test('empty lines are none', async () => {
    const { items, rejected } = await readChecking(['', later, '', ' ', good, '', ''])
    expect({ items: items.length, rejected }).toEqual({ items: 2, rejected: [] })
  })

  test('a quote that is never closed costs its own line', async () => {
    const open = 'DEBIT,01/31/2026,"NEVER CLOSED,-1.00,DEBIT_CARD,1.00,,'
    const { items, rejected } = await readChecking([later, open, good, good])
    expect(items.map(({ description }) => description)).toEqual(['FERRY TICKET', 'SUNRISE COFFEE', 'SUNRISE COFFEE'])
    expect(rejected).toMatchObject([
      { path: expect.stringMatching(/^line 3 /), reason: expect.stringMatching(/quote/) },
    ])
  })

  test('a quote in the middle of a field is a character', async () => {
    const { items } = await readChecking(['DEBIT,01/31/2026,THE "OLD" MILL 5",-4.25,DEBIT_CARD,95.75,,', good])
    expect(items.map(({ description }) => description)).toEqual(['THE "OLD" MILL 5"', 'SUNRISE COFFEE'])
  })
})

describe('rows of an investing file', () => {
  const readInvesting = (line: string) =>
    readRecords(csvText(investingHeader, [line]), { fileName: 'activity.csv', accountId: 'invest-6118' })

  test.each([
    ['USD', 'USD'],
    ['cad', 'CAD'],
    ['', 'USD'],
    ['$', 'XXX'],
    ['US', 'XXX'],
    ['US DOLLAR', 'XXX'],
  ])('in the currency %j', async (written, currency) => {
    expect((await readInvesting(investingLine({ currency: written }))).items).toMatchObject([{ currency }])
  })

  test('an empty amount is one of no money', async () => {
    const received = await readInvesting(investingLine({ type: 'REC', amount: '', quantity: '318' }))
    expect(received.items).toMatchObject([{ amount: '0', quantity: '318', subtype: 'security_in' }])
  })
})

describe('texts', () => {
  const descriptionOf = async (description: string) =>
    (await readChecking([checkingLine({ description })])).items[0]?.description

  test.each([
    ['a comma in quotes', 'TIDEWATER MARKET, KITTERY ME', 'TIDEWATER MARKET, KITTERY ME'],
    ['doubled quotes', 'THE "OLD" MILL', 'THE "OLD" MILL'],
    ['quotes at both ends', '"OLD MILL"', '"OLD MILL"'],
    ['an entity', 'H&amp;B OUTFITTERS', 'H&B OUTFITTERS'],
    ['an entity encoded twice', 'H&amp;amp;B', 'H&amp;B'],
    ['a raw &', 'H&B & SONS;', 'H&B & SONS;'],
    ['runs of blanks', 'SUNRISE COFFEE        01/30  KITTERY', 'SUNRISE COFFEE 01/30 KITTERY'],
    ['what means something in OFX', '<STMTTRN>&lt;', '<STMTTRN><'],
    ['more than QFX has', 'A LONG ONE '.repeat(20).trim(), 'A LONG ONE '.repeat(20).trim()],
    ['nothing', '', ''],
  ])('%s', async (_, written, meant) => {
    expect(await descriptionOf(written)).toBe(meant)
  })

  const cafe = (bytes: readonly number[]) => {
    const [before = '', behind = ''] = csvText(checkingHeader, [checkingLine({ description: 'CAF|' })]).split('|')
    const encoder = new TextEncoder()
    return Uint8Array.of(...encoder.encode(before), ...bytes, ...encoder.encode(behind))
  }

  test.each([
    ['UTF-8', [0xc3, 0x89, 0xe2, 0x82, 0xac], 'CAFÉ€'],
    ['Windows-1252', [0xc9, 0x80, 0x99], 'CAFÉ€™'],
  ])('%s', async (_, bytes, meant) => {
    const { items } = await readRecords(cafe(bytes), { fileName: checkingName })
    expect(items).toMatchObject([{ description: meant, rawData: { Description: meant } }])
  })

  test('UTF-16 as a spreadsheet saves it', async () => {
    const text = `\ufeff${csvText(checkingHeader, [checkingLine({ description: 'CAFÉ' })], '\r\n')}`
    const bytes = new Uint8Array(Uint16Array.from(text, (unit) => unit.charCodeAt(0)).buffer)
    expect((await readRecords(bytes, { fileName: checkingName })).items).toMatchObject([{ description: 'CAFÉ' }])
  })
})

describe('files', () => {
  const lines = [later, good]

  test.each([
    ['CRLF', csvText(checkingHeader, lines, '\r\n')],
    ['no final newline', csvText(checkingHeader, lines).trimEnd()],
    ['CRLF and no final newline', csvText(checkingHeader, lines, '\r\n').trimEnd()],
    ['a byte order mark', `\ufeff${csvText(checkingHeader, lines)}`],
    ['a header in quotes', csvText(checkingHeader.replace(/[^,]+/g, '"$&"'), lines)],
    ['a header that ends in a comma', csvText(`${checkingHeader},`, lines)],
    ['a header in small letters', csvText(checkingHeader.toLowerCase(), lines)],
  ])('with %s give the same', async (_, text) => {
    const expected = await readChecking(lines)
    const found = await readRecords(text, { fileName: checkingName })
    expect({ ...found, items: found.items.map(({ rawData: _raw, ...item }) => item) }).toEqual({
      ...expected,
      items: expected.items.map(({ rawData: _raw, ...item }) => item),
    })
    expect(found.items.map(({ rawData }) => rawData)).toEqual(expected.items.map(({ rawData }) => rawData))
  })

  test('of 2009 with a byte order mark give the same', async () => {
    const text = 'DEBIT,20091224120000[0:GMT],"BOOK STORE",-20.00\n'
    const [plain] = (await readRecords(text, { fileName: checkingName })).items
    expect((await readRecords(`\ufeff${text}`, { fileName: checkingName })).items).toEqual([plain])
    expect(plain?.providerType).toBe('DEBIT')
  })

  test.each([
    ['checking', checkingHeader, checkingName, 'deposit-4482'],
    ['a card', cardHeader, cardName, 'card-3391'],
  ])('of %s with nothing but a header have an account and no rows', async (_, header, fileName, providerAccountId) => {
    for (const text of [header, `${header}\n`, `${header}\r\n\r\n`]) {
      const everything = (await readEverything(text, { fileName })).unwrap()
      expect(everything.accounts).toMatchObject({ items: [{ providerAccountId, balance: null }], warnings: [] })
      expect(everything.transactions[providerAccountId]).toMatchObject({ items: [], rejected: [], warnings: [] })
    }
  })

  test.each([
    ['another name for a column', checkingHeader.replace('Posting Date', 'Date')],
    ['a column less', checkingHeader.replace(',Balance', '')],
    ['a column more', `${checkingHeader},Note`],
    ['columns in another order', 'Posting Date,Details,Description,Amount,Type,Balance,Check or Slip #'],
    ['another separator', checkingHeader.replaceAll(',', ';')],
    ["a bank's of another kind", 'Date,Description,Amount,Running Bal.'],
  ])('with %s are foreign', async (_, header) => {
    const text = csvText(header, lines)
    expect((await provider.identify(toFile(text, { fileName: checkingName }))).unwrap()).toBeNull()
    const error = (await readEverything(text, { fileName: checkingName })).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'fileContent', offset: 0 }] })
    expect(error.message).toMatch(/QFX/)
  })

  test('a QBO that is served as .CSV is a QBO', async () => {
    const rows = [{ TRNTYPE: 'DEBIT', DTPOSTED: '20260131', TRNAMT: '-4.25', NAME: 'SUNRISE COFFEE' }]
    const text = printOfx([{ rows }], sgml, { ...chaseSignOn, 'INTU.BID': '2430' })
    const options = { fileName: checkingName }
    expect((await provider.identify(toFile(text, options))).unwrap()?.format).toBe('QBO 1.0.2')
    expect((await readRecords(text, options)).items).toMatchObject([{ amount: '-4.25' }])
  })

  test('a card of 1,000 rows may be cut off, one of 999 is not', async () => {
    const rows = (length: number) => Array.from({ length }, () => cardLine())
    expect((await readCard(rows(1_000))).warnings).toMatchObject([
      { code: 'POSSIBLY_TRUNCATED', providerAccountId: 'card-3391', message: expect.stringMatching(/1000 rows/) },
    ])
    expect((await readCard(rows(999))).warnings).toEqual([])
    const checking = Array.from({ length: 1_000 }, () => checkingLine({ amount: '0.00', balance: '5.00' }))
    expect((await readChecking(checking)).warnings).toEqual([])
  })

  test('identify tells the layout, the account and the days', async () => {
    const text = csvText(checkingHeader, [later, good])
    expect((await provider.identify(toFile(text, { fileName: checkingName }))).unwrap()).toEqual({
      format: 'Chase deposit CSV',
      accounts: [
        {
          providerAccountId: 'deposit-4482',
          accountNumberMasked: '••••4482',
          category: 'depository',
          accountType: expect.any(String),
          period: { from: '2026-01-31', to: '2026-02-01' },
        },
      ],
    })
  })
})
