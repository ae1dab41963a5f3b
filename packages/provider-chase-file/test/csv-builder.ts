/** The first lines of Chase's present layouts. */
export const checkingHeader = 'Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #'
export const cardHeader = 'Transaction Date,Post Date,Description,Category,Type,Amount,Memo'
export const cardColumnHeader = `Card,${cardHeader}`
export const investingHeader = [
  'Trade Date,Post Date,Settlement Date,Account Name,Account Number,Account Type,Type,Description,Cusip,Ticker',
  'Security Type,Local Currency,Price USD,Price Local,Quantity,G/L Short USD,G/L Short Local,G/L Long USDs',
  'G/L Long Local,Amount USD,Amount Local',
].join(',')

/** And those of years ago. */
export const oldHeaders = {
  checking2013: 'Type,Post Date,Description,Amount,Check or Slip #',
  card2018: 'Transaction Date,Post Date,Description,Category,Type,Amount',
  card2019: 'Card,Transaction Date,Post Date,Description,Category,Type,Amount',
  card2011: 'Type,Trans Date,Post Date,Description,Amount',
}

/** A file name that tells the account `4482`, and one that tells `3391`. */
export const checkingName = 'Chase4482_Activity_20260210.CSV'
export const cardName = 'Chase3391_Activity20260101_20260131_20260202.CSV'

/** A file of these lines. */
export function csvText(header: string, lines: readonly string[], lineEnd = '\n'): string {
  return [header, ...lines].map((line) => line + lineEnd).join('')
}

/** A text in quotes, as checking files have it. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

/** A text in quotes where it needs them, as card files have it. */
export function quotedIfNeeded(text: string): string {
  return /[",]/.test(text) ? quoted(text) : text
}

/** A row of a checking file with what differs between rows; the date is as the file has it. */
export function checkingLine({
  date = '01/31/2026',
  description = 'SUNRISE COFFEE',
  amount = '-4.25',
  type = 'DEBIT_CARD',
  balance = '95.75',
  check = '',
}: {
  date?: string
  description?: string
  amount?: string
  type?: string
  balance?: string
  check?: string
} = {}): string {
  const details = amount.startsWith('-') ? 'DEBIT' : 'CREDIT'
  return [details, date, quoted(description), amount, type, balance, check, ''].join(',')
}

/** A row of a card file. */
export function cardLine({
  purchased = '01/30/2026',
  posted = '01/31/2026',
  description = 'SUNRISE COFFEE',
  type = 'Sale',
  amount = '-4.25',
}: {
  purchased?: string
  posted?: string
  description?: string
  type?: string
  amount?: string
} = {}): string {
  return [purchased, posted, quotedIfNeeded(description), 'Shopping', type, amount, ''].join(',')
}

/** A row of an investing file of 21 columns. */
export function investingLine({
  type = 'Buy',
  amount = '-80',
  quantity = '2',
  accountNumber = '...6118',
  currency = 'USD',
}: {
  type?: string
  amount?: string
  quantity?: string
  accountNumber?: string
  currency?: string
} = {}): string {
  const about = ['Self-Directed', accountNumber, 'Brokerage', type, 'FOXGLOVE FOODS INC', '000010AB1', 'FXGL', 'Stock']
  const days = ['1/30/2026', '1/30/2026', '2/2/2026']
  return [...days, ...about, currency, '40', '40', quantity, '', '', '', '', amount, amount].map(quoted).join(',')
}
