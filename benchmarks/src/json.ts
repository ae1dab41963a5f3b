/**
 * How long it takes to read JSON without losing a digit, and to make transactions of it, beside `JSON.parse` and lossless-json, in one run.
 *
 *     pnpm bench:json [--rounds 9]
 */
import { parseArgs } from 'node:util'
import { parseLosslessJson } from '@finport/core/http'
import { parse } from 'lossless-json'
import { alpacaActivities } from './inputs/alpaca-activities.ts'
import { schwabTransactions } from './inputs/schwab-transactions.ts'
import { fetchAlpacaActivities } from './json/fetch-alpaca.ts'
import { mapAlpacaActivities } from './json/map-alpaca.ts'
import { mapSchwabTransactions } from './json/map-schwab.ts'
import { median } from './median.ts'
import { renderFigure } from './render-figure.ts'
import { renderTable } from './table.ts'

const ROWS = 50_000
const FLOOR = 'JSON.parse'
const LOSSLESS_JSON = 'lossless-json parse'
const EXACT = 'finport, exact parse'
const WHOLE = 'finport, text to transactions'
const PROVIDER = 'finport, bytes to batch'

type Contestant = (text: string) => unknown | Promise<unknown>

const readers: Record<string, Contestant> = {
  [FLOOR]: JSON.parse,
  [EXACT]: parseLosslessJson,
  [LOSSLESS_JSON]: (text) => parse(text),
}
const inputs: { title: string; text: string; contestants: Record<string, Contestant> }[] = [
  {
    title: 'Alpaca activities',
    text: alpacaActivities(ROWS),
    contestants: { ...readers, [WHOLE]: mapAlpacaActivities, [PROVIDER]: fetchAlpacaActivities },
  },
  {
    title: 'Schwab transactions',
    text: schwabTransactions(ROWS),
    contestants: { ...readers, [WHOLE]: mapSchwabTransactions },
  },
]

/** Milliseconds of each contestant, round by round; the first round only warms up. */
async function runRounds(text: string, contestants: Record<string, Contestant>, roundCount: number) {
  const names = Object.keys(contestants)
  const rounds: Record<string, number>[] = []
  for (let round = 0; round <= roundCount; round++) {
    const times: Record<string, number> = {}
    const first = round % names.length
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      globalThis.gc?.()
      const start = performance.now()
      await contestants[name]?.(text)
      times[name] = performance.now() - start
    }
    if (round > 0) rounds.push(times)
  }
  return rounds
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } })
const roundCount = Number(values.rounds)
if (!(Number.isInteger(roundCount) && roundCount > 0)) {
  console.error('usage: pnpm bench:json [--rounds <number>]')
  process.exit(1)
}

console.log(`Node ${process.version}, ${roundCount} rounds of ${ROWS.toLocaleString('en')} rows.`)
for (const { title, text, contestants } of inputs) {
  const rounds = await runRounds(text, contestants, roundCount)
  const ratios = (one: string, other: string) => rounds.map((times) => (times[one] ?? 0) / (times[other] ?? 0))
  const rows = Object.keys(contestants).map((name) => {
    const all = ratios(name, FLOOR)
    return [name, renderFigure(median(all)), `${renderFigure(Math.min(...all))}–${renderFigure(Math.max(...all))}`]
  })
  console.log(`\n${renderTable([`${title}: ${(text.length / 1e6).toFixed(1)} MB`, `to ${FLOOR}`, 'from–to'], rows)}\n`)
  const goals = [
    { statement: `${EXACT} takes at most 2 × as long as ${FLOOR}`, figure: median(ratios(EXACT, FLOOR)), atMost: 2 },
    { statement: `${WHOLE} takes at most 4 × as long as ${FLOOR}`, figure: median(ratios(WHOLE, FLOOR)), atMost: 4 },
    { statement: `${WHOLE} takes less than ${LOSSLESS_JSON}`, figure: median(ratios(WHOLE, LOSSLESS_JSON)), atMost: 1 },
  ]
  for (const { statement, figure, atMost } of goals) {
    console.log(`${figure <= atMost ? 'holds ' : 'MISSED'}  ${renderFigure(figure).padStart(5)}  ${statement}`)
    if (figure > atMost) process.exitCode = 1
  }
}
