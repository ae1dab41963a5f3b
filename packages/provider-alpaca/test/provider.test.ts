import {
  type Connector,
  createProvider,
  isSandboxFetch,
  type Json,
  type ProviderError,
  type Result,
} from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { describe, expect, test } from 'vitest'
import { accountId, connect, fakeFetch, now } from './fake-alpaca.ts'

const html = '<html><head><title>403 Forbidden</title></head><body>nginx</body></html>'

/** What fetchAccounts ends in when Alpaca answers so. */
async function errorOf(
  status: number,
  body: Json | string,
  settings: Parameters<typeof connect>[1] = {},
): Promise<ProviderError> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const { provider, credentials } = connect(async () => new Response(text, { status }), settings, {
    retry: { retries: 0 },
  })
  return (await provider.fetchAccounts(credentials)).unwrapErr()
}

describe('which Alpaca is asked', () => {
  async function hostOf(settings: Parameters<typeof connect>[1], environment?: string): Promise<string | undefined> {
    const asked: string[] = []
    const { provider } = connect(async (request) => {
      asked.push(new URL(request.url).host)
      return fakeFetch({})(request)
    }, settings)
    const key = provider.parseCredentials({ apiKey: 'key', apiSecret: 'secret', environment }).unwrap()
    await provider.fetchAccounts(key)
    return asked[0]
  }

  test.each([
    { settings: {}, environment: undefined, host: 'paper-api.alpaca.markets' },
    { settings: { environment: 'live' }, environment: undefined, host: 'api.alpaca.markets' },
    { settings: { environment: 'live' }, environment: 'paper', host: 'paper-api.alpaca.markets' },
    { settings: {}, environment: 'live', host: 'api.alpaca.markets' },
    { settings: { baseUrl: 'https://alpaca.example/proxy/' }, environment: 'live', host: 'alpaca.example' },
  ] as const)('$settings with credentials of $environment: $host', async ({ settings, environment, host }) => {
    expect(await hostOf(settings, environment)).toBe(host)
  })

  test('a path of the address is kept, and the key is in the headers alone', async () => {
    const asked: Request[] = []
    const { provider, credentials } = connect(
      async (request) => {
        asked.push(request)
        return Response.json({ id: accountId, status: 'ACTIVE' })
      },
      { baseUrl: 'https://alpaca.example/proxy/' },
    )
    await provider.fetchAccounts(credentials)
    expect(asked.map(({ url }) => url)).toEqual(['https://alpaca.example/proxy/v2/account'])
    expect(asked[0]?.headers.get('APCA-API-KEY-ID')).toBe('PKTESTKEY')
    expect(asked[0]?.headers.get('APCA-API-SECRET-KEY')).toBe('test-secret')
  })

  test('an address that is none is a configuration error', () => {
    expect(createProvider(alpaca, { baseUrl: 'ftp://alpaca.example' }).unwrapErr().message).toContain(
      'Not valid: baseUrl',
    )
  })

  test.each([
    ['http://alpaca.example', 'https'],
    ['https://alpaca.example/v2', '/v2'],
    ['https://alpaca.example/proxy/v2/', '/v2'],
    ['https://key:secret@alpaca.example', 'no more'],
    ['https://alpaca.example?via=proxy', 'no more'],
    ['https://api.alpaca.markets', 'environment'],
  ])('an address that can not work is refused when the provider is made: %s', (baseUrl, said) => {
    const { issues } = createProvider(alpaca, { baseUrl }).unwrapErr()
    expect(issues).toEqual([{ path: 'baseUrl', reason: expect.stringContaining(said) }])
  })

  test('a sandbox on this machine is not asked unless that is allowed, and the error says how', async () => {
    const provider = createProvider(alpaca, { baseUrl: 'http://127.0.0.1:4010' }).unwrap()
    const key = provider.parseCredentials({ apiKey: 'key', apiSecret: 'secret' }).unwrap()
    const { message } = (await provider.fetchAccounts(key)).unwrapErr()
    expect(message).toContain('on this machine')
    expect(message).toContain('allowLoopback')
  })
})

describe('credentials', () => {
  const { provider } = connect(fakeFetch({}))
  const issuesOf = (input: unknown) => {
    const result: Result<unknown, ProviderError> = (provider as Connector).parseCredentials(input)
    const error = result.unwrapErr()
    return error.code === 'PROVIDER_INVALID_INPUT' ? error.issues.map(({ path }) => path) : error
  }

  test('say what is wrong with them, by field', () => {
    expect(issuesOf({ apiKey: 'PK1' })).toEqual(['apiSecret'])
    expect(issuesOf({ apiKey: 'PK1\n', apiSecret: 'a secret', environment: 'demo' })).toEqual([
      'apiKey',
      'apiSecret',
      'environment',
    ])
    expect(issuesOf({ apiKey: 'PKé', apiSecret: 'x' })).toEqual(['apiKey'])
  })

  test('revoking is not supported: keys end at the dashboard', async () => {
    const key = provider.parseCredentials({ apiKey: 'PK1', apiSecret: 'x' }).unwrap()
    expect((await provider.revoke(key)).unwrap()).toBe('unsupported')
  })
})

describe('a key of the other environment', () => {
  test.each([
    { status: 401, body: { code: 40110000, message: 'request is not authorized' } },
    { status: 403, body: { message: 'forbidden.' } },
  ])('is named as the reason of a $status', async ({ status, body }) => {
    const error = await errorOf(status, body, { environment: 'live' })
    expect(error).toMatchObject({ code: 'PROVIDER_AUTHENTICATION_FAILED', status, userAction: 'reconnect' })
    expect(error.message).toContain('a key of paper trading, but it was used for live trading')
    expect(error.message).toContain("Set the environment to 'paper'")
    expect(error.message).not.toContain('TESTKEY')
  })

  test('is not named when the key is of the environment asked: then it is wrong, or has ended', async () => {
    const { message } = await errorOf(401, {})
    expect(message).toContain('Alpaca refused the key for paper trading. Copy the key and its secret again')
    expect(message).not.toContain('looks like')
  })

  test('is told by the sandbox as well', async () => {
    const sandbox = createAlpacaSandbox({ now, environment: 'live' })
    const provider = createProvider(alpaca, {}, { fetch: sandbox.fetch }).unwrap()
    const { apiKey, apiSecret } = sandbox.credentials
    const key = provider.parseCredentials({ apiKey, apiSecret }).unwrap()
    expect((await provider.fetchAccounts(key)).unwrapErr().message).toContain('a key of live trading')
  })
})

describe('refusals', () => {
  test.each([
    {
      status: 401,
      body: { code: 40110000, message: 'access key verification failed' },
      code: 'PROVIDER_AUTHENTICATION_FAILED',
    },
    { status: 401, body: '', code: 'PROVIDER_AUTHENTICATION_FAILED' },
    { status: 401, body: '<html>Sign in to the proxy</html>', code: 'PROVIDER_INVALID_RESPONSE' },
    { status: 401, body: 'Unauthorized', code: 'PROVIDER_INVALID_RESPONSE' },
    { status: 403, body: { message: 'forbidden.' }, code: 'PROVIDER_AUTHENTICATION_FAILED' },
    { status: 403, body: 'forbidden.', code: 'PROVIDER_AUTHENTICATION_FAILED' },
    { status: 403, body: '', code: 'PROVIDER_AUTHENTICATION_FAILED' },
    { status: 403, body: { code: 40310000, message: 'not allowed' }, code: 'PROVIDER_PERMISSION_DENIED' },
    { status: 403, body: { code: '40310000' }, code: 'PROVIDER_PERMISSION_DENIED' },
    { status: 403, body: html, code: 'PROVIDER_PERMISSION_DENIED' },
    { status: 404, body: { code: 40410000, message: 'position does not exist' }, code: 'PROVIDER_INVALID_RESPONSE' },
    {
      status: 422,
      body: { code: 40010001, message: 'invalid activity type: INVALID' },
      code: 'PROVIDER_INVALID_RESPONSE',
    },
    { status: 429, body: 'too many requests', code: 'PROVIDER_RATE_LIMITED' },
    { status: 500, body: { code: 50010000, message: 'internal server error occurred' }, code: 'PROVIDER_UNAVAILABLE' },
    { status: 504, body: '<html>504 Gateway Time-out</html>', code: 'PROVIDER_UNAVAILABLE' },
    { status: 200, body: html, code: 'PROVIDER_INVALID_RESPONSE' },
    { status: 200, body: {}, code: 'PROVIDER_INVALID_RESPONSE' },
    { status: 200, body: { id: accountId, status: 7 }, code: 'PROVIDER_INVALID_RESPONSE' },
  ])('$status with $body is $code', async ({ status, body, code }) => {
    expect(await errorOf(status, body)).toMatchObject({ code, operation: 'fetchAccounts' })
  })
})

describe('the account', () => {
  const accountOf = async (fields: { [key: string]: Json }) => {
    const { provider, credentials } = connect(fakeFetch({ account: { id: accountId, status: 'ACTIVE', ...fields } }), {
      environment: 'live',
    })
    return (await provider.fetchAccounts(credentials)).unwrap()
  }

  test.each([
    { fields: {}, status: 'open', isActive: true },
    { fields: { account_blocked: true }, status: 'restricted', isActive: true },
    { fields: { trading_blocked: true }, status: 'restricted', isActive: true },
    { fields: { status: 'ACCOUNT_CLOSED' }, status: 'closed', isActive: false },
    { fields: { status: 'ONBOARDING' }, status: 'pending', isActive: true },
    { fields: { status: 'toString' }, status: 'unknown', isActive: true },
  ])('$fields is $status', async ({ fields, status, isActive }) => {
    expect((await accountOf(fields)).items).toMatchObject([{ status, isActive }])
  })

  test('is a paper account by its number, whatever the environment', async () => {
    expect((await accountOf({ account_number: 'PA12345678' })).items).toMatchObject([{ paper: true }])
    expect((await accountOf({ account_number: '123456789' })).items).toMatchObject([{ paper: false }])
  })

  test('says nothing that Alpaca does not: no field is ever 0 for being absent', async () => {
    expect((await accountOf({ cash: null, equity: '' })).items).toMatchObject([
      { balance: null, cashBalance: null, holdingsValue: null, availableBalance: null, margin: null, currency: 'XXX' },
    ])
  })

  test('is rejected, with its number masked, when an amount is none', async () => {
    const { items, rejected } = await accountOf({ equity: 'lots', account_number: '123456789' })
    expect(items).toEqual([])
    expect(rejected).toMatchObject([{ id: accountId, path: '$.equity', rawData: { account_number: '••••6789' } }])
  })

  test('of another key is refused before its data are asked for', async () => {
    const asked: string[] = []
    const { provider, credentials } = connect(async (request) => {
      asked.push(new URL(request.url).pathname)
      return fakeFetch({})(request)
    })
    for (const call of [provider.fetchTransactions, provider.fetchHoldings]) {
      const error = (await call(credentials, 'another-account')).unwrapErr()
      expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'providerAccountId' }] })
    }
    expect(asked).toEqual(['/v2/account', '/v2/account'])
  })
})

test('positions that are no list are an invalid response', async () => {
  const { provider, credentials } = connect(fakeFetch({ positions: { message: 'no positions' } }))
  expect((await provider.fetchHoldings(credentials, accountId)).unwrapErr().code).toBe('PROVIDER_INVALID_RESPONSE')
})

test("the sandbox's fetch is known for one", () => {
  expect(isSandboxFetch(createAlpacaSandbox({ now }).fetch)).toBe(true)
  expect(isSandboxFetch(fakeFetch({}))).toBe(false)
})
