import {
  type CredentialRecord,
  type CredentialRepository,
  createMemoryCredentialRepository,
  Err,
  type StorableCredentials,
  StorageError,
} from '@finport/core'
import { describe, expect, test } from 'vitest'
import { createVault, generateSealedBoxKeys, type RewrapProgress, sealedBox } from '../src/index.ts'
import { nodeCipher } from '../src/node-cipher.ts'
import { connectorOf, keyringOf, reveal, secretKey } from './fixtures.ts'

const [one, two, three] = [secretKey('k1', 1), secretKey('k2', 2), secretKey('k3', 3)]
const refOf = (index: number) => ({ userId: `user-${index % 7}`, connectionId: `c-${index}`, provider: 'acme' })
const contentOf = (index: number, version = 1) => ({ type: 'custom', index, version }) as unknown as StorableCredentials
const vaultOf = (credentials: CredentialRepository, ...keys: Parameters<typeof keyringOf>) =>
  createVault({ keyring: keyringOf(...keys), credentials, cipher: nodeCipher })

async function fill(count: number, ...keys: Parameters<typeof keyringOf>): Promise<CredentialRepository> {
  const credentials = createMemoryCredentialRepository()
  const vault = vaultOf(credentials, ...keys)
  for (let index = 0; index < count; index++) (await vault.put(refOf(index), contentOf(index))).unwrap()
  return credentials
}

const read = async (vault: ReturnType<typeof vaultOf>, index: number) =>
  (await vault.use(refOf(index), connectorOf('custom'), reveal)).unwrap()
const recordOf = async (credentials: CredentialRepository, index: number) =>
  (await credentials.find(`c-${index}`)).unwrap() as CredentialRecord

describe('rewrap', () => {
  test('seals everything with the first key, and changes nothing else', async () => {
    const credentials = await fill(20, one)
    const before = await recordOf(credentials, 3)
    const vault = vaultOf(credentials, two, one)
    expect((await vault.rewrap()).unwrap()).toEqual({
      rewrapped: 20,
      overtaken: 0,
      failed: 0,
      complete: true,
      failures: [],
    })
    const after = await recordOf(credentials, 3)
    expect(after).toEqual({
      ...before,
      credentials: { ...before.credentials, keyId: 'k2', encryptedData: expect.any(Uint8Array) },
    })
    const alone = vaultOf(credentials, two)
    for (let index = 0; index < 20; index++) expect(await read(alone, index)).toEqual(contentOf(index))
  })

  test('does nothing where nothing is to be done', async () => {
    const credentials = await fill(3, one)
    const before = await recordOf(credentials, 1)
    expect((await vaultOf(credentials, one).rewrap()).unwrap()).toMatchObject({ rewrapped: 0, complete: true })
    expect(await recordOf(credentials, 1)).toEqual(before)
  })

  test('tells how far it is, and stops at a signal; begun again, it goes on', async () => {
    const credentials = await fill(300, one)
    const vault = vaultOf(credentials, two, one)
    const stop = new AbortController()
    const seen: RewrapProgress[] = []
    const onProgress = (progress: RewrapProgress) => {
      seen.push(progress)
      stop.abort()
    }
    const first = (await vault.rewrap({ onProgress, signal: stop.signal })).unwrap()
    expect(first).toMatchObject({ rewrapped: 100, complete: false })
    expect(seen).toEqual([{ rewrapped: 100, overtaken: 0, failed: 0 }])
    expect((await vault.rewrap()).unwrap()).toMatchObject({ rewrapped: 200, complete: true })
  })

  test('ends where the store fails, and goes on later', async () => {
    const credentials = await fill(10, one)
    let saves = 0
    const failing: CredentialRepository = {
      ...credentials,
      save: async (...change) =>
        ++saves > 4 ? Err(new StorageError('STORAGE_UNAVAILABLE')) : credentials.save(...change),
    }
    expect((await vaultOf(failing, two, one).rewrap()).unwrapErr().code).toBe('STORAGE_UNAVAILABLE')
    expect((await vaultOf(credentials, two, one).rewrap()).unwrap()).toMatchObject({ rewrapped: 6, complete: true })
  })

  test('names what it cannot open, and leaves it as it is', async () => {
    const credentials = await fill(5, one)
    ;(await vaultOf(credentials, three).put(refOf(2), contentOf(2))).unwrap()
    const broken = await recordOf(credentials, 4)
    const sealed = broken.credentials as NonNullable<CredentialRecord['credentials']>
    ;(
      await credentials.save({ ...broken, credentials: { ...sealed, encryptedData: Uint8Array.of(1) } }, broken.version)
    ).unwrap()
    const report = (await vaultOf(credentials, two, one).rewrap()).unwrap()
    expect(report).toEqual({
      rewrapped: 3,
      overtaken: 0,
      failed: 2,
      complete: true,
      failures: [
        { connectionId: 'c-2', code: 'DECRYPTION_FAILED', reason: 'unknown_key' },
        { connectionId: 'c-4', code: 'DECRYPTION_FAILED', reason: 'not_sealed' },
      ],
    })
    expect(await read(vaultOf(credentials, three), 2)).toEqual(contentOf(2))
  })

  test('refuses to seal for somebody what was sealed for another', async () => {
    const credentials = await fill(2, one)
    const [thief, owner] = [await recordOf(credentials, 0), await recordOf(credentials, 1)]
    ;(await credentials.save({ ...thief, credentials: owner.credentials }, thief.version)).unwrap()
    const report = (await vaultOf(credentials, two, one).rewrap()).unwrap()
    expect(report.failures).toEqual([{ connectionId: 'c-0', code: 'DECRYPTION_FAILED', reason: 'not_authentic' }])
  })

  test('leaves to others what they write meanwhile, and comes back for what they sealed with an old key', async () => {
    const credentials = await fill(4, one)
    const old = vaultOf(credentials, one)
    let isFirst = true
    const racing: CredentialRepository = {
      ...credentials,
      async save(record, expected) {
        if (isFirst) {
          isFirst = false
          ;(await old.put(refOf(0), contentOf(0, 2))).unwrap()
        }
        return credentials.save(record, expected)
      },
    }
    const report = (await vaultOf(racing, two, one).rewrap()).unwrap()
    expect(report).toMatchObject({ rewrapped: 4, overtaken: 1, complete: true })
    expect(await read(vaultOf(credentials, two), 0)).toEqual(contentOf(0, 2))
  })

  test('does not make a writer lose who read before it', async () => {
    const credentials = await fill(1, one)
    const before = await recordOf(credentials, 0)
    ;(await vaultOf(credentials, two, one).rewrap()).unwrap()
    expect((await credentials.save({ ...before, version: before.version + 1 }, before.version)).isOk()).toBe(true)
  })

  test('goes from a secret key to a sealed box, and back where its secret half is', async () => {
    const keys = generateSealedBoxKeys()
    const writer = { id: 'box', sealedBox: sealedBox({ publicKey: keys.publicKey }).unwrap() }
    const reader = { id: 'box', sealedBox: sealedBox(keys).unwrap() }
    const credentials = await fill(3, one)
    expect((await vaultOf(credentials, writer, one).rewrap()).unwrap()).toMatchObject({ rewrapped: 3, complete: true })
    expect((await vaultOf(credentials, one, writer).rewrap()).unwrap()).toMatchObject({ rewrapped: 0, failed: 3 })
    expect((await vaultOf(credentials, one, reader).rewrap()).unwrap()).toMatchObject({ rewrapped: 3, complete: true })
  })

  test('loses and doubles nothing while four writers write', async () => {
    const count = 2_000
    const credentials = await fill(count, one)
    const versions = new Map<number, number>()
    const rotated = vaultOf(credentials, two, one)
    let isDone = false
    const write = async (writer: number) => {
      for (let step = 0; !isDone; step++) {
        const index = (step * 4 + writer) % count
        const version = (versions.get(index) ?? 1) + 1
        ;(await rotated.put(refOf(index), contentOf(index, version))).unwrap()
        versions.set(index, version)
        if (step % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const writers = [0, 1, 2, 3].map(write)
    const onProgress = () => {}
    const report = (await rotated.rewrap({ onProgress })).unwrap()
    isDone = true
    await Promise.all(writers)
    expect(report).toMatchObject({ failed: 0, complete: true })
    const alone = vaultOf(credentials, two)
    for (let index = 0; index < count; index++)
      expect(await read(alone, index)).toEqual(contentOf(index, versions.get(index) ?? 1))
    expect((await rotated.canRetire('k1')).unwrap()).toEqual({ canRetire: true, sealedCredentials: 0 })
  })
})

describe('canRetire', () => {
  test('counts what needs the key, and keeps the first one', async () => {
    const credentials = await fill(5, one)
    const vault = vaultOf(credentials, two, one)
    expect((await vault.canRetire('k1')).unwrap()).toEqual({ canRetire: false, sealedCredentials: 5 })
    expect((await vault.canRetire('k2')).unwrap()).toEqual({ canRetire: false, sealedCredentials: 0 })
    ;(await vault.forget(refOf(0))).unwrap()
    ;(await vault.rewrap()).unwrap()
    expect((await vault.canRetire('k1')).unwrap()).toEqual({ canRetire: true, sealedCredentials: 0 })
    expect((await vault.canRetire('k2')).unwrap()).toEqual({ canRetire: false, sealedCredentials: 4 })
  })
})
