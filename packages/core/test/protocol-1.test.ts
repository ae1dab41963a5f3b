import { createProvider, createRegistry } from '@finport/core'
import { type ProviderHarness, providerConformance } from '@finport/core/conformance'
import { describe, expect, test } from 'vitest'
import {
  fileBankHarness,
  keyBank,
  keyBankHarness,
  memoryBankHarness,
  oauthBank,
  oauthBankHarness,
  snapshotBankHarness,
  taskList,
  taskListHarness,
} from './fixtures/protocol-1/conformance/conforming-providers.js'

describe('providers compiled against the first release', () => {
  describe.each<[string, ProviderHarness]>([
    ['by API key, over the network', keyBankHarness],
    ['by API key, without the network', memoryBankHarness],
    ['by API key, with a snapshot', snapshotBankHarness],
    ['by OAuth', oauthBankHarness],
    ['by file, with a snapshot', fileBankHarness],
    ['without financial data', taskListHarness],
  ])('%s', (_, harness) => {
    test.each(providerConformance(harness))('$name', ({ run }) => run())
  })

  test('speak protocol 1 and are taken by a registry', () => {
    const settings = { clientId: 'client-1', clientSecret: 'canary-client-secret' }
    const providers = createRegistry()
      .register(keyBank, { partnerKey: 'canary-partner-key' })
      .register(oauthBank, settings)
      .register(taskList, { appSecret: 'canary-app-secret' })
    expect(providers.check().isOk()).toBe(true)
    expect(providers.get('key-bank').unwrap().protocol).toBe(1)
    expect(createProvider(oauthBank, settings).unwrap().authorizationUrl({ state: 'state' })).toContain('state=state')
  })
})
