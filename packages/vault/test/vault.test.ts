import { inspect } from 'node:util'
import {
  type CredentialRecord,
  type CredentialRepository,
  createMemoryCredentialRepository,
  Err,
  type Instant,
  Ok,
  type StorableCredentials,
  StorageError,
  VaultError,
} from '@finport/core'
import { describe, expect, test } from 'vitest'
import { createVault, type VaultParts } from '../src/index.ts'
import { apiKey, connectorOf, keyringOf, ref, reveal, secretKey, tokens } from './fixtures.ts'

const create = (parts: Partial<VaultParts> = {}) => {
  const credentials = createMemoryCredentialRepository()
  return { credentials, vault: createVault({ keyring: keyringOf(secretKey('k1')), credentials, ...parts }) }
}
const others = [
  ['user', { ...ref, userId: 'user-2' }],
  ['connection', { ...ref, connectionId: 'connection-2' }],
  ['provider', { ...ref, provider: 'other' }],
] as const

describe('put and use', () => {
  test.each<[Parameters<typeof connectorOf>[0], StorableCredentials]>([
    ['api_key', apiKey],
    ['oauth2', tokens],
    ['custom', { type: 'custom', nested: { list: [1, 'ü', null, true] }, '': '' } as StorableCredentials],
  ])('give %s back as they were', async (type, credentials) => {
    const { vault } = create()
    expect((await vault.put(ref, credentials)).isOk()).toBe(true)
    expect((await vault.use(ref, connectorOf(type), reveal)).unwrap()).toEqual(credentials)
  })

  test('credentials as providers get them, masked, are kept whole', async () => {
    const { vault } = create()
    const masked = connectorOf('api_key').parseCredentials(apiKey).unwrap() as StorableCredentials
    ;(await vault.put(ref, masked)).unwrap()
    expect((await vault.use(ref, connectorOf('api_key'), reveal)).unwrap()).toEqual(apiKey)
  })

  test('work gets them masked', async () => {
    const { vault } = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const seen = await vault.use(ref, connectorOf('api_key'), async (credentials) =>
      Ok([JSON.stringify(credentials), `${credentials}`, inspect(credentials, { depth: 9 })].join()),
    )
    expect(seen.unwrap()).not.toContain('canary')
  })

  test('what work gives comes back, errors too', async () => {
    const { vault } = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const error = new StorageError('STORAGE_UNAVAILABLE')
    expect((await vault.use(ref, connectorOf('api_key'), async () => Err(error))).unwrapErr()).toBe(error)
  })

  test('the later put counts', async () => {
    const { vault, credentials } = create()
    ;(await vault.put(ref, tokens)).unwrap()
    ;(await vault.put(ref, apiKey)).unwrap()
    expect((await vault.use(ref, connectorOf('api_key'), reveal)).unwrap()).toEqual(apiKey)
    expect((await credentials.find(ref.connectionId)).unwrap()?.version).toBe(2)
  })

  test('of many at a time, one counts and none is mixed', async () => {
    const { vault } = create()
    const puts = Array.from({ length: 8 }, (_, index) =>
      vault.put(ref, { ...apiKey, apiKey: `key-${index}`, apiSecret: `secret-${index}` } as StorableCredentials),
    )
    const written = (await Promise.all(puts)).filter((result) => result.isOk())
    expect(written.length).toBeGreaterThan(0)
    const kept = (await vault.use(ref, connectorOf('api_key'), reveal)).unwrap() as Record<string, string>
    expect(kept.apiKey?.slice(4)).toBe(kept.apiSecret?.slice(7))
  })

  test('nothing is found where nothing was put', async () => {
    const { vault } = create()
    expect((await vault.use(ref, connectorOf('api_key'), reveal)).unwrapErr()).toMatchObject({
      code: 'CREDENTIALS_NOT_FOUND',
      userAction: 'reconnect',
    })
  })

  test.each(others)('nothing is found under another %s', async (_, other) => {
    const { vault } = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const connector = connectorOf('api_key', other.provider)
    expect((await vault.use(other, connector, reveal)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
    expect((await vault.describe(other)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
    expect((await vault.forget(other)).isOk()).toBe(true)
    expect((await vault.use(ref, connectorOf('api_key'), reveal)).isOk()).toBe(true)
  })

  test("another's connection can't be taken by putting something there", async () => {
    const { vault } = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    for (const other of [
      { ...ref, userId: 'user-2' },
      { ...ref, provider: 'other' },
    ])
      expect((await vault.put(other, tokens)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
    ;(await vault.forget(ref)).unwrap()
    expect((await vault.put({ ...ref, userId: 'user-2' }, tokens)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
  })

  test('what the provider no longer takes is unreadable, without a word of it', async () => {
    const { vault } = create()
    ;(await vault.put(ref, { type: 'api_key', apiKey: 'key-canary' } as unknown as StorableCredentials)).unwrap()
    const error = (await vault.use(ref, connectorOf('api_key'), reveal)).unwrapErr()
    expect(error).toMatchObject({ code: 'CREDENTIALS_UNREADABLE', userAction: 'reconnect' })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary')
  })

  test.each<[string, unknown]>([
    ['a file', { type: 'file_import', fileName: 'a', fileContent: new Uint8Array(1) }],
    ['no type', { apiKey: 'k' }],
    ['what is no JSON', { type: 'custom', amount: 1n }],
  ])('%s is not kept', async (_, credentials) => {
    const { vault, credentials: repository } = create()
    expect((await vault.put(ref, credentials as StorableCredentials)).unwrapErr().code).toBe('ENCRYPTION_FAILED')
    expect((await repository.find(ref.connectionId)).unwrap()).toBeNull()
  })

  test('a reference that is no text of Unicode is refused: two of them could be taken for one', async () => {
    const { vault } = create()
    expect((await vault.put({ ...ref, userId: 'user-\ud800' }, apiKey)).unwrapErr().code).toBe('ENCRYPTION_FAILED')
  })

  test('the store sees no secret', async () => {
    const { vault, credentials } = create()
    ;(await vault.put(ref, tokens)).unwrap()
    const record = (await credentials.find(ref.connectionId)).unwrap() as CredentialRecord
    expect(record).toEqual({
      ...ref,
      version: 1,
      credentials: {
        encryptedData: expect.any(Uint8Array),
        credentialType: 'oauth2',
        expiresAt: '2026-01-31T12:30:00.000Z',
        keyId: 'k1',
        refreshAt: expect.any(String),
        reauthenticateBy: null,
      },
      lease: null,
      refresh: null,
    })
    const text = JSON.stringify(record) + new TextDecoder('latin1').decode(record.credentials?.encryptedData)
    expect(text).not.toContain('canary')
  })

  test('what is in the clear decides nothing', async () => {
    const { vault, credentials } = create()
    ;(await vault.put(ref, tokens)).unwrap()
    const record = (await credentials.find(ref.connectionId)).unwrap() as CredentialRecord
    const sealed = record.credentials as NonNullable<CredentialRecord['credentials']>
    const changed = { ...sealed, expiresAt: null, keyId: 'other' }
    ;(await credentials.save({ ...record, credentials: changed }, 1)).unwrap()
    expect((await vault.use(ref, connectorOf('oauth2'), reveal)).unwrap()).toEqual(tokens)
  })
})

describe('describe', () => {
  const now = () => Date.parse('2026-01-31T12:00:00.000Z')

  test('tells the type and the expiry, and opens nothing', async () => {
    const { credentials, vault } = create({ now })
    ;(await vault.put(ref, tokens)).unwrap()
    const blind = createVault({ keyring: keyringOf(secretKey('k9', 9)), credentials, now })
    expect((await blind.describe(ref)).unwrap()).toEqual({
      type: 'oauth2',
      expiresAt: '2026-01-31T12:30:00.000Z',
      reauthenticateBy: null,
      state: 'usable',
      reason: null,
    })
  })

  test.each([
    ['2026-01-31T12:00:00.001Z', 'usable'],
    ['2026-01-31T12:00:00.000Z', 'reauthentication_required'],
    ['2026-01-30T12:00:00.000Z', 'reauthentication_required'],
  ])('a login until %s is %s', async (text, state) => {
    const { vault } = create({ now })
    const reauthenticateBy = text as Instant
    ;(await vault.put(ref, tokens, { reauthenticateBy })).unwrap()
    expect((await vault.describe(ref)).unwrap()).toMatchObject({ reauthenticateBy, state })
  })
})

describe('forget', () => {
  test('leaves nothing but the version', async () => {
    const { vault, credentials } = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    ;(await vault.forget(ref)).unwrap()
    expect((await vault.use(ref, connectorOf('api_key'), reveal)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
    expect((await vault.describe(ref)).unwrapErr().code).toBe('CREDENTIALS_NOT_FOUND')
    expect((await credentials.find(ref.connectionId)).unwrap()).toEqual({
      ...ref,
      version: 2,
      credentials: null,
      lease: null,
      refresh: null,
    })
  })

  test('nobody who read before can bring back what was forgotten', async () => {
    const { vault, credentials } = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const before = (await credentials.find(ref.connectionId)).unwrap() as CredentialRecord
    ;(await vault.forget(ref)).unwrap()
    const again = await credentials.save({ ...before, version: before.version + 1 }, before.version)
    expect(again.unwrapErr().code).toBe('STORAGE_CONFLICT')
  })

  test('is no error where there is nothing, and can be repeated', async () => {
    const { vault, credentials } = create()
    expect((await vault.forget(ref)).isOk()).toBe(true)
    expect((await credentials.find(ref.connectionId)).unwrap()).toBeNull()
    ;(await vault.put(ref, apiKey)).unwrap()
    for (let time = 0; time < 2; time++) expect((await vault.forget(ref)).isOk()).toBe(true)
    ;(await vault.put(ref, tokens)).unwrap()
    expect((await vault.use(ref, connectorOf('oauth2'), reveal)).unwrap()).toEqual(tokens)
  })
})

describe('several keys', () => {
  test('the first seals, all open', async () => {
    const { credentials, vault } = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const keyring = keyringOf(secretKey('k2', 2), secretKey('k1'))
    const rotated = createVault({ keyring, credentials })
    expect((await rotated.use(ref, connectorOf('api_key'), reveal)).unwrap()).toEqual(apiKey)
    ;(await rotated.put(ref, tokens)).unwrap()
    expect((await credentials.find(ref.connectionId)).unwrap()?.credentials?.keyId).toBe('k2')
    expect((await vault.use(ref, connectorOf('oauth2'), reveal)).unwrapErr()).toEqual(
      new VaultError('DECRYPTION_FAILED', 'unknown_key'),
    )
  })

  test('another key of the same id opens nothing', async () => {
    const { credentials, vault } = create()
    ;(await vault.put(ref, apiKey)).unwrap()
    const other = createVault({ keyring: keyringOf(secretKey('k1', 2)), credentials })
    expect((await other.use(ref, connectorOf('api_key'), reveal)).unwrapErr()).toEqual(
      new VaultError('DECRYPTION_FAILED', 'not_authentic'),
    )
  })
})

describe('a store that fails', () => {
  const unavailable = async () => Err(new StorageError('STORAGE_UNAVAILABLE'))
  const thrown = async () => {
    throw new Error('canary: connection to db.internal failed')
  }

  test.each([
    ['says so', unavailable],
    ['throws', thrown],
  ])('and %s: every call gives STORAGE_UNAVAILABLE', async (_, fail) => {
    const memory = createMemoryCredentialRepository()
    const broken = Object.fromEntries(Object.keys(memory).map((name) => [name, fail]))
    const { vault } = create({ credentials: broken as unknown as CredentialRepository })
    for (const result of [
      await vault.put(ref, apiKey),
      await vault.use(ref, connectorOf('api_key'), reveal),
      await vault.describe(ref),
      await vault.forget(ref),
      await vault.rewrap(),
      await vault.canRetire('k1'),
    ]) {
      expect(result.unwrapErr()).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
      expect(inspect(result, { depth: 9, showHidden: true })).not.toContain('canary')
    }
  })

  test('a put that always comes second gives a conflict after some tries', async () => {
    const memory = createMemoryCredentialRepository()
    let saves = 0
    const busy: CredentialRepository = {
      ...memory,
      save: async () => {
        saves++
        return Err(new StorageError('STORAGE_CONFLICT'))
      },
    }
    const { vault } = create({ credentials: busy })
    expect((await vault.put(ref, apiKey)).unwrapErr().code).toBe('STORAGE_CONFLICT')
    expect(saves).toBe(10)
  })
})
