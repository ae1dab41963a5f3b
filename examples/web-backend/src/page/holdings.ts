import { Decimal } from '@finport/core'
import type { AllocationSlice } from '../allocation.ts'
import type { HoldingView, Portfolio } from '../routes/accounts.ts'
import { button, element, part, shape } from './element.ts'
import { formatAssetType, formatMoney, formatQuantity, formatShare } from './format.ts'

const SERIES = 8
const RADIUS = 50
const LENGTH = 2 * Math.PI * RADIUS

/** A ring of which each kind has its share. What it shows is in the legend as well. */
function donut(slices: readonly AllocationSlice[]): SVGElement {
  let before = 0
  const arcs = slices.map(({ share }, index) => {
    const length = Math.max(0, share * LENGTH - 2)
    const arc = shape('circle', {
      class: `slice series-${index % SERIES}`,
      cx: 66,
      cy: 66,
      r: RADIUS,
      'stroke-dasharray': `${length} ${LENGTH - length}`,
      'stroke-dashoffset': -before * LENGTH,
      transform: 'rotate(-90 66 66)',
    })
    before += share
    return arc
  })
  const label = slices.map(({ assetType, share }) => `${formatAssetType(assetType)} ${formatShare(share)}`).join(', ')
  return shape(
    'svg',
    { class: 'donut', viewBox: '0 0 132 132', role: 'img', 'aria-label': `Allocation: ${label}` },
    ...arcs,
  )
}

function legend(slices: readonly AllocationSlice[]): HTMLElement {
  const rows = slices.map(({ assetType, share }, index) =>
    element(
      'li',
      {},
      element('span', { class: `swatch series-${index % SERIES}` }),
      formatAssetType(assetType),
      element('span', { class: 'number' }, formatShare(share)),
    ),
  )
  return element('ul', { class: 'legend' }, ...rows)
}

const ZERO = '0' as Decimal
/** So many are shown at first. */
const FIRST = 8
/** Kinds whose symbols say little to people. */
const namedKinds: readonly string[] = ['option', 'fixed_income', 'structured']

function namesOf({ symbol, securityName, assetType }: HoldingView): [name: string, beside: string] {
  const kind = formatAssetType(assetType)
  if (securityName === null) return [symbol ?? kind, kind]
  return namedKinds.includes(assetType) || symbol === null ? [securityName, symbol ?? kind] : [symbol, securityName]
}

function holdingRow(holding: HoldingView): HTMLElement {
  const { quantity, marketValue, costBasis, currency } = holding
  const [name, beside] = namesOf(holding)
  const gain = marketValue === null || costBasis === null ? null : Decimal.subtract(marketValue, costBasis)
  const isGain = gain !== null && Decimal.compare(gain, ZERO) >= 0
  return element(
    'tr',
    {},
    element('td', { class: 'description' }, name, element('span', { class: 'sub' }, beside)),
    element('td', { class: 'amount' }, formatQuantity(quantity)),
    element(
      'td',
      { class: 'amount' },
      marketValue === null ? '–' : formatMoney(marketValue, currency),
      gain !== null &&
        element('span', { class: `sub ${isGain ? 'in' : ''}` }, `${isGain ? '+' : ''}${formatMoney(gain, currency)}`),
    ),
  )
}

/** What is held, and what part of it is of which kind. */
export function showHoldings({ holdings, allocation }: Portfolio): void {
  const byValue = [...holdings].sort((a, b) => Decimal.compare(b.marketValue ?? ZERO, a.marketValue ?? ZERO))
  const head = element('div', { class: 'card-head' }, element('h2', { id: 'holdings-title' }, 'Holdings'))
  if (byValue.length === 0) {
    const empty = element('p', { class: 'empty' }, 'No holdings. Connect a brokerage account to see what it holds.')
    part('holdings').replaceChildren(head, empty)
    return
  }
  const body = element('tbody', {}, ...byValue.slice(0, FIRST).map(holdingRow))
  const more = element('div', { class: 'more' })
  const showAll = () => {
    body.append(...byValue.slice(FIRST).map(holdingRow))
    more.remove()
  }
  if (byValue.length > FIRST) more.append(button(`Show all ${byValue.length}`, 'small', showAll))
  part('holdings').replaceChildren(
    head,
    element('div', { class: 'allocation' }, donut(allocation), legend(allocation)),
    element(
      'table',
      {},
      element('caption', { class: 'visually-hidden' }, 'Holdings, the largest first'),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'Security'),
          element('th', { scope: 'col', class: 'amount' }, 'Units'),
          element('th', { scope: 'col', class: 'amount' }, 'Value and gain'),
        ),
      ),
      body,
    ),
    more,
  )
}
