/**
 * Breaks the file provider's fixtures at random and looks at what it makes of them.
 *
 *     node scripts/fuzz.ts <minutes> [seed]
 *     node scripts/fuzz.ts <file that a failure was written to>
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { fuzz } from '../packages/provider-chase-file/test/fuzz/fuzz.ts'
import { type Input, tryInput } from '../packages/provider-chase-file/test/fuzz/trial.ts'

const MEGABYTE = 1024 * 1024
const folder = mkdtempSync(join(tmpdir(), 'finport-fuzz-'))

function write(input: Input, number: number): string {
  const path = join(folder, `input-${number}.json`)
  writeFileSync(path, JSON.stringify(input))
  return path
}

/** Looks on from another thread, since what hangs can't say so. */
function createWatchdog(): { watch(input: Input): void; stop(): Promise<number> } {
  const shared = new SharedArrayBuffer(2 * MEGABYTE)
  const heartbeat = new Int32Array(shared, 0, 2)
  const bytes = new Uint8Array(shared, 8)
  const worker = new Worker(new URL('./fuzz-watchdog.ts', import.meta.url), { workerData: { shared, folder } })
  const encoder = new TextEncoder()
  return {
    watch(input) {
      const { written } = encoder.encodeInto(JSON.stringify(input), bytes)
      Atomics.store(heartbeat, 1, written)
      Atomics.add(heartbeat, 0, 1)
    },
    stop: () => worker.terminate(),
  }
}

async function replay(path: string): Promise<void> {
  const { failure, milliseconds, traits } = await tryInput(JSON.parse(readFileSync(path, 'utf8')) as Input, {
    timed: true,
  })
  console.log([...traits, `${Math.round(milliseconds)} ms`, failure ?? 'nothing is wrong'].join('\n'))
  if (failure !== null) process.exitCode = 1
}

async function run(minutes: number, seed: number): Promise<void> {
  const start = performance.now()
  const end = start + minutes * 60_000
  const watchdog = createWatchdog()
  let number = 0
  const figures = await fuzz({
    seed,
    timed: true,
    goOn: () => performance.now() < end,
    onInput(input) {
      number++
      watchdog.watch(input)
    },
    onFailure(failure, input) {
      process.exitCode = 1
      console.log(`FAILURE at input ${number} of seed ${seed}: ${failure}\n    ${write(input, number)}`)
    },
  })
  await watchdog.stop()
  const seconds = (performance.now() - start) / 1_000
  console.log(
    [
      `seed ${seed}`,
      `${figures.inputs} inputs`,
      `${(figures.bytes / MEGABYTE).toFixed(1)} MB`,
      `${Math.round(figures.inputs / seconds)} inputs/s`,
      `${figures.failures} failures`,
      `slowest ${Math.round(figures.slowestMilliseconds)} ms`,
      `largest heap ${Math.round(figures.largestHeapBytes / MEGABYTE)} MB`,
      `${figures.kept} kept for ${figures.traits} traits`,
    ].join(', '),
  )
}

const [first = '1', second] = process.argv.slice(2)
if (existsSync(first)) await replay(first)
else await run(Number(first), second === undefined ? Date.now() % 2 ** 32 : Number(second))
