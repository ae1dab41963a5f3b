import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProvider } from '@finport/core'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schwab } from '../src/index.ts'
import { settings } from './fixture-fetch.ts'

/** Not Schwab, and nothing that we wrote: an authorization server that is certified, under Schwab's paths. */
function createAuthorizationServer(issuer: string): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: settings.clientId,
        client_secret: settings.clientSecret,
        redirect_uris: [settings.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    routes: { authorization: '/v1/oauth/authorize', token: '/v1/oauth/token' },
    scopes: ['api'],
    pkce: { required: () => false },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['key of the tests'] },
    ttl: {
      AccessToken: 1_800,
      RefreshToken: 7 * 86_400,
      Grant: 7 * 86_400,
      Session: 86_400,
      Interaction: 600,
      AuthorizationCode: 30,
    },
  })
}

let server: Server
let baseUrl = ''

beforeAll(async () => {
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const answer = createAuthorizationServer(baseUrl).callback()
  server.on('request', (request, response) => {
    // As at Schwab, there is but one scope, and nobody asks for it.
    if (request.url?.startsWith('/v1/oauth/authorize?')) request.url += '&scope=api'
    void answer(request, response)
  })
})

afterAll(() => new Promise((resolve) => server.close(resolve)))

/** A browser in which somebody logs in and agrees. */
async function logIn(authorizationUrl: string, decision: 'agree' | 'abort' = 'agree'): Promise<URLSearchParams> {
  const cookies = new Map<string, string>()
  let next = new URL(authorizationUrl)
  let form: URLSearchParams | null = null
  for (let step = 0; step < 12; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(next, {
      method: form === null ? 'GET' : 'POST',
      body: form,
      headers: { cookie },
      redirect: 'manual',
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const text = await response.text()
    const location = response.headers.get('location')
    form = null
    if (location !== null) {
      next = new URL(location, next)
      if (next.href.startsWith(settings.redirectUri)) return next.searchParams
      continue
    }
    const prompt = /name="prompt" value="([^"]+)"/.exec(text)?.[1]
    if (prompt === undefined) throw new Error(`No form at ${next.pathname}: ${response.status}`)
    if (decision === 'abort') next = new URL(`${next.pathname}/abort`, next)
    else form = new URLSearchParams({ prompt, login: 'somebody', password: 'anything' })
  }
  throw new Error('The login has no end.')
}

const createClient = (clientSecret = settings.clientSecret) =>
  createProvider(
    schwab,
    { ...settings, clientSecret, baseUrl },
    { allowLoopback: true, sleep: async () => {} },
  ).unwrap()

const codeVerifier = 'a-verifier-of-more-than-forty-three-characters-1'
const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')

describe('an authorization server that is none of ours', () => {
  test('takes the code, with the proof and without', async () => {
    const provider = createClient()
    for (const proof of [{ codeChallenge }, {}]) {
      const callback = await logIn(provider.authorizationUrl({ state: 'a/b+c&d', ...proof }))
      expect(callback.get('state')).toBe('a/b+c&d')
      const options = 'codeChallenge' in proof ? { codeVerifier } : {}
      const tokens = (await provider.exchangeCodeForTokens(callback.get('code') ?? '', options)).unwrap()
      expect(tokens).toMatchObject({ expiresIn: 1_800, tokenType: 'Bearer' })
      expect(tokens.refreshToken).toMatch(/./)
    }
  })

  test("refreshes, and a refresh token that was replaced is the user's to renew", async () => {
    const provider = createClient()
    const callback = await logIn(provider.authorizationUrl({ state: 's' }))
    const first = (await provider.exchangeCodeForTokens(callback.get('code') ?? '')).unwrap()
    const second = (await provider.refreshAccessToken(first.refreshToken ?? '')).unwrap()
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect(second.accessToken).not.toBe(first.accessToken)
    expect((await provider.refreshAccessToken(first.refreshToken ?? '')).unwrapErr()).toMatchObject({
      code: 'PROVIDER_AUTHENTICATION_FAILED',
      isTokenExpired: false,
    })
  })

  test('refuses a code that was used, a wrong proof and a code of nobody', async () => {
    const provider = createClient()
    const used = (await logIn(provider.authorizationUrl({ state: 's' }))).get('code') ?? ''
    expect((await provider.exchangeCodeForTokens(used)).isOk()).toBe(true)
    const proven = (await logIn(provider.authorizationUrl({ state: 's', codeChallenge }))).get('code') ?? ''
    const refused = [
      await provider.exchangeCodeForTokens(used),
      await provider.exchangeCodeForTokens(proven, { codeVerifier: codeVerifier.toUpperCase() }),
      await provider.exchangeCodeForTokens('nobodys'),
    ]
    for (const result of refused) expect(result.unwrapErr().code).toBe('PROVIDER_AUTHENTICATION_FAILED')
  })

  test('refuses a wrong secret: the app owner has to act', async () => {
    const error = (await createClient('another-secret').refreshAccessToken('any')).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_CONFIGURATION_REJECTED', status: 401 })
  })

  test('sends back somebody who does not agree, without a code', async () => {
    const callback = await logIn(createClient().authorizationUrl({ state: 's' }), 'abort')
    expect(callback.get('error')).toBe('access_denied')
    expect(callback.get('code')).toBeNull()
  })
})
