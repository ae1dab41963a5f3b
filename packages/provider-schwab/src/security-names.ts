import type { AssetType } from '@finport/core'
import { type Instrument, toAssetType, toSymbol } from './instrument.ts'

/** A security that a name belongs to. */
type NamedSecurity = { symbol: string; securityName: string; assetType: AssetType }

/** Finds the security of a name. */
export interface SecurityNames {
  /** Takes note of the name of a security. */
  add(instrument: Instrument): void
  /** The security of a name; `null` where none or more than one is known by it. */
  find(name: string): NamedSecurity | null
}

const plain = (name: string) => name.toUpperCase().replace(/\s+/g, ' ').trim()

/**
 * Dividends name their security in words and never by its symbol: the name is that of the same security in trades and positions. A name that two securities share, such as two classes of a company's shares, tells nothing.
 */
export function createSecurityNames(): SecurityNames {
  const byName = new Map<string, NamedSecurity | 'ambiguous'>()
  return {
    add(instrument) {
      const symbol = toSymbol(instrument)
      const { description } = instrument
      if (symbol === null || description === null || instrument.assetType === 'CURRENCY') return
      const name = plain(description)
      const known = byName.get(name)
      if (known === 'ambiguous' || known?.symbol === symbol) return
      const named = { symbol, securityName: description, assetType: toAssetType(instrument) }
      byName.set(name, known === undefined ? named : 'ambiguous')
    },
    find(name) {
      const found = byName.get(plain(name))
      return found === undefined || found === 'ambiguous' ? null : found
    },
  }
}
