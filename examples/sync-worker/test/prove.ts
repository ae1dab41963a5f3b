/**
 * A night of many connections and several workers, some of which are killed, frozen or stopped in the middle. Prints what the institution saw of it.
 *
 *     bash .ci/with-postgres pnpm --filter @finport/example-sync-worker prove [connections]
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { quota } from './harbor.ts'
import { mostWithin, overlaps } from './institution.ts'
import { openNight, stopWorkerProcess } from './night.ts'

const FROZEN_MILLISECONDS = 16_000
const count = Number(process.argv[2] ?? 1_000)
const apiKeys = Array.from({ length: count }, (_, index) => `user-${index}`)
const night = await openNight(apiKeys)
const { institution, countJobs, countSynced, until } = night

const [first, second, third, fourth] = await night.startWorkers(4)
await night.fanOut()
const began = performance.now()
await until('a third is synced', 600, async () => (await countSynced()) > count / 3)
const [synced, inWork] = [await countSynced(), await countJobs('active')]
first?.kill('SIGKILL')
second?.kill('SIGKILL')
fourth?.kill('SIGSTOP')
console.log(`At ${synced}, with ${inWork} in work: of four workers, two are killed, one frozen and one told to stop.`)
const toldAt = performance.now()
if (third !== undefined) await stopWorkerProcess(third)
const stoppedAfter = Math.round(performance.now() - toldAt)
console.log(`The one told to stop ended after ${stoppedAfter} ms, with code ${third?.exitCode}. Three others begin.`)
await night.startWorkers(3)
// Long enough for its jobs to be given to others.
await sleep(FROZEN_MILLISECONDS)
fourth?.kill('SIGCONT')
await until('all is synced', 900, async () => {
  return (await countSynced()) === count && (await countJobs('created', 'retry', 'active')) === 0
})
const seconds = (performance.now() - began) / 1_000
const most = mostWithin(institution.seen, quota.perSeconds)
const found = overlaps(institution.seen)
const again = institution.seen.filter(({ operation }) => operation === 'accounts').length - count

const requests = institution.seen.length
console.log(
  `${await countSynced()} of ${count} connections synced in ${seconds.toFixed(1)} s, by ${requests} requests.`,
)
console.log(`Syncs that were begun again: ${again}.`)
console.log(`Syncs of one connection at once: ${found.length}. Jobs that failed: ${await countJobs('failed')}.`)
console.log(`The most requests in any ${quota.perSeconds} s: ${most}, of ${quota.requests} allowed.`)
await night.close()
if (found.length > 0 || most > quota.requests) process.exitCode = 1
