import { addDays } from '@finport/core'
import { todayOf } from '../new-york-day.ts'
import type { SandboxAccount } from './account.ts'
import { createSampleLedger, type SampleSecurity, toPosition } from './sample-rows.ts'

const apple: SampleSecurity = { assetType: 'EQUITY', cusip: '037833100', symbol: 'AAPL', netChange: -0.42 }
const appleTraded: SampleSecurity = {
  assetType: 'EQUITY',
  status: 'ACTIVE',
  symbol: 'AAPL',
  description: 'APPLE INC',
  instrumentId: 1_973_757,
  closingPrice: 231.3,
  type: 'COMMON_STOCK',
}
const totalMarket: SampleSecurity = {
  assetType: 'COLLECTIVE_INVESTMENT',
  cusip: '922908769',
  symbol: 'VTI',
  description: 'VANGUARD TOTAL STOCK MARKET ETF',
  type: 'EXCHANGE_TRADED_FUND',
}
const put: SampleSecurity = {
  assetType: 'OPTION',
  cusip: '0SPY..XA60055000',
  symbol: 'SPY   270115P00550000',
  description: 'SPDR S&P 500 ETF 01/15/2027 $550 Put',
  type: 'VANILLA',
  putCall: 'PUT',
  underlyingSymbol: 'SPY',
}
const call: SampleSecurity = {
  assetType: 'OPTION',
  cusip: '0AAPL.AA70280000',
  symbol: 'AAPL  270115C00280000',
  description: 'APPLE INC 01/15/2027 $280 Call',
  type: 'VANILLA',
  putCall: 'CALL',
  underlyingSymbol: 'AAPL',
}
const indexFund: SampleSecurity = {
  assetType: 'MUTUAL_FUND',
  cusip: '808509855',
  symbol: 'SWPPX',
  description: 'SCHWAB S&P 500 INDEX FUND',
}
const moneyFund: SampleSecurity = {
  assetType: 'MUTUAL_FUND',
  cusip: '808515605',
  symbol: 'SWVXX',
  description: 'SCHWAB VALUE ADVANTAGE MONEY INVESTOR',
}
const certificate: SampleSecurity = {
  assetType: 'FIXED_INCOME',
  cusip: '91282CJQ5',
  symbol: '91282CJQ5',
  description: 'US TREASURY NOTE 3.75% 12/31/2028',
}

/** A margin account that trades: orders, options, dividends, a split of the unusual. Its history goes back beyond two years. */
function createTradingAccount(now: number): SandboxAccount {
  const accountNumber = '41238765'
  const ledger = createSampleLedger(accountNumber, 91_000_000_001)
  const dayBefore = (days: number) => addDays(todayOf(now), -days)

  ledger.cash(dayBefore(790), 'WIRE_IN', 'Wire Incoming', 25_000)
  for (let month = 25; month >= 0; month--) {
    const day = dayBefore(month * 30 + 4)
    ledger.fill(day, totalMarket, { amount: 1.5, price: 210 + (25 - month) * 3.25, effect: 'OPENING' })
    ledger.cash(dayBefore(month * 30 + 2), 'DIVIDEND_OR_INTEREST', 'SCHWAB1 INT 09/28-10/29', 0.21)
    if (month % 3 === 0) {
      const dividend = { qualifiedDividend: true }
      ledger.cash(dayBefore(month * 30 + 1), 'DIVIDEND_OR_INTEREST', 'VANGUARD TOTAL STOCK MARKET ETF', 31.17, dividend)
    }
  }
  ledger.fill(dayBefore(400), appleTraded, { amount: 30, price: 172.5, effect: 'OPENING' })
  ledger.fill(dayBefore(61), appleTraded, { amount: -5, price: 231.18, effect: 'CLOSING', fee: 0.01 })
  ledger.fill(dayBefore(45), put, {
    amount: 2,
    price: 11.4,
    effect: 'OPENING',
    multiplier: 100,
    commission: 1.3,
    fee: 0.02,
  })
  ledger.fill(dayBefore(44), call, {
    amount: -1,
    price: 6.35,
    effect: 'OPENING',
    multiplier: 100,
    commission: 0.65,
    fee: 0.01,
  })
  ledger.cash(dayBefore(40), 'DIVIDEND_OR_INTEREST', 'APPLE INC', 6.25, { qualifiedDividend: true })
  ledger.cash(dayBefore(31), 'DIVIDEND_OR_INTEREST', 'MARGIN INTEREST 09/28 THRU 10/28', -3.47)
  ledger.cash(dayBefore(30), 'ELECTRONIC_FUND', 'ACH Credit Received', 1_200)
  ledger.cash(dayBefore(29), 'CASH_DISBURSEMENT', 'Tfr FIRST EXAMPLE BANK', -500)
  ledger.cash(dayBefore(20), 'JOURNAL', 'TRF FUNDS TYPE 1 TO TYPE 2', 0)
  ledger.cash(dayBefore(15), 'SMA_ADJUSTMENT', 'SMA ADJUSTMENT', 1_850)
  ledger.cash(dayBefore(14), 'MEMORANDUM', 'ACCOUNT MEMORANDUM', 0)
  const expired = { ...put, symbol: 'SPY   261016P00500000', description: 'SPDR S&P 500 ETF 10/16/2026 $500 Put' }
  const expiry = [{ instrument: expired, amount: -1, cost: 0, price: 0, positionEffect: 'CLOSING' }]
  ledger.booked(dayBefore(12), 'RECEIVE_AND_DELIVER', 'REMOVAL OF OPTION DUE TO EXPIRATION', expiry, 0)

  return {
    accountNumber,
    nickName: 'Individual',
    type: 'MARGIN',
    cash: 4_821.37,
    positions: [
      toPosition(apple, { quantity: 25, averagePrice: 172.5, price: 231.3 }),
      toPosition(totalMarket, { quantity: 39, averagePrice: 250.625, price: 294.12 }),
      toPosition(put, { quantity: 2, averagePrice: 11.4066, price: 9.85, multiplier: 100 }),
      toPosition(call, { quantity: -1, averagePrice: 6.3434, price: 7.1, multiplier: 100 }),
    ],
    transactions: ledger.rows,
  }
}

/** A cash account with funds and a bond. */
function createSavingAccount(now: number): SandboxAccount {
  const accountNumber = '52349876'
  const ledger = createSampleLedger(accountNumber, 92_000_000_001)
  const dayBefore = (days: number) => addDays(todayOf(now), -days)

  ledger.cash(dayBefore(700), 'CASH_RECEIPT', 'Tfr FIRST EXAMPLE BANK', 14_000)
  ledger.cash(dayBefore(690), 'ACH_RECEIPT', 'MONEYLINK DEPOSIT', 1_000)
  ledger.booked(
    dayBefore(640),
    'RECEIVE_AND_DELIVER',
    'TRANSFER OF SECURITY OR OPTION IN',
    [{ instrument: indexFund, amount: 12.5 }],
    0,
  )
  ledger.fill(dayBefore(600), certificate, { amount: 10, price: 99.5, effect: 'OPENING', multiplier: 10 })
  for (let quarter = 6; quarter >= 0; quarter--) {
    const day = dayBefore(quarter * 91 + 9)
    ledger.cash(day, 'DIVIDEND_OR_INTEREST', 'SCHWAB S&P 500 INDEX FUND', 18.4)
    const leg = { instrument: indexFund, amount: 0.2, cost: -18.4, price: 92, positionEffect: 'OPENING' }
    ledger.booked(day, 'TRADE', 'Dividend Reinvest', [leg], -18.4)
    ledger.cash(dayBefore(quarter * 91 + 8), 'JOURNAL', 'W-8 Withholding~SWPPX', -2.76)
  }
  ledger.cash(dayBefore(180), 'DIVIDEND_OR_INTEREST', 'US TREASURY NOTE 3.75% 12/31/2028', 187.5)
  ledger.cash(dayBefore(90), 'MONEY_MARKET', 'SWEEP TO MONEY FUND', -250)
  ledger.cash(dayBefore(60), 'WIRE_OUT', 'Wire Outgoing', -300)
  ledger.cash(dayBefore(50), 'ACH_DISBURSEMENT', 'MONEYLINK WITHDRAWAL', -100)
  ledger.cash(dayBefore(5), 'MARGIN_CALL', 'MARGIN CALL', 0)

  return {
    accountNumber,
    nickName: 'Contributory',
    type: 'CASH',
    cash: 1_530.08,
    positions: [
      toPosition(indexFund, { quantity: 13.9, averagePrice: 71.234568, price: 92.18 }),
      toPosition(moneyFund, { quantity: 250, averagePrice: 1, price: 1 }),
      toPosition(certificate, { quantity: 10, averagePrice: 99.5, price: 100.125, multiplier: 10 }),
    ],
    transactions: ledger.rows,
  }
}

/** The accounts of the sandbox's user, dated back from now. */
export function createSampleAccounts(now: number): SandboxAccount[] {
  return [createTradingAccount(now), createSavingAccount(now)]
}
