import type { AssetType, Decimal, SecurityIdentifiers } from '@finport/core'

/** What a symbol names. */
export type Instrument = {
  symbol: string | null
  assetType: AssetType | null
  /** Units of the underlying per unit: 100 for options, for which Alpaca gives prices per share. */
  multiplier: Decimal
  /** What prices are in, for a pair of crypto; otherwise `null`. */
  quoteCurrency: string | null
  identifiers: SecurityIdentifiers
}

/** Words of `asset_class`. The list grows: what is not here is `unknown`. */
const assetTypes: Readonly<Record<string, AssetType>> = {
  us_equity: 'equity',
  global_equity: 'equity',
  ipo: 'equity',
  us_option: 'option',
  crypto: 'crypto',
  crypto_perp: 'crypto_perp',
  treasury: 'fixed_income',
  corporate: 'fixed_income',
  us_index: 'index',
}

const OCC = /^([A-Z0-9]{1,6})(\d{6}[CP]\d{8})$/
/** What a pair is paid in has at least three letters, unlike a class of shares. */
const PAIR = /^([A-Z0-9]+)\/([A-Z][A-Z0-9]{2,9})$/
/** Positions and fees write `BTCUSD` where fills write `BTC/USD`. Tickers of shares have at most five letters, and a dot before what else belongs to them. */
const JOINED_PAIR = /^([A-Z0-9]{2,}?)(USDT|USDC|USD|BTC)$/
const SHORTEST_JOINED_PAIR = 6
const TICKER = /^[A-Z]{1,5}(?:\.[A-Z]{1,3})?$/

const none: SecurityIdentifiers = { cusip: null, isin: null, figi: null, occ: null }
const one = '1' as Decimal
const hundred = '100' as Decimal

function pairOf(symbol: string, assetClass: string | null): { base: string; quote: string } | null {
  const isJoined = assetClass === 'crypto' || (assetClass === null && symbol.length >= SHORTEST_JOINED_PAIR)
  const match = PAIR.exec(symbol) ?? (isJoined ? JOINED_PAIR.exec(symbol) : null)
  return match === null ? null : { base: match[1] ?? '', quote: match[2] ?? '' }
}

/** What a symbol names, by itself and by its `asset_class` where that is told. Crypto is always written as a pair, `BTC/USD`. */
export function toInstrument(given: string | null | undefined, assetClass: string | null): Instrument {
  const symbol = given?.trim() || null
  const assetType =
    assetClass === null ? null : Object.hasOwn(assetTypes, assetClass) ? assetTypes[assetClass] : 'unknown'
  const plain = { symbol, multiplier: one, quoteCurrency: null, identifiers: none }
  if (symbol === null) return { ...plain, assetType: assetType ?? null }
  const option = OCC.exec(symbol)
  if (option !== null && (assetType ?? 'option') === 'option') {
    const occ = `${(option[1] ?? '').padEnd(6)}${option[2]}`
    return { ...plain, assetType: 'option', multiplier: hundred, identifiers: { ...none, occ } }
  }
  const pair = pairOf(symbol, assetClass)
  if (pair !== null) {
    const { base, quote } = pair
    return { ...plain, symbol: `${base}/${quote}`, assetType: assetType ?? 'crypto', quoteCurrency: quote }
  }
  return { ...plain, assetType: assetType ?? (TICKER.test(symbol) ? 'equity' : 'unknown') }
}

/** More symbols than an account trades; those that come later are not remembered. */
const MOST_REMEMBERED = 10_000

/** {@link toInstrument} for symbols that come again and again, without a class of asset. */
export function createInstrumentReader(): (symbol: string | null) => Instrument {
  const known = new Map<string | null, Instrument>()
  return (symbol) => {
    const remembered = known.get(symbol)
    if (remembered !== undefined) return remembered
    const instrument = toInstrument(symbol, null)
    if (known.size < MOST_REMEMBERED) known.set(symbol, instrument)
    return instrument
  }
}
