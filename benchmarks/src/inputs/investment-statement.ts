import { dayBefore } from './days.ts'
import type { Pieces } from './input-file.ts'
import { createOfxWriter, signOn, status } from './ofx-dialect.ts'
import { createRandom } from './random.ts'
import { amountOf, type Tally } from './tally.ts'

const ROWS_PER_DAY = 130
const TIME = '120000[0:GMT]'
const writer = createOfxWriter('sgml')
const { header, leaf, open, close } = writer

/** A brokerage statement: purchases, sales, income, reinvestments and cash, the positions, and the list of their securities behind them. */
export function* investmentStatement(rows: number, securities: number): Pieces {
  const random = createRandom(0x1031)
  const tally: Tally = { rows, cents: 0 }

  yield header + open('OFX') + signOn(writer)
  yield open('INVSTMTMSGSRSV1') + open('INVSTMTTRNRS') + leaf('TRNUID', 1) + status(writer) + open('INVSTMTRS')
  yield leaf('DTASOF', `20261031${TIME}`) + leaf('CURDEF', 'USD')
  yield open('INVACCTFROM') + leaf('BROKERID', 'example.com') + leaf('ACCTID', '8800-2290') + close('INVACCTFROM')
  yield open('INVTRANLIST') + leaf('DTSTART', dayBefore(Math.floor(rows / ROWS_PER_DAY)).join('') + TIME)
  yield leaf('DTEND', dayBefore(0).join('') + TIME)
  for (let row = 0; row < rows; row++) {
    const units = 1 + random.below(400)
    const price = 100 + random.below(50_000)
    const security = random.below(securities)
    const trade = transaction({ row, units, price, security, word: wordOf(random.below(100)) })
    tally.cents += trade.cents
    yield trade.text
  }
  yield close('INVTRANLIST')

  yield open('INVPOSLIST')
  for (let security = 0; security < securities; security++) yield position(security, 1 + random.below(5_000))
  yield close('INVPOSLIST')
  yield open('INVBAL') + leaf('AVAILCASH', '10452.18') + leaf('MARGINBALANCE', '0') + leaf('SHORTBALANCE', '0')
  yield close('INVBAL') + close('INVSTMTRS') + close('INVSTMTTRNRS') + close('INVSTMTMSGSRSV1')

  yield open('SECLISTMSGSRSV1') + open('SECLIST')
  for (let security = 0; security < securities; security++) yield listing(security)
  yield close('SECLIST') + close('SECLISTMSGSRSV1') + close('OFX')
  return tally
}

type Word = 'BUYSTOCK' | 'SELLSTOCK' | 'INCOME' | 'REINVEST' | 'INVBANKTRAN'

function wordOf(percent: number): Word {
  if (percent < 40) return 'BUYSTOCK'
  if (percent < 60) return 'SELLSTOCK'
  if (percent < 85) return 'INCOME'
  return percent < 95 ? 'REINVEST' : 'INVBANKTRAN'
}

type Trade = { row: number; units: number; price: number; security: number; word: Word }

function transaction({ row, units, price, security, word }: Trade): { text: string; cents: number } {
  const day = dayBefore(Math.floor(row / ROWS_PER_DAY)).join('')
  const value = units * price
  const general =
    open('INVTRAN') +
    leaf('FITID', `${day}.${row}`) +
    leaf('DTTRADE', day + TIME) +
    leaf('DTSETTLE', day + TIME) +
    leaf('MEMO', `${tickerOf(security)} ${word} & SETTLED`) +
    close('INVTRAN')
  const secured = general + securityId(security)
  const traded = leaf('UNITS', word === 'SELLSTOCK' ? -units : units) + leaf('UNITPRICE', amountOf(price))
  const accounts = leaf('SUBACCTSEC', 'CASH') + leaf('SUBACCTFUND', 'CASH')
  const costs = leaf('COMMISSION', '4.95') + leaf('FEES', '0.12')
  const around = (inner: string) => open(word) + inner + close(word)
  switch (word) {
    case 'BUYSTOCK': {
      const cents = -value - 507
      const inner = secured + traded + costs + leaf('TOTAL', amountOf(cents)) + accounts
      return { cents, text: around(open('INVBUY') + inner + close('INVBUY') + leaf('BUYTYPE', 'BUY')) }
    }
    case 'SELLSTOCK': {
      const cents = value - 507
      const inner = secured + traded + costs + leaf('TOTAL', amountOf(cents)) + accounts
      return { cents, text: around(open('INVSELL') + inner + close('INVSELL') + leaf('SELLTYPE', 'SELL')) }
    }
    case 'INCOME':
      return {
        cents: units,
        text: around(secured + leaf('INCOMETYPE', 'DIV') + leaf('TOTAL', amountOf(units)) + accounts),
      }
    case 'REINVEST': {
      const inner =
        secured + leaf('INCOMETYPE', 'DIV') + leaf('TOTAL', amountOf(-value)) + leaf('SUBACCTSEC', 'CASH') + traded
      return { cents: -value, text: around(inner) }
    }
    case 'INVBANKTRAN': {
      const inner =
        open('STMTTRN') +
        leaf('TRNTYPE', 'CREDIT') +
        leaf('DTPOSTED', day + TIME) +
        leaf('TRNAMT', amountOf(value)) +
        leaf('FITID', `${day}.${row}`) +
        leaf('NAME', 'ELECTRONIC FUNDS RECEIVED') +
        close('STMTTRN')
      return { cents: value, text: around(inner + leaf('SUBACCTFUND', 'CASH')) }
    }
  }
}

function position(security: number, units: number): string {
  return (
    open('POSSTOCK') +
    open('INVPOS') +
    securityId(security) +
    leaf('HELDINACCT', 'CASH') +
    leaf('POSTYPE', 'LONG') +
    leaf('UNITS', units) +
    leaf('UNITPRICE', '21.50') +
    leaf('MKTVAL', amountOf(units * 2150)) +
    leaf('DTPRICEASOF', `20261030${TIME}`) +
    close('INVPOS') +
    close('POSSTOCK')
  )
}

function listing(security: number): string {
  return (
    open('STOCKINFO') +
    open('SECINFO') +
    securityId(security) +
    leaf('SECNAME', `MADE UP INDUSTRIES ${security} INC`) +
    leaf('TICKER', tickerOf(security)) +
    close('SECINFO') +
    leaf('STOCKTYPE', 'COMMON') +
    close('STOCKINFO')
  )
}

function securityId(security: number): string {
  const id = leaf('UNIQUEID', `99${String(security).padStart(7, '0')}`) + leaf('UNIQUEIDTYPE', 'CUSIP')
  return open('SECID') + id + close('SECID')
}

function tickerOf(security: number): string {
  return `Z${security.toString(36).toUpperCase().padStart(3, 'Q')}`
}
