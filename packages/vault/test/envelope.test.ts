import {
  type CredentialRecord,
  type CredentialRef,
  createMemoryCredentialRepository,
  type VaultError,
} from '@finport/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createVault, generateSealedBoxKeys, type KeyringKey, sealedBox } from '../src/index.ts'
import { nodeCipher } from '../src/node-cipher.ts'
import { apiKey, connectorOf, keyringOf, ref, reveal, secretKey } from './fixtures.ts'

const boxKey: KeyringKey = { id: 'box', sealedBox: sealedBox(generateSealedBoxKeys()).unwrap() }

/** A vault with credentials of one connection, and what happens when what is stored is changed. */
async function stored(...keys: KeyringKey[]) {
  const repository = createMemoryCredentialRepository()
  const vault = createVault({ keyring: keyringOf(...keys), credentials: repository, cipher: nodeCipher })
  ;(await vault.put(ref, apiKey)).unwrap()
  const record = (await repository.find(ref.connectionId)).unwrap() as CredentialRecord
  const bytes = (record.credentials as NonNullable<CredentialRecord['credentials']>).encryptedData

  /** What opening gives when these bytes are in the place of those sealed. */
  const open = async (
    encryptedData: Uint8Array,
    changes: { by?: CredentialRef; keyring?: KeyringKey[]; credentialType?: 'oauth2' | 'custom' } = {},
  ) => {
    const { by = ref, keyring = keys, credentialType = 'api_key' } = changes
    const credentials = { ...record.credentials, encryptedData, credentialType } as CredentialRecord['credentials']
    const changed = createMemoryCredentialRepository()
    ;(await changed.save({ ...record, ...by, credentials }, 0)).unwrap()
    const reader = createVault({ keyring: keyringOf(...keyring), credentials: changed, cipher: nodeCipher })
    return reader.use(by, connectorOf('api_key', by.provider), reveal)
  }
  const problem = async (...change: Parameters<typeof open>) => {
    const error = (await open(...change)).unwrapErr() as VaultError
    return error.code === 'DECRYPTION_FAILED' ? error.reason : error.code
  }
  return { bytes, open, problem, record, repository }
}

describe.each([
  ['a secret key', secretKey('k1')],
  ['a sealed box', boxKey],
])('an envelope of %s', (_, key) => {
  test('opens as it is', async () => {
    const { bytes, open } = await stored(key)
    expect((await open(bytes)).unwrap()).toEqual(apiKey)
  })

  test('changed in any single bit is refused', async () => {
    const { bytes, open } = await stored(key)
    let refused = 0
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Uint8Array.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      const opened = await open(changed)
      if (opened.isErr() && opened.error.code === 'DECRYPTION_FAILED') refused++
    }
    expect(refused).toBe(bytes.length * 8)
    // More than a thousand times X25519 in plain JavaScript.
  }, 30_000)

  test('cut anywhere or made longer is refused', async () => {
    const { bytes, open } = await stored(key)
    for (let length = 0; length < bytes.length; length++)
      expect((await open(bytes.subarray(0, length))).isErr()).toBe(true)
    for (const more of [[0], [0, 0], [...bytes]])
      expect((await open(Uint8Array.of(...bytes, ...more))).isErr()).toBe(true)
  })

  test('of another user, connection, provider or type is refused', async () => {
    const { bytes, problem } = await stored(key)
    for (const change of [{ userId: 'user-2' }, { connectionId: 'connection-2' }, { provider: 'other' }])
      expect(await problem(bytes, { by: { ...ref, ...change } })).toBe('not_authentic')
    expect(await problem(bytes, { credentialType: 'oauth2' })).toBe('not_authentic')
  })

  test('texts that only look alike when put together are told apart', async () => {
    const { bytes, problem } = await stored(key)
    for (const [userId, connectionId] of [
      ['user-1c', 'onnection-1'],
      ['user-', '1connection-1'],
      ['', 'user-1connection-1'],
    ] as const)
      expect(await problem(bytes, { by: { ...ref, userId, connectionId } })).toBe('not_authentic')
  })

  test('of a key that is not there is told from one that was changed', async () => {
    const { bytes, problem } = await stored(key)
    expect(await problem(bytes, { keyring: [secretKey('k9', 1), { ...boxKey, id: 'box9' }] })).toBe('unknown_key')
    expect(
      await problem(bytes, {
        keyring: [
          { ...key, id: 'k9' },
          { ...secretKey('x', 5), id: key.id },
        ],
      }),
    ).toBe(key === boxKey ? 'unsupported_suite' : 'not_authentic')
  })

  test('other bytes of any kind end in an error', async () => {
    const { bytes, problem } = await stored(key)
    const header = bytes.subarray(0, 12)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(12), async (noise, kept) => {
        expect(await problem(Uint8Array.of(...header.subarray(0, kept), ...noise))).toMatch(
          /^(?:not_sealed|unsupported_format|unsupported_suite|unknown_key|not_authentic)$/,
        )
      }),
    )
  })
})

test('what was never sealed is refused, whatever it holds', async () => {
  const { problem } = await stored(secretKey('k1'))
  for (const text of [JSON.stringify(apiKey), '', '{}', 'FIN', 'vault:v1:AAAA'])
    expect(await problem(new TextEncoder().encode(text))).toBe('not_sealed')
})

test('another format is refused, older or newer', async () => {
  const { bytes, problem } = await stored(secretKey('k1'))
  for (const format of [0, 2, 255]) expect(await problem(bytes.with(4, format))).toBe('unsupported_format')
})

test('a suite is accepted only where the keyring has a key of it, and each key only in its own', async () => {
  const { bytes, problem } = await stored(secretKey('k1'))
  for (const suite of [0, 2, 3, 255]) expect(await problem(bytes.with(5, suite))).toBe('unsupported_suite')
  expect(await problem(bytes.with(5, 2), { keyring: [secretKey('k1'), boxKey] })).toBe('unsupported_suite')
  expect(await problem(bytes, { keyring: [boxKey] })).toBe('unsupported_suite')
  const boxed = await stored(boxKey)
  expect(await boxed.problem(boxed.bytes, { keyring: [secretKey('k1')] })).toBe('unsupported_suite')
  expect(await boxed.problem(boxed.bytes, { keyring: [secretKey('box')] })).toBe('unsupported_suite')
})

test('a key that only seals says so', async () => {
  const keys = generateSealedBoxKeys()
  const writer: KeyringKey = { id: 'box', sealedBox: sealedBox({ publicKey: keys.publicKey }).unwrap() }
  const { bytes, open, problem } = await stored(writer)
  expect(await problem(bytes)).toBe('key_only_seals')
  const reader: KeyringKey = { id: 'box', sealedBox: sealedBox(keys).unwrap() }
  expect((await open(bytes, { keyring: [reader] })).unwrap()).toEqual(apiKey)
})

test('a wrapped data key in front of a key without a service is refused', async () => {
  const { bytes, problem } = await stored(secretKey('k1'))
  const length = 7 + 2 + 32
  const wrapped = Uint8Array.of(...bytes.subarray(0, length), 0, 3, 1, 2, 3, ...bytes.subarray(length + 2))
  expect(await problem(wrapped)).toBe('not_authentic')
})

test('two who seal the same with one key have nothing in common behind the header', async () => {
  const [one, two] = await Promise.all([stored(secretKey('k1')), stored(secretKey('k1'))])
  expect(one.bytes.subarray(0, 9)).toEqual(two.bytes.subarray(0, 9))
  const same = one.bytes.subarray(9).filter((byte, index) => byte === two.bytes[index + 9])
  expect(same.length).toBeLessThan(20)
})

test('the layout is the one that is written down', async () => {
  const { bytes } = await stored(secretKey('2026-01'))
  const plaintext = JSON.stringify(apiKey)
  expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('FINP')
  expect([...bytes.subarray(4, 7)]).toEqual([1, 1, 7])
  expect(new TextDecoder().decode(bytes.subarray(7, 14))).toBe('2026-01')
  expect([...bytes.subarray(46, 48)]).toEqual([0, 0])
  expect(bytes).toHaveLength(7 + 7 + 32 + 2 + 32 + plaintext.length + 16)
  const shown = new TextDecoder('latin1').decode(bytes)
  for (const hidden of ['canary', 'api_key', 'apiSecret', ref.userId]) expect(shown).not.toContain(hidden)
})
