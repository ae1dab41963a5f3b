import { describe, expect, test } from 'vitest'
import { type AwsKmsClient, awsKms } from '../../src/index.ts'
import {
  type AwsKmsServer,
  awsFault,
  keyAlias,
  keyAliasArn,
  keyArn,
  keyId,
  otherKeyId,
  startAwsKmsServer,
} from './aws-kms-server.ts'
import type { Answer } from './local-server.ts'
import { expectNothingShown, markedDataKey } from './shown-forms.ts'

const context = { application: 'finport', purpose: 'test', keyId: 'aws-1' }

async function start(name = keyArn) {
  const server = await startAwsKmsServer()
  return { server, keyWrapper: awsKms({ client: server.connect(), keyId: name }) }
}

const html = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>body-canary</body></html>',
})
const json = (body: string): Answer => ({ status: 200, body })

describe('a key in AWS', () => {
  test.each([keyId, keyArn, keyAlias, keyAliasArn])('%s wraps and unwraps', async (name) => {
    const { server, keyWrapper } = await start(name)
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    expect(Buffer.from(wrapped).includes(Buffer.from(markedDataKey()))).toBe(false)
    expect((await keyWrapper.unwrapKey(wrapped, context)).unwrap()).toEqual(markedDataKey())
    expect(server.calls).toEqual([
      { operation: 'Encrypt', keyId: name, context },
      { operation: 'Decrypt', keyId: name, context },
    ])
  })

  test('gives plain bytes that belong to nobody else', async () => {
    const { keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    const first = (await keyWrapper.unwrapKey(wrapped, context)).unwrap()
    expect(first.buffer.byteLength).toBe(first.length)
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype)
    first.fill(0)
    expect((await keyWrapper.unwrapKey(wrapped, context)).unwrap()).toEqual(markedDataKey())
  })

  test.each([
    ['another value', { ...context, keyId: 'aws-2' }],
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
    ['cut', (wrapped) => wrapped.subarray(0, -1)],
    ['changed', (wrapped) => wrapped.map((byte, index) => (index === wrapped.length - 1 ? byte ^ 1 : byte))],
    ['of a key that AWS does not know', (wrapped) => wrapped.map((byte, index) => (index === 0 ? byte ^ 1 : byte))],
    ['empty', () => new Uint8Array()],
    ['longer than anything AWS takes', (wrapped) => new Uint8Array(6_145).fill(wrapped[0] as number)],
    ['as long as an envelope can hold', () => new Uint8Array(0xffff)],
    ['made of anything', () => new Uint8Array(6_144).fill(7)],
  ])('does not unwrap what is %s', async (_, change) => {
    const { keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    const error = (await keyWrapper.unwrapKey(change(wrapped), context)).unwrapErr()
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
    expectNothingShown(error)
  })

  test('does not unwrap what another key of the same account wrapped', async () => {
    const { server, keyWrapper } = await start()
    const other = awsKms({ client: server.connect(), keyId: otherKeyId })
    const wrapped = (await other.wrapKey(markedDataKey(), context)).unwrap()
    const error = (await keyWrapper.unwrapKey(wrapped, context)).unwrapErr()
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
    expectNothingShown(error)
  })
})

const rejected = ['ENCRYPTION_KEY_INVALID', 'rejected'] as const
const unavailable = ['KEY_SERVICE_UNAVAILABLE', null] as const

type Fault = [string, (server: AwsKmsServer) => unknown, readonly [string, string | null]]

const refusals = [
  'AccessDeniedException',
  'NotFoundException',
  'DisabledException',
  'InvalidKeyUsageException',
  'InvalidGrantTokenException',
  'KMSInvalidStateException',
  'ValidationException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'IncompleteSignatureException',
  'MissingAuthenticationTokenException',
  'com.amazonaws.kms#DisabledException',
]

const failures: [string, number][] = [
  ['ThrottlingException', 400],
  ['LimitExceededException', 400],
  ['RequestExpired', 400],
  ['ExpiredTokenException', 400],
  ['DependencyTimeoutException', 503],
  ['KeyUnavailableException', 500],
  ['KMSInternalException', 500],
  ['InternalFailure', 500],
  ['ServiceUnavailable', 503],
  ['SomethingNewException', 400],
]

const faults: Fault[] = [
  ...refusals.map((type): Fault => [type, (server) => server.failWith(awsFault(type)), rejected]),
  ...failures.map(([type, status]): Fault => [type, (server) => server.failWith(awsFault(type, status)), unavailable]),
  ['the key is disabled', (server) => server.setKeyState('Disabled'), rejected],
  ['the key is about to be deleted', (server) => server.setKeyState('PendingDeletion'), rejected],
  ['the caller may not use the key', (server) => server.setAllowed(false), rejected],
  ['the connection is dropped', (server) => server.failWith('drop'), unavailable],
  ['nobody listens', (server) => server.close(), unavailable],
  ['a proxy answers for it', (server) => server.failWith(html(502)), unavailable],
  ['a proxy refuses', (server) => server.failWith(html(403)), unavailable],
  ['it answers with a page', (server) => server.failWith(html(200)), unavailable],
  ['its answer is no JSON', (server) => server.failWith(json('{"Plaintext": "body-canary')), unavailable],
  [
    'it is sent elsewhere',
    (server) => server.failWith({ ...html(307), headers: { location: '/body-canary' } }),
    unavailable,
  ],
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

  test.each(['', '{}', '{"Plaintext":null,"CiphertextBlob":null}'])('it answers %j', async (body) => {
    const { server, keyWrapper } = await start()
    server.failWith(json(body))
    expect((await keyWrapper.wrapKey(markedDataKey(), context)).unwrapErr().code).toBe('KEY_SERVICE_UNAVAILABLE')
    expect((await keyWrapper.unwrapKey(Uint8Array.of(1), context)).unwrapErr().code).toBe('KEY_SERVICE_UNAVAILABLE')
  })

  test('there is no answer, the client decides how long to wait', async () => {
    const { server } = await start()
    server.failWith('silence')
    const client = server.connect({ requestHandler: { requestTimeout: 40, throwOnRequestTimeout: true } })
    const error = (await awsKms({ client, keyId: keyArn }).wrapKey(markedDataKey(), context)).unwrapErr()
    expect(error).toMatchObject({ code: 'KEY_SERVICE_UNAVAILABLE', retryable: true })
    expectNothingShown(error)
  })

  test('the credentials are of somebody else', async () => {
    const { server } = await start()
    for (const [accessKeyId, secretAccessKey] of [
      ['other-id-canary', 'secret-access-key-canary'],
      ['access-key-id-canary', 'other-secret-canary'],
    ] as const) {
      const client = server.connect({ credentials: { accessKeyId, secretAccessKey } })
      const error = (await awsKms({ client, keyId: keyArn }).wrapKey(markedDataKey(), context)).unwrapErr()
      expect(error).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID', reason: 'rejected' })
      expectNothingShown(error)
    }
    expect(server.calls).toEqual([])
  })

  test('there is no such key', async () => {
    for (const name of ['alias/another-canary', '11111111-canary-0000-0000-000000000001', '']) {
      const { keyWrapper } = await start(name)
      const error = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrapErr()
      expect(error).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID', reason: 'rejected' })
      expectNothingShown(error)
    }
  })

  test('the host can not find its credentials', async () => {
    const { server } = await start()
    const client = server.connect({
      credentials: async () => {
        throw new Error('profile-canary')
      },
    })
    const error = (await awsKms({ client, keyId: keyArn }).wrapKey(markedDataKey(), context)).unwrapErr()
    expect(error).toMatchObject({ code: 'KEY_SERVICE_UNAVAILABLE', retryable: true })
    expectNothingShown(error)
  })

  test.each<[string, unknown]>([
    ['an error', Object.assign(new Error('canary'), { name: 'canary' })],
    ['a text', 'canary'],
    ['nothing', undefined],
    ['null', null],
    ['an object with a name', { name: 'AccessDeniedException', message: 'canary' }],
  ])('the client throws %s', async (_, thrown) => {
    const fail = () => {
      throw thrown
    }
    for (const broken of [fail, () => Promise.reject(thrown)]) {
      const client: AwsKmsClient = { encrypt: broken, decrypt: broken }
      const keyWrapper = awsKms({ client, keyId: keyArn })
      for (const answered of [
        keyWrapper.wrapKey(markedDataKey(), context),
        keyWrapper.unwrapKey(Uint8Array.of(1), context),
      ]) {
        const error = (await answered).unwrapErr()
        expect(error).toMatchObject({ code: 'KEY_SERVICE_UNAVAILABLE', reason: null, retryable: true })
        expectNothingShown(error)
      }
    }
  })

  test('it works again, so do its keys', async () => {
    const { server, keyWrapper } = await start()
    const wrapped = (await keyWrapper.wrapKey(markedDataKey(), context)).unwrap()
    server.setKeyState('Disabled')
    expect((await keyWrapper.unwrapKey(wrapped, context)).isErr()).toBe(true)
    server.setKeyState('Enabled')
    expect((await keyWrapper.unwrapKey(wrapped, context)).unwrap()).toEqual(markedDataKey())
  })
})
