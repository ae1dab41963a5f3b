/**
 * One contestant in a process of its own: reads a text some times to warm up, then some more, and prints how many milliseconds that took, the median.
 *
 *     node --expose-gc benchmarks/src/json/run-contestant.ts <input> <contestant> <rows>
 */
import { median } from '../median.ts'
import { type Contestant, inputs } from './inputs.ts'

const WARM_UPS = 5
const RUNS = 5

const [inputName = '', name = '', rows] = process.argv.slice(2)
const input = inputs[inputName]
const read = input?.contestants[name]
if (input === undefined || read === undefined || globalThis.gc === undefined)
  throw new Error('An input, a contestant, a number of rows and --expose-gc are needed.')

const text = input.createText(Number(rows))
const times: number[] = []
for (let run = 0; run < WARM_UPS + RUNS; run++) {
  globalThis.gc()
  times.push(await measure(read, text))
}
process.stdout.write(JSON.stringify(median(times.slice(WARM_UPS))))

/** A function of its own, so that what was read is gone before the next run. */
async function measure(read: Contestant, text: string): Promise<number> {
  const start = performance.now()
  await read(text)
  return performance.now() - start
}
