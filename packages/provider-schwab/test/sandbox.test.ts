import { createProvider, isSandboxFetch, type OAuth2Credentials } from '@finport/core'
import { setupServer } from 'msw/node'
import { describe, expect, test } from 'vitest'
import { schwab } from '../src/index.ts'
import { createSchwabSandbox, type SchwabSandbox, schwabFaultKinds } from '../src/sandbox/index.ts'
import { schwabSandboxHandlers } from '../src/sandbox/msw.ts'
import { accountOf, cashRow } from './small-account.ts'

const start = Date.parse('2026-03-01T12:00:00Z')
const SECOND = 1_000
const DAY = 86_400_000

const createSandbox = (options: Parameters<typeof createSchwabSandbox>[0] = {}) =>
  createSchwabSandbox({ now: () => start, ...options })

/** The provider of a sandbox. Whoever waits lets the sandbox's time pass. */
function createProviderOf(sandbox: SchwabSandbox) {
  const sleep = async (milliseconds: number) => sandbox.advance(milliseconds)
  return createProvider(schwab, sandbox.settings, { fetch: sandbox.fetch, now: sandbox.now, sleep }).unwrap()
}

async function logIn(sandbox: SchwabSandbox, provider = createProviderOf(sandbox), ticked?: readonly string[]) {
  const callback = await sandbox.approve(provider.authorizationUrl({ state: 'state' }), ticked)
  const tokens = (await provider.exchangeCodeForTokens(callback.get('code') ?? '')).unwrap()
  return { provider, tokens, credentials: provider.credentialsFromTokens(tokens), code: callback.get('code') ?? '' }
}

async function refresh(provider: ReturnType<typeof createProviderOf>, credentials: OAuth2Credentials) {
  const tokens = await provider.refreshAccessToken(credentials.refreshToken ?? '')
  return tokens.map((value) => provider.credentialsFromTokens(value, credentials))
}

describe('logging in', () => {
  test('gives the callback that Schwab gives', async () => {
    const sandbox = createSandbox()
    const callback = await sandbox.approve(createProviderOf(sandbox).authorizationUrl({ state: 'a/b+c' }))
    expect([...callback.keys()]).toEqual(['code', 'session', 'state'])
    expect(callback.get('code')).toMatch(/^C0\.b2F1dGgyLmJkYy5zY2h3YWIuY29t\.[\w-]{43}@$/)
    expect(callback.get('state')).toBe('a/b+c')
  })

  test('that is denied gives no code', async () => {
    const sandbox = createSandbox()
    const callback = await sandbox.deny(createProviderOf(sandbox).authorizationUrl({ state: 's' }))
    expect(Object.fromEntries(callback)).toEqual({ error: 'access_denied', state: 's' })
  })

  test('with another redirect URI than the registered one ends at Access Denied', async () => {
    const sandbox = createSandbox()
    const url = createProviderOf(sandbox).authorizationUrl({ state: 's' }).replace('callback', 'callback%2F')
    await expect(sandbox.approve(url)).rejects.toThrow('refused the authorization URL')
    await expect(sandbox.approve(url)).rejects.toThrow(sandbox.settings.redirectUri)
    expect(await (await sandbox.fetch(new Request(url))).text()).toContain('<TITLE>Access Denied</TITLE>')
  })

  test('can not share an account that is not there', async () => {
    const sandbox = createSandbox()
    const url = createProviderOf(sandbox).authorizationUrl({ state: 's' })
    await expect(sandbox.approve(url, ['00000000'])).rejects.toThrow("no account '00000000'")
  })

  test('shows the accounts that were ticked and no other', async () => {
    const sandbox = createSandbox()
    const { provider, credentials } = await logIn(sandbox, undefined, ['52349876'])
    const { items, complete } = (await provider.fetchAccounts(credentials)).unwrap()
    expect(items.map(({ name }) => name)).toEqual(['Contributory'])
    expect(complete).toBe(true)
  })

  test('proves the challenge when there is one', async () => {
    const sandbox = createSandbox()
    const provider = createProviderOf(sandbox)
    // RFC 7636, appendix B.
    const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    for (const [verifier, isOk] of [
      [codeVerifier, true],
      ['another', false],
      [undefined, false],
    ] as const) {
      const callback = await sandbox.approve(provider.authorizationUrl({ state: 's', codeChallenge }))
      const tokens = await provider.exchangeCodeForTokens(callback.get('code') ?? '', { codeVerifier: verifier })
      expect(tokens.isOk()).toBe(isOk)
    }
  })
})

describe('a code', () => {
  test('works once', async () => {
    const sandbox = createSandbox()
    const { provider, code } = await logIn(sandbox)
    expect((await provider.exchangeCodeForTokens(code)).unwrapErr()).toMatchObject({
      code: 'PROVIDER_AUTHENTICATION_FAILED',
      message: expect.stringContaining('30 seconds'),
    })
  })

  test.each([
    [30 * SECOND, true],
    [30 * SECOND + 1, false],
  ])('that is %i ms old is good: %s', async (age, isOk) => {
    const sandbox = createSandbox()
    const provider = createProviderOf(sandbox)
    const callback = await sandbox.approve(provider.authorizationUrl({ state: 's' }))
    sandbox.advance(age)
    expect((await provider.exchangeCodeForTokens(callback.get('code') ?? '')).isOk()).toBe(isOk)
  })
})

describe('tokens', () => {
  test('open for 30 minutes, and are refreshed', async () => {
    const sandbox = createSandbox()
    const { provider, credentials } = await logIn(sandbox)
    sandbox.advance(1_800 * SECOND - 1)
    expect((await provider.fetchAccounts(credentials)).isOk()).toBe(true)
    sandbox.advance(1)
    const error = (await provider.fetchAccounts(credentials)).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_AUTHENTICATION_FAILED', isTokenExpired: true })
    const refreshed = (await refresh(provider, credentials)).unwrap()
    expect((await provider.fetchAccounts(refreshed)).isOk()).toBe(true)
  })

  test.each(['never', 'possible', 'always'] as const)(
    'are refreshed for seven days from the login, with rotation: %s',
    async (rotation) => {
      const sandbox = createSandbox({ rotation })
      const { provider, credentials } = await logIn(sandbox)
      let current = credentials
      for (let day = 1; day < 7; day++) {
        sandbox.advance(DAY)
        current = (await refresh(provider, current)).unwrap()
        expect((await provider.fetchAccounts(current)).isOk()).toBe(true)
      }
      expect(current.refreshToken === credentials.refreshToken).toBe(rotation === 'never')
      expect(current.refreshTokenIssuedAt).toBe('2026-03-01T12:00:00.000Z')
      // The first one goes on working, but where it is replaced.
      expect((await refresh(provider, credentials)).isOk()).toBe(rotation !== 'always')
      sandbox.advance(DAY)
      expect((await refresh(provider, current)).unwrapErr()).toMatchObject({
        code: 'PROVIDER_AUTHENTICATION_FAILED',
        isTokenExpired: false,
        userAction: 'reconnect',
      })
    },
  )

  test('end with the next login of the same user', async () => {
    const sandbox = createSandbox()
    const first = await logIn(sandbox)
    const second = await logIn(sandbox, first.provider)
    expect((await refresh(first.provider, first.credentials)).unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    expect((await refresh(second.provider, second.credentials)).isOk()).toBe(true)
  })

  test("of a wrong app key are the app owner's matter", async () => {
    const sandbox = createSandbox()
    const { credentials } = await logIn(sandbox)
    const other = createProvider(schwab, { ...sandbox.settings, clientSecret: 'other' }, sandbox).unwrap()
    expect((await refresh(other, credentials)).unwrapErr()).toMatchObject({
      code: 'PROVIDER_CONFIGURATION_REJECTED',
      userAction: 'fix_configuration',
    })
  })
})

describe('failures', () => {
  const expected: Readonly<Record<(typeof schwabFaultKinds)[number], string | null>> = {
    route_gone: 'PROVIDER_UNAVAILABLE',
    access_denied: 'PROVIDER_UNAVAILABLE',
    too_many_requests: null,
    upstream_timeout: null,
    body_too_big: null,
    whitelabel: null,
    unauthorized: 'PROVIDER_AUTHENTICATION_FAILED',
    maintenance_page: 'PROVIDER_INVALID_RESPONSE',
    cut_off: 'PROVIDER_INVALID_RESPONSE',
    connection_lost: null,
  }

  test.each(schwabFaultKinds)('%s once is overcome where a second try may help', async (kind) => {
    const sandbox = createSandbox({ faults: [{ kind, path: '/trader/v1/accounts/accountNumbers' }] })
    const { provider, credentials } = await logIn(sandbox)
    const result = await provider.fetchAccounts(credentials)
    expect(result.isErr() ? result.error.code : null).toBe(expected[kind])
    expect((await provider.fetchAccounts(credentials)).isOk()).toBe(true)
  })

  test('an answer to a code that got lost has used it up', async () => {
    const sandbox = createSandbox()
    const provider = createProviderOf(sandbox)
    const callback = await sandbox.approve(provider.authorizationUrl({ state: 's' }))
    sandbox.fail({ kind: 'connection_lost', path: '/token' })
    const exchange = () => provider.exchangeCodeForTokens(callback.get('code') ?? '')
    expect((await exchange()).unwrapErr().code).toBe('PROVIDER_UNAVAILABLE')
    expect((await exchange()).unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
  })

  test('more than 120 requests a minute are refused', async () => {
    const sandbox = createSandbox()
    const { credentials } = await logIn(sandbox)
    const headers = { authorization: `Bearer ${credentials.accessToken}` }
    const ask = async () =>
      (await sandbox.fetch(new Request('https://api.schwabapi.com/trader/v1/userPreference', { headers }))).status
    const statuses: number[] = []
    for (let request = 0; request < 121; request++) statuses.push(await ask())
    // The login was one of them.
    expect(statuses.indexOf(429)).toBe(119)
    sandbox.advance(60 * SECOND)
    expect(await ask()).toBe(200)
  })

  test('access tokens that end early are refused, and a refresh helps', async () => {
    const sandbox = createSandbox()
    const { provider, credentials } = await logIn(sandbox)
    sandbox.endAccessTokens()
    expect((await provider.fetchAccounts(credentials)).isErr()).toBe(true)
    expect((await refresh(provider, credentials)).isOk()).toBe(true)
  })
})

describe('the trader interface', () => {
  const ask = async (sandbox: SchwabSandbox, token: string, path: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await sandbox.fetch(new Request(`https://api.schwabapi.com/trader/v1/${path}`, { headers }))
    return { status: response.status, text: await response.text() }
  }

  test('speaks as Schwab does', async () => {
    const sandbox = createSandbox()
    const { credentials, provider } = await logIn(sandbox)
    const [account] = (await provider.fetchAccounts(credentials)).unwrap().items
    const at = (path: string) => ask(sandbox, credentials.accessToken, path)
    const hash = account?.providerAccountId ?? ''
    expect(hash).toMatch(/^[0-9A-F]{64}$/)
    expect((await at('accounts?fields=positions')).text).toContain(
      '"type":"EXCHANGE_TRADED_FUND","assetType":"COLLECTIVE_INVESTMENT"}',
    )
    expect((await at('accounts')).text).not.toContain('positions')
    expect(await at('accounts/41238765')).toEqual({ status: 400, text: '{"message":"Invalid account number"}' })
    const query = 'startDate=2026-02-01&endDate=2026-03-01T00:00:00Z&types=TRADE'
    expect(await at(`accounts/${hash}/transactions?${query}`)).toEqual({
      status: 400,
      text: '{"message":"\'2026-02-01\' is not a valid value for startDate"}',
    })
    const year = 'startDate=2024-02-01T00:00:00Z&endDate=2026-03-01T00:00:00Z&types=TRADE'
    expect((await at(`accounts/${hash}/transactions?${year}`)).status).toBe(400)
    expect((await at(`accounts/${hash}/transactions/91000000001`)).text).toMatch(
      /^\{"activityId":91000000001,.*\+0000"/,
    )
    expect((await ask(sandbox, 'nonsense', 'accounts')).text).toContain('"status":401')
    expect((await at('orders')).status).toBe(404)
    expect((await at('%E0%A4')).status).toBe(404)
  })

  test('has accounts whose value is their cash and positions, and rows whose legs add up', async () => {
    const sandbox = createSandbox()
    const { provider, credentials } = await logIn(sandbox)
    for (const { providerAccountId } of (await provider.fetchAccounts(credentials)).unwrap().items) {
      const holdings = (await provider.fetchHoldings(credentials, providerAccountId)).unwrap()
      const transactions = (await provider.fetchTransactions(credentials, providerAccountId)).unwrap()
      for (const { rejected, warnings, items } of [holdings, transactions]) {
        expect([...rejected, ...warnings]).toEqual([])
        expect(items.length).toBeGreaterThan(2)
      }
    }
  })

  test('has the accounts it is given', async () => {
    const accounts = [accountOf([cashRow(1, start - DAY), cashRow(2, start - 2 * DAY)])]
    const { provider, credentials } = await logIn(createSandbox({ accounts }))
    const { items } = (await provider.fetchAccounts(credentials)).unwrap()
    expect(items).toMatchObject([{ name: 'Small', balance: '10' }])
    const batch = (await provider.fetchTransactions(credentials, items[0]?.providerAccountId ?? '')).unwrap()
    expect(batch.items.map(({ transactionDate }) => transactionDate)).toEqual(['2026-02-27', '2026-02-28'])
  })
})

test('the same seed gives the same, another another', async () => {
  const [one, same, other] = await Promise.all(
    [1, 1, 2].map(async (seed) => {
      const { tokens, code, provider, credentials } = await logIn(createSandbox({ seed }))
      return JSON.stringify([tokens, code, (await provider.fetchAccounts(credentials)).unwrap()])
    }),
  )
  expect(same).toBe(one)
  expect(other).not.toBe(one)
})

test("its fetch is marked as a sandbox's", () => {
  expect(isSandboxFetch(createSandbox().fetch)).toBe(true)
})

test('msw answers with it what is sent to Schwab', async () => {
  const sandbox = createSandbox()
  const server = setupServer(...schwabSandboxHandlers(sandbox))
  server.listen()
  try {
    const provider = createProvider(schwab, sandbox.settings, { now: sandbox.now }).unwrap()
    const { credentials } = await logIn(sandbox, provider)
    expect((await provider.fetchAccounts(credentials)).unwrap().items).toHaveLength(2)
  } finally {
    server.close()
  }
})
