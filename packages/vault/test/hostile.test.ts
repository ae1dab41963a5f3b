import { inspect } from 'node:util'
import {
  type Connector,
  type CredentialRecord,
  type CredentialRepository,
  createMemoryCredentialRepository,
  Err,
  type Instant,
  Ok,
  type StorableCredentials,
  StorageError,
} from '@finport/core'
import { describe, expect, test } from 'vitest'
import { createVault, EncryptionService, type KeyringKey, parseKeyring, Secret } from '../src/index.ts'
import { apiKey, connectorOf, keyOf, keyringOf, ref, reveal, secretKey, tokens } from './fixtures.ts'

const create = (credentials: CredentialRepository = createMemoryCredentialRepository(), ...keys: KeyringKey[]) =>
  createVault({ keyring: keyringOf(...(keys.length > 0 ? keys : [secretKey('k1')])), credentials })
const masked = connectorOf('api_key').parseCredentials(apiKey).unwrap()

const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])

/** What JSON would keep as something else. */
const lossy: [string, unknown][] = [
  ['masked credentials', { credentials: masked }],
  ['a secret', { token: new Secret('canary') }],
  ['a number that is none', { amount: Number.NaN }],
  ['a number without end', { amount: Number.POSITIVE_INFINITY }],
  ['nothing in a list', { list: [undefined] }],
  ['a function', { get: () => 1 }],
  ['a map', { map: new Map([['a', 1]]) }],
  ['a date', { date: new Date(0) }],
  ['bytes', { bytes: Uint8Array.of(1) }],
  ['a form of its own', { toJSON: () => ({}) }],
  ['more levels than anybody has', { deep: deep(5_000) }],
  [
    'a class',
    new (class Keys {
      readonly apiKey = 'canary'
    })(),
  ],
  ['a list', ['canary']],
]

describe('what JSON would keep as something else', () => {
  test.each(lossy)('%s: is not kept', async (_, value) => {
    const vault = create()
    const credentials = Array.isArray(value) ? value : Object.assign(value as object, { type: 'custom' })
    expect((await vault.put(ref, credentials as StorableCredentials)).unwrapErr().code).toBe('ENCRYPTION_FAILED')
    expect((await vault.describe(ref)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
  })

  test.each(lossy)('%s: is not encrypted', (_, value) => {
    const service = EncryptionService.create(keyOf(1)).unwrap()
    expect(service.encrypt(value as { [name: string]: string }).unwrapErr().code).toBe('ENCRYPTION_FAILED')
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a text', 'canary'],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('canary')
          },
        },
      ),
    ],
    [
      'a type that throws',
      Object.defineProperty({}, 'type', {
        enumerable: true,
        get: () => {
          throw new Error('canary')
        },
      }),
    ],
  ])('%s is refused without a word of it', async (_, value) => {
    const error = (await create().put(ref, value as StorableCredentials)).unwrapErr()
    expect(error.code).toBe('ENCRYPTION_FAILED')
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary')
  })

  test('fields that are undefined are left out', async () => {
    const vault = create()
    ;(await vault.put(ref, { ...apiKey, environment: undefined } as StorableCredentials)).unwrap()
    expect((await vault.use(ref, connectorOf('api_key'), reveal)).unwrap()).toEqual(apiKey)
  })
})

describe('who asks', () => {
  test.each(['userId', 'connectionId', 'provider'])('must have a %s', async (field) => {
    for (const value of ['', undefined, null, 1])
      expect((await create().put({ ...ref, [field]: value } as typeof ref, apiKey)).unwrapErr().code).toBe(
        'ENCRYPTION_FAILED',
      )
  })

  test('may use the object again at once', async () => {
    const vault = create()
    const given = { ...ref }
    const puts = ['a', 'b', 'c'].map((connectionId) => {
      given.connectionId = connectionId
      return vault.put(given, { ...apiKey, apiKey: connectionId } as StorableCredentials)
    })
    for (const put of await Promise.all(puts)) put.unwrap()
    for (const connectionId of ['a', 'b', 'c'])
      expect((await vault.use({ ...ref, connectionId }, connectorOf('api_key'), reveal)).unwrap()).toMatchObject({
        apiKey: connectionId,
      })
  })

  test('gets nothing for another provider than the one it names', async () => {
    const vault = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const used = await vault.use(ref, connectorOf('api_key', 'evil'), reveal)
    expect(used.unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
  })

  test('may give up: work does not begin', async () => {
    const vault = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const signal = AbortSignal.abort()
    const used = await vault.use(ref, connectorOf('api_key'), reveal, { signal })
    expect(used.unwrapErr()).toMatchObject({ code: 'PROVIDER_ABORTED', provider: 'acme' })
  })

  test('a provider that throws over them shows nothing of them', async () => {
    const vault = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const careless = {
      slug: 'acme',
      parseCredentials: (input: unknown) => {
        throw new Error(JSON.stringify(input))
      },
    } as unknown as Connector
    const error = (await vault.use(ref, careless, reveal)).unwrapErr()
    expect(error.code).toBe('CREDENTIALS_UNREADABLE')
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary')
  })

  test('a moment that is none is no moment to log in again', async () => {
    const vault = create()
    ;(await vault.put(ref, tokens, { reauthenticateBy: 'never' as Instant })).unwrap()
    expect((await vault.describe(ref)).unwrap()).toMatchObject({ reauthenticateBy: null })
  })
})

describe('a store that answers with anything', () => {
  const answers: [string, unknown][] = [
    ['nothing', undefined],
    ['no Result', {}],
    ['a text', Ok('canary')],
    ['a list', Ok([null])],
    ['an empty record', Ok({})],
    ['a record without a version', Ok({ ...ref, credentials: null })],
    ['a record without credentials', Ok({ ...ref, version: 1 })],
    ['another error', Err(new Error('password=canary'))],
    ['an error of nothing', Err(undefined)],
  ]
  test.each(answers)('%s: no call rejects, and nothing shows', async (_, answer) => {
    const memory = createMemoryCredentialRepository()
    const broken = Object.fromEntries(Object.keys(memory).map((name) => [name, async () => answer]))
    const vault = create(broken as unknown as CredentialRepository)
    for (const result of [
      await vault.put(ref, apiKey),
      await vault.use(ref, connectorOf('api_key'), reveal),
      await vault.describe(ref),
      await vault.forget(ref),
      await vault.rewrap(),
      await vault.canRetire('k1'),
    ]) {
      expect(result.unwrapErr().code).toBe('STORAGE_UNAVAILABLE')
      expect(inspect(result, { depth: 9, showHidden: true })).not.toContain('canary')
    }
  })

  test('no row as undefined is no row', async () => {
    const memory = createMemoryCredentialRepository()
    const vault = create({ ...memory, find: async () => Ok(undefined as unknown as null) })
    expect((await vault.describe(ref)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
  })

  test("another's row is nobody's", async () => {
    const memory = createMemoryCredentialRepository()
    ;(await create(memory).put({ ...ref, connectionId: 'other' }, apiKey)).unwrap()
    const confused = create({ ...memory, find: () => memory.find('other') })
    expect((await confused.use(ref, connectorOf('api_key'), reveal)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
  })

  test.each([null, 'text', [1, 2], {}])('bytes that are %j are one failure of a rewrap', async (bytes) => {
    const memory = createMemoryCredentialRepository()
    const old = create(memory, secretKey('k1'))
    for (const connectionId of ['a', 'b', 'c']) (await old.put({ ...ref, connectionId }, apiKey)).unwrap()
    const record = (await memory.find('b')).unwrap() as CredentialRecord
    const credentials = { ...record.credentials, encryptedData: bytes } as unknown as CredentialRecord['credentials']
    ;(await memory.save({ ...record, credentials }, record.version)).unwrap()
    const report = (await create(memory, secretKey('k2', 2), secretKey('k1')).rewrap()).unwrap()
    expect(report).toMatchObject({
      rewrapped: 2,
      complete: true,
      failures: [{ connectionId: 'b', code: 'DECRYPTION_FAILED', reason: 'not_sealed' }],
    })
  })
})

describe('what comes between', () => {
  test('credentials that are forgotten while others are put stay forgotten', async () => {
    const memory = createMemoryCredentialRepository()
    const vault = create(memory)
    ;(await vault.put(ref, apiKey)).unwrap()
    let isFirst = true
    const slow = create({
      ...memory,
      async save(record, expected) {
        if (isFirst) (await vault.forget(ref)).unwrap()
        isFirst = false
        return memory.save(record, expected)
      },
    })
    expect((await slow.put(ref, tokens)).unwrapErr().code).toBe('STORAGE_CONFLICT')
    expect((await vault.describe(ref)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
  })

  test('what an old server writes behind a rewrap is found by it', async () => {
    const memory = createMemoryCredentialRepository()
    const old = create(memory, secretKey('k1'))
    for (const connectionId of ['a', 'b', 'c']) (await old.put({ ...ref, connectionId }, apiKey)).unwrap()
    let saves = 0
    const racing = create(
      {
        ...memory,
        async save(record, expected) {
          const saved = await memory.save(record, expected)
          if (++saves === 2) (await old.put({ ...ref, connectionId: 'a' }, tokens)).unwrap()
          return saved
        },
      },
      secretKey('k2', 2),
      secretKey('k1'),
    )
    expect((await racing.rewrap()).unwrap()).toMatchObject({ rewrapped: 4, complete: true })
    expect((await racing.canRetire('k1')).unwrap()).toEqual({ canRetire: true, sealedCredentials: 0 })
  })

  test('a failure that is mended meanwhile is none', async () => {
    const memory = createMemoryCredentialRepository()
    const keys = [secretKey('k2', 2), secretKey('k1')]
    ;(await create(memory, secretKey('k9', 9)).put({ ...ref, connectionId: 'a' }, apiKey)).unwrap()
    ;(await create(memory, secretKey('k1')).put({ ...ref, connectionId: 'b' }, apiKey)).unwrap()
    let lists = 0
    const mending: CredentialRepository = {
      ...memory,
      async listSealedByOthers(page) {
        if (++lists === 2) (await create(memory, ...keys).put({ ...ref, connectionId: 'a' }, apiKey)).unwrap()
        return memory.listSealedByOthers(page)
      },
    }
    const report = (await create(mending, ...keys).rewrap()).unwrap()
    expect(report).toMatchObject({ rewrapped: 1, failed: 0, failures: [], complete: true })
  })

  test('a list that does not go on ends a rewrap', async () => {
    const memory = createMemoryCredentialRepository()
    ;(await create(memory, secretKey('k9', 9)).put(ref, apiKey)).unwrap()
    const stuck: CredentialRepository = {
      ...memory,
      listSealedByOthers: (page) => memory.listSealedByOthers({ ...page, after: null }),
    }
    expect((await create(stuck).rewrap()).unwrap()).toMatchObject({ complete: false, failed: 1 })
  })

  test('a rewrap lets others have their turn', async () => {
    const memory = createMemoryCredentialRepository()
    const old = create(memory, secretKey('k1'))
    for (let index = 0; index < 300; index++)
      (await old.put({ ...ref, connectionId: `c-${String(index).padStart(3, '0')}` }, apiKey)).unwrap()
    const stop = new AbortController()
    setTimeout(() => stop.abort())
    const report = (await create(memory, secretKey('k2', 2), secretKey('k1')).rewrap({ signal: stop.signal })).unwrap()
    expect(report.complete).toBe(false)
    expect(report.rewrapped).toBeLessThan(300)
  })
})

describe('what a host gives', () => {
  test('an environment variable that is not set is a missing key', () => {
    expect(parseKeyring(undefined).unwrapErr()).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID', reason: 'missing' })
  })

  test('a key of no kind, or of two, is refused', () => {
    const two = { ...secretKey('a'), keyWrapper: {} }
    for (const key of [{ id: 'a' }, two, { id: 'a', sealedBox: undefined }])
      expect(() => keyringOf(key as unknown as KeyringKey)).toThrow(/ENCRYPTION_KEY_INVALID|its id, a colon/)
  })

  test('a key that is not in the keyring cannot be retired', async () => {
    expect((await create().canRetire('typo')).unwrap()).toEqual({ canRetire: false, sealedCredentials: 0 })
  })

  test('random bytes that are too few are a mistake of the program', async () => {
    const credentials = createMemoryCredentialRepository()
    const keyring = keyringOf(secretKey('k1'))
    const vault = createVault({ keyring, credentials, randomBytes: () => new Uint8Array(31) })
    await expect(vault.put(ref, apiKey)).rejects.toThrow(TypeError)
  })

  test('a service that wipes what it wrapped, or answers in the same bytes each time, changes nothing', async () => {
    const answer = new Uint8Array(32)
    const keyWrapper = {
      async wrapKey(dataKey: Uint8Array) {
        answer.set(dataKey.map((byte) => byte ^ 0x5a))
        dataKey.fill(0)
        return Ok(answer)
      },
      unwrapKey: async (wrapped: Uint8Array) => Ok(wrapped.map((byte) => byte ^ 0x5a)),
    }
    const credentials = createMemoryCredentialRepository()
    const key = { id: 'kms', keyWrapper, dataKeys: { maxUses: 1 } }
    const vault = create(credentials, key)
    const refs = ['a', 'b', 'c'].map((connectionId) => ({ ...ref, connectionId }))
    for (const one of refs) (await vault.put(one, apiKey)).unwrap()
    for (const one of refs)
      expect((await create(credentials, key).use(one, connectorOf('api_key'), reveal)).unwrap()).toEqual(apiKey)
    const [zero] = [create(credentials, { ...key, keyWrapper: { ...keyWrapper, unwrapKey: async () => Ok(keyOf(0)) } })]
    expect((await zero?.use(refs[0] as typeof ref, connectorOf('api_key'), reveal))?.isErr()).toBe(true)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['nothing', async () => undefined],
    ['a text', async () => Ok('text')],
    ['an error of its own', async () => Err(new StorageError('STORAGE_UNAVAILABLE'))],
  ])('a service that answers %s is unavailable', async (_, call) => {
    const keyWrapper = { wrapKey: call, unwrapKey: call } as unknown as NonNullable<KeyringKey['keyWrapper']>
    const vault = create(createMemoryCredentialRepository(), { id: 'kms', keyWrapper })
    expect((await vault.put(ref, apiKey)).unwrapErr().code).toBe('KEY_SERVICE_UNAVAILABLE')
  })
})
