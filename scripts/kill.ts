/**
 * Kills syncs and imports at random steps, and lets each be played again: what is stored then must be what is stored without a kill.
 *
 *     node scripts/kill.ts [kills | <minutes>m] [SQLite | PostgreSQL]
 */
import { join } from 'node:path'
import { type KilledStore, killOften, scenes } from '../packages/core/test/sync/killed.ts'
import { copyPlace, createPlace, removePlace, type StoreName, storeNames } from './kysely-store.ts'

const words = process.argv.slice(2)
const name = words.find((word): word is StoreName => storeNames.some((one) => one === word)) ?? 'SQLite'
const measure = words.find((word) => word !== name) ?? '200'
const minutes = measure.endsWith('m') ? Number(measure.slice(0, -1)) : null
const kills = minutes === null ? Number(measure) : scenes.length
if (!Number.isSafeInteger(kills) || kills < scenes.length || (minutes !== null && !(minutes > 0)))
  throw new Error('A number of kills is needed, or of minutes: 200, or 2m.')
const store: KilledStore = {
  module: join(import.meta.dirname, 'kysely-store.ts'),
  createPlace: () => createPlace(name),
  copyPlace,
  removePlace,
}

/** Each scene has its part of the kills, or of the time, in which it is killed once at least. */
function share(): (done: number) => boolean {
  const part = kills / scenes.length
  const end = Date.now() + ((minutes ?? 0) * 60_000) / scenes.length
  return (done) => done < part || Date.now() < end
}

const total = { kills: 0, different: 0 }
for (const scene of scenes) {
  const { steps, different, ...done } = await killOften(scene, share(), Math.random, store)
  console.log(`${name}, ${scene}: ${done.kills} kills among ${steps} steps, ${different.length} that ended otherwise`)
  for (const line of different) console.log(`  ${line}`)
  if (different.length > 0) process.exitCode = 1
  total.kills += done.kills
  total.different += different.length
}
console.log(`${name}: ${total.kills} kills of ${scenes.join(', ')}: ${total.different} that ended otherwise`)
