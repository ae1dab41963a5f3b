import type { BalancePoint } from '../balance-history.ts'
import { element, shape } from './element.ts'
import { formatDay, formatMoney, formatRound } from './format.ts'

const HEIGHT = 190
const MARGIN = { top: 12, right: 8, bottom: 26 }
/** How wide a letter of a label is, at most. */
const LETTER = 7.5
const DAY = 86_400_000

const timeOf = (day: string) => Date.parse(`${day}T00:00:00Z`)

/** Round numbers around all values, three or four of them. */
function ticksOf(low: number, high: number): number[] {
  const span = high - low || Math.abs(high) || 1
  const rough = span / 3
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
}

/** Where on the screen days and values are. Pixels need no more than a double has. */
function scales(points: readonly BalancePoint[], currency: string, width: number) {
  const values = points.map(({ balance }) => Number(balance))
  const ticks = ticksOf(Math.min(...values), Math.max(...values))
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)]
  const begin = timeOf(points[0]?.day ?? '')
  const end = Math.max(begin + DAY, timeOf(points.at(-1)?.day ?? ''))
  // In full: two ticks may differ in their last digits.
  const labels = ticks.map((tick) => formatRound(tick, currency))
  const left = 10 + LETTER * Math.max(...labels.map(({ length }) => length))
  const inner = width - left - MARGIN.right
  const x = (day: string) => left + (inner * (timeOf(day) - begin)) / (end - begin)
  const y = (value: number) =>
    HEIGHT - MARGIN.bottom - ((value - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom)
  return { ticks, labels, left, x, y }
}

/** Between two balances nothing moves: a line of steps. */
function pathOf(points: readonly BalancePoint[], { x, y }: ReturnType<typeof scales>): string {
  const steps = points.map(({ day, balance }, index) =>
    index === 0 ? `M${x(day)} ${y(Number(balance))}` : `H${x(day)}V${y(Number(balance))}`,
  )
  return steps.join('')
}

function draw(points: readonly BalancePoint[], currency: string, width: number): SVGSVGElement {
  const scale = scales(points, currency, width)
  const { ticks, labels, left, x, y } = scale
  const [first, last] = [points[0], points.at(-1)] as [BalancePoint, BalancePoint]
  const line = pathOf(points, scale)
  const bottom = HEIGHT - MARGIN.bottom
  const grid = ticks.flatMap((tick, index) => [
    shape('line', { class: 'grid', x1: left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
    shape('text', { x: left - 10, y: y(tick) + 4, 'text-anchor': 'end' }, labels[index] ?? ''),
  ])
  const label =
    `Balance from ${formatDay(first.day)}, ${formatMoney(first.balance, currency)}, ` +
    `to ${formatDay(last.day)}, ${formatMoney(last.balance, currency)}`
  return shape(
    'svg',
    { class: 'chart', viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': label },
    ...grid,
    shape('path', { class: 'area', d: `${line}V${bottom}H${x(first.day)}Z` }),
    shape('path', { class: 'line', d: line }),
    shape('circle', { class: 'dot', cx: x(last.day), cy: y(Number(last.balance)), r: 5 }),
    shape('text', { x: left, y: HEIGHT - 6 }, formatDay(first.day)),
    shape('text', { x: width - MARGIN.right, y: HEIGHT - 6, 'text-anchor': 'end' }, formatDay(last.day)),
  )
}

/** Shows the balance of the day that the pointer is at. */
function followPointer(
  chart: SVGSVGElement,
  {
    points,
    currency,
    width,
    readout,
  }: { points: readonly BalancePoint[]; currency: string; width: number; readout: HTMLElement },
): void {
  const { x, y } = scales(points, currency, width)
  const atRest = readout.textContent
  const cursor = shape('line', { class: 'cursor', y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, visibility: 'hidden' })
  const dot = shape('circle', { class: 'dot', r: 4, visibility: 'hidden' })
  chart.append(cursor, dot)
  const show = (visibility: string) => {
    for (const node of [cursor, dot]) node.setAttribute('visibility', visibility)
  }
  chart.addEventListener('pointermove', (event) => {
    const at = ((event.clientX - chart.getBoundingClientRect().left) / chart.clientWidth) * width
    const distance = ({ day }: BalancePoint) => Math.abs(x(day) - at)
    const nearest = points.reduce((best, point) => (distance(point) < distance(best) ? point : best))
    cursor.setAttribute('x1', String(x(nearest.day)))
    cursor.setAttribute('x2', String(x(nearest.day)))
    dot.setAttribute('cx', String(x(nearest.day)))
    dot.setAttribute('cy', String(y(Number(nearest.balance))))
    readout.textContent = `${formatDay(nearest.day)}: ${formatMoney(nearest.balance, currency)}`
    show('visible')
  })
  chart.addEventListener('pointerleave', () => {
    readout.textContent = atRest
    show('hidden')
  })
}

function figures(points: readonly BalancePoint[], currency: string): HTMLElement {
  const rows = [...points]
    .reverse()
    .map(({ day, balance }) =>
      element(
        'tr',
        {},
        element('td', { class: 'day' }, formatDay(day)),
        element('td', { class: 'amount' }, formatMoney(balance, currency)),
      ),
    )
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, 'Day'),
    element('th', { scope: 'col', class: 'amount' }, 'Balance'),
  )
  const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows))
  const scroll = element(
    'div',
    { class: 'figures', tabindex: 0, role: 'region', 'aria-label': 'Balances by day' },
    table,
  )
  return element('details', {}, element('summary', {}, 'Show as figures'), scroll)
}

function explain(points: readonly BalancePoint[]): string {
  const isReckoned = points.some(({ source }) => source === 'reckoned')
  return isReckoned ? 'Days before the last statement are worked out from the transactions since.' : ''
}

let observer: ResizeObserver | null = null

/** Draws an account's balances into a part of the page, anew whenever its width changes. */
export function showBalanceChart(into: HTMLElement, points: readonly BalancePoint[], currency: string): void {
  observer?.disconnect()
  const [first] = points
  if (first === undefined || points.length === 1) {
    const balance =
      first === undefined
        ? 'No balance is known yet.'
        : `${formatMoney(first.balance, currency)} on ${formatDay(first.day)}.`
    into.replaceChildren(element('p', { class: 'empty' }, `${balance} Each day’s update adds a point.`))
    return
  }
  const place = element('div')
  const readout = element('p', { class: 'readout muted small' }, explain(points))
  into.replaceChildren(place, readout, figures(points, currency))
  observer = new ResizeObserver(() => {
    const width = Math.max(280, place.clientWidth)
    const chart = draw(points, currency, width)
    followPointer(chart, { points, currency, width, readout })
    place.replaceChildren(chart)
  })
  observer.observe(place)
}
