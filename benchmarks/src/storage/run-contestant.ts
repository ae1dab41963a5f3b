/**
 * One contestant in a process of its own: inserts rows, saves them again unchanged, and again with one in a hundred changed, in batches, and prints what that took.
 *
 *     node benchmarks/src/storage/run-contestant.ts <store> <finport | raw> <rows>
 */
import { peakMemory } from '../peak-memory.ts'
import { createTransactions } from './rows.ts'
import { contests, type Writer } from './stores.ts'

/** What a pass over all rows took, and how many it wrote. */
export type Pass = { milliseconds: number; written: number }
/** What a contestant did: the passes, and the most memory it had. */
export type Run = { insert: Pass; unchanged: Pass; changed: Pass; peakBytes: number }

const BATCH = 10_000
const [store = '', name = '', count = ''] = process.argv.slice(2)
const contest = contests[store]
const rows = Number(count)
if (contest === undefined || (name !== 'finport' && name !== 'raw') || !Number.isSafeInteger(rows))
  throw new Error('A store, finport or raw, and a number of rows are needed.')

/** The time of saving alone: rows are made batch by batch, as a sync has them. */
async function pass(writer: Writer, version: 1 | 2): Promise<Pass> {
  let [milliseconds, written] = [0, 0]
  for (let from = 0; from < rows; from += BATCH) {
    const batch = createTransactions(from, Math.min(BATCH, rows - from), version)
    const start = performance.now()
    written += await writer.save(batch)
    milliseconds += performance.now() - start
  }
  return { milliseconds, written }
}

const writer = await contest[name]()
const insert = await pass(writer, 1)
const unchanged = await pass(writer, 1)
const changed = await pass(writer, 2)
const run: Run = { insert, unchanged, changed, peakBytes: peakMemory() }
await writer.close()
process.stdout.write(JSON.stringify(run))
