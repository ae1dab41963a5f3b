import { inspect } from 'node:util'
import {
  createProvider,
  type FileContent,
  type FileImportCredentials,
  type FileProvider,
  type IsoDate,
  isFileProvider,
  isProvider,
  isSnapshotProvider,
  type ProviderError,
  parseIsoDate,
  type Result,
  type SnapshotPage,
} from '@finport/core'
import { metadataSchema } from '@finport/core/schemas'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import { chaseFile } from '../src/index.ts'
import {
  chaseSignOn,
  checkingAccount,
  checkingText,
  type OfxTree,
  otherSignOn,
  printOfx,
  recordText,
  sgml,
  xml,
} from './ofx-builder.ts'
import { expectValid, provider, readEverything, readRecords, streamOf, toFile } from './read-everything.ts'

const encoder = new TextEncoder()
const day = (text: string) => parseIsoDate(text).unwrap()
const row = (fields: OfxTree = {}): OfxTree => ({
  TRNTYPE: 'DEBIT',
  DTPOSTED: '20260131',
  TRNAMT: '-1.00',
  NAME: 'A',
  ...fields,
})
const rowsOf = (...days: string[]) => days.map((date) => row({ DTPOSTED: date.replaceAll('-', '') }))
const cardAccount = { ACCTID: '604118227-3391' }
const savingsAccount = { ...checkingAccount, ACCTID: '000000907719', ACCTTYPE: 'SAVINGS' }
const smallFile = printOfx([{ rows: rowsOf('2026-01-31') }])

/** Six thousand rows, more than a chunk of any size that is read at once. */
const largeText = checkingText(
  Array.from({ length: 6_000 }, (_, index) => recordText(`<FITID>${index}<NAME>ROW ${index}`)).join('\n'),
  { behind: '<LEDGERBAL><BALAMT>7.00<DTASOF>20260131</LEDGERBAL>' },
)
const largeFile = encoder.encode(largeText)

function issuesOf(result: Result<unknown, ProviderError>) {
  const error = result.unwrapErr()
  if (error.code !== 'PROVIDER_INVALID_INPUT') throw error
  return error.issues
}

async function pagesOf(file: FileImportCredentials, query = {}): Promise<SnapshotPage[]> {
  const pages: SnapshotPage[] = []
  for await (const page of provider.fetchSnapshot(file, query)) pages.push(page.unwrap())
  return pages
}

describe('the provider', () => {
  test('is a file provider with financial data', () => {
    expect(provider.slug).toBe('chase-file')
    expect([isProvider(provider), isSnapshotProvider(provider), isFileProvider(provider)]).toEqual([true, true, true])
    expectTypeOf(provider).toExtend<FileProvider>()
    expectValid(metadataSchema, provider.metadata)
    expect(provider.metadata).toMatchObject({ authType: 'file_import', credentialType: 'file_import', hosts: [] })
  })

  test('has nothing to revoke', async () => {
    expect((await provider.revoke(toFile(smallFile))).unwrap()).toBe('unsupported')
  })

  test.each([
    ['no content', { fileName: 'a.qfx' }, 'fileContent'],
    ['a text as content', { fileName: 'a.qfx', fileContent: smallFile }, 'fileContent'],
    ['no name', { fileContent: new Uint8Array() }, 'fileName'],
    ['another type', { type: 'oauth2', accessToken: 'canary' }, 'type'],
  ])('refuses credentials with %s', (_, input, path) => {
    expect(issuesOf(provider.parseCredentials(input))).toMatchObject([{ path }])
  })

  test('refuses settings that are none of its own', () => {
    const made = createProvider(chaseFile, { includeRawData: 'yes' as unknown as boolean })
    expect(made.unwrapErr()).toMatchObject({ code: 'PROVIDER_CONFIGURATION_INVALID', settings: ['includeRawData'] })
  })

  test('gives plain data', async () => {
    const everything = (await readEverything(smallFile)).unwrap()
    expect(structuredClone(everything)).toEqual(everything)
    expect(JSON.parse(JSON.stringify(everything))).toEqual(everything)
  })
})

describe('reading', () => {
  /** A file, and how often it was opened. */
  function counted(content: string | Uint8Array = smallFile) {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    const open = vi.fn(streamOf(bytes))
    return { open, file: toFile(open) }
  }

  test('the three fetches read the file once', async () => {
    const { open, file } = counted()
    await provider.fetchAccounts(file)
    await provider.fetchTransactions(file, 'deposit-4482')
    await provider.fetchHoldings(file, 'deposit-4482')
    await provider.fetchTransactions(file, 'deposit-4482', { startDate: day('2026-01-01') })
    expect(open).toHaveBeenCalledTimes(1)
  })

  test('the three fetches read the file once when they are called at once', async () => {
    const { open, file } = counted(largeFile)
    const [accounts, transactions, holdings] = await Promise.all([
      provider.fetchAccounts(file),
      provider.fetchTransactions(file, 'deposit-4482'),
      provider.fetchHoldings(file, 'deposit-4482'),
    ])
    expect(open).toHaveBeenCalledTimes(1)
    expect(accounts.unwrap().items).toHaveLength(1)
    expect(transactions.unwrap().items).toHaveLength(6_000)
    expect(holdings.unwrap()).toEqual({ items: [], rejected: [], warnings: [], complete: true })
  })

  test('other credentials are read anew', async () => {
    const { open, file } = counted()
    await provider.fetchAccounts(file)
    await provider.fetchAccounts(toFile(open))
    expect(open).toHaveBeenCalledTimes(2)
  })

  test('a read that failed is tried again', async () => {
    const open = vi.fn(streamOf(encoder.encode(smallFile)))
    open.mockImplementationOnce(() => {
      throw new Error('not yet')
    })
    const file = toFile(open)
    expect((await provider.fetchAccounts(file)).isErr()).toBe(true)
    expect((await provider.fetchAccounts(file)).isOk()).toBe(true)
    expect(open).toHaveBeenCalledTimes(2)
  })

  test.each<[string, FileContent]>([
    [
      'fails at once',
      () => {
        throw new Error('canary-secret')
      },
    ],
    [
      'fails midway',
      async function* () {
        yield encoder.encode(smallFile.slice(0, 300))
        throw new Error('canary-secret')
      },
    ],
    [
      'gives texts',
      async function* () {
        yield 'canary-secret'
      } as unknown as FileContent,
    ],
    ['is none', (() => 'canary-secret') as unknown as FileContent],
    ['is nothing', (() => undefined) as unknown as FileContent],
  ])('a stream that %s ends in PROVIDER_INVALID_INPUT without what it said', async (_, content) => {
    const file = toFile(content)
    const failed = [
      await provider.fetchAccounts(file),
      await provider.fetchTransactions(file, 'deposit-4482'),
      await provider.identify(file),
    ]
    for (const result of failed) {
      expect(issuesOf(result)).toMatchObject([{ path: 'fileContent', offset: expect.any(Number) }])
      const error = result.unwrapErr()
      const printed = [
        inspect(error, { depth: 10, showHidden: true }),
        JSON.stringify(error),
        error.message,
        error.stack,
      ]
      expect(printed.join()).not.toContain('canary')
    }
  })
})

describe('aborting', () => {
  const aborted = AbortSignal.abort(new Error('canary-reason'))

  /** A stream that aborts the controller after its first chunk. */
  function abortedMidway(controller: AbortController, then: () => void = () => {}): FileContent {
    return async function* () {
      yield largeFile.subarray(0, 100_000)
      controller.abort()
      then()
      yield largeFile.subarray(100_000)
    }
  }

  test('before it starts', async () => {
    const file = toFile(smallFile)
    const results = [
      await provider.fetchAccounts(file, { signal: aborted }),
      await provider.fetchTransactions(file, 'deposit-4482', { signal: aborted }),
      await provider.fetchHoldings(file, 'deposit-4482', { signal: aborted }),
      await provider.identify(file, { signal: aborted }),
    ]
    for (const result of results) {
      expect(result.unwrapErr().code).toBe('PROVIDER_ABORTED')
      expect(inspect(result.unwrapErr())).not.toContain('canary')
    }
  })

  test('midway', async () => {
    const fetching = new AbortController()
    const file = toFile(abortedMidway(fetching))
    expect((await provider.fetchAccounts(file, { signal: fetching.signal })).unwrapErr().code).toBe('PROVIDER_ABORTED')
    const identifying = new AbortController()
    const other = toFile(abortedMidway(identifying))
    expect((await provider.identify(other, { signal: identifying.signal })).unwrapErr().code).toBe('PROVIDER_ABORTED')
  })

  test('midway, when the stream fails because of it', async () => {
    const controller = new AbortController()
    const file = toFile(
      abortedMidway(controller, () => {
        throw new DOMException('This operation was aborted', 'AbortError')
      }),
    )
    expect((await provider.fetchAccounts(file, { signal: controller.signal })).unwrapErr().code).toBe(
      'PROVIDER_ABORTED',
    )
  })

  test('while the stream waits for bytes that never come', async () => {
    const controller = new AbortController()
    const file = toFile(async function* () {
      yield largeFile.subarray(0, 100_000)
      setTimeout(() => controller.abort(), 5)
      await new Promise(() => {})
    })
    const call = provider.fetchAccounts(file, { signal: controller.signal })
    const patience = new Promise<null>((resolve) => setTimeout(resolve, 100, null))
    expect((await Promise.race([call, patience]))?.unwrapErr().code).toBe('PROVIDER_ABORTED')
  })

  test('does not end what others wait for', async () => {
    const controller = new AbortController()
    const file = toFile(abortedMidway(controller))
    const [one, other] = await Promise.all([
      provider.fetchAccounts(file, { signal: controller.signal }),
      provider.fetchAccounts(file),
    ])
    expect(one.unwrapErr().code).toBe('PROVIDER_ABORTED')
    expect(other.unwrap().items).toHaveLength(1)
  })
})

describe('transactions of some days', () => {
  const file = toFile(
    printOfx([{ rows: rowsOf('2026-02-01', '2026-01-31', '2026-01-15', '2026-01-01', '2025-12-31') }]),
  )
  const daysOf = async (query: { startDate?: IsoDate; endDate?: IsoDate }) => {
    const batch = (await provider.fetchTransactions(file, 'deposit-4482', query)).unwrap()
    expect(batch.covered).toBeNull()
    return batch.items.map(({ transactionDate }) => transactionDate)
  }
  const first = day('2026-01-01')
  const last = day('2026-01-31')

  test('both ends are included', async () => {
    expect(await daysOf({ startDate: first, endDate: last })).toEqual(['2026-01-31', '2026-01-15', '2026-01-01'])
    expect(await daysOf({ startDate: first, endDate: first })).toEqual(['2026-01-01'])
  })

  test('one end alone', async () => {
    expect(await daysOf({ startDate: last })).toEqual(['2026-02-01', '2026-01-31'])
    expect(await daysOf({ endDate: first })).toEqual(['2026-01-01', '2025-12-31'])
  })

  test('neither, and none', async () => {
    expect(await daysOf({})).toHaveLength(5)
    expect(await daysOf({ startDate: day('2027-01-01') })).toEqual([])
  })

  test('a snapshot obeys them as well', async () => {
    const pages = await pagesOf(file, { startDate: first, endDate: last })
    expect(pages.flatMap(({ transactions }) => transactions)).toHaveLength(3)
  })

  test.each<[string, object, string]>([
    ['another form', { startDate: '01/31/2026' }, 'startDate'],
    ['a day that does not exist', { endDate: '2026-02-30' }, 'endDate'],
    ['an empty text', { startDate: '' }, 'startDate'],
    ['a number', { endDate: 20260131 }, 'endDate'],
    ['an instant', { startDate: '2026-01-31T00:00:00.000Z' }, 'startDate'],
    ['an end before the start', { startDate: last, endDate: first }, 'startDate'],
  ])('%s is refused', async (_, query, path) => {
    const bad = query as { startDate?: IsoDate }
    expect(issuesOf(await provider.fetchTransactions(file, 'deposit-4482', bad))).toMatchObject([{ path }])
    const pages = []
    for await (const page of provider.fetchSnapshot(file, bad)) pages.push(page)
    expect(pages).toHaveLength(1)
    expect(pages.flatMap((page) => issuesOf(page))).toMatchObject([{ path }])
  })
})

describe('accounts', () => {
  const nameless = checkingText(recordText('<NAME>A'), { account: '<ACCTTYPE>CHECKING' })

  test('one that is not in the file is refused', async () => {
    const file = toFile(smallFile)
    for (const id of ['deposit-0000', '', 'card-4482', '__proto__', '000000904482']) {
      expect(issuesOf(await provider.fetchTransactions(file, id))).toMatchObject([{ path: 'providerAccountId' }])
      expect(issuesOf(await provider.fetchHoldings(file, id))).toMatchObject([{ path: 'providerAccountId' }])
    }
  })

  test('are named by kind and the last four digits', async () => {
    const { accounts } = await readRecords(
      printOfx([{ rows: [] }, { account: savingsAccount, rows: [] }, { kind: 'card', account: cardAccount, rows: [] }]),
    )
    expect(accounts.map(({ providerAccountId, name }) => [providerAccountId, name])).toEqual([
      ['deposit-4482', 'Checking ••••4482'],
      ['deposit-7719', 'Savings ••••7719'],
      ['card-3391', 'Credit card ••••3391'],
    ])
  })

  test('with the same last four digits are told apart, with a warning', async () => {
    const other = { ...checkingAccount, ACCTID: '000000114482' }
    const { accounts, items, warnings } = await readRecords(
      printOfx([{ rows: [row()] }, { account: other, rows: [row()] }]),
    )
    expect(new Set(accounts.map(({ providerAccountId }) => providerAccountId)).size).toBe(2)
    expect(items).toHaveLength(2)
    expect(warnings).toMatchObject([{ code: 'OTHER', providerAccountId: accounts[1]?.providerAccountId }])
  })

  test('one that the file does not name has a warning', async () => {
    const { accounts, items, warnings } = await readRecords(nameless)
    expect(accounts).toMatchObject([{ accountNumberMasked: '••••' }])
    expect(items).toHaveLength(1)
    expect(warnings).toMatchObject([{ code: 'OTHER', providerAccountId: accounts[0]?.providerAccountId }])
  })

  test('one that the file does not name is the one that the caller names', async () => {
    const { accounts, items, warnings } = await readRecords(nameless, { accountId: 'deposit-4482' })
    expect(accounts).toMatchObject([{ providerAccountId: 'deposit-4482' }])
    expect(items).toMatchObject([{ providerAccountId: 'deposit-4482' }])
    expect(warnings).toEqual([])
  })

  test('the one that the caller names may be named by the file too', async () => {
    expect((await readRecords(smallFile, { accountId: 'deposit-4482' })).items).toHaveLength(1)
  })

  test('another one than the caller names is refused', async () => {
    const both = printOfx([{ rows: [row()] }, { account: savingsAccount, rows: [row()] }])
    for (const [content, accountId] of [
      [smallFile, 'deposit-7719'],
      [both, 'deposit-4482'],
    ] as const) {
      const read = await readEverything(content, { accountId })
      expect(issuesOf(read)).toMatchObject([{ path: 'accountId' }])
      expect(read.unwrapErr().message).not.toMatch(/0000009/)
    }
  })

  test('of two statements have the later balance and nothing that only one says is lost', async () => {
    const ledger = (amount: string, date: string) => ({ LEDGERBAL: { BALAMT: amount, DTASOF: date } })
    const available = { AVAILBAL: { BALAMT: '90.00', DTASOF: '20260131' } }
    const january = { rows: rowsOf('2026-01-31'), behind: { ...ledger('100.00', '20260131'), ...available } }
    const february = { rows: rowsOf('2026-02-28'), behind: ledger('200.00', '20260228') }
    const silent = { rows: rowsOf('2026-03-31') }
    for (const statements of [
      [january, february, silent],
      [february, january, silent],
      [silent, february, january],
    ]) {
      const { accounts, items } = await readRecords(printOfx(statements))
      expect(accounts).toMatchObject([{ balance: '200', balanceAsOf: '2026-02-28T00:00:00.000Z' }])
      expect(items).toHaveLength(3)
    }
  })

  test('without a currency, or with a balance that can not be read, have a warning', async () => {
    const text = checkingText(recordText('<NAME>A'), { behind: '<LEDGERBAL><BALAMT>n/a<DTASOF>20260131</LEDGERBAL>' })
    const { accounts, items, warnings } = await readRecords(text.replace('<CURDEF>USD', ''))
    expect(accounts).toMatchObject([{ currency: 'XXX', balance: null }])
    expect(items).toMatchObject([{ currency: 'XXX' }])
    expect(warnings.map(({ code, providerAccountId }) => [code, providerAccountId])).toEqual([
      ['OTHER', 'deposit-4482'],
      ['OTHER', 'deposit-4482'],
    ])
  })

  test('that stand behind their rows get them all the same', async () => {
    const list = `<BANKTRANLIST>${recordText('<NAME>A')}${recordText('<NAME>B')}</BANKTRANLIST>`
    const account = '<BANKACCTFROM><BANKID>1<ACCTID>000000904482<ACCTTYPE>CHECKING</BANKACCTFROM><CURDEF>CAD'
    const text = `<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>${list}${account}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`
    const { items } = await readRecords(text)
    expect(items).toMatchObject([
      { providerAccountId: 'deposit-4482', currency: 'CAD', description: 'A' },
      { providerAccountId: 'deposit-4482', currency: 'CAD', description: 'B' },
    ])
  })
})

describe('account numbers', () => {
  const to = { BANKACCTTO: { BANKID: '000000186', ACCTID: '000000455138', ACCTTYPE: 'SAVINGS', ACCTKEY: '99887766' } }
  const account = { ...checkingAccount, ACCTKEY: '55443322' }
  const statements = [
    { account, rows: [row(to), row({ ...to, TRNAMT: 'none' }), row({ CCACCTTO: cardAccount })] },
    { kind: 'card' as const, account: cardAccount, rows: [row(to)] },
  ]
  const secrets = ['0904482', '0455138', '99887766', '604118227', '55443322']

  test.each([
    ['SGML', printOfx(statements)],
    ['XML', printOfx(statements, xml)],
    [
      'a failed statement',
      printOfx(statements).replace('<SEVERITY>INFO\n</STATUS>\n<STMTRS>', '<SEVERITY>INFO\n</STATUS>\n<X>'),
    ],
    ['small letters', printOfx(statements).replace(/<[^>]*>/g, (tag) => tag.toLowerCase())],
    ['a cut-off file', printOfx(statements).slice(0, printOfx(statements).lastIndexOf('<ACCTTYPE>'))],
    ['CDATA', printOfx(statements, xml).replace(/<ACCTID>([^<]*)/g, '<ACCTID><![CDATA[$1]]>')],
  ])('are masked in %s', async (_, text) => {
    const read = await readEverything(text)
    const printed = `${JSON.stringify(read.isOk() ? read.value : read.error)}${inspect(read, { depth: 12 })}`
    for (const secret of secrets) expect(printed).not.toContain(secret)
    expect(JSON.stringify(await provider.identify(toFile(text)))).not.toContain('0904482')
  })

  test('show their last four digits in raw data', async () => {
    const { items, rejected, accounts } = await readRecords(printOfx(statements))
    const masked = { BANKACCTTO: { ACCTID: '••••5138', ACCTKEY: '••••7766' } }
    expect(items).toMatchObject([
      { rawData: masked },
      { rawData: { CCACCTTO: { ACCTID: '••••3391' } } },
      { rawData: masked },
    ])
    expect(rejected).toMatchObject([{ rawData: masked }])
    expect(accounts).toMatchObject([
      { rawData: { BANKACCTFROM: { ACCTID: '••••4482', ACCTKEY: '••••3322' } } },
      { rawData: { CCACCTFROM: { ACCTID: '••••3391' } } },
    ])
  })

  test("are masked where a vendor's own tag repeats them, as American Express does", async () => {
    const vendor = { ACCTID: '300000000007702', 'OTTER.BASICACCT': '300000000007702', 'OTTER.ROLE': 'B' }
    const everything = (await readEverything(printOfx([{ kind: 'card', account: vendor, rows: [row()] }]))).unwrap()
    expect(JSON.stringify(everything)).not.toContain('00000007702')
    expect(everything.accounts.items).toMatchObject([{ rawData: { CCACCTFROM: { 'OTTER.ROLE': 'B' } } }])
  })

  test("are masked where a vendor's tag repeats them anywhere in the statement", async () => {
    const text = printOfx([{ account, rows: [row()] }]).replace(
      '<CURDEF>',
      '<X.KEY>000000904482<X.INFO><X.KEY>000000904482</X.INFO><CURDEF>',
    )
    const [statement] = (await readRecords(text)).accounts
    expect(statement).toMatchObject({ rawData: { 'X.KEY': '••••4482', 'X.INFO': { 'X.KEY': '••••4482' } } })
  })

  test('raw data can be left out everywhere', async () => {
    const { items, rejected, accounts } = await readRecords(printOfx(statements), { includeRawData: false })
    const kept = [...items, ...rejected, ...accounts].map(({ rawData }) => rawData)
    expect(kept).toEqual([null, null, null, null, null, null])
  })
})

describe('what the bank reports', () => {
  const failed = (code: string, more = '') =>
    `<STMTTRNRS><TRNUID>1<STATUS><CODE>${code}<SEVERITY>ERROR${more}</STATUS></STMTTRNRS>`
  const ofx = (responses: string) => `OFXHEADER:100\n\n<OFX><BANKMSGSRSV1>${responses}</BANKMSGSRSV1></OFX>`
  const good = '<STMTTRNRS><TRNUID>2<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD</STMTRS></STMTTRNRS>'

  test.each(['2000', '2003', '2004', '2005', '2019', '2027', '15000', '15500', '15501', '15502', '15510', '12345'])(
    'status %s alone fails the call and says why',
    async (code) => {
      const read = await readEverything(ofx(failed(code, '<MESSAGE>canary-4711')))
      const [issue] = issuesOf(read)
      expect(issue).toMatchObject({ path: 'fileContent', offset: 34 })
      expect(issue?.reason).toMatch(new RegExp(`^[A-Z].*\\. \\(OFX status ${code}\\)$`))
      expect(inspect(read)).not.toContain('canary')
    },
  )

  test('a status that is no number shows nothing of itself', async () => {
    const [issue] = issuesOf(await readEverything(ofx(failed('canary-4711'))))
    expect(issue?.reason).toMatch(/without a readable code/)
  })

  test('success and nothing new are no failures', async () => {
    for (const code of ['0', '000', '1']) {
      const { rejected, warnings } = await readRecords(checkingText('').replaceAll('<CODE>0', `<CODE>${code}`))
      expect({ rejected, warnings }).toEqual({ rejected: [], warnings: [] })
    }
  })

  test('a failure among others is rejected, of no account', async () => {
    const { rejected, accounts } = await readRecords(ofx(`${good}${failed('2027')}`))
    expect(accounts).toHaveLength(1)
    expect(rejected).toMatchObject([
      {
        providerAccountId: null,
        path: expect.stringMatching(/^STMTTRNRS at byte \d+$/),
        reason: expect.stringContaining('2027'),
        rawData: { TRNUID: '1', STATUS: { CODE: '2027' } },
      },
    ])
  })

  test('a failure beside a statement is a warning', async () => {
    const { rejected, warnings } = await readRecords(ofx(good.replace('<CODE>0', '<CODE>2000')))
    expect(rejected).toEqual([])
    expect(warnings.filter(({ code }) => code !== 'OTHER')).toMatchObject([
      { code: 'INSTITUTION_NEEDS_ATTENTION', message: expect.stringContaining('2000') },
    ])
  })

  test('a refused login fails the call when there is nothing else', async () => {
    const signOn = { STATUS: { CODE: '15500', SEVERITY: 'ERROR' } }
    const alone =
      'OFXHEADER:100\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500</STATUS></SONRS></SIGNONMSGSRSV1></OFX>'
    expect(issuesOf(await readEverything(alone))).toMatchObject([{ reason: expect.stringContaining('15500') }])
    const { rejected, items } = await readRecords(printOfx([{ rows: [row()] }], sgml, signOn))
    expect(items).toHaveLength(1)
    expect(rejected).toMatchObject([
      { path: expect.stringMatching(/^SONRS/), reason: expect.stringContaining('15500') },
    ])
  })

  test('no statement at all fails the call', async () => {
    expect(issuesOf(await readEverything(ofx('')))).toMatchObject([
      { path: 'fileContent', offset: 0, reason: expect.stringMatching(/statement/) },
    ])
  })
})

describe('rejected records', () => {
  test('are named by their place among the records and by their byte', async () => {
    const bad = recordText('<TRNAMT>none<NAME>BAD')
    const text = largeText.replace('</BANKTRANLIST>', `${bad}</BANKTRANLIST>`)
    const { items, rejected } = await readRecords(text)
    expect(items).toHaveLength(6_000)
    expect(rejected).toMatchObject([{ path: `STMTTRN[6001] at byte ${text.indexOf(bad)}` }])
  })

  test('count bytes, not characters', async () => {
    const text = checkingText(`${recordText('<NAME>漢字')}${recordText('<TRNAMT>none')}`)
    const offset = encoder.encode(
      text.slice(0, text.indexOf('<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260131<TRNAMT>none')),
    ).length
    expect((await readRecords(text)).rejected).toMatchObject([{ path: `STMTTRN[2] at byte ${offset}` }])
  })

  test('show nothing of the file in their reason', async () => {
    const list = recordText('<TRNAMT>canary-4711') + recordText('<DTPOSTED>canary-4711')
    const { rejected } = await readRecords(checkingText(list))
    expect(rejected.map(({ path, reason }) => path + reason).join()).not.toContain('canary')
  })

  test('pending records of OFX 2.2 are not dropped', async () => {
    const pending =
      '<BANKTRANLISTP><DTASOF>20260131<STMTTRNP><TRNTYPE>HOLD<DTTRAN>20260130<TRNAMT>-50.00<NAME>FUEL STOP</STMTTRNP></BANKTRANLISTP>'
    const { items, rejected } = await readRecords(checkingText(recordText('<NAME>A'), { behind: pending }))
    expect([...items, ...rejected]).toHaveLength(2)
    for (const { status, description } of items) expect(status).toBe(description === 'FUEL STOP' ? 'pending' : 'posted')
  })
})

describe('corrections', () => {
  const original = row({ FITID: '1', TRNAMT: '-10.00', NAME: 'FOXGLOVE NURSERY' })

  test.each(['REPLACE', 'DELETE'])('%s names what it corrects, which no longer counts as posted', async (action) => {
    const correction = row({ FITID: '2', CORRECTFITID: '1', CORRECTACTION: action, TRNAMT: '-12.00', NAME: 'FOXGLOVE' })
    for (const rows of [
      [original, correction],
      [correction, original],
    ]) {
      const { items, rejected } = await readRecords(printOfx([{ rows }]))
      expect(rejected).toEqual([])
      const [corrected] = items.filter(({ description }) => description === 'FOXGLOVE NURSERY')
      const [correcting] = items.filter(({ description }) => description === 'FOXGLOVE')
      expect(correcting?.replaces).toBe(corrected?.providerTransactionId)
      expect(['cancelled', 'reversed']).toContain(corrected?.status)
    }
  })

  test('of what is not in the file are kept, with a warning', async () => {
    const correction = row({ FITID: '2', CORRECTFITID: '1', CORRECTACTION: 'REPLACE' })
    const { items, warnings } = await readRecords(printOfx([{ rows: [correction] }]))
    expect(items).toMatchObject([{ replaces: null }])
    expect(warnings).toMatchObject([{ code: 'OTHER', providerAccountId: 'deposit-4482' }])
  })
})

describe('identify', () => {
  const identify = async (content: string | FileContent, fileName = 'download.bin') =>
    (await provider.identify(toFile(content, { fileName }))).unwrap()

  test.each([
    ['QFX 1.0.2', sgml, chaseSignOn],
    ['QBO 1.0.2', sgml, { ...chaseSignOn, 'INTU.BID': '2430' }],
    ['QFX 1.0.2', sgml, { ...otherSignOn, 'INTU.BID': '3999' }],
    ['OFX 1.0.2', sgml, otherSignOn],
    ['OFX 2.2.0', xml, otherSignOn],
    ['QFX 2.2.0', xml, chaseSignOn],
  ])('knows %s by its content, whatever its name', async (format, form, signOn) => {
    const text = printOfx([{ rows: [row()] }], form, signOn)
    for (const fileName of ['a.qfx', 'a.QBO', 'Chase1234_Activity.CSV', 'a.pdf', 'a'])
      expect((await identify(text, fileName))?.format).toBe(format)
  })

  test('tells the accounts and their days', async () => {
    const january = { DTSTART: '20260101', DTEND: '20260131235959[-5:EST]' }
    const february = { DTSTART: '20260201000000[+13:X]', DTEND: '20260228' }
    const text = printOfx([
      { list: february, rows: [row()] },
      { list: january, rows: [] },
      { kind: 'card', account: cardAccount, list: january, rows: [] },
    ])
    expect((await identify(text))?.accounts).toEqual([
      {
        providerAccountId: 'deposit-4482',
        accountNumberMasked: '••••4482',
        category: 'depository',
        accountType: 'checking',
        period: { from: '2026-01-01', to: '2026-02-28' },
      },
      {
        providerAccountId: 'card-3391',
        accountNumberMasked: '••••3391',
        category: 'credit',
        accountType: 'credit_card',
        period: { from: '2026-01-01', to: '2026-01-31' },
      },
    ])
  })

  test('tells the days of the rows where the file does not say of which days it is', async () => {
    const rows = rowsOf('2026-01-15', '2026-01-31', '2026-01-02')
    expect((await identify(printOfx([{ rows }])))?.accounts).toMatchObject([
      { period: { from: '2026-01-02', to: '2026-01-31' } },
    ])
    const list = { DTSTART: '20260131', DTEND: '20260101' }
    expect((await identify(printOfx([{ list, rows }])))?.accounts).toMatchObject([
      { period: { from: '2026-01-02', to: '2026-01-31' } },
    ])
  })

  test('tells no days where there are none', async () => {
    expect((await identify(printOfx([{ rows: [] }])))?.accounts).toMatchObject([{ period: null }])
  })

  test('does not name an account that the file does not name', async () => {
    const nameless = checkingText(recordText('<NAME>A'), { account: '<ACCTTYPE>SAVINGS' })
    expect((await identify(nameless))?.accounts).toMatchObject([{ providerAccountId: null, accountType: 'savings' }])
  })

  test('reads streams', async () => {
    expect((await identify(streamOf(largeFile)))?.accounts).toHaveLength(1)
  })

  test('gives an error for a statement file that is broken, and null for none', async () => {
    expect(issuesOf(await provider.identify(toFile('<OFX><STMTTRNRS><STATUS><CODE>2003')))).toHaveLength(1)
    expect(await identify('Dear customer')).toBeNull()
  })
})

describe('a snapshot', () => {
  test('comes in pages, an account no later than its first row, and again when more is known', async () => {
    const pages = await pagesOf(toFile(largeFile))
    expect(pages.length).toBeGreaterThan(2)
    expect(Math.max(...pages.map(({ transactions }) => transactions.length))).toBeLessThan(3_000)
    const known = new Set<string>()
    for (const { accounts, transactions } of pages) {
      for (const { providerAccountId } of accounts) known.add(providerAccountId)
      expect(transactions.every(({ providerAccountId }) => known.has(providerAccountId))).toBe(true)
    }
    const told = pages.flatMap(({ accounts }) => accounts)
    expect(told[0]?.balance).toBeNull()
    expect(told.at(-1)?.balance).toBe('7')
    expect(pages.flatMap(({ completed }) => completed)).toEqual([
      { providerAccountId: 'deposit-4482', covered: null, holdings: true },
    ])
    expect(pages.flatMap(({ transactions }) => transactions).map(({ description }) => description)).toEqual(
      Array.from({ length: 6_000 }, (_, index) => `ROW ${index}`),
    )
  })

  test('closes the stream when it is left early', async () => {
    const close = vi.fn()
    const file = toFile(async function* () {
      try {
        for (let from = 0; from < largeFile.length; from += 100_000) yield largeFile.subarray(from, from + 100_000)
      } finally {
        close()
      }
    })
    for await (const page of provider.fetchSnapshot(file)) {
      expect(page.isOk()).toBe(true)
      break
    }
    expect(close).toHaveBeenCalledTimes(1)
  })

  test('ends with the first error', async () => {
    const broken = encoder.encode(`${largeText.slice(0, 300_000)}<NAME>${'y'.repeat(2_000_000)}`)
    const pages: Result<SnapshotPage, ProviderError>[] = []
    for await (const page of provider.fetchSnapshot(toFile(broken))) pages.push(page)
    expect(pages.length).toBeGreaterThan(2)
    expect(pages.map((page) => page.isErr()).indexOf(true)).toBe(pages.length - 1)
    expect((await readEverything(broken)).isErr()).toBe(true)
  })
})
