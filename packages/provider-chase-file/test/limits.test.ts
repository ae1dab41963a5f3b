import {
  createProvider,
  type FileContent,
  type FileImportCredentials,
  type ProviderError,
  type Result,
} from '@finport/core'
import { describe, expect, test } from 'vitest'
import { chaseFile } from '../src/index.ts'
import { cardHeader, cardLine, cardName, checkingHeader, checkingLine, checkingName, csvText } from './csv-builder.ts'
import { checkingText, printOfx, recordText, sgml, xml } from './ofx-builder.ts'
import { provider, readRecords, streamOf, toFile } from './read-everything.ts'

type Limits = { fileBytes?: number; records?: number; nesting?: number; valueBytes?: number }

const encoder = new TextEncoder()
const withLimits = (limits: Limits) => createProvider(chaseFile, { limits }).unwrap()

/** What each way of reading a file ends in. */
async function resultsOf(limits: Limits, file: FileImportCredentials): Promise<Result<unknown, ProviderError>[]> {
  const limited = withLimits(limits)
  const pages: Result<unknown, ProviderError>[] = []
  for await (const page of limited.fetchSnapshot(file)) pages.push(page)
  expect(pages.slice(0, -1).every((page) => page.isOk())).toBe(true)
  return [
    await limited.fetchAccounts(file),
    await limited.identify(file),
    pages.at(-1) as Result<unknown, ProviderError>,
  ]
}

async function expectRefusal(limits: Limits, file: FileImportCredentials, reason: RegExp) {
  for (const result of await resultsOf(limits, file)) {
    expect(result.unwrapErr()).toMatchObject({
      code: 'PROVIDER_INVALID_INPUT',
      userAction: 'fix_input',
      issues: [{ path: 'fileContent', offset: expect.any(Number), reason: expect.stringMatching(reason) }],
    })
  }
}

async function expectRead(limits: Limits, file: FileImportCredentials) {
  for (const result of await resultsOf(limits, file)) expect(result.isOk()).toBe(true)
}

const record = (index: number) => recordText(`<FITID>${index}<NAME>ROW ${index}`)
const rows = (length: number) => Array.from({ length }, (_, index) => record(index)).join('\n')
const ofx = (length: number) => toFile(checkingText(rows(length)))
const csv = (length: number) =>
  toFile(
    csvText(
      checkingHeader,
      Array.from({ length }, () => checkingLine()),
    ),
    { fileName: checkingName },
  )

describe('fileBytes', () => {
  const contents = [
    ['OFX', checkingText(rows(700)), 'download.qfx'],
    [
      'CSV',
      csvText(
        checkingHeader,
        Array.from({ length: 700 }, () => checkingLine()),
      ),
      checkingName,
    ],
  ] as const

  test.each(contents)('%s: as many are read, one more is refused', async (_, text, fileName) => {
    const bytes = encoder.encode(text)
    for (const content of [bytes, streamOf(bytes.subarray(0, 1_000), bytes.subarray(1_000))]) {
      const file = toFile(content, { fileName })
      await expectRead({ fileBytes: bytes.length }, file)
      await expectRefusal({ fileBytes: bytes.length - 1 }, file, new RegExp(`more than ${bytes.length - 1} bytes`))
    }
  })

  test('says what to do', async () => {
    await expectRefusal({ fileBytes: 100 }, ofx(10), /shorter period.*limit.*settings/)
  })

  test('an endless stream is left soon', async () => {
    let given = 0
    const endless: FileContent = async function* () {
      yield encoder.encode(checkingText('').replace('</BANKTRANLIST>', ''))
      for (;;) {
        given++
        yield encoder.encode(rows(1_000))
      }
    }
    await expectRefusal({ fileBytes: 300_000 }, toFile(endless), /bytes/)
    expect(given).toBeLessThan(3 * 10)
  })
})

describe('records', () => {
  test.each([
    ['OFX', ofx],
    ['CSV', csv],
  ] as const)('%s: as many are read, one more is refused', async (_, fileOf) => {
    for (const records of [1, 10, 1_200]) {
      await expectRead({ records }, fileOf(records))
      await expectRefusal({ records }, fileOf(records + 1), new RegExp(`more than ${records} records`))
    }
  })

  test('counts what is rejected, and positions', async () => {
    await expectRefusal({ records: 2 }, toFile(checkingText(recordText('<TRNAMT>none').repeat(3))), /2 records/)
    const bad = csvText(
      cardHeader,
      Array.from({ length: 3 }, () => cardLine({ amount: 'none' })),
    )
    await expectRefusal({ records: 2 }, toFile(bad, { fileName: cardName }), /2 records/)
    const position = '<POSSTOCK><INVPOS><SECID><UNIQUEID>1</SECID><UNITS>1</INVPOS></POSSTOCK>'
    const positions = `<OFX><INVSTMTRS><INVPOSLIST>${position.repeat(3)}</INVPOSLIST></INVSTMTRS></OFX>`
    await expectRead({ records: 3 }, toFile(positions))
    await expectRefusal({ records: 2 }, toFile(positions), /2 records/)
  })
})

describe('nesting', () => {
  const nested = (depth: number, record = '') => {
    const tags = Array.from({ length: depth }, (_, index) => `N${index}`)
    const open = tags.map((tag) => `<${tag}>`).join('')
    const close = tags.map((tag) => `</${tag}>`).join('')
    return toFile(checkingText(recordText(`<NAME>A${open}<X>1${close}`) + record))
  }

  test('elements beyond it are refused', async () => {
    await expectRead({ nesting: 40 }, nested(20))
    await expectRefusal({ nesting: 20 }, nested(40), /nested more than 20 deep/)
    const repeated = '<X.A><X.B><X.C>1</X.C></X.B></X.A>'
    for (const times of [1, 2, 3])
      await expectRefusal(
        { nesting: 8 },
        toFile(checkingText(recordText(repeated.repeat(times)))),
        /nested more than 8 deep/,
      )
  })

  test('the elements of OFX itself fit into little', async () => {
    const text = printOfx([{ rows: [{ DTPOSTED: '20260131', TRNAMT: '1', CURRENCY: { CURSYM: 'USD' } }] }])
    await expectRead({ nesting: 12 }, toFile(text))
  })

  test('the default takes what is normal', async () => {
    await expectRead({}, nested(80))
    await expectRefusal({}, nested(120), /nested more than 100 deep/)
  })
})

describe('valueBytes', () => {
  const named = (length: number) => checkingText(recordText(`<NAME>${'y'.repeat(length)}`))

  test.each([
    ['SGML', sgml],
    ['XML', xml],
  ])('%s: longer values are refused', async (_, form) => {
    const file = (length: number) =>
      toFile(printOfx([{ rows: [{ DTPOSTED: '20260131', TRNAMT: '1', NAME: 'y'.repeat(length) }] }], form))
    await expectRead({ valueBytes: 5_000 }, file(4_000))
    await expectRefusal({ valueBytes: 5_000 }, file(200_000), /longer than 5000 bytes/)
  })

  test('a value is refused however its file is delivered', async () => {
    const bytes = encoder.encode(named(6_000))
    for (const content of [
      bytes,
      streamOf(bytes.subarray(0, 3_000), bytes.subarray(3_000)),
      streamOf(...Array.from({ length: 70 }, (_, index) => bytes.subarray(index * 100, (index + 1) * 100))),
    ])
      await expectRefusal({ valueBytes: 5_000 }, toFile(content), /longer than 5000 bytes/)
  })

  test('tags and comments count as values', async () => {
    const long = 'y'.repeat(200_000)
    await expectRefusal({ valueBytes: 5_000 }, toFile(checkingText(`<!-- ${long} -->`)), /longer than 5000 bytes/)
    await expectRefusal({ valueBytes: 5_000 }, toFile(checkingText(`<${long}>`)), /longer than 5000 bytes/)
  })

  test('the default takes long texts', async () => {
    const { items } = await readRecords(named(500_000), { includeRawData: false })
    expect(items[0]?.description).toHaveLength(500_000)
  })
})

describe('the defaults', () => {
  test('take a large file', async () => {
    const { items } = (
      await provider.fetchTransactions(
        toFile(
          csvText(
            cardHeader,
            Array.from({ length: 10_000 }, () => cardLine()),
          ),
          { fileName: cardName },
        ),
        'card-3391',
      )
    ).unwrap()
    expect(items).toHaveLength(10_000)
  })

  test('hold for each limit that is not given', async () => {
    await expectRead({ records: 3 }, ofx(3))
    await expectRefusal({ records: 3 }, toFile(checkingText(recordText(`<NAME>${'y'.repeat(2_000_000)}`))), /1048576/)
  })
})

describe('nonsense is refused when the provider is made', () => {
  const nonsense = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, '1000', null, {}, []]
  const names = ['fileBytes', 'records', 'nesting', 'valueBytes'] as const

  test.each(names)('%s', (name) => {
    for (const value of nonsense) {
      const made = createProvider(chaseFile, { limits: { [name]: value as number } })
      expect(made.unwrapErr(), String(value)).toMatchObject({
        code: 'PROVIDER_CONFIGURATION_INVALID',
        settings: [`limits.${name}`],
      })
    }
  })

  test.each([[null], [5], ['none'], [[]]])('limits: %j', (limits) => {
    const made = createProvider(chaseFile, { limits: limits as unknown as Limits })
    expect(made.unwrapErr()).toMatchObject({ code: 'PROVIDER_CONFIGURATION_INVALID', settings: ['limits'] })
  })

  test('several at once are all named', () => {
    const made = createProvider(chaseFile, { limits: { records: 0, nesting: -1 } })
    expect(made.unwrapErr().settings.toSorted()).toEqual(['limits.nesting', 'limits.records'])
  })
})
