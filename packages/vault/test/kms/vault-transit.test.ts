import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type VaultTransitOptions, vaultTransit } from '../../src/index.ts'
import type { Answer } from './local-server.ts'
import { expectNothingShown, markedDataKey } from './shown-forms.ts'
import {
  keyName,
  readContext,
  startVaultTransitServer,
  token,
  type VaultTransitServer,
  type VaultTransitSettings,
  vaultFault,
} from './vault-transit-server.ts'

const context = { application: 'finport', purpose: 'test', keyId: 'transit-1' }

async function start(options: Partial<VaultTransitOptions> = {}, settings: VaultTransitSettings = {}) {
  const server = await startVaultTransitServer(settings)
  const address = server.address
  return { server, keyWrapper: vaultTransit({ address, token: () => token, keyName, ...settings, ...options }) }
}

const page = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>body-canary</body></html>',
})
const json = (body: string): Answer => ({ status: 200, body })
const movedTo = (status: number, location: string): Answer => ({ status, headers: { location }, body: '' })

describe('a key in transit', () => {
  test('wraps and unwraps', async () => {
    const { server, keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    expect(new TextDecoder().decode(wrapped)).toMatch(/^vault:v1:[A-Za-z0-9+/]+=*$/)
    expect((await keyWrapper.unwrapKey(wrapped, context)).unwrap()).toEqual(markedDataKey())
    expect(server.calls).toEqual([
      { operation: 'encrypt', mount: 'transit', token, context },
      { operation: 'decrypt', mount: 'transit', token, context },
    ])
  })

  test.each<[string, VaultTransitSettings, Partial<VaultTransitOptions>]>([
    ['another mount', { mount: 'keys-canary' }, {}],
    ['a mount of several parts', { mount: 'teams/payments/transit' }, {}],
    ['a mount as Vault prints it', { mount: 'teams/transit' }, { mount: '/teams/transit/' }],
    ['a namespace', { namespace: 'team-canary/eu' }, {}],
  ])('under %s', async (_, settings, options) => {
    const { server, keyWrapper } = await start(options, settings)
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    expect((await keyWrapper.unwrapKey(wrapped, context)).unwrap()).toEqual(markedDataKey())
    expect(server.calls).toHaveLength(2)
  })

  test('that was rotated unwraps what was wrapped before, until its version is given up', async () => {
    const { server, keyWrapper } = await start()
    const first = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    server.rotate()
    const second = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    expect(new TextDecoder().decode(second)).toMatch(/^vault:v2:/)
    for (const wrapped of [first, second])
      expect((await keyWrapper.unwrapKey(wrapped, context)).unwrap()).toEqual(markedDataKey())
    server.setOldestVersion(2)
    expect((await keyWrapper.unwrapKey(second, context)).isOk()).toBe(true)
    const error = (await keyWrapper.unwrapKey(first, context)).unwrapErr()
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
  })

  test.each([
    ['another value', { ...context, keyId: 'transit-2' }],
    ['one name less', { application: 'finport', purpose: 'test' }],
    ['one name more', { ...context, more: '' }],
    ['nothing', {}],
  ])('does not unwrap under another context: %s', async (_, other) => {
    const { keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    const error = (await keyWrapper.unwrapKey(wrapped, other)).unwrapErr()
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
    expectNothingShown(error)
  })

  test('unwraps under the same context in another order', async () => {
    const { keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    const reversed = Object.fromEntries(Object.entries(context).reverse())
    expect((await keyWrapper.unwrapKey(wrapped, reversed)).isOk()).toBe(true)
  })

  test.each<[string, (wrapped: Uint8Array) => Uint8Array]>([
    ['cut', (wrapped) => wrapped.subarray(0, -4)],
    ['changed', (wrapped) => wrapped.map((byte, index) => (index === 20 ? (byte === 65 ? 66 : 65) : byte))],
    ['of a version that is not there', (wrapped) => wrapped.map((byte, index) => (index === 7 ? byte + 1 : byte))],
    ['empty', () => new Uint8Array()],
    ['no text', () => new Uint8Array(200).fill(0xff)],
  ])('does not unwrap what is %s', async (_, change) => {
    const { keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    const error = (await keyWrapper.unwrapKey(change(wrapped), context)).unwrapErr()
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
    expectNothingShown(error)
  })
})

const anyText = fc.string({ unit: 'binary', maxLength: 6 })
const anyContext = fc.dictionary(anyText, anyText, { maxKeys: 4 })

type Sent = { url: string; redirect: string; headers: Record<string, string>; body: Record<string, string> }

/** A fetch that keeps what it is given, and gives the wrapped key. */
function recordingFetch() {
  const sent: Sent[] = []
  const fetch = async (request: Request) => {
    const { url, redirect, headers } = request
    sent.push({ url, redirect, headers: Object.fromEntries(headers), body: (await request.json()) as Sent['body'] })
    return Response.json({ data: { ciphertext: 'vault:v1:AAAA', plaintext: 'AAAA' } })
  }
  return { sent, fetch }
}

describe('what is sent', () => {
  test('goes through the fetch of the host, and not after redirects', async () => {
    const { sent, fetch } = recordingFetch()
    const address = 'https://vault.example.com:8200'
    const keyWrapper = vaultTransit({ address, token: () => token, keyName, namespace: 'team', fetch })
    await keyWrapper.wrapKey(Uint8Array.of(1, 2, 3), { a: 'b' })
    await keyWrapper.unwrapKey(new TextEncoder().encode('vault:v1:BBBB'), { a: 'b' })
    const headers = { 'content-type': 'application/json', 'x-vault-token': token, 'x-vault-namespace': 'team' }
    const associated_data = Buffer.from('1:a1:b').toString('base64')
    const base = `https://vault.example.com:8200/v1/transit`
    expect(sent).toEqual([
      {
        url: `${base}/encrypt/${keyName}`,
        redirect: 'manual',
        headers,
        body: { plaintext: 'AQID', associated_data },
      },
      {
        url: `${base}/decrypt/${keyName}`,
        redirect: 'manual',
        headers,
        body: { ciphertext: 'vault:v1:BBBB', associated_data },
      },
    ])
  })

  test.each([
    ['https://gateway.example.com/vault', 'https://gateway.example.com/vault/v1/transit/encrypt/k'],
    ['https://gateway.example.com/vault/', 'https://gateway.example.com/vault/v1/transit/encrypt/k'],
    ['https://vault.example.com/', 'https://vault.example.com/v1/transit/encrypt/k'],
  ])('goes to the server behind %s', async (address, url) => {
    const { sent, fetch } = recordingFetch()
    await vaultTransit({ address, token: () => token, keyName: 'k', fetch }).wrapKey(markedDataKey(), context)
    expect(sent.map((request) => request.url)).toEqual([url])
  })

  test('has the name of the key as it is', async () => {
    const { sent, fetch } = recordingFetch()
    const address = 'https://vault.example.com'
    await vaultTransit({ address, token: () => token, keyName: 'a/b?c#d', fetch }).wrapKey(markedDataKey(), context)
    expect(sent[0]?.url).toBe('https://vault.example.com/v1/transit/encrypt/a%2Fb%3Fc%23d')
  })

  test('has another associated data for each context', async () => {
    const { sent, fetch } = recordingFetch()
    const keyWrapper = vaultTransit({ address: 'https://vault.example.com', token: () => token, keyName, fetch })
    await fc.assert(
      fc.asyncProperty(anyContext, async (any) => {
        await keyWrapper.wrapKey(markedDataKey(), any)
        const read = readContext(Buffer.from(sent.pop()?.body.associated_data ?? '', 'base64'))
        expect(Object.entries(read).sort()).toEqual(Object.entries(any).sort())
      }),
      { numRuns: 40 },
    )
  })

  test('has the token of the moment', async () => {
    let asked = 0
    const { server, keyWrapper } = await start({ token: async () => `token-canary-${++asked}` })
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    server.setToken('token-canary-2')
    expect((await keyWrapper.unwrapKey(wrapped, context)).unwrap()).toEqual(markedDataKey())
    expect(server.calls.map((call) => call.token)).toEqual(['token-canary-1', 'token-canary-2'])
    expect(asked).toBe(2)
  })
})

const rejected = ['ENCRYPTION_KEY_INVALID', 'rejected'] as const
const unavailable = ['KEY_SERVICE_UNAVAILABLE', null] as const
const notAuthentic = ['DECRYPTION_FAILED', 'not_authentic'] as const

type Fault = [string, (server: VaultTransitServer) => unknown, readonly [string, string | null]]
const statuses: [number, readonly [string, string | null]][] = [
  ...[401, 403, 404, 405, 413, 422].map((status) => [status, rejected] as [number, typeof rejected]),
  ...[408, 412, 429, 500, 502, 503, 504].map((status) => [status, unavailable] as [number, typeof unavailable]),
]

const faults: Fault[] = [
  ...statuses.map(
    ([status, answer]): Fault => [
      `it says ${status}`,
      (server) => server.failWith(vaultFault(status, 'body-canary')),
      answer,
    ],
  ),
  ...[403, 404].map((status): Fault => [`a page says ${status}`, (server) => server.failWith(page(status)), rejected]),
  ...[301, 302, 303, 307, 308].map(
    (status): Fault => [
      `it sends elsewhere with ${status}`,
      (server) => server.failWith(movedTo(status, '/v1/transit/body-canary')),
      unavailable,
    ],
  ),
  ['the token is not good', (server) => server.setToken('another-canary'), rejected],
  ['it is sealed', (server) => server.seal(), unavailable],
  ['it sends round in a circle', (server) => server.failWith(movedTo(307, server.address)), unavailable],
  ['it answers with a page', (server) => server.failWith(page(200)), unavailable],
  ['a page says it is gone', (server) => server.failWith(page(502)), unavailable],
  ['the connection is dropped', (server) => server.failWith('drop'), unavailable],
  ['nobody listens', (server) => server.close(), unavailable],
  ['it answers nothing', (server) => server.failWith({ status: 204, body: '' }), unavailable],
  ...[
    '',
    '{"data":{"ciphertext":"body-canary',
    'null',
    '[]',
    '1',
    '"body-canary"',
    '{}',
    '{"data":null}',
    '{"data":"body-canary"}',
    '{"data":{}}',
    '{"data":{"ciphertext":null,"plaintext":null}}',
    '{"data":{"ciphertext":{"a":"body-canary"},"plaintext":["body-canary"]}}',
  ].map((body): Fault => [`it answers ${body}`, (server) => server.failWith(json(body)), unavailable]),
]

describe('when', () => {
  test.each(faults)('%s', async (_, fail, [code, reason]) => {
    const { server, keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    await fail(server)
    for (const answered of [keyWrapper.wrapKey(markedDataKey(), context), keyWrapper.unwrapKey(wrapped, context)]) {
      const error = (await answered).unwrapErr()
      expect(error).toMatchObject({ name: 'VaultError', code, reason })
      expectNothingShown(error)
    }
  })

  test.each<Fault>([
    ['it says 400', (server) => server.failWith(vaultFault(400, 'body-canary')), notAuthentic],
    [
      'its answer is no base64',
      (server) => server.failWith(json('{"data":{"plaintext":"body-canary!"}}')),
      unavailable,
    ],
    ['the key is deleted', (server) => server.deleteKey(), notAuthentic],
  ])('unwrapping, %s', async (_, fail, [code, reason]) => {
    const { server, keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    await fail(server)
    const error = (await keyWrapper.unwrapKey(wrapped, context)).unwrapErr()
    expect(error).toMatchObject({ code, reason })
    expectNothingShown(error)
  })

  test.each<Fault>([
    ['it says 400', (server) => server.failWith(vaultFault(400, 'body-canary')), rejected],
    ['the key is deleted', (server) => server.deleteKey(), rejected],
  ])('wrapping, %s', async (_, fail, [code, reason]) => {
    const { server, keyWrapper } = await start()
    await fail(server)
    const error = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrapErr()
    expect(error).toMatchObject({ code, reason })
    expectNothingShown(error)
  })

  test.each<[string, Partial<VaultTransitOptions>]>([
    ['there is no such mount', { mount: 'nowhere-canary' }],
    ['there is no such key', { keyName: 'nothing-canary' }],
    ['the namespace is another', { namespace: 'nobody-canary' }],
  ])('%s', async (_, options) => {
    const { server, keyWrapper } = await start(options)
    const error = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrapErr()
    expect(error).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID', reason: 'rejected' })
    expectNothingShown(error)
    expect(server.calls).toEqual([])
  })

  test('it sends elsewhere, the token does not go there', async () => {
    const elsewhere = await startVaultTransitServer()
    const { server, keyWrapper } = await start()
    server.failWith(movedTo(307, `${elsewhere.address}/v1/transit/encrypt/${keyName}`))
    expect((await keyWrapper.wrapKey(markedDataKey(), context)).unwrapErr().code).toBe('KEY_SERVICE_UNAVAILABLE')
    expect(elsewhere.calls).toEqual([])
  })

  test.each(['silence', 'stall'] as const)(
    'its answer is a %s, nobody waits for longer than allowed',
    async (fault) => {
      const { server, keyWrapper } = await start({ timeoutMilliseconds: 40 })
      server.failWith(fault)
      const began = performance.now()
      const error = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrapErr()
      expect(error).toMatchObject({ code: 'KEY_SERVICE_UNAVAILABLE', retryable: true })
      expect(performance.now() - began).toBeLessThan(2_000)
      expectNothingShown(error)
    },
  )

  test.each<[string, () => string | Promise<string>]>([
    [
      'throws',
      () => {
        throw new Error(token)
      },
    ],
    ['rejects', () => Promise.reject(new Error(token))],
    ['rejects with nothing', () => Promise.reject()],
    ['is of letters that no header has', () => `${token}\n\u{1f511}`],
  ])('the token %s', async (_, ask) => {
    const { server, keyWrapper } = await start({ token: ask })
    for (const answered of [
      keyWrapper.wrapKey(markedDataKey(), context),
      keyWrapper.unwrapKey(Uint8Array.of(1), context),
    ]) {
      const error = (await answered).unwrapErr()
      expect(error).toMatchObject({ code: 'KEY_SERVICE_UNAVAILABLE', reason: null, retryable: true })
      expectNothingShown(error)
    }
    expect(server.calls).toEqual([])
  })

  test.each<[string, (request: Request) => Promise<Response>]>([
    ['rejects', async ({ url, headers }) => Promise.reject(new Error(`${url} ${headers.get('x-vault-token')}`))],
    ['rejects with a text', () => Promise.reject('canary')],
    [
      'throws',
      ({ url }) => {
        throw new Error(url)
      },
    ],
    ['gives nothing', async () => undefined as unknown as Response],
    [
      'gives what was read already',
      async () => ({ ok: true, json: () => Promise.reject(new Error('canary')) }) as Response,
    ],
    ['gives an answer of no status', async () => Response.error()],
  ])('the fetch of the host %s', async (_, fetch) => {
    const address = 'https://address-canary.example.com'
    const keyWrapper = vaultTransit({ address, token: () => token, keyName, fetch })
    const error = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrapErr()
    expect(error).toMatchObject({ code: 'KEY_SERVICE_UNAVAILABLE', retryable: true })
    expectNothingShown(error)
  })
})

test.each([
  '',
  'canary',
  '/canary',
  'canary.example.com:8200',
  'localhost:8200',
  'file:///canary',
  'https://user-canary:password-canary@vault.example.com',
  'https://canary example.com',
])('the address %j is refused', (address) => {
  let thrown: unknown
  try {
    vaultTransit({ address, token: () => token, keyName })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(TypeError)
  expectNothingShown(thrown)
})
