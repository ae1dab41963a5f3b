import { Decimal, type FileContent } from '@finport/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amountOf, arbitraryRows, toRecord } from './arbitrary-rows.ts'
import {
  chaseSignOn,
  checkingText,
  cutAsChaseDoes,
  type FileText,
  type OfxForm,
  otherSignOn,
  printOfx,
  recordText,
  sgml,
  sgmlHeader,
  xml,
  xmlHeader,
} from './ofx-builder.ts'
import { provider, readEverything, readRecords, streamOf, toFile } from './read-everything.ts'

const encoder = new TextEncoder()
const singleSpaced = (text: string) => text.replace(/\s+/g, ' ').trim()

function toUtf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(text.length * 2))
  for (let index = 0; index < text.length; index++) bytes.setUint16(index * 2, text.charCodeAt(index), littleEndian)
  return new Uint8Array(bytes.buffer)
}

/** The descriptions of a list of records, none of which may be rejected. */
async function descriptionsOf(list: string, parts?: FileText): Promise<string[]> {
  const { items, rejected } = await readRecords(checkingText(list, parts))
  expect(rejected).toEqual([])
  return items.map(({ description }) => description)
}

/** The only record of a list. */
async function onlyRecord(list: string, parts?: FileText) {
  const { items, rejected } = await readRecords(checkingText(list, parts))
  expect({ items: items.length, rejected }).toEqual({ items: 1, rejected: [] })
  return items[0] as (typeof items)[number]
}

describe('whatever the dialect', () => {
  const forms: OfxForm[] = (['\n', '\r\n'] as const).flatMap((lineEnd) => [
    { ...sgml, lineEnd },
    { ...sgml, lineEnd, closeLeaves: true },
    { ...xml, lineEnd },
  ])

  test('count, sum, days, signs and texts survive, and every dialect says the same', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRows, async (rows) => {
        const records = rows.map((row, index) => toRecord(row, String(index)))
        const read = await Promise.all(forms.map((form) => readRecords(printOfx([{ rows: records }], form))))
        const [{ items, rejected }] = read as [(typeof read)[number]]
        expect(rejected).toEqual([])
        expect(items.map(({ amount }) => amount)).toEqual(rows.map(amountOf))
        expect(items.map(({ transactionDate }) => transactionDate)).toEqual(rows.map(({ date }) => date))
        expect(items.map(({ providerType }) => providerType)).toEqual(rows.map(({ word }) => word))
        for (const [index, { name, memo }] of rows.entries()) {
          const description = items[index]?.description
          expect(description).toContain(singleSpaced(name))
          expect(description).toContain(singleSpaced(memo))
        }
        for (const other of read) expect(other).toEqual(read[0])
      }),
      { numRuns: 40 },
    )
  })

  test('the sum is exact', async () => {
    const amounts = ['0.1', '0.2', '-0.3', '1000000000000000.01', '0,07']
    const rows = amounts.map((amount) => ({ TRNTYPE: 'OTHER', DTPOSTED: '20260131', TRNAMT: amount, NAME: 'X' }))
    const { items } = await readRecords(printOfx([{ rows }]))
    const sum = items.reduce((total, { amount }) => Decimal.add(total, amount), Decimal.parse('0').unwrap())
    expect(sum).toBe('1000000000000000.08')
  })
})

describe('headers', () => {
  const record = recordText('<FITID>1<NAME>LANTERN SUPPLY')
  const [firstLine = '', ...otherLines] = sgmlHeader

  test.each<[string, string, string]>([
    ["Chase's: an empty line first, none before <OFX>", `\n${sgmlHeader.join('\n')}\n`, 'OFX 1.0.2'],
    ['CRLF', `${sgmlHeader.join('\r\n')}\r\n\r\n`, 'OFX 1.0.2'],
    ['a byte order mark', `\ufeff${sgmlHeader.join('\n')}\n\n`, 'OFX 1.0.2'],
    ['all on one line', `${sgmlHeader.join(' ')} `, 'OFX 1.0.2'],
    ['all run together', sgmlHeader.join(''), 'OFX 1.0.2'],
    ['KEY: VALUE', `${sgmlHeader.map((line) => line.replace(':', ': ')).join('\n')}\n\n`, 'OFX 1.0.2'],
    ['in a comment', `<!--\n${sgmlHeader.join('\n')}\n-->\n`, 'OFX 1.0.2'],
    ['another order', `${[...otherLines, firstLine].join('\n')}\n\n`, 'OFX 1.0.2'],
    ['blank lines between', `${sgmlHeader.join('\n\n')}\n\n`, 'OFX 1.0.2'],
    ['encodings that are not so', 'OFXHEADER:100\nVERSION:160\nENCODING:UNICODE\nCHARSET:CSUNICODE\n\n', 'OFX 1.6.0'],
    ['hardly any', 'DATA:OFXSGML\n', 'OFX'],
    ['none', '', 'OFX'],
    ['XML', `${xmlHeader.join('\n')}\n`, 'OFX 2.2.0'],
    ['XML on one line', xmlHeader.join(''), 'OFX 2.2.0'],
    ['XML in single quotes', `${xmlHeader.join('\n').replaceAll('"', "'")}\n`, 'OFX 2.2.0'],
    ['XML without its first line', `${xmlHeader[1]}\n`, 'OFX 2.2.0'],
  ])('%s', async (_, header, format) => {
    const text = checkingText(record, { header })
    const { items, rejected, accounts } = await readRecords(text)
    expect(items).toMatchObject([{ description: 'LANTERN SUPPLY', amount: '-1' }])
    expect(rejected).toEqual([])
    expect(accounts).toHaveLength(1)
    expect((await provider.identify(toFile(text))).unwrap()?.format).toBe(format)
  })

  test.each([
    ['<OFX >', (text: string) => text.replace('<OFX>', '<OFX >').replace('</OFX>', '</OFX >')],
    ['tags in small letters', (text: string) => text.replace(/<[^>]*>/g, (tag) => tag.toLowerCase())],
    ['attributes', (text: string) => text.replaceAll('<STMTTRN>', '<STMTTRN id="1" note=\'a/b\'>')],
    ['no <OFX> at all', (text: string) => text.replace('<OFX>', '').replace('</OFX>', '')],
    ['everything on one line', (text: string) => text.replaceAll('\n', '')],
    ['everything indented', (text: string) => text.replaceAll('<', '\n\t  <')],
  ])('%s changes nothing', async (_, change) => {
    const { items, warnings } = await readRecords(change(checkingText(record)))
    expect(items).toMatchObject([{ description: 'LANTERN SUPPLY', amount: '-1' }])
    expect(warnings).toEqual([])
  })
})

describe('encodings', () => {
  const text = 'CAFÉ «Süd» – 5 € “Zoë” 漢字 😀'
  const latin = 'CAFÉ «Süd» – 5 € “Zoë”'
  const windows1252: Record<string, number> = { '€': 0x80, '“': 0x93, '”': 0x94, '–': 0x96 }
  const fileOf = (name: string) => checkingText(recordText(`<NAME>${name}`))

  const toWindows1252 = (file: string) =>
    Uint8Array.from(file, (character) => windows1252[character] ?? character.charCodeAt(0))

  test.each<[string, Uint8Array, string]>([
    ['windows-1252', toWindows1252(fileOf(latin)), latin],
    ['UTF-8 under a header of 1252', encoder.encode(fileOf(text)), text],
    ['UTF-8 with a byte order mark', encoder.encode(`\ufeff${fileOf(text)}`), text],
    ['UTF-16LE with a byte order mark', toUtf16(`\ufeff${fileOf(text)}`, true), text],
    ['UTF-16BE with a byte order mark', toUtf16(`\ufeff${fileOf(text)}`, false), text],
    ['UTF-16LE', toUtf16(fileOf(text), true), text],
    ['UTF-16BE', toUtf16(fileOf(text), false), text],
    ['UTF-16LE, an empty line first', toUtf16(`\r\n${fileOf(text)}`, true), text],
  ])('%s', async (_, bytes, expected) => {
    const { items } = await readRecords(bytes)
    expect(items.map(({ description }) => description)).toEqual([expected])
    const inSingleBytes = streamOf(...Array.from(bytes, (byte) => Uint8Array.of(byte)))
    expect((await readRecords(inSingleBytes)).items).toEqual(items)
  })

  test('rows of one file may differ in encoding', async () => {
    const [before = '', behind = ''] = checkingText(recordText('<NAME>|')).split('|')
    const [start = '', end = ''] = [before.replace('<STMTTRN>', `${recordText('<NAME>|')}<STMTTRN>`), behind]
    const [first = '', second = ''] = start.split('|')
    const bytes = [encoder.encode(`${first}${text}${second}`), toWindows1252(`${latin}${end}`)]
    const { items } = await readRecords(streamOf(...bytes))
    expect(items.map(({ description }) => description)).toEqual([text, latin])
  })

  test('bytes that windows-1252 has no character for do no harm', async () => {
    const { items } = await readRecords(toWindows1252(fileOf('A\u0081\u008d\u008f\u0090\u009dB')))
    expect(items).toHaveLength(1)
    expect(items[0]?.description).toMatch(/^A.*B$/)
  })
})

describe('tags', () => {
  test.each<[string, string, string[]]>([
    ['unclosed leaves', recordText('<FITID>1<NAME>A<MEMO>B'), ['A B']],
    ['closed leaves', recordText('<FITID>1</FITID><NAME>A</NAME><MEMO>B</MEMO>'), ['A B']],
    ['both mixed', recordText('<FITID>1</FITID><NAME>A<MEMO>B</MEMO>'), ['A B']],
    ['an empty unclosed leaf', recordText('<NAME>A<MEMO>'), ['A']],
    ['an empty closed leaf', recordText('<NAME>A</NAME><MEMO></MEMO>'), ['A']],
    ['an empty self-closing leaf', recordText('<NAME>A</NAME><MEMO/>'), ['A']],
    ['an empty self-closing leaf after an unclosed one', recordText('<NAME>A<MEMO/><SIC>5411'), ['A']],
    ['an empty unclosed leaf before others', recordText('<MEMO><NAME>A<SIC>5411'), ['A']],
    ['empty unclosed leaves one after another', recordText('<FITID><CHECKNUM><MEMO><NAME>A'), ['A']],
    ['an empty unclosed leaf before an aggregate', recordText('<MEMO><PAYEE><NAME>A</PAYEE>'), ['A']],
    ['leaves closed after others', recordText('<NAME>A<MEMO>B</MEMO></NAME></TRNAMT>'), ['A B']],
    ['an empty leaf closed after others', recordText('<MEMO><NAME>A<SIC>5411</MEMO>'), ['A']],
    ['stray end tags', `</STMTTRN></NAME>${recordText('</X><NAME>A</Y>')}</STMTTRN></Z>`, ['A']],
    ['end tags of another leaf', recordText('<NAME>A</MEMO><MEMO>B</NAME>'), ['A B']],
    ['a record without an end tag', `${recordText('<NAME>A').slice(0, -10)}${recordText('<NAME>B')}`, ['A', 'B']],
    ['a last record without an end tag', recordText('<NAME>A').slice(0, -10), ['A']],
    ['text between tags', `stray ${recordText('<NAME>A</NAME> stray <MEMO>B</MEMO>')} stray`, ['A B']],
    ['a comment', recordText('<NAME>A <!-- <NAME>not this --> B<!-- - -- > -->'), ['A B']],
    ['CDATA', recordText('<NAME><![CDATA[A <b> & &amp; ]] > C]]></NAME>'), ['A <b> & &amp; ]] > C']],
    ['CDATA amid text', recordText('<NAME>A &amp; <![CDATA[B & ]]>C</NAME>'), ['A & B & C']],
    ['an empty CDATA section', recordText('<NAME><![CDATA[]]></NAME><MEMO>B</MEMO>'), ['B']],
    ['a processing instruction', recordText('<NAME>A<?php echo 1 ?>B'), ['AB']],
    ['<BR/> in a value', recordText('<MEMO>A<BR/>B<br />C'), ['A B C']],
    ['tags with dots, hyphens, colons', recordText('<INTU.X>1<A-B>2<x:y>3<NAME>A<START.TIME>4'), ['A']],
    ['the tag CATEGORY', recordText('<NAME>A<CATEGORY>Food &amp; Drink<MEMO>B'), ['A B']],
    ['a tag named __proto__', recordText('<NAME>A<__proto__>B<MEMO>C'), ['A C']],
    ['a closed tag named __proto__', recordText('<__proto__><NAME>B</NAME></__proto__><NAME>A</NAME>'), ['A']],
    ['a tag named constructor', recordText('<constructor>B</constructor><NAME>A</NAME>'), ['A']],
    ["a vendor's aggregate", recordText('<NAME>A<X.SHOP><NAME>B<CITY>C</X.SHOP>'), ['A']],
    ['a comment first in a vendor aggregate', recordText('<X.SHOP><!-- shop --><NAME>B</NAME></X.SHOP><NAME>A'), ['A']],
    ['names twice', recordText('<NAME>A<NAME>B'), ['A']],
  ])('%s', async (_, list, expected) => {
    expect(await descriptionsOf(list)).toEqual(expected)
    expect(Object.prototype).not.toHaveProperty('NAME')
  })

  test.each([
    ['BANKTRANLIST', (text: string) => text.replace('</BANKTRANLIST>', '')],
    ['BANKACCTFROM', (text: string) => text.replace('</BANKACCTFROM>', '')],
    ['STMTTRN', (text: string) => text.replace('</STMTTRN></BANKTRANLIST>', '')],
    ['LEDGERBAL', (text: string) => text.replace('</LEDGERBAL>', '')],
    ['STMTRS', (text: string) => text.replace('</STMTRS>', '')],
    ['STMTTRNRS', (text: string) => text.replace('</STMTTRNRS>', '')],
  ])('without the end of %s nothing is lost', async (_, change) => {
    const text = checkingText(`${recordText('<NAME>A<MEMO>1')}${recordText('<NAME>B<MEMO>2')}`, {
      behind:
        '<LEDGERBAL><BALAMT>985.00<DTASOF>20240331</LEDGERBAL><AVAILBAL><BALAMT>980.00<DTASOF>20240331</AVAILBAL>',
    })
    const { items, accounts, rejected, warnings } = await readRecords(change(text))
    expect(items.map(({ description }) => description)).toEqual(['A 1', 'B 2'])
    expect(accounts).toMatchObject([{ providerAccountId: 'deposit-4482', balance: '985', availableBalance: '980' }])
    expect(rejected).toEqual([])
    expect(warnings).toEqual([])
  })

  test('a record keeps what it has under names of its own', async () => {
    const { rawData } = await onlyRecord(
      recordText('<NAME>A<X.SHOP><CITY>C<TAG>1<TAG>2</X.SHOP><CATEGORY>Food &amp; Drink<MEMO>'),
    )
    expect(rawData).toMatchObject({
      NAME: 'A',
      MEMO: '',
      CATEGORY: 'Food & Drink',
      'X.SHOP': { CITY: 'C', TAG: ['1', '2'] },
    })
  })

  test('records that are written alike are read alike, whatever came before', async () => {
    const body = '<TRNTYPE>DEBIT<DTPOSTED>20260131<TRNAMT>-1.00<EXT><EXT>a</EXT></EXT ><NAME>x'
    const record = `<STMTTRN>${body}</STMTTRN>`
    const { items } = await readRecords(checkingText(record.repeat(4)))
    expect(new Set(items.map(({ rawData }) => JSON.stringify(rawData)))).toEqual(
      new Set([JSON.stringify(items[0]?.rawData)]),
    )
    expect(items[3]).toMatchObject({ description: 'x', rawData: { EXT: { EXT: 'a' } } })
  })

  test("a comment does not make a vendor's aggregate a leaf", async () => {
    const { rawData } = await onlyRecord(recordText('<NAME>A</NAME><X.SHOP>\n<!-- shop -->\n<CITY>C</CITY></X.SHOP>'))
    expect(rawData).toMatchObject({ 'X.SHOP': { CITY: 'C' } })
  })

  test('PAYEE as a text, as some Brazilian banks have it, is the name', async () => {
    expect(await descriptionsOf(recordText('<PAYEE>Pagto conta</PAYEE><MEMO>telefone</MEMO>'))).toEqual([
      'Pagto conta telefone',
    ])
    expect(await descriptionsOf(recordText('<PAYEE>Pagto conta<MEMO>telefone'))).toEqual(['Pagto conta telefone'])
  })

  test('CURRENCY as a text loses nothing behind it', async () => {
    expect(await onlyRecord(recordText('<CURRENCY>EUR<NAME>A<MEMO>B'))).toMatchObject({ description: 'A B' })
  })
})

describe('texts', () => {
  test.each([
    ['AT&T *BILL', 'AT&T *BILL'],
    ['AT&amp;T', 'AT&T'],
    ['A&amp;amp;B &amp;lt;C', 'A&amp;B &lt;C'],
    ['&lt;A&gt; &quot;B&quot; &apos;C&apos;', '<A> "B" \'C\''],
    ['5&nbsp;FOR&#160;4', '5 FOR 4'],
    ['&#x20AC;&#8364;&#X20ac;', '€€€'],
    ['&#x1F600;', '😀'],
    ['&AMP; &Lt;', '& <'],
    ['&copy; &unknown; & ; &; &amp', '&copy; &unknown; & ; &; &amp'],
    ['&#0; &#xD800; &#x110000; &#99999999;', '&#0; &#xD800; &#x110000; &#99999999;'],
    ['3 < 4', '3 < 4'],
    ['<3 HEARTS <', '<3 HEARTS <'],
    ['A<B SHOP', 'A<B SHOP'],
    ['A > B', 'A > B'],
    ['A <! B', 'A <! B'],
    ['A <? B', 'A <? B'],
    ['"A" \'B\'', '"A" \'B\''],
    ['A \t  B\r\n   C', 'A B C'],
    ['A\0B', 'AB'],
  ])('%j is %j', async (written, expected) => {
    expect(await descriptionsOf(recordText(`<NAME>${written}\n<SIC>5411`))).toEqual([expected])
  })

  test('without a name or memo, the number of a check', async () => {
    expect(await descriptionsOf(recordText('<CHECKNUM>0995'))).toEqual(['Check 0995'])
    expect(await descriptionsOf(recordText('<FITID>1'))).toEqual([''])
    expect(await onlyRecord(recordText('<CHECKNUM>0995'))).toMatchObject({ checkNumber: '0995' })
  })
})

describe('NAME and MEMO', () => {
  const chase = '<FI><ORG>B1<FID>10898</FI><INTU.BID>10898'
  const quickBooks = '<FI><ORG>B1<FID>10898</FI><INTU.BID>2430'
  const other = '<FI><ORG>OTTER<FID>3999</FI>'
  const full = 'RIVERBEND GROCERS #0417 PORTSMOU'

  test.each<[string, string, string, string, string]>([
    ['of 32 characters goes on in the memo', chase, full, 'TH NH', `${full}TH NH`],
    ['of 32 characters goes on in the memo, in QBO too', quickBooks, full, 'TH NH', `${full}TH NH`],
    [
      'of 32 characters with an entity',
      chase,
      'FERN &amp; BIRCH BOOKS KITTERY ME  0',
      '1/29',
      'FERN & BIRCH BOOKS KITTERY ME 01/29',
    ],
    ['of 31 characters was cut at a blank', chase, full.slice(1), 'TH NH', `${full.slice(1)} TH NH`],
    ['that is shorter was cut at blanks', chase, 'ORIG CO NAME:HARBOR', 'ORIG ID:91', 'ORIG CO NAME:HARBOR ORIG ID:91'],
    ['that is the same as the memo is no exception', chase, 'FEE', 'FEE', 'FEE FEE'],
    ['of another bank is a text of its own', other, full, 'TH NH', `${full} TH NH`],
    ['of another bank is said once', other, 'TIDEWATER MARKET', 'TIDEWATER MARKET', 'TIDEWATER MARKET'],
    ['of another bank begins the memo', other, 'TIDEWATER MAR', 'TIDEWATER MARKET 12', 'TIDEWATER MARKET 12'],
    ['of another bank begins with the memo', other, 'TIDEWATER MARKET 12', 'TIDEWATER', 'TIDEWATER MARKET 12'],
    ['of another bank with nothing in the memo', other, 'TIDEWATER', '', 'TIDEWATER'],
    ['that is missing leaves the memo', other, '', 'TIDEWATER', 'TIDEWATER'],
  ])('a name %s', async (_, signOn, name, memo, expected) => {
    expect(await descriptionsOf(recordText(`<NAME>${name}<MEMO>${memo}`), { signOn })).toEqual([expected])
  })

  test("Chase's pieces give the description back, but for blanks at the cut and what is beyond it", async () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJ0123&#'), minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 20 }), async (lists) => {
        const descriptions = lists.map((list) => list.join(' ').slice(0, 64).trim())
        const rows = descriptions.map((description) => ({
          TRNTYPE: 'DEBIT',
          DTPOSTED: '20260131',
          TRNAMT: '-1.00',
          ...cutAsChaseDoes(description),
        }))
        const { items } = await readRecords(printOfx([{ rows }], sgml, chaseSignOn))
        for (const [index, description] of descriptions.entries()) {
          const isBlankLost = description[32] === ' ' && description[31] !== ' '
          const expected = isBlankLost ? description.slice(0, 32) + description.slice(33) : description
          expect(items[index]?.description).toBe(expected)
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('amounts', () => {
  test.each([
    ['-530,86', '-530.86'],
    ['             -2,23', '-2.23'],
    ['+1.50', '1.5'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['5.', '5'],
    ['115', '115'],
    ['-8.95000', '-8.95'],
    ['2863.2522955731815', '2863.2522955731815'],
    ['00012.30', '12.3'],
    ['0', '0'],
    ['-0.00', '0'],
    ['99999999999999999999.01', '99999999999999999999.01'],
  ])('%j is %s', async (written, expected) => {
    expect((await onlyRecord(recordText(`<TRNAMT>${written}\n<NAME>A`))).amount).toBe(expected)
  })

  test.each([
    ['nothing', '', 'TRNAMT is missing.'],
    ['only a point', '            .  ', 'TRNAMT is not a number.'],
    ['a minus behind', '12.34-', 'TRNAMT is not a number.'],
    ['a currency sign', '$5', 'TRNAMT is not a number.'],
    ['a word', 'NaN', 'TRNAMT is not a number.'],
    ['grouped digits', '1,234.56', 'TRNAMT has more than one decimal mark.'],
    ['2,000 digits', '9'.repeat(2_000), 'TRNAMT has too many digits.'],
  ])('%s is rejected and the rest kept', async (_, written, reason) => {
    const list = `${recordText('<NAME>A')}${recordText(`<TRNAMT>${written}<NAME>B`)}${recordText('<NAME>C')}`
    const { items, rejected } = await readRecords(checkingText(list))
    expect(items.map(({ description }) => description)).toEqual(['A', 'C'])
    expect(rejected).toMatchObject([{ reason, rawData: { NAME: 'B' }, providerAccountId: 'deposit-4482' }])
  })
})

describe('dates', () => {
  test.each([
    ['20260131', '2026-01-31'],
    ['2026013112', '2026-01-31'],
    ['202601311200', '2026-01-31'],
    ['20260131120000', '2026-01-31'],
    ['20260131120000[0:GMT]', '2026-01-31'],
    ['20260131000000.000[-5:EST]', '2026-01-31'],
    ['20260131235959.999[+14:LINT]', '2026-01-31'],
    ['20260131000000[-03:EST]', '2026-01-31'],
    ['20260131120000[-:TZ]', '2026-01-31'],
    ['20260131120000[-99:XXX]', '2026-01-31'],
    ['20260131120000[5.50:IST]', '2026-01-31'],
    ['20260131120000:014', '2026-01-31'],
    ['\n   20260131120000\n  ', '2026-01-31'],
    ['20240229', '2024-02-29'],
    ['00010101', '0001-01-01'],
    ['99991231235959', '9999-12-31'],
  ])('%j is %s', async (written, expected) => {
    const row = await onlyRecord(recordText(`<DTPOSTED>${written}<DTUSER>${written}<NAME>A`))
    expect(row).toMatchObject({ transactionDate: expected, authorizedDate: expected, occurredAt: null })
  })

  test.each([
    ['', 'DTPOSTED is missing.'],
    ['********', 'DTPOSTED is not a date.'],
    ['2026-01-31', 'DTPOSTED is not a date.'],
    ['202601', 'DTPOSTED is not a date.'],
    ['202601311', 'DTPOSTED is not a date.'],
    ['20260231', 'DTPOSTED is a day that does not exist.'],
    ['20230229', 'DTPOSTED is a day that does not exist.'],
    ['20261301', 'DTPOSTED is a day that does not exist.'],
    ['00000000', 'DTPOSTED is a day that does not exist.'],
  ])('%j is rejected', async (written, reason) => {
    const { items, rejected } = await readRecords(checkingText(recordText(`<DTPOSTED>${written}<NAME>B`)))
    expect(items).toEqual([])
    expect(rejected).toMatchObject([{ reason, rawData: { NAME: 'B' } }])
  })

  test('a purchase day that can not be read is left out', async () => {
    expect(await onlyRecord(recordText('<DTUSER>20260231<NAME>A'))).toMatchObject({ authorizedDate: null })
  })

  test.each([
    ['20240331', '2024-03-31T00:00:00.000Z'],
    ['20240331120000[0:GMT]', '2024-03-31T12:00:00.000Z'],
    ['20240331111438.091[-4:EDT]', '2024-03-31T15:14:38.091Z'],
    ['20240331120000[5.50:IST]', '2024-03-31T06:30:00.000Z'],
    ['20240331120000[-3.50:NST]', '2024-03-31T15:30:00.000Z'],
    ['20240331210000[-03:EST]', '2024-04-01T00:00:00.000Z'],
    ['20240331120000[-:TZ]', '2024-03-31T12:00:00.000Z'],
    ['20240331120000[-99:XXX]', '2024-03-31T12:00:00.000Z'],
    ['20240331250000', null],
    ['20240231', null],
    ['', null],
    ['00000101000000[14:LINT]', null],
    ['99991231235959[-12:AOE]', null],
  ])('a balance of %j is of the moment %s', async (written, expected) => {
    const behind = `<LEDGERBAL><BALAMT>1.00<DTASOF>${written}</LEDGERBAL>`
    const { accounts } = await readRecords(checkingText('', { behind }))
    expect(accounts).toMatchObject([{ balance: '1', balanceAsOf: expected }])
  })
})

describe('wherever a chunk of a stream ends', () => {
  const filler = recordText(`<NAME>FILLER<X.FILLER>${'-'.repeat(64 * 1024)}`)
  const list = [
    recordText('<FITID>1<NAME>CAFÉ &amp; 漢 <!-- <x> --> 😀<BR/>B < C<MEMO/>'),
    recordText('<FITID>2</FITID><NAME><![CDATA[A <b> ]]&amp; é]]></NAME><X.SHOP><CITY>é</X.SHOP><MEMO>'),
    '</STMTTRN></X><?pi ?>',
  ].join('\r\n')
  const bytes = encoder.encode(checkingText(filler + list))
  const from = bytes.indexOf(0xc3) - 60

  const textOf = async (content: FileContent) => {
    const pages = []
    for await (const page of provider.fetchSnapshot(toFile(content))) pages.push(page.unwrap())
    return JSON.stringify(pages)
  }

  test('the outcome is the same', async () => {
    const whole = await textOf(bytes)
    expect((await readRecords(bytes)).items.map(({ description }) => description)).toEqual([
      'FILLER',
      'CAFÉ & 漢 😀 B < C',
      'A <b> ]]&amp; é',
    ])
    expect(from).toBeGreaterThan(64 * 1024)
    for (let cut = from; cut < bytes.length - 60; cut++) {
      const read = await textOf(streamOf(bytes.subarray(0, cut), bytes.subarray(cut)))
      expect(read === whole, `a cut at byte ${cut}`).toBe(true)
    }
  })

  test('chunks of any size, empty ones among them, give what the whole gives', async () => {
    const sizes = fc.array(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 5_000 }), fc.nat({ max: 80_000 })), {
      minLength: 1,
      maxLength: 12,
    })
    const whole = (await readEverything(bytes)).unwrap()
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const chunks: Uint8Array[] = []
        let position = 0
        for (const length of lengths) {
          chunks.push(bytes.subarray(position, position + length))
          position += length
        }
        const read = await readEverything(streamOf(...chunks, bytes.subarray(position)))
        expect(read.unwrap()).toEqual(whole)
      }),
      { numRuns: 25 },
    )
  })

  test('single bytes give what the whole gives', async () => {
    const singleBytes = Array.from(bytes, (byte) => Uint8Array.of(byte))
    expect((await readEverything(streamOf(...singleBytes))).unwrap()).toEqual((await readEverything(bytes)).unwrap())
  })

  test('a file in UTF-16 may be cut within a character', async () => {
    const utf16 = toUtf16(checkingText(filler + list), true)
    const whole = await textOf(utf16)
    expect((await readRecords(utf16)).items[1]?.description).toBe('CAFÉ & 漢 😀 B < C')
    for (let cut = utf16.length - 1_100; cut < utf16.length - 700; cut += 7) {
      const read = await textOf(streamOf(utf16.subarray(0, cut), utf16.subarray(cut)))
      expect(read === whole, `a cut at byte ${cut}`).toBe(true)
    }
  })
})

test('other banks than Chase are told by their sign-on', async () => {
  const rows = [{ TRNTYPE: 'DEBIT', DTPOSTED: '20260131', TRNAMT: '-1.00', NAME: 'A'.repeat(32), MEMO: 'B' }]
  const describeWith = async (signOn: typeof chaseSignOn) =>
    (await readRecords(printOfx([{ rows }], sgml, signOn))).items[0]?.description
  expect(await describeWith(chaseSignOn)).toBe(`${'A'.repeat(32)}B`)
  expect(await describeWith(otherSignOn)).toBe(`${'A'.repeat(32)} B`)
  expect(await describeWith({ 'INTU.BID': '10898' })).toBe(`${'A'.repeat(32)}B`)
})
