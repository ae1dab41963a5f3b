import { expect, test } from 'vitest'
import { fuzz } from './fuzz/fuzz.ts'

/** `pnpm fuzz 30` is the long form of this. */
test('a hundred and twenty broken files are read or refused', async () => {
  const failures: string[] = []
  const figures = await fuzz({
    seed: 20_260_131,
    timed: false,
    goOn: (inputs) => inputs < 120,
    onFailure: (failure, { text }) => failures.push(`${failure} (${text.length} bytes)`),
  })
  expect(failures).toEqual([])
  expect(figures).toMatchObject({ inputs: 120, failures: 0 })
  expect(figures.traits).toBeGreaterThan(100)
})
