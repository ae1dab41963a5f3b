import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { provider, readEverything, readRecords, toFile } from './read-everything.ts'

const secId = (id = '000010AB1') => `<SECID><UNIQUEID>${id}<UNIQUEIDTYPE>CUSIP</SECID>`

type Parts = { transactions?: string; positions?: string | null; balances?: string; securities?: string }

const securityList = `<STOCKINFO><SECINFO>${secId()}<SECNAME>FOXGLOVE FOODS INC<TICKER>FXGL</SECINFO></STOCKINFO>`
const listed = (securities: string) => `<SECLISTMSGSRSV1><SECLIST>${securities}</SECLIST></SECLISTMSGSRSV1>`

function statement({ transactions = '', positions = null, balances = '' }: Parts, number = '30071558'): string {
  return [
    '<INVSTMTTRNRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><INVSTMTRS><DTASOF>20260131<CURDEF>USD',
    `<INVACCTFROM><BROKERID>otter.example<ACCTID>${number}</INVACCTFROM>`,
    `<INVTRANLIST><DTSTART>20260101<DTEND>20260131${transactions}</INVTRANLIST>`,
    ...(positions === null ? [] : [`<INVPOSLIST>${positions}</INVPOSLIST>`]),
    `${balances}</INVSTMTRS></INVSTMTTRNRS>`,
  ].join('\n')
}

function fileOf(parts: Parts): string {
  const { securities = securityList } = parts
  return `<OFX><INVSTMTMSGSRSV1>${statement(parts)}</INVSTMTMSGSRSV1>${listed(securities)}</OFX>`
}

type Trade = {
  fitid?: string
  date?: string
  units?: string
  total?: string
  memo?: string
  more?: string
  id?: string
}

const trade = (
  word: 'BUY' | 'SELL',
  { fitid = '1', date = '20260105', units = '10', total = '-410.00', memo = '', more = '', id }: Trade = {},
) =>
  `<${word}STOCK><INV${word}><INVTRAN><FITID>${fitid}<DTTRADE>${date}${more}<MEMO>${memo}</INVTRAN>${secId(id)}<UNITS>${units}<UNITPRICE>41.00<TOTAL>${total}</INV${word}></${word}STOCK>`

const position = ({ units = '10', value = '430.00', more = '', held = 'CASH', id = '000010AB1' } = {}) =>
  `<POSSTOCK><INVPOS>${id === '' ? '' : secId(id)}<HELDINACCT>${held}<POSTYPE>LONG${units === '' ? '' : `<UNITS>${units}`}<UNITPRICE>43.00<MKTVAL>${value}<DTPRICEASOF>20260131${more}</INVPOS></POSSTOCK>`

const balances = '<INVBAL><AVAILCASH>100.00<MARGINBALANCE>0<SHORTBALANCE>0</INVBAL>'

async function readOne(parts: Parts) {
  const { accounts, transactions, holdings } = (await readEverything(fileOf(parts))).unwrap()
  const [account] = accounts.items
  const id = account?.providerAccountId ?? ''
  return { account, transactions: transactions[id], holdings: holdings[id] }
}

describe('units', () => {
  const quantityOf = async (text: string) => (await readRecords(fileOf({ transactions: text }))).items.at(-1)?.quantity

  test.each([
    ['a purchase', trade('BUY', { units: '10' }), '10'],
    ['a purchase with a plus', trade('BUY', { units: '+10.50' }), '10.5'],
    ['a sale', trade('SELL', { units: '-10', total: '430.00' }), '-10'],
    ['a sale without a sign', trade('SELL', { units: '10', total: '430.00' }), '-10'],
    ['a sale that costs more than it brings', trade('SELL', { units: '-1', total: '-4.94' }), '-1'],
  ])('of %s are signed by what they do', async (_, text, quantity) => {
    expect(await quantityOf(text)).toBe(quantity)
  })

  const reversed = '<REVERSALFITID>1'

  test('of a purchase that is reversed go out again', async () => {
    const reversal = trade('BUY', { fitid: '2', date: '20260106', units: '-10', total: '410.00', more: reversed })
    expect(await quantityOf(trade('BUY') + reversal)).toBe('-10')
  })

  test('of a sale that is reversed come in again', async () => {
    const reversal = trade('SELL', { fitid: '2', date: '20260106', units: '10', total: '-430.00', more: reversed })
    expect(await quantityOf(trade('SELL', { units: '-10', total: '430.00' }) + reversal)).toBe('10')
  })
})

describe('what an account is worth', () => {
  test('is its cash and its positions', async () => {
    const { account } = await readOne({ positions: position() + position({ held: 'MARGIN', value: '2.50' }), balances })
    expect(account).toMatchObject({ balance: '532.5', cashBalance: '100', holdingsValue: '432.5' })
  })

  test('is its cash where the list of positions is empty', async () => {
    const { account, holdings } = await readOne({ positions: '', balances })
    expect(account).toMatchObject({ balance: '100', holdingsValue: '0' })
    expect(holdings).toMatchObject({ items: [], complete: true })
  })

  test('is not known without a list of positions', async () => {
    const { account, holdings } = await readOne({ balances })
    expect(account).toMatchObject({ balance: null, cashBalance: '100', holdingsValue: null })
    expect(holdings).toMatchObject({ items: [], complete: false })
  })

  test.each([
    ['without units', position({ units: '' })],
    ['of no security', position({ id: '' })],
    ['whose units can not be read', position({ units: 'ten' })],
  ])('is not known with a position %s, which is rejected', async (_, bad) => {
    const { account, holdings } = await readOne({ positions: position() + bad, balances })
    expect(holdings).toMatchObject({ items: [{ quantity: '10' }], rejected: [{ id: null }] })
    expect(account).toMatchObject({ balance: null, cashBalance: '100', holdingsValue: null })
  })

  test('is not known with a position in another currency', async () => {
    const foreign = position({ held: 'MARGIN', more: '<CURRENCY><CURRATE>0.73<CURSYM>CAD</CURRENCY>' })
    const { account, holdings } = await readOne({ positions: position() + foreign, balances })
    expect(holdings?.items.map(({ currency }) => currency)).toEqual(['USD', 'CAD'])
    expect(account).toMatchObject({ currency: 'USD', balance: null, holdingsValue: null })
  })
})

describe('securities', () => {
  const symbolsOf = async (text: string) => (await readRecords(text)).items.map(({ symbol }) => symbol)

  test('are known wherever their list stands', async () => {
    const account = `<INVSTMTMSGSRSV1>${statement({ transactions: trade('BUY') })}</INVSTMTMSGSRSV1>`
    expect(await symbolsOf(`<OFX>${listed(securityList)}${account}</OFX>`)).toEqual(['FXGL'])
    expect(await symbolsOf(`<OFX>${account}${listed(securityList)}</OFX>`)).toEqual(['FXGL'])
    expect(await symbolsOf(`<OFX>${account}${listed('')}${listed(securityList)}</OFX>`)).toEqual(['FXGL'])
  })

  test('are known to each statement of a file', async () => {
    const statements = statement({ transactions: trade('BUY') }) + statement({ transactions: trade('BUY') }, '30072260')
    const text = `<OFX><INVSTMTMSGSRSV1>${statements}</INVSTMTMSGSRSV1>${listed(securityList)}</OFX>`
    expect(await symbolsOf(text)).toEqual(['FXGL', 'FXGL'])
  })

  test('of one number and two kinds of number are two', async () => {
    const isin = securityList.replace('CUSIP', 'ISIN').replaceAll('FXGL', 'OTHR')
    expect(await symbolsOf(fileOf({ transactions: trade('BUY'), securities: isin + securityList }))).toEqual(['FXGL'])
  })
})

describe('holdings', () => {
  test('in the same security are told apart', async () => {
    const positions = position() + position() + position({ held: 'MARGIN' })
    const { holdings } = await readOne({ positions })
    const ids = holdings?.items.map(({ providerHoldingId }) => providerHoldingId) ?? []
    expect(new Set(ids).size).toBe(3)
    const { holdings: again } = await readOne({ positions: position({ value: '1.00' }) + positions.slice(0, 0) })
    expect(ids).toContain(again?.items[0]?.providerHoldingId)
  })

  test('of a bank account are none, and that is all of them', async () => {
    const text =
      '<OFX><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>904482<ACCTTYPE>CHECKING</BANKACCTFROM></STMTRS></OFX>'
    expect((await provider.fetchHoldings(toFile(text), 'deposit-4482')).unwrap()).toEqual({
      items: [],
      rejected: [],
      warnings: [],
      complete: true,
    })
  })
})

describe('the id of a trade', () => {
  const idOf = async (one: Trade = {}) =>
    (await readRecords(fileOf({ transactions: trade('BUY', one) }))).items[0]?.providerTransactionId

  test.each<[string, Trade]>([
    ['its FITID', { fitid: '2' }],
    ['its text', { memo: 'YOU BOUGHT' }],
    ['the time of day', { date: '20260105093000.000[-5:EST]' }],
    ['how units and total are written', { units: '+10.000', total: '-410' }],
    ['the day it settles', { more: '<DTSETTLE>20260107' }],
  ])('does not depend on %s', async (_, one) => {
    expect(await idOf(one)).toBe(await idOf())
  })

  test.each<[string, Trade]>([
    ['the day', { date: '20260106' }],
    ['the security', { id: '000011AC9' }],
    ['the units', { units: '11' }],
    ['the total', { total: '-410.01' }],
  ])('depends on %s', async (_, one) => {
    expect(await idOf(one)).not.toBe(await idOf())
  })

  test('is the same whatever else is in the file, and twins stay twins', async () => {
    const trades = fc.array(
      fc.record({
        units: fc.constantFrom('1', '2'),
        total: fc.constantFrom('-41.00', '-82.00'),
        date: fc.constantFrom('20260105', '20260106'),
      }),
      { maxLength: 10 },
    )
    const shuffled = trades.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    )
    const idsOf = async (all: readonly Trade[]) => {
      const transactions = all.map((one, index) => trade('BUY', { ...one, fitid: String(index) })).join('')
      return (await readRecords(fileOf({ transactions }))).items.map((item) => item.providerTransactionId)
    }
    await fc.assert(
      fc.asyncProperty(shuffled, trades, async ([all, permuted], more) => {
        const ids = await idsOf(all)
        expect(new Set(ids).size).toBe(all.length)
        expect((await idsOf(permuted)).sort()).toEqual(ids.toSorted())
        expect(await idsOf([...more, ...all])).toEqual(expect.arrayContaining(ids))
      }),
      { numRuns: 30 },
    )
  })
})

test('securities that move within the account are told apart by their units, which are none of the account', async () => {
  const journal = (units: string) =>
    `<JRNLSEC><INVTRAN><FITID>${units}<DTTRADE>20260105</INVTRAN>${secId()}<SUBACCTTO>MARGIN<SUBACCTFROM>CASH<UNITS>${units}</JRNLSEC>`
  const idsOf = async (...units: string[]) => {
    const { items } = await readRecords(fileOf({ transactions: units.map(journal).join('') }))
    expect(items.map(({ quantity }) => quantity)).toEqual(units.map(() => null))
    return items.map(({ providerTransactionId }) => providerTransactionId)
  }
  const [ten, twenty] = await idsOf('10', '20')
  expect(ten).not.toBe(twenty)
  expect(await idsOf('20', '10')).toEqual([twenty, ten])
})

test('a security list is found wherever pieces of the file end in its first tag', async () => {
  const PIECE_BYTES = 32 * 1024
  const file = fileOf({ transactions: trade('BUY') })
  const start = file.indexOf('<STOCKINFO>')
  for (let split = -1; split <= '<STOCKINFO>'.length + 1; split++) {
    const padded = file.replace('<OFX>', `<OFX>${' '.repeat(PIECE_BYTES - start - split)}`)
    expect(padded.indexOf('<STOCKINFO>')).toBe(PIECE_BYTES - split)
    const { items } = await readRecords(padded)
    expect(items).toMatchObject([{ symbol: 'FXGL', securityName: 'FOXGLOVE FOODS INC' }])
  }
})

test('a security that stands only in a comment is none', async () => {
  const commented = fileOf({ transactions: trade('BUY'), securities: `<!-- ${securityList} -->` })
  const { items } = await readRecords(commented)
  expect(items).toMatchObject([{ symbol: null, securityName: null }])
})
