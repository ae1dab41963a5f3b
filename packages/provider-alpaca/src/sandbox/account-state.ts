import { Decimal, type Json } from '@finport/core'
import type { LedgerEntry } from './ledger.ts'
import { decimal, type Instrument, ofCents } from './market.ts'

const zero = decimal('0')
const fine = { decimals: 16, rounding: 'half-even' } as const

type Position = { instrument: Instrument; quantity: Decimal; cost: Decimal }

/** What an account has after some entries. */
export type AccountState = { readonly cash: Decimal; readonly positions: readonly Position[] }

function isReduction({ quantity }: Position, change: Decimal): boolean {
  return quantity !== '0' && quantity.startsWith('-') !== change.startsWith('-')
}

/** Cash is the sum of the entries' cash, each position the sum of its units; what it cost is the average of what was paid. */
export function accountStateOf(entries: Iterable<LedgerEntry>): AccountState {
  let cash = zero
  const positions = new Map<string, Position>()
  for (const entry of entries) {
    cash = Decimal.add(cash, entry.cash)
    if (entry.units === null) continue
    const { instrument, quantity: change, price } = entry.units
    const position = positions.get(instrument.symbol) ?? { instrument, quantity: zero, cost: zero }
    const quantity = Decimal.add(position.quantity, change)
    const added = Decimal.multiply(Decimal.multiply(change, price), instrument.multiplier)
    const share = Decimal.divide(Decimal.multiply(position.cost, quantity), position.quantity, fine)
    const cost = isReduction(position, change) ? share.unwrapOr(zero) : Decimal.add(position.cost, added)
    positions.set(instrument.symbol, { instrument, quantity, cost })
  }
  return { cash, positions: [...positions.values()].filter(({ quantity }) => quantity !== '0') }
}

function marketValueOf({ instrument, quantity }: Position, day: number): Decimal {
  return Decimal.multiply(Decimal.multiply(quantity, priceOf(instrument, day)), instrument.multiplier)
}

function priceOf({ cents }: Instrument, day: number): Decimal {
  return ofCents(cents[Math.max(0, day)] ?? 0)
}

/** The rows of `GET /v2/positions` on a day. */
export function toPositions({ positions }: AccountState, day: number): Json[] {
  return positions.map((position) => {
    const { instrument, quantity, cost } = position
    const value = marketValueOf(position, day)
    const gain = Decimal.subtract(value, cost)
    const units = Decimal.multiply(quantity, instrument.multiplier)
    const before = marketValueOf(position, day - 1)
    const ratio = (a: Decimal, b: Decimal) => Decimal.divide(a, b, fine).unwrapOr(zero)
    return {
      asset_id: instrument.assetId,
      symbol: instrument.positionSymbol,
      exchange: instrument.exchange,
      asset_class: instrument.assetClass,
      asset_marginable: instrument.assetClass === 'us_equity',
      qty: quantity,
      qty_available: quantity,
      avg_entry_price: ratio(cost, units),
      side: quantity.startsWith('-') ? 'short' : 'long',
      market_value: value,
      cost_basis: cost,
      unrealized_pl: gain,
      unrealized_plpc: ratio(gain, cost),
      unrealized_intraday_pl: Decimal.subtract(value, before),
      unrealized_intraday_plpc: ratio(Decimal.subtract(value, before), before),
      current_price: priceOf(instrument, day),
      lastday_price: priceOf(instrument, day - 1),
      change_today: ratio(
        Decimal.subtract(priceOf(instrument, day), priceOf(instrument, day - 1)),
        priceOf(instrument, day - 1),
      ),
    }
  })
}

/** What an account is, apart from what it has. */
export type AccountIdentity = { readonly id: string; readonly number: string; readonly openedAt: number }

/** The answer of `GET /v2/account` on a day. */
export function toAccountAnswer(state: AccountState, { id, number, openedAt }: AccountIdentity, day: number): Json {
  const { cash, positions } = state
  const values = positions.map((position) => marketValueOf(position, day))
  const sum = (some: readonly Decimal[]) => some.reduce((total, value) => Decimal.add(total, value), zero)
  const long = sum(values.filter((value) => !value.startsWith('-')))
  const short = sum(values.filter((value) => value.startsWith('-')))
  const equity = Decimal.add(cash, Decimal.add(long, short))
  return {
    id,
    account_number: number,
    status: 'ACTIVE',
    crypto_status: 'ACTIVE',
    currency: 'USD',
    cash,
    equity,
    last_equity: equity,
    portfolio_value: equity,
    long_market_value: long,
    short_market_value: short,
    position_market_value: Decimal.add(long, short),
    buying_power: Decimal.multiply(equity, decimal('2')),
    regt_buying_power: Decimal.multiply(equity, decimal('2')),
    non_marginable_buying_power: cash,
    multiplier: '2',
    initial_margin: '0',
    maintenance_margin: '0',
    sma: '0',
    accrued_fees: '0',
    balance_asof: new Date(openedAt).toISOString().slice(0, 10),
    created_at: new Date(openedAt).toISOString(),
    shorting_enabled: true,
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    trade_suspended_by_user: false,
    options_approved_level: 3,
    options_trading_level: 3,
    admin_configurations: {},
    user_configurations: null,
  }
}
