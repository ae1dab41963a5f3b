/**
 * Kills syncs and imports at random steps, and lets each be played again: what is stored then must be what is stored without a kill.
 *
 *     node scripts/kill.ts [kills]
 */
import { killOften, scenes } from '../packages/core/test/sync/killed.ts'

const kills = Number(process.argv[2] ?? 200)
if (!Number.isSafeInteger(kills) || kills < scenes.length) throw new Error('A number of kills is needed.')

for (const scene of scenes) {
  const { steps, different, ...done } = await killOften(scene, Math.ceil(kills / scenes.length), Math.random)
  console.log(`${scene}: ${done.kills} kills among ${steps} steps, ${different.length} that ended otherwise`)
  for (const line of different) console.log(`  ${line}`)
  if (different.length > 0) process.exitCode = 1
}
