import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryRows, toRecord } from './arbitrary-rows.ts'
import { chaseSignOn, checkingText, printOfx, recordText, sgml, sgmlHeader, xml } from './ofx-builder.ts'
import { provider, readEverything, readRecords, toFile } from './read-everything.ts'

const encoder = new TextEncoder()
const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const openOfx = `${sgmlHeader.join('\n')}\n\n<OFX>`

/** The one issue that a file ends in. */
async function issueOf(content: string | Uint8Array) {
  const error = (await readEverything(content)).unwrapErr()
  if (error.code !== 'PROVIDER_INVALID_INPUT') throw error
  expect(error.issues).toHaveLength(1)
  return error.issues[0]
}

describe('foreign files', () => {
  const page = '<!DOCTYPE html>\n<html lang="en"><head><title>Sign in</title></head><body><form></form></body></html>'

  test.each<[string, string | Uint8Array, RegExp]>([
    ['a ZIP archive', bytesOf('PK\x03\x04\x14\0\x06\0\x08\0Chase.qfx<OFX>'), /ZIP/],
    ['a file compressed with gzip', bytesOf('\x1f\x8b\x08\0\0\0\0\0\0\x03\xb3\xf1w\x8b'), /gzip/],
    ['a PDF document', bytesOf('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj'), /PDF/],
    ['a picture', bytesOf('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), /picture/],
    ['a web page', page, /web page/],
    ['a web page without a doctype', '\n  <html><body>Please sign in</body></html>', /web page/],
    ['a web page with a byte order mark', `\ufeff${page}`, /web page/],
    ['a QIF file', "!Type:Bank\nD01/31'26\nT-4.25\nPSUNRISE COFFEE\n^\n", /QIF/],
    ['JSON', '{"transactions": [{"amount": -4.25}]}', /JSON/],
    ['a list in JSON', '[\n  {"amount": -4.25}\n]', /JSON/],
    ['CSV of another kind', 'Name,City,Phone\nOtter,Kittery,none\nBeaver,York,none\n', /comma|CSV/],
    ['CSV with a byte order mark', '\ufeffName,City,Phone\nOtter,Kittery,none\n', /comma|CSV/],
    ['tab-separated values', 'Name\tCity\tPhone\nOtter\tKittery\tnone\n', /tab/],
    [
      'XML of another kind',
      '<?xml version="1.0"?><note><to>Otter</to><body>Hello</body></note>',
      /text of another kind/,
    ],
    ['nothing', '', /empty/],
    ['blanks', ' \n\t\r\n '.repeat(50), /empty/],
    ['a byte order mark alone', '\ufeff', /empty/],
    ['a text', 'Dear customer, your statement is ready.', /text of another kind/],
    [
      'binary data',
      Uint8Array.from({ length: 5_000 }, (_, index) => (1 + index * 7919 + (index >> 3)) % 251),
      /binary/,
    ],
    ['a database', bytesOf(`\0\x01\0\0Standard Jet DB${'\0'.repeat(200)}`), /binary|text of another kind/],
    ['NULs', new Uint8Array(5_000), /binary/],
    ['single bytes', Uint8Array.of(0xff), /text of another kind|binary/],
  ])('%s: what it is and what is needed instead', async (_, content, reason) => {
    const issue = await issueOf(content)
    expect(issue).toMatchObject({ path: 'fileContent', offset: 0 })
    expect(issue?.reason).toMatch(reason)
    expect(issue?.reason).toMatch(/QFX/)
    expect((await provider.identify(toFile(content))).unwrap()).toBeNull()
  })

  test('XML of another kind that has tags which OFX has too is foreign', async () => {
    const invoice =
      '<?xml version="1.0"?><invoice><status>paid</status><currency>EUR</currency><payee>Otter</payee></invoice>'
    expect((await provider.identify(toFile(invoice))).unwrap()).toBeNull()
    expect((await issueOf(invoice))?.reason).toMatch(/text of another kind/)
  })

  test('a foreign file is not read to its end', async () => {
    const chunk = encoder.encode('Dear customer, your statement is ready.\n'.repeat(2_000))
    let given = 0
    const endless = async function* () {
      for (;;) {
        given++
        yield chunk
      }
    }
    expect((await provider.identify(toFile(endless))).unwrap()).toBeNull()
    expect(given).toBeLessThan(5)
  })

  test('the reason shows nothing of what is in the file', async () => {
    for (const text of ['canary-4711 is a secret', '{"canary-4711": 1}', 'canary-4711,b,c\nd,e,f\n'])
      expect((await issueOf(text))?.reason).not.toContain('canary')
  })
})

describe('hostile files are read or refused, and never hang', () => {
  const named = recordText('<NAME>A')

  test('an unknown tag of forty letters', async () => {
    const { items } = await readRecords(checkingText(recordText(`<${'A'.repeat(40)}>1<NAME>A`)))
    expect(items).toMatchObject([{ description: 'A' }])
  })

  test('a hundred thousand blanks in a value', async () => {
    const blanks = ' '.repeat(100_000)
    const list = recordText(`<NAME>${blanks}A${blanks}B${blanks}<MEMO>${blanks}`)
    expect((await readRecords(checkingText(list))).items).toMatchObject([{ description: 'A B' }])
  })

  test('two hundred thousand unknown tags within each other', async () => {
    const tags = Array.from({ length: 200_000 }, (_, index) => `<N${index}>`).join('')
    const issue = await issueOf(checkingText(`${named}<X>${tags}`))
    expect(issue?.reason).toMatch(/nested/)
    expect(issue?.offset).toBeGreaterThan(300)
  })

  test.each([
    ['leaves', '<A>1', 1_100_000],
    ['aggregates', '<A><B>1</A>', 1_100_000],
  ])('more %s in one element than memory is spent on', async (_, values, count) => {
    const issue = await issueOf(`<OFX><X.LIST>${values.repeat(count)}`)
    expect(issue?.reason).toMatch(/X\.LIST holds too many values/)
    expect(issue?.offset).toBe('<OFX>'.length)
  })

  test('two hundred thousand unknown tags of one name without ends', async () => {
    const { items } = await readRecords(checkingText(`${named}${'<X>'.repeat(200_000)}`), { includeRawData: false })
    expect(items).toMatchObject([{ description: 'A' }])
  })

  test.each([
    ['text', 'y'.repeat(2_000_000)],
    ['entities', '&amp;'.repeat(400_000)],
    ['raw <', '<'.repeat(2_000_000)],
    ['blanks', ' '.repeat(2_000_000)],
    ['text and comments', 'yyyyyyyyyy<!---->'.repeat(200_000)],
    ['CDATA sections', '<![CDATA[yyyyyyyyyy]]>'.repeat(200_000)],
    ['text and <BR/>', `${'y'.repeat(100_000)}<BR/>`.repeat(20)],
  ])('a value of two megabytes of %s is too long', async (_, value) => {
    const file = checkingText(`${named}${recordText(`<NAME>B<MEMO>${value}`)}`)
    const issue = await issueOf(file)
    expect(issue?.reason).toMatch(/longer than/)
    expect(issue?.offset).toBeGreaterThan(300)
    expect(issue?.reason.length).toBeLessThan(100)
  })

  test('a tag of two megabytes is too long', async () => {
    expect((await issueOf(checkingText(`${named}<${'y'.repeat(2_000_000)}`)))?.reason).toMatch(/longer than/)
  })

  test('<a<a<a… of two megabytes', async () => {
    expect((await issueOf(`${openOfx}${'<a'.repeat(1_000_000)}`))?.reason).toMatch(/another kind|statement|longer/)
    expect((await issueOf('<a'.repeat(1_000_000)))?.offset).toBe(0)
    expect((await readRecords(checkingText(`${named}${'<a'.repeat(300_000)}`))).items).toHaveLength(1)
  })

  test.each<[string, number, (index: number) => string]>([
    ['three hundred thousand unknown empty tags', 300_000, (index) => `<N${index}/>`],
    ['three hundred thousand empty tags of one name', 300_000, () => '<N/>'],
    ['fifty thousand unknown empty tags with end tags', 50_000, (index) => `<N${index}></N${index}>`],
  ])('%s', async (_, length, tagOf) => {
    const tags = Array.from({ length }, (_, index) => tagOf(index)).join('')
    const { items, rejected } = await readRecords(checkingText(`${named}${tags}${named}`), { includeRawData: false })
    expect({ items: items.length, rejected }).toEqual({ items: 2, rejected: [] })
  })

  test('five hundred thousand stray end tags', async () => {
    const { items } = await readRecords(checkingText(`${named}${'</X>'.repeat(500_000)}${named}`))
    expect(items).toHaveLength(2)
  })

  test('a thousand <BR/> in a value', async () => {
    const { items } = await readRecords(checkingText(recordText(`<MEMO>${'A<BR/>'.repeat(1_000)}`)))
    expect(items[0]?.description).toBe('A '.repeat(1_000).trim())
  })

  test('entities are not expanded', async () => {
    const bomb = [
      '<?xml version="1.0"?><!DOCTYPE OFX [<!ENTITY a "ha">',
      ...Array.from({ length: 20 }, (_, index) => `<!ENTITY a${index} "${`&a${index - 1};`.repeat(10)}">`),
      '<!ENTITY file SYSTEM "file:///etc/passwd">]>\n',
    ].join('\n')
    const { items } = await readRecords(checkingText(recordText('<NAME>A &a; &a19; &file;'), { header: bomb }))
    expect(items).toMatchObject([{ description: 'A &a; &a19; &file;' }])
  })

  test('NULs and other control characters', async () => {
    const list = `\0\0${recordText('<NAME>A\0B\x01\x02<MEMO>\0')}\0<\0>${recordText('\0<NAME>\0')}`
    const { items } = await readRecords(checkingText(list))
    expect(items.map(({ description }) => description)).toEqual(['AB\x01\x02', ''])
    expect(JSON.stringify(items)).not.toContain('\\u0000')
  })

  test('three hundred accounts with the same last four digits', async () => {
    const statements = Array.from({ length: 300 }, (_, index) => ({
      account: { BANKID: '1', ACCTID: `${100_000 + index}4482`, ACCTTYPE: 'CHECKING' },
      rows: [{ DTPOSTED: '20260131', TRNAMT: '1' }],
    }))
    const { items } = (await provider.fetchAccounts(toFile(printOfx(statements)))).unwrap()
    expect(new Set(items.map(({ providerAccountId }) => providerAccountId)).size).toBe(300)
  })

  test('two hundred statements within each other', async () => {
    const { items } = await readRecords(`${openOfx}${'<STMTRS>'.repeat(200)}${named}`)
    expect(items).toHaveLength(1)
  })

  test('a moment beyond the calendar in a file that is cut off', async () => {
    const behind = '<LEDGERBAL><BALAMT>1.00<DTASOF>99991231235959[-12:AOE]</LEDGERBAL>'
    const text = checkingText(named, { behind })
    const { items, accounts } = await readRecords(text.slice(0, text.indexOf('</STMTRS>')))
    expect(items).toHaveLength(1)
    expect(accounts).toMatchObject([{ balance: '1', balanceAsOf: null }])
  })

  test('names that every object has', async () => {
    const list = recordText(
      '<TRNTYPE>__proto__<CURRENCY><CURSYM>constructor</CURRENCY><PROTOTYPE><CONSTRUCTOR>1</PROTOTYPE><TOSTRING>1<NAME>A',
    )
    expect((await readRecords(checkingText(list))).items).toMatchObject([
      { description: 'A', providerType: '__proto__', transactionType: 'unknown', currency: 'USD' },
    ])
  })
})

describe('whatever the bytes', () => {
  const tokens = [
    ...['<OFX>', '</OFX>', '<SIGNONMSGSRSV1>', '<SONRS>', '</SONRS>', '<FI>', '<FID>10898', '<INTU.BID>2430'],
    ...['<BANKMSGSRSV1>', '<STMTTRNRS>', '</STMTTRNRS>', '<STMTRS>', '</STMTRS>', '<CCSTMTTRNRS>', '<CCSTMTRS>'],
    ...['</CCSTMTRS>', '<STATUS>', '<CODE>2003', '</STATUS>', '<CURDEF>USD', '<BANKACCTFROM>', '</BANKACCTFROM>'],
    ...[
      '<ACCTID>000000904482',
      '<ACCTID>',
      '<ACCTTYPE>CHECKING',
      '<BANKTRANLIST>',
      '</BANKTRANLIST>',
      '<DTEND>20260131',
    ],
    ...['<STMTTRN>', '</STMTTRN>', '<TRNTYPE>DEBIT', '<DTPOSTED>20260131', '<TRNAMT>-1.00', '<TRNAMT>', '<NAME>A'],
    ...[
      '<MEMO>',
      '<MEMO/>',
      '<BR/>',
      '<PAYEE>',
      '</PAYEE>',
      '<CURRENCY>',
      '<CURSYM>EUR',
      '</CURRENCY>',
      '<X.Y>',
      '</X.Y>',
    ],
    ...['<LEDGERBAL>', '<BALAMT>5', '<DTASOF>20260131', '</LEDGERBAL>', '<AVAILBAL>', '</AVAILBAL>', '<INVSTMTRS>'],
    ...[
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<!',
      '<?',
      '<',
      '>',
      '&',
      '&amp;',
      '&#x41;',
      '\0',
      ' ',
      '\n',
      'text',
      'é',
      '/',
    ],
  ]

  test('random bytes give a Result', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const read = await readEverything(bytes)
        expect(read.isOk() || read.error.code === 'PROVIDER_INVALID_INPUT').toBe(true)
        expect((await provider.identify(toFile(bytes))).isOk()).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  test('pieces of OFX in any order give a Result, and what it holds is well formed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...tokens), { maxLength: 80 }), async (parts) => {
        const read = await readEverything(parts.join(''))
        expect(read.isOk() || read.error.code === 'PROVIDER_INVALID_INPUT').toBe(true)
      }),
      { numRuns: 250 },
    )
  })

  test('a good file with pieces cut out, doubled and changed gives a Result', async () => {
    const change = fc.record({
      kind: fc.constantFrom('delete', 'double', 'flip', 'swap'),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat({ max: 60 }),
      byte: fc.nat({ max: 255 }),
    })
    const forms = fc.constantFrom(sgml, { ...sgml, closeLeaves: true }, xml)
    await fc.assert(
      fc.asyncProperty(arbitraryRows, forms, fc.array(change, { maxLength: 6 }), async (rows, form, changes) => {
        const records = rows.map((row, index) => toRecord(row, String(index)))
        const behind = { LEDGERBAL: { BALAMT: '1.00', DTASOF: '20260131' } }
        let bytes = encoder.encode(printOfx([{ rows: records, behind }], form, chaseSignOn))
        for (const { kind, at, length, byte } of changes) {
          const from = Math.floor(at * bytes.length)
          const [before, piece, after] = [
            bytes.slice(0, from),
            bytes.slice(from, from + length),
            bytes.slice(from + length),
          ]
          const changed = {
            delete: [before, after],
            double: [before, piece, piece, after],
            flip: [before, piece.map((one) => one ^ byte), after],
            swap: [after, piece, before],
          }[kind]
          bytes = new Uint8Array(await new Blob(changed).arrayBuffer())
        }
        const read = await readEverything(bytes)
        expect(read.isOk() || read.error.code === 'PROVIDER_INVALID_INPUT').toBe(true)
        await provider.identify(toFile(bytes))
      }),
      { numRuns: 100 },
    )
  })

  test('a file cut off anywhere keeps the records before the cut', async () => {
    const rows = ['A', 'B'].map((name) => ({
      TRNTYPE: 'DEBIT',
      DTPOSTED: '20260131',
      TRNAMT: '-1.00',
      NAME: name,
    }))
    const text = printOfx([{ rows }])
    const ends = [...text.matchAll(/<\/STMTTRN>/g)].map(({ index, 0: tag }) => index + tag.length)
    const starts = [...text.matchAll(/<STMTTRN>/g)].map(({ index, 0: tag }) => index + tag.length)
    for (
      let cut = text.indexOf('<STMTRS>') + '<STMTRS>'.length;
      cut < text.indexOf('</OFX>') + '</OFX>'.length;
      cut++
    ) {
      const { items, rejected, warnings } = await readRecords(text.slice(0, cut))
      const whole = ends.filter((end) => end <= cut).length
      const begun = starts.filter((start) => start <= cut).length
      expect({ items: items.length, rejected: rejected.length }, `cut at ${cut}`).toEqual({
        items: whole,
        rejected: begun - whole,
      })
      expect(warnings.map(({ code }) => code)).toContain('POSSIBLY_TRUNCATED')
    }
  })
})
