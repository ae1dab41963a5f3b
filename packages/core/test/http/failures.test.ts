import { ProviderAuthenticationError, ProviderUnavailableError } from '@finport/core'
import type { FailedAnswer } from '@finport/core/http'
import { describe, expect, test } from 'vitest'
import { failing, request, scripted } from './scripted-client.ts'

const noRetries = { runtime: { retry: { retries: 0 } } }

test.each([
  [400, 'PROVIDER_INVALID_RESPONSE'],
  [401, 'PROVIDER_AUTHENTICATION_FAILED'],
  [403, 'PROVIDER_PERMISSION_DENIED'],
  [404, 'PROVIDER_INVALID_RESPONSE'],
  [408, 'PROVIDER_UNAVAILABLE'],
  [409, 'PROVIDER_INVALID_RESPONSE'],
  [418, 'PROVIDER_INVALID_RESPONSE'],
  [422, 'PROVIDER_INVALID_RESPONSE'],
  [425, 'PROVIDER_UNAVAILABLE'],
  [429, 'PROVIDER_RATE_LIMITED'],
  [500, 'PROVIDER_UNAVAILABLE'],
  [501, 'PROVIDER_UNAVAILABLE'],
  [502, 'PROVIDER_UNAVAILABLE'],
  [503, 'PROVIDER_UNAVAILABLE'],
  [504, 'PROVIDER_UNAVAILABLE'],
  [599, 'PROVIDER_UNAVAILABLE'],
])('%i is %s', async (status, code) => {
  const { client } = scripted([failing(status, { 'x-request-id': 'r-9' })], noRetries)
  const error = (await client.request(request)).unwrapErr()
  expect(error).toMatchObject({ code, status, requestId: 'r-9', provider: 'scripted', operation: 'fetchAccounts' })
})

test.each([400, 404, 409, 422])('%i finds fault with the argument of the caller, if there is one', async (status) => {
  const { client } = scripted([failing(status)], noRetries)
  const error = (await client.request({ ...request, argument: 'providerAccountId' })).unwrapErr()
  expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'providerAccountId' }] })
})

test.each([
  ['Bearer error="invalid_token", error_description="expired"', true],
  ['Bearer realm="x",error=invalid_token', true],
  ['Bearer error="insufficient_scope"', false],
  ['Basic', false],
])('401 with %s', async (challenge, isTokenExpired) => {
  const { client } = scripted([failing(401, { 'www-authenticate': challenge })])
  expect((await client.request(request)).unwrapErr()).toMatchObject({ isTokenExpired })
})

test.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
  const { client, sent } = scripted([
    new Response(null, { status, headers: { location: 'https://evil.example/?token=canary' } }),
  ])
  const error = (await client.request(request)).unwrapErr()
  expect(error).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE', message: expect.stringContaining('redirect') })
  expect(JSON.stringify(error)).not.toContain('canary')
  expect(sent).toHaveLength(1)
})

test('a redirect that the platform hides is none the less one', async () => {
  const hidden = new Response(null)
  Object.defineProperties(hidden, { type: { value: 'opaqueredirect' }, status: { value: 0 }, ok: { value: false } })
  const { client, sent } = scripted([() => hidden])
  expect((await client.request(request)).unwrapErr()).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE' })
  expect(sent).toHaveLength(1)
})

test('so is one that a fetch has followed on its own', async () => {
  const followed = Response.json({})
  Object.defineProperty(followed, 'redirected', { value: true })
  const { client } = scripted([() => followed])
  expect((await client.request(request)).unwrapErr()).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE' })
})

test("a fetch's answer of an error is a failure of the network", async () => {
  const { client, sent } = scripted([() => Response.error(), Response.json({})])
  expect((await client.request(request)).isOk()).toBe(true)
  expect(sent).toHaveLength(2)
})

describe("the provider's own words", () => {
  test.each<[string, string, unknown]>([
    [
      'JSON',
      '{"error":"invalid_client","id":12345678901234567890}',
      { error: 'invalid_client', id: '12345678901234567890' },
    ],
    ['a list', '[{"message":"no"}]', [{ message: 'no' }]],
    ['text', 'too many requests', 'too many requests'],
    ['a page', '<html>down</html>', '<html>down</html>'],
    ['nothing', '', ''],
    ['half of it', '{"error":', '{"error":'],
    ['more than anybody reads', 'x'.repeat(1024 * 1024 + 1), ''],
  ])('%s', async (_, body, read) => {
    const seen: FailedAnswer[] = []
    const { client } = scripted([new Response(body, { status: 400 })], {
      classify: (answer) => {
        seen.push(answer)
        return null
      },
    })
    await client.request(request)
    expect(seen.map((answer) => answer.body)).toEqual([read])
  })

  test('decide before the status does, also on whether it is tried again', async () => {
    const { client, sent } = scripted([failing(500)], {
      classify: ({ context }) => new ProviderAuthenticationError({ ...context, isTokenExpired: true }),
    })
    expect((await client.request(request)).unwrapErr()).toMatchObject({
      code: 'PROVIDER_AUTHENTICATION_FAILED',
      status: 500,
    })
    expect(sent).toHaveLength(1)
  })

  test('are given what the answer asks to wait', async () => {
    const { client } = scripted([failing(404, { 'retry-after': '90' })], {
      classify: ({ context, retryAfterSeconds }) => new ProviderUnavailableError({ ...context, retryAfterSeconds }),
    })
    expect((await client.request(request)).unwrapErr()).toMatchObject({ retryAfterSeconds: 90 })
  })
})
