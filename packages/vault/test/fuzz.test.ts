import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEnvelopeFuzz } from './fuzz/envelopes.ts'
import { createKeyringFuzz } from './fuzz/keyring-texts.ts'

const seed = 20_260_131

/** `pnpm soak` is the long form of these. */
test('three hundred broken envelopes open as they were sealed or not at all', async () => {
  const { property, tally } = await createEnvelopeFuzz()
  await fc.assert(property, { seed, numRuns: 300 })
  const reasons = ['opened', 'not_authentic', 'not_sealed', 'unsupported_format', 'unsupported_suite', 'unknown_key']
  expect(Object.keys(tally)).toEqual(expect.arrayContaining(reasons))
})

test('a thousand broken texts of keys are the keyring they say or refused', () => {
  const { property, tally } = createKeyringFuzz()
  fc.assert(property, { seed, numRuns: 1_000 })
  const problems = ['malformed', 'invalid_id', 'duplicate_id', 'invalid_encoding', 'wrong_length']
  expect(Object.keys(tally)).toEqual(
    expect.arrayContaining(['read', ...problems.map((problem) => `ENCRYPTION_KEY_INVALID ${problem}`)]),
  )
})
