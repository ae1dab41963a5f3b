import { createProvider } from '@finport/core'
import { providerConformance } from '@finport/core/conformance'
import { alpaca } from '@finport/provider-alpaca'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { describe, test } from 'vitest'
import { now } from './fake-alpaca.ts'

for (const environment of ['paper', 'live'] as const) {
  const sandbox = createAlpacaSandbox({ now, environment, days: 40, activities: 60, requestsPerMinute: null })
  const { apiKey, apiSecret } = sandbox.credentials
  const cases = providerConformance({
    create: (runtime) => createProvider(alpaca, {}, runtime),
    now,
    input: () => ({ ...sandbox.credentials }),
    fetch: sandbox.fetch,
    secrets: [apiKey, apiSecret, sandbox.accountNumber],
  })
  describe(environment, () => {
    for (const { name, run } of cases) test(name, run)
  })
}
