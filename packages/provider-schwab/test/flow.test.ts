import { createProvider, type OAuth2Credentials } from '@finport/core'
import { afterEach, describe, expect, test } from 'vitest'
import { schwab } from '../src/index.ts'
import { createSchwabSandbox } from '../src/sandbox/index.ts'
import { type SchwabSandboxServer, serveSchwabSandbox } from '../src/sandbox/server.ts'

const MINUTE = 60_000
const DAY = 86_400_000

let server: SchwabSandboxServer | null = null
afterEach(() => server?.close())

/** A sandbox on a port, and a provider that knows no more of it than its address. */
async function serve(rotation: 'never' | 'possible' | 'always') {
  const sandbox = createSchwabSandbox({ rotation, now: () => Date.parse('2026-03-01T12:00:00Z') })
  server = (await serveSchwabSandbox(sandbox)).unwrap()
  const { url } = server
  const runtime = { now: sandbox.now, allowLoopback: true }
  const provider = createProvider(schwab, { ...sandbox.settings, baseUrl: url }, runtime).unwrap()
  return { sandbox, provider, url }
}

/** What a browser does: shows the page, sends its form, and is sent to the callback. */
async function decide(authorizationUrl: string, decision: 'approve' | 'deny') {
  const page = await (await fetch(authorizationUrl)).text()
  const fields = [...page.matchAll(/name="(login|account)" value="([^"]+)"/g)]
  const body = new URLSearchParams(fields.map(([, name = '', value = '']) => [name, value]))
  body.set('decision', decision)
  const click = () =>
    fetch(new URL('/v1/oauth/authorize', authorizationUrl), { method: 'POST', body, redirect: 'manual' })
  const answered = await click()
  return { page, status: answered.status, callback: new URL(answered.headers.get('location') ?? ''), click }
}

describe.each(['never', 'possible', 'always'] as const)('by HTTP, with rotation: %s', (rotation) => {
  test('from the page to the data, until the seven days are over', async () => {
    const { sandbox, provider, url } = await serve(rotation)
    const { page, status, callback, click } = await decide(
      provider.authorizationUrl({ state: 'the/state+' }),
      'approve',
    )
    expect(page).toContain('Individual ...765')
    expect(status).toBe(302)
    expect(callback.origin + callback.pathname).toBe(sandbox.settings.redirectUri)
    expect(callback.searchParams.get('state')).toBe('the/state+')
    expect((await click()).status).toBe(400)

    const code = callback.searchParams.get('code') ?? ''
    const login = provider.credentialsFromTokens((await provider.exchangeCodeForTokens(code)).unwrap())
    expect((await provider.exchangeCodeForTokens(code)).unwrapErr()).toMatchObject({
      code: 'PROVIDER_AUTHENTICATION_FAILED',
      userAction: 'reconnect',
    })

    const accounts = (await provider.fetchAccounts(login)).unwrap()
    expect(accounts).toMatchObject({ complete: true, rejected: [] })
    for (const { providerAccountId, holdingsValue } of accounts.items) {
      const holdings = (await provider.fetchHoldings(login, providerAccountId)).unwrap()
      const sum = holdings.items.reduce((total, { marketValue }) => total + Number(marketValue), 0)
      expect(sum).toBeCloseTo(Number(holdingsValue), 2)
      const transactions = (await provider.fetchTransactions(login, providerAccountId)).unwrap()
      expect(transactions.items.length).toBeGreaterThan(20)
    }

    const refresh = async (credentials: OAuth2Credentials) =>
      (await provider.refreshAccessToken(credentials.refreshToken ?? '')).map((tokens) =>
        provider.credentialsFromTokens(tokens, credentials),
      )
    sandbox.advance(30 * MINUTE)
    expect((await provider.fetchAccounts(login)).unwrapErr()).toMatchObject({ isTokenExpired: true })
    const refreshed = (await refresh(login)).unwrap()
    expect((await provider.fetchAccounts(refreshed)).isOk()).toBe(true)
    expect((await refresh(login)).isOk()).toBe(rotation !== 'always')

    sandbox.advance(7 * DAY - 30 * MINUTE)
    expect((await refresh(refreshed)).unwrapErr()).toMatchObject({
      code: 'PROVIDER_AUTHENTICATION_FAILED',
      isTokenExpired: false,
    })

    // The network fails while the answer is under way, and ends the connection of an HTTP client.
    sandbox.fail({ kind: 'connection_lost', path: '/token' })
    expect((await refresh(refreshed)).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
    const taken = await serveSchwabSandbox(sandbox, { port: Number(new URL(url).port) })
    expect(taken.unwrapErr().settings).toEqual(['port'])
  })
})

test('by HTTP, a user who denies comes back without a code', async () => {
  const { provider } = await serve('possible')
  const { callback } = await decide(provider.authorizationUrl({ state: 's' }), 'deny')
  expect(Object.fromEntries(callback.searchParams)).toEqual({ error: 'access_denied', state: 's' })
})
