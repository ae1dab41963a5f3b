import { Decimal } from '@finport/core'
import { dayPrefix, type LedgerEntry } from './ledger.ts'
import { createMarket, decimal, type Instrument, type Market, ofCents } from './market.ts'
import { createOrderBook, type OrderBook } from './order-book.ts'
import type { Random } from './random.ts'

/** What a history is made of. */
export type HistoryOptions = {
  readonly random: Random
  /** When it is made. */
  readonly now: number
  /** How many days it goes back. */
  readonly days: number
  /** How many activities it has until `now`, but for a few. */
  readonly activities: number
  /** Whether fees and dividends show up days after the day they are for. */
  readonly hasLateRows: boolean
}

/** Everything that happens to an account. */
export type History = {
  readonly openedAt: number
  readonly market: Market
  /** In the order in which it happens. */
  readonly entries: readonly LedgerEntry[]
  /** Which of the market's days a moment is in. */
  dayAt(time: number): number
}

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR
/** Within the hours of the exchanges, in summer and in winter. */
const OPENS = 14.5 * HOUR
const CLOSES = 20 * HOUR
/** So much goes on happening while the sandbox's clock does. */
const DAYS_AHEAD = 14
const STARTING_CASH = '100000'

const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10)
const isWeekend = (time: number) => [0, 6].includes(new Date(time).getUTCDay())

/** The Friday that a call expires on: two thirds into the history. */
function expiryOf(start: number, days: number): number {
  let time = start + Math.round((days * 2) / 3) * DAY
  while (new Date(time).getUTCDay() !== 5) time += DAY
  return time
}

/** Makes up the history of an account: the same for the same random numbers, day by day from its first deposit. */
export function createHistory(options: HistoryOptions): History {
  const { random, now, days, activities, hasLateRows } = options
  const start = Math.floor(now / DAY) * DAY - days * DAY
  const expiry = expiryOf(start, days)
  const market = createMarket(random, days + DAYS_AHEAD + 1, dateOf(expiry))
  const entries: LedgerEntry[] = []
  const book = createOrderBook(random, entries)

  /** Any activity but a fill: recorded on the next morning or, when late, days after. */
  const record = (
    day: number,
    type: string,
    net: Decimal,
    more: Partial<LedgerEntry> & { fields?: LedgerEntry['body'] | object } = {},
  ) => {
    const { fields, ...rest } = more
    const date = dateOf(day)
    const delay = hasLateRows ? (3 + random.below(7)) * DAY : DAY
    entries.push({
      uuid: random.uuid(),
      prefix: dayPrefix(date),
      createdAt: day + delay + 7 * HOUR + random.below(HOUR),
      body: {
        activity_type: type,
        date,
        net_amount: net,
        description: '',
        status: 'executed',
        currency: 'USD',
        ...fields,
      },
      cash: net,
      units: null,
      ...rest,
    })
  }

  const openedAt = start + 13 * HOUR
  record(start, 'JNLC', decimal(STARTING_CASH), { createdAt: openedAt, fields: { description: 'Starting cash' } })
  let made = entries.length
  for (let index = 0; index <= days + DAYS_AHEAD; index++) {
    const day = start + index * DAY
    const quota = Math.ceil((activities * (index + 1)) / (days + 1))
    if (!isWeekend(day)) {
      recordDay({ day, index, market, book, record, random, expiry })
      const orders = Math.max(0, Math.ceil((quota - entries.length) / 3))
      for (let order = 0; order < orders || entries.length < quota; order++) {
        const step = (CLOSES - OPENS) / Math.max(orders, 1)
        const time =
          day +
          OPENS +
          Math.floor(Math.min(order, orders - 1) * step) +
          random.below(Math.max(1, Math.floor(step) - 5_000))
        book.trade(pickInstrument(random, market, { day, expiry }), index, time)
      }
    } else if (entries.length < quota) {
      // Coins are traded at any hour: late in the evening in New York it is the next day in Greenwich.
      const coin = random.pick(market.crypto)
      book.trade(coin, index, day + 2 * HOUR + random.below(HOUR))
    }
    recordFees({ day, book, record, random, from: made, entries })
    made = entries.length
  }
  return {
    openedAt,
    market,
    entries,
    dayAt: (time) => Math.max(0, Math.min(days + DAYS_AHEAD, Math.floor((time - start) / DAY))),
  }
}

function pickInstrument(
  random: Random,
  { shares, crypto, call }: Market,
  { day, expiry }: { day: number; expiry: number },
): Instrument {
  const chance = random.below(20)
  if (chance === 0 && day < expiry - 5 * DAY) return call
  return chance < 4 ? random.pick(crypto) : random.pick(shares)
}

type Recorder = (day: number, type: string, net: Decimal, more?: Partial<LedgerEntry> & { fields?: object }) => void

/** What happens on some days beside trading. */
function recordDay(at: {
  day: number
  index: number
  market: Market
  book: OrderBook
  record: Recorder
  random: Random
  expiry: number
}): void {
  const { day, index, market, book, record, random, expiry } = at
  const [, , spy, ko] = market.shares
  if (index % 31 === 4) record(day, 'CSD', ofCents(250_000), { fields: { description: 'ACH deposit' } })
  if (index % 31 === 18) record(day, 'CSW', ofCents(-75_000), { fields: { description: 'ACH withdrawal' } })
  if (index % 30 === 10) record(day, 'INT', ofCents(-1 - random.below(900)), { fields: { activity_sub_type: 'MGN' } })
  for (const share of index % 30 === 14 ? [spy, ko] : []) {
    const held = share === undefined ? '0' : book.held(share)
    if (share === undefined || held.startsWith('-') || held === '0') continue
    const perShare = decimal('0.485')
    const fields = { activity_sub_type: 'CDIV', symbol: share.symbol, qty: held, per_share_amount: perShare }
    record(day, 'DIV', Decimal.multiply(held as Decimal, perShare), { fields })
    record(day, 'DIVNRA', ofCents(-1 - random.below(200)), { fields: { symbol: share.symbol } })
  }
  if (index % 30 === 20) {
    // Recorded, but cancelled: it does nothing. And one that somebody at Alpaca had to mend, which does what it says.
    record(day, 'FEE', ofCents(-125), { cash: decimal('0'), fields: { status: 'canceled', activity_sub_type: 'REG' } })
    record(day, 'INT', ofCents(1 + random.below(300)), { fields: { status: 'correct' } })
  }
  const contracts = book.held(market.call)
  if (day === expiry && contracts !== '0') {
    const quantity = Decimal.negate(contracts)
    const fields = { symbol: market.call.symbol, qty: quantity, description: 'Option Expiry' }
    record(day, 'OPEXP', decimal('0'), { units: { instrument: market.call, quantity, price: decimal('0') }, fields })
    book.settle(market.call, quantity)
  }
}

/** What the day's sales and coins cost, told a day later. */
function recordFees(at: {
  day: number
  book: OrderBook
  record: Recorder
  random: Random
  from: number
  entries: readonly LedgerEntry[]
}): void {
  const { day, book, record, random, from, entries } = at
  const fills = entries.slice(from).filter(({ body }) => body.activity_type === 'FILL')
  const isSale = ({ body, units }: LedgerEntry) => body.side !== 'buy' && units?.instrument.assetClass === 'us_equity'
  if (fills.some(isSale)) {
    record(day, 'FEE', ofCents(-1 - random.below(60)), { fields: { activity_sub_type: 'REG', description: 'REG fee' } })
    record(day, 'FEE', ofCents(-1 - random.below(20)), { fields: { activity_sub_type: 'TAF', description: 'TAF fee' } })
  }
  for (const { body, units } of fills) {
    if (body.side !== 'buy' || units?.instrument.assetClass !== 'crypto') continue
    const { instrument, price } = units
    const quantity = Decimal.negate(Decimal.multiply(units.quantity, decimal('0.0025')))
    const fields = {
      symbol: instrument.positionSymbol,
      qty: quantity,
      price,
      description: 'Coin Pair Transaction Fee (Non USD)',
    }
    record(day, 'CFEE', decimal('0'), { units: { instrument, quantity, price }, fields })
    book.settle(instrument, quantity)
  }
}
