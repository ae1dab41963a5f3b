import { createProvider } from '@finport/core'
import type { ProviderHarness } from '@finport/core/conformance'
import { acme } from '../src/index.ts'
import { acmeBank } from './acme-bank.ts'

/** What the conformance kit needs to know. */
export const harness: ProviderHarness = {
  create: (runtime) => createProvider(acme, {}, runtime),
  input: () => ({ apiKey: 'key-1', apiSecret: 'canary-secret' }),
  fetch: acmeBank,
  secrets: ['canary-secret', '000123451234', '000123455678'],
}
