import { expect, test } from 'vitest'
import { killOften, scenes } from './killed.ts'

test.for(scenes)(
  'a %s that is killed anywhere ends, played again, in the same rows',
  { timeout: 60_000 },
  async (scene) => {
    const { kills, different } = await killOften(scene, (done) => done < 2, Math.random)
    expect(different).toEqual([])
    expect(kills).toBe(2)
  },
)
