import { Readable } from 'node:stream'
import { Decimal, type FileContent, type SnapshotPage } from '@finport/core'
import { accountBatchSchema, holdingBatchSchema, transactionBatchSchema } from '@finport/core/schemas'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { cardColumnHeader, cardLine, checkingHeader, checkingLine, checkingName, csvText } from './csv-builder.ts'
import { chaseSignOn, type OfxTree, printOfx, sgml, xml } from './ofx-builder.ts'
import { expectValid, provider, streamOf, toFile } from './read-everything.ts'

const encoder = new TextEncoder()
const zero = Decimal.parse('0').unwrap()
const ROWS = 2_100

const balanceCents = (index: number) => 1_000_000 + index
const checkingLines = Array.from({ length: ROWS }, (_, index) =>
  checkingLine({
    date: `01/${String(31 - Math.floor(index / 200)).padStart(2, '0')}/2026`,
    description: `ROW ${index}`,
    amount: '-0.01',
    balance: (balanceCents(index) / 100).toFixed(2),
  }),
)
const record = (index: number): OfxTree => ({
  TRNTYPE: 'DEBIT',
  DTPOSTED: `202601${String(31 - Math.floor(index / 200)).padStart(2, '0')}`,
  TRNAMT: '-0.01',
  FITID: String(index),
  NAME: `ROW ${index}`,
})
const records = Array.from({ length: ROWS }, (_, index) => record(index))
const behind = { LEDGERBAL: { BALAMT: '10000.00', DTASOF: '20260131' } }

/** Investments of one account: trades, then positions, and behind all of them the list that says what they are of. */
function investmentText(trades: number, positions: number, more = ''): string {
  const list = Array.from(
    { length: trades },
    (_, index) =>
      `<BUYSTOCK><INVBUY><INVTRAN><FITID>${index}<DTTRADE>20260105</INVTRAN><SECID><UNIQUEID>${index % 10}<UNIQUEIDTYPE>CUSIP</SECID><UNITS>1<UNITPRICE>${index}.00<TOTAL>-${index}.00</INVBUY><BUYTYPE>BUY</BUYSTOCK>\n`,
  ).join('')
  const held = Array.from(
    { length: positions },
    (_, index) =>
      `<POSSTOCK><INVPOS><SECID><UNIQUEID>${index}<UNIQUEIDTYPE>CUSIP</SECID><HELDINACCT>CASH<POSTYPE>LONG<UNITS>2<UNITPRICE>1.50<MKTVAL>3.00<DTPRICEASOF>20260131</INVPOS></POSSTOCK>\n`,
  ).join('')
  const securities = Array.from(
    { length: Math.max(positions, 10) },
    (_, index) =>
      `<STOCKINFO><SECINFO><SECID><UNIQUEID>${index}<UNIQUEIDTYPE>CUSIP</SECID><SECNAME>SECURITY ${index}<TICKER>S${index}</SECINFO></STOCKINFO>\n`,
  ).join('')
  return [
    '<OFX><INVSTMTMSGSRSV1><INVSTMTTRNRS><INVSTMTRS><DTASOF>20260131<CURDEF>USD',
    '<INVACCTFROM><BROKERID>otter.example<ACCTID>30071558</INVACCTFROM>',
    `<INVTRANLIST>${list}${more}</INVTRANLIST><INVPOSLIST>${held}</INVPOSLIST>`,
    '<INVBAL><AVAILCASH>10.00<MARGINBALANCE>0<SHORTBALANCE>0</INVBAL>',
    '</INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1>',
    `<SECLISTMSGSRSV1><SECLIST>${securities}</SECLIST></SECLISTMSGSRSV1></OFX>`,
  ].join('\n')
}

/** A text in chunks of any size, as a stream that can be opened again, and how often it was. */
function stream(text: string, chunkBytes = 10_000) {
  const bytes = encoder.encode(text)
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  )
  return vi.fn(streamOf(...chunks))
}

async function pagesOf(content: FileContent, fileName: string): Promise<SnapshotPage[]> {
  const pages: SnapshotPage[] = []
  for await (const page of provider.fetchSnapshot(toFile(content, { fileName }))) pages.push(page.unwrap())
  return pages
}

const sumOf = (transactions: readonly { amount: Decimal }[]) =>
  transactions.reduce((sum, { amount }) => Decimal.add(sum, amount), zero)
const keyOf = (one: { providerAccountId: string; providerTransactionId: string }) =>
  `${one.providerAccountId} ${one.providerTransactionId}`

const files = [
  ['QFX', printOfx([{ rows: records, behind }], sgml, chaseSignOn), 'deposit-4482', '10000'],
  ['OFX 2.2', printOfx([{ rows: records, behind }], xml, chaseSignOn), 'deposit-4482', '10000'],
  ['CSV', csvText(checkingHeader, checkingLines), 'deposit-4482', '10000'],
  ['OFX with investments', investmentText(1_600, 500), 'invest-1558', '1510'],
] as const

describe.each(files)('a snapshot of %s', (_, text, providerAccountId, balance) => {
  let pages: SnapshotPage[] = []
  beforeAll(async () => {
    pages = await pagesOf(stream(text), checkingName)
  })

  test('comes in pages of a hundred records or more', () => {
    const sizes = pages.map(({ transactions, holdings, rejected }) =>
      [transactions, holdings, rejected].reduce((sum, { length }) => sum + length, 0),
    )
    expect(sizes.reduce((sum, size) => sum + size)).toBe(ROWS)
    expect(pages.length).toBeGreaterThanOrEqual(2)
    for (const size of sizes.slice(0, -1)) {
      expect(size).toBeGreaterThanOrEqual(100)
      expect(size).toBeLessThan(1_500)
    }
  })

  test('tells the account before its first record, and again with its balance', () => {
    expect(pages[0]?.accounts).toMatchObject([{ providerAccountId, balance: null }])
    expect(pages.slice(1).flatMap(({ accounts }) => accounts)).toMatchObject([{ providerAccountId, balance }])
    expect(pages.slice(0, -1).flatMap(({ completed }) => completed)).toEqual([])
    expect(pages.at(-1)?.completed).toMatchObject([{ providerAccountId, covered: null }])
  })

  test('has what the three fetches have', async () => {
    const file = toFile(stream(text, 3_333), { fileName: checkingName })
    const accounts = (await provider.fetchAccounts(file)).unwrap()
    const transactions = (await provider.fetchTransactions(file, providerAccountId)).unwrap()
    const holdings = (await provider.fetchHoldings(file, providerAccountId)).unwrap()
    expectValid(accountBatchSchema, accounts)
    expectValid(transactionBatchSchema, transactions)
    expectValid(holdingBatchSchema, holdings)
    const streamed = pages.flatMap((page) => page.transactions)
    expect(sumOf(streamed)).toBe(sumOf(transactions.items))
    expect(JSON.stringify(streamed)).toBe(JSON.stringify(transactions.items))
    expect(pages.flatMap((page) => page.holdings)).toEqual(holdings.items)
    expect(pages.flatMap((page) => page.accounts).at(-1)).toEqual(accounts.items[0])
    expect(new Set(streamed.map(keyOf)).size).toBe(streamed.length)
  })

  test('is the same however it is delivered', async () => {
    const print = (some: SnapshotPage[]) =>
      JSON.stringify([some.flatMap(({ transactions }) => transactions), some.flatMap(({ holdings }) => holdings)])
    const whole = print(pages)
    for (const content of [encoder.encode(text), stream(text, 1_000), stream(text, 65_537)])
      expect(print(await pagesOf(content, checkingName))).toBe(whole)
  })
})

describe('how often a file is opened', () => {
  const correction = '<STMTTRN><DTPOSTED>20260131<TRNAMT>-2<FITID>X<CORRECTFITID>0<CORRECTACTION>REPLACE</STMTTRN>'
  const correctedText = printOfx([{ rows: records, behind }], sgml, chaseSignOn).replace(
    '</BANKTRANLIST>',
    `${correction}</BANKTRANLIST>`,
  )
  const reversal =
    '<INCOME><INVTRAN><FITID>R<DTTRADE>20260106<REVERSALFITID>0</INVTRAN><SECID><UNIQUEID>1<UNIQUEIDTYPE>CUSIP</SECID><INCOMETYPE>DIV<TOTAL>1</INCOME>'

  test.each([
    ['a bank statement', files[0][1], 1],
    ['CSV', files[2][1], 1],
    ['investments, whose securities stand behind them', files[3][1], 2],
    ['corrections of rows that have gone out', correctedText, 2],
    ['both', investmentText(1_500, 10, reversal), 3],
  ])('%s', async (_, text, times) => {
    const open = stream(text)
    await pagesOf(open, checkingName)
    expect(open.mock.calls.length).toBeLessThanOrEqual(times)
    const again = stream(text)
    const file = toFile(again, { fileName: checkingName })
    const [account] = (await provider.fetchAccounts(file)).unwrap().items
    await provider.fetchTransactions(file, account?.providerAccountId ?? '')
    await provider.fetchHoldings(file, account?.providerAccountId ?? '')
    expect(again.mock.calls.length).toBeLessThanOrEqual(times)
  })

  test('rows that are corrected come again as they are now', async () => {
    const pages = await pagesOf(stream(correctedText), checkingName)
    const first = pages[0]?.transactions[0]
    expect(first).toMatchObject({ description: 'ROW 0', status: 'posted' })
    const last = pages.at(-1)?.transactions ?? []
    expect(last).toContainEqual({ ...first, status: 'cancelled' })
    expect(last).toContainEqual(expect.objectContaining({ amount: '-2', replaces: first?.providerTransactionId }))
    const file = toFile(stream(correctedText))
    const { items } = (await provider.fetchTransactions(file, 'deposit-4482')).unwrap()
    expect(items).toHaveLength(ROWS + 1)
    expect(items[0]).toMatchObject({ description: 'ROW 0', status: 'cancelled' })
  })

  test('securities that stand behind megabytes of trades are known from the first page on', async () => {
    const [first] = await pagesOf(stream(files[3][1]), checkingName)
    expect(first?.transactions[0]).toMatchObject({ symbol: 'S0', securityName: 'SECURITY 0' })
  })

  /** A stream that gives its content the first time and then nothing, or an error, as one that can't be rewound does. */
  function once(text: string, then: 'nothing' | 'an error'): FileContent {
    let isOpened = false
    return async function* () {
      if (isOpened && then === 'an error') throw new Error('canary: the stream is used up')
      if (!isOpened) {
        isOpened = true
        yield encoder.encode(text)
      }
    }
  }

  /** What a snapshot ends in: the code of its error, or `null`. */
  const endOf = async (content: FileContent): Promise<{ code: string | null; message: string }> => {
    let end: { code: string | null; message: string } = { code: null, message: '' }
    for await (const page of provider.fetchSnapshot(toFile(content, { fileName: checkingName })))
      if (page.isErr()) end = page.error
    return end
  }

  test('a stream that can be opened only once is enough for what is read once', async () => {
    for (const then of ['nothing', 'an error'] as const) {
      expect((await endOf(once(files[0][1], then))).code).toBeNull()
      expect((await endOf(once(files[2][1], then))).code).toBeNull()
    }
  })

  describe.each([
    ['investments', files[3][1]],
    ['corrections', correctedText],
  ])('for %s', (_, text) => {
    test('a stream that fails when it is opened again fails the call, and says nothing of its own', async () => {
      const { code, message } = await endOf(once(text, 'an error'))
      expect(code).toBe('PROVIDER_INVALID_INPUT')
      expect(message).not.toContain('canary')
    })

    test('a stream that is empty when it is opened again fails the call', async () => {
      expect((await endOf(once(text, 'nothing'))).code).toBe('PROVIDER_INVALID_INPUT')
    })

    test('one stream that is given each time fails the call', async () => {
      const chunks = Array.from({ length: Math.ceil(text.length / 10_000) }, (_, index) =>
        encoder.encode(text.slice(index * 10_000, (index + 1) * 10_000)),
      )
      const readable = Readable.from(chunks)
      expect((await endOf(() => readable)).code).toBe('PROVIDER_INVALID_INPUT')
    })
  })
})

test.each([
  ['OFX', printOfx([{ rows: records.slice(0, 5) }])],
  ['something else', 'Dear customer, your statement is ready. '.repeat(5)],
])('blank lines before %s are the same to it however they are delivered', async (_, text) => {
  for (const blanks of [60_000, 65_530, 65_600, 70_000, 131_072]) {
    const file = '\n'.repeat(blanks) + text
    const outcomes = new Set<string>()
    for (const content of [encoder.encode(file), stream(file, 730), stream(file, 40_000), stream(file, 1_000_000)]) {
      const identified = await provider.identify(toFile(content))
      outcomes.add(JSON.stringify(identified.isOk() ? identified.value : identified.error.message))
    }
    expect([...outcomes], `${blanks} blanks`).toHaveLength(1)
  }
})

test('a value is trimmed the same whatever stands near it', async () => {
  for (const name of ['\x01SUNRISE', 'SUNRISE\x1f', '\u00a0SUNRISE', ' SUNRISE\t', '\x0bSUNRISE']) {
    const rows = [{ ...record(0), NAME: name }, { ...record(1) }]
    const descriptions = new Set<string | undefined>()
    for (const other of ['ASCII', 'CAFÉ', 'N\0L']) {
      const [, last] = rows
      const text = printOfx([{ rows: [rows[0] as OfxTree, { ...last, NAME: other }] }])
      const { items } = (await provider.fetchTransactions(toFile(text), 'deposit-4482')).unwrap()
      descriptions.add(items[0]?.description)
    }
    expect([...descriptions], JSON.stringify(name)).toHaveLength(1)
  }
})

test('cards of one file are each told before their first row', async () => {
  const lines = Array.from({ length: 3_000 }, (_, index) => `${1_000 + Math.floor(index / 700)},${cardLine()}`)
  const known = new Set<string>()
  for (const { accounts, transactions } of await pagesOf(stream(csvText(cardColumnHeader, lines)), 'cards.csv')) {
    for (const { providerAccountId } of accounts) known.add(providerAccountId)
    for (const { providerAccountId } of transactions) expect(known).toContain(providerAccountId)
  }
  expect(known.size).toBe(5)
})

test('rows without a balance do not keep the others back', async () => {
  const lines = Array.from({ length: 4_500 }, () => checkingLine({ balance: '' }))
  const pages = await pagesOf(stream(csvText(checkingHeader, lines)), checkingName)
  expect(pages.length).toBeGreaterThan(3)
})
