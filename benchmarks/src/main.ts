/**
 * Time and memory of Finport's readers and of others, in one run.
 *
 *     pnpm bench [--rounds 5] [sgml] [xml] [card] [investment] [csv]
 */
import { parseArgs } from 'node:util'
import type { ContestantName } from './contestants.ts'
import { type Contest, contests, type Goal } from './contests.ts'
import { type Input, inputNames, makeInput } from './inputs/input-files.ts'
import { assertMapperAgrees } from './mapper-agreement.ts'
import { renderFigure } from './render-figure.ts'
import type { Results } from './results.ts'
import { runContest } from './run-contest.ts'
import { renderTable } from './table.ts'

const BASE = 'finport, streamed'
const FLOOR = 'decoding only'

function isMet({ figure, bound }: Goal, results: Results): boolean {
  return 'atLeast' in bound ? figure(results) >= bound.atLeast : figure(results) <= bound.atMost
}

function renderResults({ title, file }: Input, names: readonly ContestantName[], results: Results): string {
  const heading = `${title}: ${(file.bytes / 1e6).toFixed(1)} MB, ${file.tally.rows.toLocaleString('en')} rows`
  const header = [heading, 'time', 'from–to', 'CPU time', 'time to decoding', 'MB above bare node']
  const rows = names.map((name) => [
    name,
    renderFigure(results.timeRatio(name, BASE)),
    results.timeRatioRange(name, BASE).map(renderFigure).join('–'),
    renderFigure(results.cpuRatio(name, BASE)),
    renderFigure(results.timeRatio(name, FLOOR)),
    results.megabytesAboveBare(name).toFixed(0),
  ])
  return renderTable(header, rows)
}

function renderGoal(goal: Goal, results: Results): string {
  return `${isMet(goal, results) ? 'holds ' : 'MISSED'}  ${renderFigure(goal.figure(results)).padStart(5)}  ${goal.statement}`
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
})
const roundCount = Number(values.rounds)
const unknown = positionals.filter((name) => !inputNames.some((known) => known === name))
if (!(Number.isInteger(roundCount) && roundCount > 0) || unknown.length > 0) {
  console.error(`usage: pnpm bench [--rounds <number>] [${inputNames.join('] [')}]`)
  process.exit(1)
}

console.log(`Node ${process.version}, ${roundCount} rounds. Times are ratios to '${BASE}', or to decoding the file.`)
for (const name of inputNames.filter((known) => positionals.length === 0 || positionals.includes(known))) {
  const { contestants, goals }: Contest = contests[name]
  const input = makeInput(name)
  if (name === 'csv') await assertMapperAgrees(input.warmUp.path)
  const results = await runContest(input, contestants, roundCount)
  console.log(`\n${renderResults(input, contestants, results)}\n`)
  for (const goal of goals) console.log(renderGoal(goal, results))
  if (!goals.every((goal) => isMet(goal, results))) process.exitCode = 1
}
