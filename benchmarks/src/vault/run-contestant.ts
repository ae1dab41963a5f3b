/**
 * One contestant in a process of its own: seals and opens credentials of each size over and over, and prints how often in a second.
 *
 *     node benchmarks/src/vault/run-contestant.ts <contestant> <bytes>...
 */
import { Bench } from 'tinybench'
import { contestants, type Work } from './contestants.ts'
import { createCredentials } from './stored-credentials.ts'

const WARM_UP_MILLISECONDS = 100
const MILLISECONDS = 250
const BATCH_MILLISECONDS = 1

/** The processor's time, since the clock's is also that of whatever else the machine does. */
function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

async function runBatch(work: Work, size: number): Promise<void> {
  for (let count = 0; count < size; count++) {
    const done = work()
    if (done instanceof Promise) await done
  }
}

/** How often it is done in about a millisecond, at least once: a single time is too short for the processor's clock. */
async function batchSizeOf(work: Work): Promise<number> {
  for (let size = 1; ; size *= 2) {
    const start = processorMilliseconds()
    await runBatch(work, size)
    if (processorMilliseconds() - start >= BATCH_MILLISECONDS) return size
  }
}

async function measure(work: Work): Promise<number> {
  const now = processorMilliseconds
  const bench = new Bench({ now, time: MILLISECONDS, warmupTime: WARM_UP_MILLISECONDS, iterations: 1, throws: true })
  const size = await batchSizeOf(work)
  bench.add('work', () => runBatch(work, size))
  const [task] = await bench.run()
  if (task?.result.state !== 'completed') throw new Error('The work did not come to an end.')
  return (1_000 * size) / task.result.latency.mean
}

const [name, ...sizes] = process.argv.slice(2)
const contestant = contestants.find((each) => each.name === name)
if (contestant === undefined || sizes.length === 0) throw new Error('A contestant and numbers of bytes are needed.')

const perSecond: number[] = []
for (const bytes of sizes) perSecond.push(await measure(contestant.prepare(createCredentials(Number(bytes)))))
process.stdout.write(JSON.stringify(perSecond))
