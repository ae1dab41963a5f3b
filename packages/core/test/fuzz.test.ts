import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createJsonBodyFuzz } from './fuzz/json-bodies.ts'

/** `pnpm soak` is the long form of this. */
test('four hundred broken answers are read or refused', async () => {
  const { property, tally } = createJsonBodyFuzz()
  await fc.assert(property, { seed: 20_260_131, numRuns: 400 })
  expect(Object.keys(tally)).toEqual(
    expect.arrayContaining(['read', 'PROVIDER_INVALID_RESPONSE', 'PROVIDER_UNAVAILABLE']),
  )
})
