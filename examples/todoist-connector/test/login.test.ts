import { createProvider } from '@finport/core'
import { expect, test } from 'vitest'
import { todoist } from '../src/index.ts'
import { connect, firstPage, settings } from './session.ts'

const HOUR = 3_600_000

test('a user is sent to Todoist with what is asked of them, and a code works once', async () => {
  const { connector, server, credentials } = await connect()
  const url = new URL(connector.authorizationUrl({ state: 'state-1', codeChallenge: 'challenge-1' }))
  expect(`${url.origin}${url.pathname}`).toBe('https://app.todoist.com/oauth/authorize')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    response_type: 'code',
    client_id: 'client-1',
    redirect_uri: settings.redirectUri,
    scope: 'data:read_write',
    state: 'state-1',
    code_challenge: 'challenge-1',
    code_challenge_method: 'S256',
  })
  expect(credentials.expiresAt).toBe('2026-11-02T10:00:00.000Z')

  const code = server.approve()
  expect((await connector.exchangeCodeForTokens(code)).isOk()).toBe(true)
  const again = await connector.exchangeCodeForTokens(code)
  expect(again.isErr() && again.error).toMatchObject({
    code: 'PROVIDER_AUTHENTICATION_FAILED',
    userAction: 'reconnect',
  })
})

test("an app that Todoist does not know is its owner's affair, not the user's", async () => {
  const { server, runtime, credentials } = await connect()
  const stranger = createProvider(todoist, { ...settings, clientSecret: 'mistyped' }, runtime).unwrap()
  for (const result of [
    await stranger.exchangeCodeForTokens(server.approve()),
    await stranger.refreshAccessToken(credentials.refreshToken ?? ''),
    await stranger.revoke(credentials),
  ]) {
    expect(result.isErr() && result.error.code).toBe('PROVIDER_CONFIGURATION_REJECTED')
  }
})

test('a token that ended asks for a refresh, which brings another of each', async () => {
  const { clock, connector, credentials } = await connect()
  clock.now += HOUR
  const ended = await firstPage({ connector, credentials }, null)
  expect(ended.isErr() && ended.error).toMatchObject({ code: 'PROVIDER_AUTHENTICATION_FAILED', isTokenExpired: true })

  const tokens = (await connector.refreshAccessToken(credentials.refreshToken ?? '')).unwrap()
  const refreshed = connector.credentialsFromTokens(tokens, credentials)
  expect(refreshed.refreshToken).not.toBe(credentials.refreshToken)
  expect((await firstPage({ connector, credentials: refreshed }, null)).isOk()).toBe(true)
})

test('a refresh token whose successor got lost is not used again: Todoist would end the grant', async () => {
  const { clock, connector, credentials } = await connect()
  const refresh = () => connector.refreshAccessToken(credentials.refreshToken ?? '')
  const lost = (await refresh()).unwrap()
  clock.now += 30_000
  const tokens = (await refresh()).unwrap()
  expect(tokens).toMatchObject({ accessToken: lost.accessToken, refreshToken: null })
  const kept = connector.credentialsFromTokens(tokens, credentials)
  expect(kept.refreshToken).toBeNull()
  expect((await firstPage({ connector, credentials: kept }, null)).isOk()).toBe(true)

  clock.now += 60_000
  expect((await refresh()).isErr()).toBe(true)
  expect((await firstPage({ connector, credentials: kept }, null)).isErr()).toBe(true)
})

test('tokens of apps from before the refresh tokens last ten years', async () => {
  const { runtime } = await connect()
  const fetch = async () => Response.json({ access_token: 'canary-old', token_type: 'Bearer', expires_in: 315_360_000 })
  const connector = createProvider(todoist, settings, { ...runtime, fetch }).unwrap()
  const credentials = connector.credentialsFromTokens((await connector.exchangeCodeForTokens('any')).unwrap())
  expect(credentials).toMatchObject({ refreshToken: null, refreshTokenIssuedAt: null })
  expect(credentials.expiresAt?.slice(0, 4)).toBe('2036')
})

test('revoking ends the grant', async () => {
  const { connector, credentials } = await connect()
  expect((await connector.revoke(credentials)).unwrap()).toBe('revoked')
  expect((await connector.revoke(credentials)).unwrap()).toBe('revoked')
  const after = await firstPage({ connector, credentials }, null)
  expect(after.isErr() && after.error.code).toBe('PROVIDER_AUTHENTICATION_FAILED')
})
