import { createProvider, createRegistry } from '@finport/core'
import { expect, test } from 'vitest'
import { schwab } from '../src/index.ts'
import { settings } from './fixture-fetch.ts'

test.each([
  'https://127.0.0.1',
  'https://127.0.0.1:8182',
  'https://127.0.0.1:5556/callback',
  'https://app.example.com',
  'https://app.example.com/maybe/with/a/path',
  'https://app.example.com/callback?tenant=7',
])('takes the redirect URI %s', (redirectUri) => {
  expect(createProvider(schwab, { ...settings, redirectUri }).isOk()).toBe(true)
})

test.each([
  ['http://127.0.0.1:8182', /https/],
  ['HTTPS://127.0.0.1:8182', /small letters/],
  ['https://localhost:8182', /127\.0\.0\.1/],
  ['https://app.localhost/callback', /127\.0\.0\.1/],
  ['https://127.0.0.1:8182/', /slash/],
  ['https://app.example.com/callback/', /slash/],
  ['https://App.Example.com/callback', /letter by letter/],
  ['https://app.example.com:443/callback', /443/],
  ['https://app.example.com/callback#here', /fragment/],
  ['https://user:word@app.example.com/callback', /user name/],
  ['https://app.example.com/callback,https://127.0.0.1', /one address/],
  ['https://localhost.:8182/callback', /127\.0\.0\.1/],
  [' https://app.example.com/callback', /blank/],
  ['https://app.example.com/callback\u200b', /can not be seen/],
  ['app.example.com/callback', /absolute/],
])('refuses the redirect URI %s, and says what to do', (redirectUri, reason) => {
  const error = createProvider(schwab, { ...settings, redirectUri }).unwrapErr()
  expect(error).toMatchObject({
    code: 'PROVIDER_CONFIGURATION_INVALID',
    settings: ['redirectUri'],
    issues: [{ path: 'redirectUri', reason: expect.stringMatching(reason) }],
  })
  expect(error.message).toMatch(reason)
  expect(JSON.stringify(error)).not.toContain(redirectUri.trim())
})

test('refuses keys that were copied with a blank, and bases that are more than a host', () => {
  const given = { ...settings, clientId: 'key ', clientSecret: 'sec\nret', baseUrl: 'http://api.example.com/v1' }
  const error = createProvider(schwab, given).unwrapErr()
  expect(error.settings).toEqual(['clientId', 'clientSecret', 'baseUrl'])
  expect(error.issues.map(({ path }) => path)).toEqual(['clientId', 'clientSecret', 'baseUrl', 'baseUrl'])
})

test('names what is missing, in a registry too', () => {
  const { redirectUri: _, ...incomplete } = settings
  // @ts-expect-error redirectUri is missing, as it would be in a configuration read at run time
  const registry = createRegistry().register(schwab, incomplete)
  expect(registry.get('schwab').unwrapErr()).toMatchObject({ settings: ['redirectUri'], issues: [] })
})
