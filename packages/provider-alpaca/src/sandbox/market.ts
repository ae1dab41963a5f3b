import { Decimal } from '@finport/core'
import type { Random } from './random.ts'

/** Something to trade. */
export type Instrument = {
  /** As fills write it. */
  readonly symbol: string
  /** As positions and fees write it. */
  readonly positionSymbol: string
  readonly assetId: string
  readonly assetClass: 'us_equity' | 'us_option' | 'crypto'
  readonly exchange: string
  readonly multiplier: Decimal
  /** The price of each day, in cents. */
  readonly cents: readonly number[]
}

/** A decimal from its text. */
export const decimal = (text: string): Decimal => Decimal.parse(text).unwrap()

/** An amount of so many cents. */
export const ofCents = (cents: number): Decimal => decimal((cents / 100).toFixed(2))

const listed = [
  { symbol: 'AAPL', exchange: 'NASDAQ', cents: 22_750 },
  { symbol: 'MSFT', exchange: 'NASDAQ', cents: 43_120 },
  { symbol: 'SPY', exchange: 'ARCA', cents: 58_840 },
  { symbol: 'KO', exchange: 'NYSE', cents: 6_905 },
  { symbol: 'F', exchange: 'NYSE', cents: 1_132 },
  { symbol: 'GME', exchange: 'NYSE', cents: 2_440 },
] as const
const coins = [
  { symbol: 'BTC/USD', cents: 6_431_250 },
  { symbol: 'ETH/USD', cents: 318_420 },
] as const

/** A walk that goes up and down by at most 2 % a day. */
function walk(random: Random, from: number, days: number): number[] {
  const cents: number[] = []
  for (let day = 0, price = from; day < days; day++) {
    price = Math.max(100, Math.round((price * (980 + random.below(41))) / 1000))
    cents.push(price)
  }
  return cents
}

/** Shares, coins, and a call on the first share that expires on a day. */
export function createMarket(random: Random, days: number, expiry: string) {
  const shares = listed.map(({ symbol, exchange, cents }): Instrument => {
    const common = { symbol, positionSymbol: symbol, assetId: random.uuid(), exchange, multiplier: decimal('1') }
    return { ...common, assetClass: 'us_equity', cents: walk(random, cents, days) }
  })
  const crypto = coins.map(({ symbol, cents }): Instrument => {
    const common = { symbol, positionSymbol: symbol.replace('/', ''), assetId: random.uuid(), multiplier: decimal('1') }
    return { ...common, exchange: 'CRYPTO', assetClass: 'crypto', cents: walk(random, cents, days) }
  })
  const occ = `AAPL${expiry.slice(2).replaceAll('-', '')}C00230000`
  const call: Instrument = {
    symbol: occ,
    positionSymbol: occ,
    assetId: random.uuid(),
    assetClass: 'us_option',
    exchange: '',
    multiplier: decimal('100'),
    cents: walk(random, 412, days),
  }
  return { shares, crypto, call }
}

/** What {@link createMarket} makes. */
export type Market = ReturnType<typeof createMarket>
