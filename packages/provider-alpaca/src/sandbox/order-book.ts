import { Decimal } from '@finport/core'
import { type LedgerEntry, prefixOf } from './ledger.ts'
import { decimal, type Instrument, ofCents } from './market.ts'
import type { Random } from './random.ts'

/** Where orders are filled. */
export type OrderBook = {
  /** Buys or sells something at a time; its fills follow within five seconds. */
  trade(instrument: Instrument, day: number, time: number): void
  /** Counts units that come or go without an order. */
  settle(instrument: Instrument, quantity: Decimal): void
  /** The units held: negative when sold short. */
  held(instrument: Instrument): Decimal
}

const zero = decimal('0')
/** Below it nothing more is bought. */
const LEAST_CASH = decimal('20000')
/** The one share that is sold short. */
const SHORTED = 'GME'

/** Of every so many orders with several fills, one is cancelled before its last. */
const CANCELLED_ONE_IN = 40

/** Fills orders, and keeps what is held so that no more is sold. */
export function createOrderBook(random: Random, entries: LedgerEntry[]): OrderBook {
  const holdings = new Map<string, Decimal>()
  let counted = 0
  let cash = zero

  const held = ({ symbol }: Instrument) => holdings.get(symbol) ?? zero
  const settle = (instrument: Instrument, quantity: Decimal) =>
    void holdings.set(instrument.symbol, Decimal.add(held(instrument), quantity))
  const cashNow = () => {
    for (; counted < entries.length; counted++) cash = Decimal.add(cash, (entries[counted] as LedgerEntry).cash)
    return cash
  }

  function sideOf(instrument: Instrument): 'buy' | 'sell' | 'sell_short' {
    const units = held(instrument)
    const isPoor = Decimal.compare(cashNow(), LEAST_CASH) < 0
    if (instrument.symbol === SHORTED)
      return units.startsWith('-') && (isPoor ? false : random.below(2) === 0) ? 'buy' : 'sell_short'
    if (units !== '0' && (isPoor || random.below(2) === 0)) return 'sell'
    return 'buy'
  }

  /** The parts of an order: whole shares or contracts, or millionths of a coin; never more than is there to be closed. */
  function partsOf(instrument: Instrument, side: string): Decimal[] {
    const isCoin = instrument.assetClass === 'crypto'
    const count = random.below(3) === 0 ? 1 : 1 + random.below(5)
    const size = () =>
      isCoin
        ? decimal(
            (1 + random.below(4_000))
              .toString()
              .padStart(7, '0')
              .replace(/(?=\d{6}$)/, '.'),
          )
        : decimal(String(1 + random.below(instrument.assetClass === 'us_option' ? 1 : 4)))
    const parts = Array.from({ length: count }, size)
    const isClosing = side === 'sell' || (side === 'buy' && held(instrument).startsWith('-'))
    if (!isClosing) return parts
    let left = held(instrument).startsWith('-') ? Decimal.negate(held(instrument)) : held(instrument)
    const kept: Decimal[] = []
    for (const part of parts) {
      const fitting = Decimal.compare(part, left) > 0 ? left : part
      if (fitting === '0') break
      kept.push(fitting)
      left = Decimal.subtract(left, fitting)
    }
    return kept
  }

  return {
    held,
    settle,
    trade(instrument, day, time) {
      const side = sideOf(instrument)
      const parts = partsOf(instrument, side)
      const whole = parts.reduce((sum, part) => Decimal.add(sum, part), zero)
      const isCancelled = parts.length > 1 && random.below(CANCELLED_ONE_IN) === 0
      const orderId = random.uuid()
      let cumulative = zero
      let at = time
      for (const quantity of isCancelled ? parts.slice(0, -1) : parts) {
        // Several fills of an order fall into one millisecond, and then there are no finer digits.
        if (random.below(2) === 0) at += 1 + random.below(1_000)
        cumulative = Decimal.add(cumulative, quantity)
        const leaves = Decimal.subtract(whole, cumulative)
        const cents = Math.max(1, (instrument.cents[day] ?? 1) + random.below(21) - 10)
        const price = ofCents(cents)
        const cost = Decimal.multiply(Decimal.multiply(quantity, price), instrument.multiplier)
        const isBuy = side === 'buy'
        const change = isBuy ? quantity : Decimal.negate(quantity)
        entries.push({
          uuid: random.uuid(),
          prefix: prefixOf(at),
          createdAt: at,
          body: {
            activity_type: 'FILL',
            transaction_time: new Date(at).toISOString(),
            type: leaves === '0' ? 'fill' : 'partial_fill',
            price,
            qty: quantity,
            side,
            symbol: instrument.symbol,
            leaves_qty: leaves,
            order_id: orderId,
            cum_qty: cumulative,
            order_status: leaves === '0' ? 'filled' : 'partially_filled',
          },
          cash: isBuy ? Decimal.negate(cost) : cost,
          units: { instrument, quantity: change, price },
        })
        settle(instrument, change)
      }
    },
  }
}
