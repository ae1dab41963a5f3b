/**
 * Seals credentials with a new key while other processes write them, kills that in the middle, and lets another process go on.
 *
 *     node scripts/rewrap.ts [records]
 */
import { raceRewrap } from '../packages/vault/test/rewrap-race.ts'

const records = Number(process.argv[2] ?? 100_000)
if (!Number.isSafeInteger(records) || records < 1_000) throw new Error('A number of records is needed: 1000 or more.')

const { writes, killedAfter, report, wrong, canRetire, milliseconds } = await raceRewrap(records)
const { rewrapped, overtaken, failed, complete } = report
console.log(
  `${records} records, 4 writers, ${writes} writes; killed after ${killedAfter}, then ${rewrapped} rewrapped, ${overtaken} overtaken, ${failed} failed in ${Math.round(milliseconds / 1000)} s; wrong: ${wrong.length}; the old key can be retired: ${canRetire}`,
)
if (!complete || wrong.length > 0 || !canRetire) process.exitCode = 1
