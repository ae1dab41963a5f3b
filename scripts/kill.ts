/**
 * Kills syncs and imports at random steps, and lets each be played again: what is stored then must be what is stored without a kill.
 *
 *     node scripts/kill.ts [kills] [SQLite | PostgreSQL]
 */
import { join } from 'node:path'
import { type KilledStore, killOften, scenes } from '../packages/core/test/sync/killed.ts'
import { copyPlace, createPlace, removePlace, type StoreName, storeNames } from './kysely-store.ts'

const words = process.argv.slice(2)
const name = words.find((word): word is StoreName => storeNames.some((one) => one === word)) ?? 'SQLite'
const kills = Number(words.find((word) => word !== name) ?? 200)
const store: KilledStore = {
  module: join(import.meta.dirname, 'kysely-store.ts'),
  createPlace: () => createPlace(name),
  copyPlace,
  removePlace,
}
if (!Number.isSafeInteger(kills) || kills < scenes.length) throw new Error('A number of kills is needed.')

for (const scene of scenes) {
  const { steps, different, ...done } = await killOften(scene, Math.ceil(kills / scenes.length), Math.random, store)
  console.log(`${name}, ${scene}: ${done.kills} kills among ${steps} steps, ${different.length} that ended otherwise`)
  for (const line of different) console.log(`  ${line}`)
  if (different.length > 0) process.exitCode = 1
}
