import { createProvider } from '@finport/core'
import { providerConformance } from '@finport/core/conformance'
import { describe, test } from 'vitest'
import { schwab } from '../src/index.ts'
import { createSchwabSandbox } from '../src/sandbox/index.ts'
import { accessToken, createFixtureFetch, everything, fixtureText, now, settings } from './fixture-fetch.ts'
import { accountOf, cashRow } from './small-account.ts'

const numbers = ['10012345', '20023456', '30034567', '40045678']

describe('fixtures', () => {
  const one = { ...everything }
  // One account is enough for the kit, and the fixtures have the rows of one.
  one['accounts/accountNumbers'] = JSON.stringify([
    { accountNumber: '20023456', hashValue: 'B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1' },
  ])
  one.accounts = JSON.stringify(JSON.parse(fixtureText('accounts.json')).slice(1, 2))
  const { fetch } = createFixtureFetch(one)
  const cases = providerConformance({
    create: (runtime) => createProvider(schwab, settings, runtime),
    input: () => ({ accessToken, refreshToken: 'refresh-token-of-the-tests' }),
    fetch,
    now,
    secrets: [accessToken, 'refresh-token-of-the-tests', settings.clientSecret, ...numbers],
  })
  for (const { name, run } of cases) test(name, run)
})

describe('sandbox', async () => {
  const days = ['2026-11-30T04:30:00Z', '2026-11-30T05:30:00Z', '2026-03-01T01:30:00Z', '2025-06-01T12:00:00Z']
  const accounts = [accountOf(days.map((day, index) => cashRow(index + 1, Date.parse(day))))]
  const sandbox = createSchwabSandbox({ now, requestsPerMinute: null, accounts })
  const provider = createProvider(schwab, sandbox.settings, sandbox).unwrap()
  const callback = await sandbox.approve(provider.authorizationUrl({ state: 'state' }))
  const tokens = (await provider.exchangeCodeForTokens(callback.get('code') ?? '')).unwrap()
  const { refreshToken } = tokens
  const cases = providerConformance({
    create: (runtime) => createProvider(schwab, sandbox.settings, runtime),
    input: () => ({ accessToken: tokens.accessToken, refreshToken }),
    fetch: sandbox.fetch,
    now: sandbox.now,
    secrets: [tokens.accessToken, refreshToken ?? 'none', sandbox.settings.clientSecret, '71234567'],
  })
  for (const { name, run } of cases) test(name, run)
})
