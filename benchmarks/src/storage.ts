/**
 * How many transactions in a second `@finport/storage-kysely` saves, beside raw SQL through the same driver into the same tables, and in how much memory.
 *
 *     pnpm bench:storage [--rows 100000] [--rounds 3]
 *     bash .ci/with-postgres pnpm bench:storage          # PostgreSQL as well
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { median } from './median.ts'
import { renderFigure } from './render-figure.ts'
import type { Run } from './storage/run-contestant.ts'
import { contests } from './storage/stores.ts'
import { renderTable } from './table.ts'

const AT_LEAST = 0.5
/** Twice as many rows need no more memory, but for what the garbage collector leaves. */
const MOST_MEMORY = 1.2
const passes = ['insert', 'unchanged', 'changed'] as const
const execute = promisify(execFile)
const script = join(import.meta.dirname, 'storage/run-contestant.ts')

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
})
const [rows, rounds] = [Number(values.rows), Number(values.rounds)]
if (!(Number.isInteger(rows) && rows >= 1_000 && Number.isInteger(rounds) && rounds > 0)) {
  console.error('usage: pnpm bench:storage [--rows <1000 or more>] [--rounds <number>]')
  process.exit(1)
}

async function runContestant(store: string, name: 'finport' | 'raw', count: number): Promise<Run> {
  const { stdout } = await execute(process.execPath, [script, store, name, String(count)])
  return JSON.parse(stdout) as Run
}

function judge(holds: boolean, text: string): void {
  console.log(`${holds ? 'holds ' : 'MISSED'}  ${text}`)
  if (!holds) process.exitCode = 1
}

const megabytes = (bytes: number) => Math.round(bytes / 1024 ** 2)
console.log(`Node ${process.version}, ${rows.toLocaleString('en')} rows, ${rounds} rounds.`)
for (const store of Object.keys(contests)) {
  const runs: { finport: Run; raw: Run }[] = []
  for (let round = 0; round < rounds; round++) {
    const names = round % 2 === 0 ? (['finport', 'raw'] as const) : (['raw', 'finport'] as const)
    const done: Partial<Record<'finport' | 'raw', Run>> = {}
    for (const name of names) done[name] = await runContestant(store, name, rows)
    runs.push(done as { finport: Run; raw: Run })
  }
  const twice = await runContestant(store, 'finport', 2 * rows)
  const perSecond = (name: 'finport' | 'raw', pass: (typeof passes)[number]) =>
    median(runs.map((run) => (rows / run[name][pass].milliseconds) * 1_000))
  const ratio = (pass: (typeof passes)[number]) =>
    median(runs.map(({ finport, raw }) => raw[pass].milliseconds / finport[pass].milliseconds))
  console.log(
    `\n${renderTable(
      [store, 'rows written', 'finport, rows/s', 'raw SQL, rows/s', 'ratio'],
      passes.map((pass) => [
        pass,
        `${runs[0]?.finport[pass].written}`,
        Math.round(perSecond('finport', pass)).toLocaleString('en'),
        Math.round(perSecond('raw', pass)).toLocaleString('en'),
        renderFigure(ratio(pass)),
      ]),
    )}\n`,
  )
  for (const pass of passes)
    judge(ratio(pass) >= AT_LEAST, `${renderFigure(ratio(pass))}  ${pass}: at least ${AT_LEAST} × raw SQL`)
  const expected = { insert: rows, unchanged: 0, changed: Math.ceil(rows / 100) }
  for (const pass of passes)
    judge(
      runs.every(
        ({ finport, raw }) => finport[pass].written === expected[pass] && raw[pass].written === expected[pass],
      ),
      `${expected[pass]}  ${pass}: rows written`,
    )
  const peak = median(runs.map(({ finport }) => finport.peakBytes))
  judge(
    twice.peakBytes <= peak * MOST_MEMORY,
    `${megabytes(peak)} → ${megabytes(twice.peakBytes)} MB  peak memory of all rows, and of twice as many: at most ${MOST_MEMORY} ×`,
  )
}
