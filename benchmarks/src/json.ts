/**
 * How long it takes to read JSON without losing a digit, and to make transactions of it, beside `JSON.parse` and lossless-json, in one run.
 *
 *     pnpm bench:json [--rounds 9]
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { EXACT, FLOOR, inputs, LOSSLESS_JSON, WHOLE } from './json/inputs.ts'
import { median } from './median.ts'
import { renderFigure } from './render-figure.ts'
import { renderTable } from './table.ts'

const ROWS = 50_000
const runFile = promisify(execFile)
const script = join(import.meta.dirname, 'json/run-contestant.ts')

async function runContestant(input: string, name: string): Promise<number> {
  const { stdout } = await runFile(process.execPath, ['--expose-gc', script, input, name, String(ROWS)])
  return JSON.parse(stdout) as number
}

/** Milliseconds of each contestant, round by round; each round begins with another one. */
async function runRounds(input: string, names: readonly string[], roundCount: number) {
  const rounds: Record<string, number>[] = []
  for (let round = 0; round < roundCount; round++) {
    const times: Record<string, number> = {}
    const first = round % names.length
    for (const name of [...names.slice(first), ...names.slice(0, first)]) times[name] = await runContestant(input, name)
    rounds.push(times)
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
for (const [input, { title, createText, contestants }] of Object.entries(inputs)) {
  const names = Object.keys(contestants)
  const rounds = await runRounds(input, names, roundCount)
  const ratios = (one: string, other: string) => rounds.map((times) => (times[one] ?? 0) / (times[other] ?? 0))
  const rows = names.map((name) => {
    const all = ratios(name, FLOOR)
    return [name, renderFigure(median(all)), `${renderFigure(Math.min(...all))}–${renderFigure(Math.max(...all))}`]
  })
  console.log(
    `\n${renderTable([`${title}: ${(createText(ROWS).length / 1e6).toFixed(1)} MB`, `to ${FLOOR}`, 'from–to'], rows)}\n`,
  )
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
