import { createProvider, type FetchFunction } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'

/** A provider that asks a fetch for everything, sends nothing twice and counts nothing. */
export function connect(fetch: FetchFunction, settings: { baseUrl?: string } = {}) {
  const runtime = { fetch, allowLoopback: true, retry: { retries: 0 }, rateLimiter: { take: async () => 0 } }
  const provider = createProvider(alpaca, settings, runtime).unwrap()
  const credentials = provider.parseCredentials({ apiKey: 'PKBENCHMARK', apiSecret: 'made-up' }).unwrap()
  return { provider, credentials }
}
