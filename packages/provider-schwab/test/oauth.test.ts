import { inspect } from 'node:util'
import { createProvider, type FetchFunction, type OAuthTokens, type RuntimeOptions } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { schwab } from '../src/index.ts'
import { settings } from './fixture-fetch.ts'

const start = Date.parse('2026-03-01T12:00:00.000Z')

/** The provider before a token endpoint, with what was posted there. */
function createTokenClient(answer: () => Response | Promise<Response>, runtime: RuntimeOptions = {}) {
  const posted: { headers: Headers; body: string }[] = []
  const fetch: FetchFunction = async (request) => {
    posted.push({ headers: request.headers, body: await request.text() })
    return answer()
  }
  const options = { fetch, now: () => start, sleep: async () => {}, ...runtime }
  return { provider: createProvider(schwab, settings, options).unwrap(), posted }
}

const tokenAnswer = {
  expires_in: 1800,
  token_type: 'Bearer',
  scope: 'api',
  refresh_token: 'refresh@',
  access_token: 'I0.access@',
  id_token: 'not.a.jwt',
}

const code = 'C0.b2F1dGgyLmJkYy5zY2h3YWIuY29t.abc-_123@'

describe('the way to the login page', () => {
  test('holds what Schwab needs, and the challenge only when there is one', () => {
    const { provider } = createTokenClient(() => Response.json(tokenAnswer))
    const plain = new URL(provider.authorizationUrl({ state: 'a/b+c' }))
    expect(plain.origin + plain.pathname).toBe('https://api.schwabapi.com/v1/oauth/authorize')
    expect(Object.fromEntries(plain.searchParams)).toEqual({
      response_type: 'code',
      client_id: settings.clientId,
      redirect_uri: settings.redirectUri,
      state: 'a/b+c',
    })
    const proven = new URL(provider.authorizationUrl({ state: 's', codeChallenge: 'challenge' }))
    expect(proven.searchParams.get('code_challenge')).toBe('challenge')
    expect(proven.searchParams.get('code_challenge_method')).toBe('S256')
  })
})

describe('a code', () => {
  test.each([
    ['as a callback gives it', code],
    ['copied out of an address', code.replace('@', '%40')],
  ])('%s is encoded once', async (_, given) => {
    const { provider, posted } = createTokenClient(() => Response.json(tokenAnswer))
    const tokens = await provider.exchangeCodeForTokens(given, { codeVerifier: 'verifier' })
    expect(tokens.unwrap()).toEqual({
      accessToken: 'I0.access@',
      refreshToken: 'refresh@',
      expiresIn: 1800,
      tokenType: 'Bearer',
      scope: 'api',
    } satisfies OAuthTokens)
    expect(posted[0]?.body).toContain(`code=${code.replace('@', '%40')}&`)
    expect(Object.fromEntries(new URLSearchParams(posted[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code,
      redirect_uri: settings.redirectUri,
      code_verifier: 'verifier',
    })
    const basic = `Basic ${Buffer.from(`${settings.clientId}:${settings.clientSecret}`).toString('base64')}`
    expect(posted[0]?.headers.get('authorization')).toBe(basic)
    expect(posted[0]?.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
  })

  test('that is empty is refused before anything is sent', async () => {
    const { provider, posted } = createTokenClient(() => Response.json(tokenAnswer))
    expect((await provider.exchangeCodeForTokens(' ')).unwrapErr().code).toBe('PROVIDER_INVALID_INPUT')
    expect((await provider.refreshAccessToken('')).unwrapErr().code).toBe('PROVIDER_INVALID_INPUT')
    expect(posted).toHaveLength(0)
  })

  test.each<[string, () => Response | Promise<Response>]>([
    ['an answer of 500', () => new Response('oops', { status: 500 })],
    ['an answer of 504', () => new Response('upstream request timeout', { status: 504 })],
    ['an answer that is cut off', () => new Response('{"access_tok')],
    [
      'a connection that ends before an answer',
      async () => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })
      },
    ],
  ])('is not sent again after %s: it may have been used', async (_, answer) => {
    for (const operation of ['exchange', 'refresh']) {
      const { provider, posted } = createTokenClient(answer)
      const result =
        operation === 'exchange' ? await provider.exchangeCodeForTokens(code) : await provider.refreshAccessToken('r')
      expect(result.isErr()).toBe(true)
      expect(posted).toHaveLength(1)
    }
  })
})

describe('a refresh', () => {
  test.each([
    ['none', undefined, null],
    ['null', null, null],
    ['an empty one', '', null],
    ['a blank one', ' ', null],
    ['the same one', 'refresh@', 'refresh@'],
    ['another one', 'next@', 'next@'],
  ])('may bring as refresh token: %s', async (_, sent, expected) => {
    const { refresh_token: __, ...rest } = tokenAnswer
    const { provider } = createTokenClient(() =>
      Response.json(sent === undefined ? rest : { ...rest, refresh_token: sent }),
    )
    const tokens = (await provider.refreshAccessToken('refresh@')).unwrap()
    expect(tokens.refreshToken).toBe(expected)
    const login = provider.credentialsFromTokens({ ...tokens, refreshToken: 'refresh@' })
    expect(provider.credentialsFromTokens(tokens, login).refreshToken).toBe(expected ?? 'refresh@')
  })

  test('never moves the day of the login, from which the seven days count', () => {
    let time = start
    const { provider } = createTokenClient(() => Response.json(tokenAnswer), { now: () => time })
    const tokens = { accessToken: 'a', refreshToken: 'r1', expiresIn: 1800, tokenType: 'Bearer', scope: null }
    const login = provider.credentialsFromTokens(tokens)
    expect(login).toMatchObject({
      expiresAt: '2026-03-01T12:30:00.000Z',
      refreshTokenIssuedAt: '2026-03-01T12:00:00.000Z',
    })
    time += 6 * 86_400_000
    const refreshed = provider.credentialsFromTokens({ ...tokens, refreshToken: 'r2' }, login)
    expect(refreshed).toMatchObject({
      refreshToken: 'r2',
      expiresAt: '2026-03-07T12:30:00.000Z',
      refreshTokenIssuedAt: '2026-03-01T12:00:00.000Z',
    })
    expect(provider.metadata.tokenPolicy).toMatchObject({ refreshTokenSeconds: 604_800, refreshExtends: false })
  })

  test('brings an access token that lives as long as the login at most', async () => {
    const { provider } = createTokenClient(() => Response.json({ ...tokenAnswer, expires_in: 1e15 }))
    const tokens = (await provider.refreshAccessToken('refresh@')).unwrap()
    expect(provider.credentialsFromTokens(tokens).expiresAt).toBe('2026-03-08T12:00:00.000Z')
  })

  test('sends no redirect URI and no client id in its body', async () => {
    const { provider, posted } = createTokenClient(() => Response.json(tokenAnswer))
    await provider.refreshAccessToken('refresh@')
    expect(posted[0]?.body).toBe('grant_type=refresh_token&refresh_token=refresh%40')
  })
})

const akamai =
  '<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n \nYou don\'t have permission to access "http&#58;&#47;&#47;api&#46;schwabapi&#46;com&#47;v1&#47;oauth&#47;token" on this server.<P>\n'
const deadRefreshToken = {
  error: 'unsupported_token_type',
  error_description:
    '400 Bad Request: "{"error_description":"Exception while authenticating refresh token [tokenDigest=abc=, Exception=Failed refresh token authentication [tokenDigest=abc=]]","error":"refresh_token_authentication_error"}"',
}
const json = (body: unknown, status: number) => () => Response.json(body, { status })

describe('what the token endpoint says', () => {
  test.each<[string, () => Response, code: string, message: RegExp]>([
    ['a dead refresh token', json(deadRefreshToken, 400), 'PROVIDER_AUTHENTICATION_FAILED', /seven days/],
    [
      'no refresh token',
      json({ error: 'invalid_grant', error_description: 'Invalid refresh token: null' }, 400),
      'PROVIDER_AUTHENTICATION_FAILED',
      /log in again/,
    ],
    [
      'a dead refresh token, in the words of 2024',
      json({ error: 'invalid_client', error_description: 'refresh token invalid' }, 401),
      'PROVIDER_AUTHENTICATION_FAILED',
      /log in again/,
    ],
    [
      'a wrong key or secret',
      json({ error: 'invalid_client', error_description: 'Unauthorized' }, 401),
      'PROVIDER_CONFIGURATION_REJECTED',
      /clientId and clientSecret/,
    ],
    ['an app that may not', json({ error: 'unauthorized_client' }, 400), 'PROVIDER_CONFIGURATION_REJECTED', /clientId/],
    [
      'a dead refresh token, the error within not escaped',
      () => new Response(JSON.stringify(deadRefreshToken).replaceAll('\\"', '"'), { status: 400 }),
      'PROVIDER_AUTHENTICATION_FAILED',
      /seven days/,
    ],
    ['a dead refresh token, while it is out of order', json(deadRefreshToken, 503), 'PROVIDER_UNAVAILABLE', /later/],
    ['a wrong key, while it is out of order', json({ error: 'invalid_client' }, 500), 'PROVIDER_UNAVAILABLE', /later/],
    ['a dead refresh token, while it is too busy', json(deadRefreshToken, 429), 'PROVIDER_RATE_LIMITED', /limits/],
    ['401 without words', () => new Response('', { status: 401 }), 'PROVIDER_CONFIGURATION_REJECTED', /clientId/],
    ['a page of Akamai', () => new Response(akamai, { status: 403 }), 'PROVIDER_UNAVAILABLE', /can't be reached/],
    [
      'a Whitelabel page',
      () => new Response('<html>Whitelabel', { status: 500 }),
      'PROVIDER_UNAVAILABLE',
      /can't be reached/,
    ],
    [
      'a gateway fault',
      json({ fault: { faultstring: 'Body buffer overflow', detail: { errorcode: 'x' } } }, 400),
      'PROVIDER_UNAVAILABLE',
      /can't be reached/,
    ],
    [
      'too many requests',
      () => new Response('Rate Limit Exceeded', { status: 429, headers: { 'retry-after': '7' } }),
      'PROVIDER_RATE_LIMITED',
      /limits/,
    ],
    ['other words', json({ error: 'invalid_request' }, 400), 'PROVIDER_INVALID_RESPONSE', /not understood/],
    ['a page with status 200', () => new Response('<html>maintenance'), 'PROVIDER_INVALID_RESPONSE', /web page/],
    ['no token at all', json({ error: 'what' }, 200), 'PROVIDER_INVALID_RESPONSE', /RFC 6749/],
    [
      'a token of another type',
      json({ ...tokenAnswer, token_type: 'mac' }, 200),
      'PROVIDER_INVALID_RESPONSE',
      /RFC 6749/,
    ],
    [
      'a token that needs a key',
      json({ ...tokenAnswer, token_type: 'DPoP' }, 200),
      'PROVIDER_INVALID_RESPONSE',
      /RFC 6749/,
    ],
    [
      'a token that no header can hold',
      json({ ...tokenAnswer, access_token: 'I0.one\ntwo' }, 200),
      'PROVIDER_INVALID_RESPONSE',
      /not understood/,
    ],
  ])('to a refresh: %s', async (_, answer, code, message) => {
    const { provider } = createTokenClient(answer)
    const error = (await provider.refreshAccessToken('refresh@')).unwrapErr()
    expect(error).toMatchObject({ code, operation: 'refreshAccessToken' })
    expect(error.message).toMatch(message)
    if (error.code === 'PROVIDER_AUTHENTICATION_FAILED') expect(error.isTokenExpired).toBe(false)
  })

  test.each<[string, () => Response]>([
    [
      'its words for a refresh token',
      json(
        { error: 'unsupported_token_type', error_description: 'Exception while authenticating authorization code' },
        400,
      ),
    ],
    ['invalid_grant', json({ error: 'invalid_grant' }, 400)],
    ['words nobody has recorded', json({ error: 'invalid_request', error_description: 'redirect' }, 400)],
  ])('to a bad code, by %s, is that the user has to log in, and how long a code lives', async (_, answer) => {
    const { provider } = createTokenClient(answer)
    const error = (await provider.exchangeCodeForTokens(code)).unwrapErr()
    expect(error.code).toBe('PROVIDER_AUTHENTICATION_FAILED')
    expect(error.message).toMatch(/works once, for about 30 seconds/)
  })

  test('shows no secret in errors, nor what was answered', async () => {
    const canaries = ['canary-of-the-answer', 'canary-refresh', 'canary-code', settings.clientSecret]
    const body = { error: 'canary-of-the-answer', error_description: canaries.join(' ') }
    for (const status of [200, 400, 401, 403, 500]) {
      const { provider } = createTokenClient(() => Response.json(body, { status }))
      const errors = [
        (await provider.refreshAccessToken('canary-refresh')).unwrapErr(),
        (await provider.exchangeCodeForTokens('canary-code')).unwrapErr(),
      ]
      const shown = errors.map((error) => `${inspect(error)} ${JSON.stringify(error)} ${error.stack}`).join(' ')
      for (const canary of canaries) expect(shown).not.toContain(canary)
    }
    const { provider } = createTokenClient(() => Response.json(tokenAnswer))
    const kept = provider.credentialsFromTokens((await provider.refreshAccessToken('canary-refresh')).unwrap())
    expect(
      `${inspect(kept)} ${JSON.stringify(kept)} ${String(kept)} ${inspect(provider, { depth: 9, showHidden: true })}`,
    ).not.toMatch(/refresh@|I0\.access|app-secret/)
  })
})

test('there is nothing to revoke with: the user ends it at schwab.com', async () => {
  const { provider, posted } = createTokenClient(() => Response.json(tokenAnswer))
  const credentials = provider.parseCredentials({ accessToken: 'a' }).unwrap()
  expect((await provider.revoke(credentials)).unwrap()).toBe('unsupported')
  expect(posted).toHaveLength(0)
})
