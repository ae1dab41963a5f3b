/**
 * One contestant in a process of its own: reads a small file ten times to warm up, then the file, and prints what that took.
 *
 *     node benchmarks/src/run-contestant.ts <contestant> <small file> <file>
 */
import { contestants, isContestantName } from './contestants.ts'
import type { Tally } from './inputs/tally.ts'
import { median } from './median.ts'
import { peakMemory } from './peak-memory.ts'

/** What a run took, by the clock and by the processor's, and what it found. */
export type Run = { milliseconds: number; cpuMilliseconds: number; peakBytes: number; tally: Tally | null }

/** How often the small file is read before, since servers read file after file. */
const WARM_UPS = 10

/** What takes less than this is done some more times: a single time would say little. */
const SHORT_MILLISECONDS = 100
const SHORT_RUNS = 7

const [name, warmUp, path] = process.argv.slice(2)
if (!isContestantName(name) || warmUp === undefined || path === undefined)
  throw new Error('A contestant, a small file and a file are needed.')

const open = await contestants[name]()
for (let time = 0; time < WARM_UPS; time++) await (await open(warmUp))()
const read = await open(path)

const cpuStart = process.cpuUsage()
const start = performance.now()
const tally: Tally | null = await read()
const times = [performance.now() - start]
const { user, system } = process.cpuUsage(cpuStart)
const peakBytes = peakMemory()
while (median(times) < SHORT_MILLISECONDS && times.length < SHORT_RUNS) {
  const again = performance.now()
  await read()
  times.push(performance.now() - again)
}

const run: Run = { milliseconds: median(times), cpuMilliseconds: (user + system) / 1000, peakBytes, tally }
process.stdout.write(JSON.stringify(run))
