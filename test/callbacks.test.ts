import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCallbackFuzz } from './fuzz/callbacks.ts'

/** `pnpm soak` is the long form of this. */
test('two hundred and fifty broken callbacks end their login once or not at all', async () => {
  const { property, tally } = createCallbackFuzz()
  await fc.assert(property, { seed: 20_260_131, numRuns: 250 })
  const codes = ['connected', 'OAUTH_STATE_INVALID', 'OAUTH_DENIED', 'OAUTH_REQUEST_REJECTED', 'OAUTH_SERVER_ERROR']
  expect(Object.keys(tally)).toEqual(expect.arrayContaining(codes))
})
