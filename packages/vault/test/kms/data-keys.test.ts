import { createMemoryCredentialRepository, Err, Ok, VaultError } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { encodeRecord } from '../../src/encryption-service.ts'
import { readEnvelope } from '../../src/envelope.ts'
import { awsKms, createVault, type DataKeyLimits, type KeyWrapper } from '../../src/index.ts'
import { nodeCipher } from '../../src/node-cipher.ts'
import { readKeyBody } from '../../src/suites.ts'
import { apiKey, connectorOf, keyringOf, ref, reveal } from '../fixtures.ts'
import { awsFault, keyArn, startAwsKmsServer } from './aws-kms-server.ts'
import { expectNothingShown, markedDataKey } from './shown-forms.ts'

const connector = connectorOf('api_key')
const size = encodeRecord(apiKey).unwrap().length
const larger = { type: 'custom', text: 'x'.repeat(10 * size) } as typeof apiKey
const refOf = (connection: number | string) => ({ ...ref, connectionId: `connection-${connection}` })
const fifty = Array.from({ length: 50 }, (_, index) => refOf(index))

const unavailable = { code: 'KEY_SERVICE_UNAVAILABLE', reason: null, retryable: true, userAction: 'none' }

/** A clock that stands still until it is told to go on. */
function createClock() {
  let milliseconds = 1_000_000
  return {
    now: () => milliseconds,
    forward(seconds: number) {
      milliseconds += seconds * 1000
    },
  }
}

/** Vaults over one store and one key in AWS; each has data keys of its own. */
async function start() {
  const server = await startAwsKmsServer()
  const keyWrapper = awsKms({ client: server.connect(), keyId: keyArn })
  const credentials = createMemoryCredentialRepository()
  const clock = createClock()
  const openVault = (dataKeys?: DataKeyLimits) =>
    createVault({
      keyring: keyringOf({ id: 'aws-1', keyWrapper, dataKeys }),
      credentials,
      cipher: nodeCipher,
      now: clock.now,
    })

  /** What lies in front of a message: the data key as AWS wrapped it. */
  const wrappedOf = async (connection: number | string) => {
    const record = (await credentials.find(refOf(connection).connectionId)).unwrap()
    const { body } = readEnvelope(record?.credentials?.encryptedData as Uint8Array).unwrap()
    return Buffer.from(readKeyBody(body)?.wrapped as Uint8Array).toString('base64')
  }
  return { server, clock, openVault, wrappedOf }
}

/** A vault whose only key is kept by a host's own service. */
function vaultOf(keyWrapper: Partial<KeyWrapper>, dataKeys?: DataKeyLimits) {
  const identity: KeyWrapper = {
    wrapKey: async (dataKey) => Ok(Uint8Array.from(dataKey)),
    unwrapKey: async (wrapped) => Ok(Uint8Array.from(wrapped)),
  }
  const keyring = keyringOf({ id: 'own-1', keyWrapper: { ...identity, ...keyWrapper }, dataKeys })
  return createVault({
    keyring,
    credentials: createMemoryCredentialRepository(),
    cipher: nodeCipher,
    now: createClock().now,
  })
}

describe('a data key for sealing', () => {
  test('seals many messages after one call', async () => {
    const { server, openVault } = await start()
    const vault = openVault()
    for (const each of fifty) (await vault.put(each, apiKey)).unwrap()
    expect(server.calls).toEqual([
      {
        operation: 'Encrypt',
        keyId: keyArn,
        context: { application: 'finport', purpose: 'vault data key', keyId: 'aws-1' },
      },
    ])
  })

  test('ends with its age', async () => {
    const { server, clock, openVault } = await start()
    const vault = openVault({ maxAgeSeconds: 60 })
    const callsAfter = async (seconds: number) => {
      clock.forward(seconds)
      ;(await vault.put(ref, apiKey)).unwrap()
      return server.count('Encrypt')
    }
    expect([await callsAfter(0), await callsAfter(59.999), await callsAfter(0.001), await callsAfter(59)]).toEqual([
      1, 1, 2, 2,
    ])
    expect(await callsAfter(1)).toBe(3)
  })

  test('ends after five minutes if nothing is said', async () => {
    const { server, clock, openVault } = await start()
    const vault = openVault()
    for (const seconds of [0, 299, 1]) {
      clock.forward(seconds)
      ;(await vault.put(ref, apiKey)).unwrap()
    }
    expect(server.count('Encrypt')).toBe(2)
  })

  test('ends with its uses', async () => {
    const { server, openVault, wrappedOf } = await start()
    const vault = openVault({ maxUses: 3 })
    for (let index = 0; index < 7; index++) (await vault.put(refOf(index), apiKey)).unwrap()
    expect(server.count('Encrypt')).toBe(3)
    const wrapped = await Promise.all(Array.from({ length: 7 }, (_, index) => wrappedOf(index)))
    const runs = new Map(wrapped.map((each) => [each, wrapped.filter((other) => other === each).length]))
    expect([...runs.values()]).toEqual([3, 3, 1])
  })

  test('ends with its bytes', async () => {
    const { server, openVault } = await start()
    const vault = openVault({ maxBytes: 3 * size })
    const calls: number[] = []
    for (let index = 0; index < 7; index++) {
      ;(await vault.put(refOf(index), apiKey)).unwrap()
      calls.push(server.count('Encrypt'))
    }
    expect(calls).toEqual([1, 1, 1, 2, 2, 2, 3])
  })

  test('is for one message alone if that is larger than all that a key may seal', async () => {
    const { server, openVault, wrappedOf } = await start()
    const vault = openVault({ maxBytes: 3 * size })
    ;(await vault.put(refOf('a'), apiKey)).unwrap()
    ;(await vault.put(refOf('large'), larger)).unwrap()
    ;(await vault.put(refOf('larger'), larger)).unwrap()
    ;(await vault.put(refOf('b'), apiKey)).unwrap()
    ;(await vault.put(refOf('c'), apiKey)).unwrap()
    const wrapped = await Promise.all(['a', 'large', 'larger', 'b', 'c'].map(wrappedOf))
    expect(new Set(wrapped).size).toBe(4)
    expect(wrapped[4]).toBe(wrapped[3])
    expect(server.count('Encrypt')).toBe(4)
    expect((await openVault().use(refOf('large'), connectorOf('custom'), reveal)).unwrap()).toEqual({ ...larger })
  })

  test.each<[DataKeyLimits, number]>([
    [{}, 1],
    [{ maxUses: 25 }, 2],
    [{ maxUses: 10 }, 5],
    [{ maxUses: 1 }, 50],
    [{ maxBytes: 10 * size }, 5],
    [{ maxBytes: 1 }, 50],
    [{ maxAgeSeconds: 1 }, 1],
    [{ maxAgeSeconds: 1, maxUses: 1, maxBytes: 1, maxKeys: 1 }, 50],
    [{ maxAgeSeconds: 0 }, 50],
    [{ maxUses: 0 }, 50],
    [{ maxBytes: 0 }, 50],
    [{ maxAgeSeconds: Number.NaN, maxUses: Number.NaN, maxBytes: Number.NaN, maxKeys: Number.NaN }, 50],
    [{ maxAgeSeconds: Number.POSITIVE_INFINITY, maxUses: Number.POSITIVE_INFINITY }, 1],
  ])('with %j: fifty messages at a time', async (limits, calls) => {
    let wraps = 0
    const wrapKey = async (dataKey: Uint8Array) => {
      wraps++
      const wrapped = Uint8Array.from(dataKey)
      await new Promise((resolve) => setTimeout(resolve))
      return Ok(wrapped)
    }
    const vault = vaultOf({ wrapKey }, limits)
    const outcomes = await Promise.all(fifty.map((each) => vault.put(each, apiKey)))
    expect(outcomes.every((outcome) => outcome.isOk())).toBe(true)
    expect(wraps).toBe(calls)
    for (const each of fifty) expect((await vault.use(each, connector, reveal)).unwrap()).toEqual({ ...apiKey })
  })

  test('is asked for once by fifty at a time', async () => {
    const { server, openVault } = await start()
    const vault = openVault()
    await Promise.all(fifty.map(async (each) => (await vault.put(each, apiKey)).unwrap()))
    expect(server.count('Encrypt')).toBe(1)
  })

  test('that AWS did not give is asked for again', async () => {
    const { server, openVault } = await start()
    const vault = openVault()
    server.failWith(awsFault('ThrottlingException'))
    const outcomes = await Promise.all(fifty.map((each) => vault.put(each, apiKey)))
    for (const outcome of outcomes) {
      expect(outcome.unwrapErr()).toMatchObject(unavailable)
      expectNothingShown(outcome.unwrapErr())
    }
    expect(server.count('Encrypt')).toBe(1)
    server.recover()
    ;(await vault.put(ref, apiKey)).unwrap()
    ;(await vault.put(ref, apiKey)).unwrap()
    expect(server.count('Encrypt')).toBe(2)
  })

  test('goes on being used while AWS is away', async () => {
    const { server, clock, openVault } = await start()
    const vault = openVault({ maxAgeSeconds: 60 })
    ;(await vault.put(ref, apiKey)).unwrap()
    server.failWith('drop')
    expect((await vault.put(ref, apiKey)).isOk()).toBe(true)
    clock.forward(60)
    expect((await vault.put(ref, apiKey)).unwrapErr()).toMatchObject(unavailable)
    server.recover()
    expect((await vault.put(ref, apiKey)).isOk()).toBe(true)
  })
})

describe('a data key for opening', () => {
  test('is unwrapped once for fifty at a time', async () => {
    const { server, openVault } = await start()
    const sealing = openVault()
    for (const each of fifty) (await sealing.put(each, apiKey)).unwrap()
    const vault = openVault()
    const opened = await Promise.all(fifty.map((each) => vault.use(each, connector, reveal)))
    for (const outcome of opened) expect(outcome.unwrap()).toEqual({ ...apiKey })
    expect(server.count('Decrypt')).toBe(1)
    expect(server.calls.at(-1)?.context).toEqual({
      application: 'finport',
      purpose: 'vault data key',
      keyId: 'aws-1',
    })
  })

  test('that AWS did not give is asked for again', async () => {
    const { server, openVault } = await start()
    const vault = openVault()
    ;(await vault.put(ref, apiKey)).unwrap()
    server.failWith(awsFault('KMSInternalException', 500))
    const outcomes = await Promise.all(fifty.map(() => vault.use(ref, connector, reveal)))
    for (const outcome of outcomes) {
      expect(outcome.unwrapErr()).toMatchObject(unavailable)
      expectNothingShown(outcome.unwrapErr())
    }
    expect(server.count('Decrypt')).toBe(1)
    server.recover()
    for (let time = 0; time < 2; time++) expect((await vault.use(ref, connector, reveal)).isOk()).toBe(true)
    expect(server.count('Decrypt')).toBe(2)
  })

  test('ends with its age, however often it is used', async () => {
    const { server, clock, openVault } = await start()
    const vault = openVault({ maxAgeSeconds: 60 })
    ;(await vault.put(ref, apiKey)).unwrap()
    const calls: number[] = []
    for (const seconds of [0, 30, 29.999, 0.001, 59, 1]) {
      clock.forward(seconds)
      expect((await vault.use(ref, connector, reveal)).isOk()).toBe(true)
      calls.push(server.count('Decrypt'))
    }
    expect(calls).toEqual([1, 1, 1, 2, 2, 3])
  })

  test('gives way to others: so many are kept as the limit says', async () => {
    const { server, openVault } = await start()
    const sealing = openVault({ maxUses: 1 })
    for (const name of ['a', 'b', 'c']) (await sealing.put(refOf(name), apiKey)).unwrap()
    const vault = openVault({ maxKeys: 2 })
    const callsFor = async (name: string) => {
      const before = server.count('Decrypt')
      expect((await vault.use(refOf(name), connector, reveal)).isOk()).toBe(true)
      return server.count('Decrypt') - before
    }
    const calls: number[] = []
    for (const name of ['a', 'b', 'a', 'b', 'c', 'b', 'c', 'a', 'c', 'a', 'b']) calls.push(await callsFor(name))
    expect(calls).toEqual([1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1])
  })

  test.each([0, 1])('is kept by itself when %i may be', async (maxKeys) => {
    const { server, openVault } = await start()
    const sealing = openVault({ maxUses: 1 })
    for (const name of ['a', 'b']) (await sealing.put(refOf(name), apiKey)).unwrap()
    const vault = openVault({ maxKeys })
    for (const name of ['a', 'b', 'a', 'b']) expect((await vault.use(refOf(name), connector, reveal)).isOk()).toBe(true)
    expect(server.count('Decrypt')).toBe(4)
  })

  test('is unwrapped each time when none may grow old', async () => {
    const { server, openVault } = await start()
    const vault = openVault({ maxAgeSeconds: 0 })
    ;(await vault.put(ref, apiKey)).unwrap()
    for (let time = 0; time < 3; time++) expect((await vault.use(ref, connector, reveal)).isOk()).toBe(true)
    expect(server.count('Decrypt')).toBe(3)
  })
})

describe("a host's own service", () => {
  const thrown = [
    ['an error', new Error('canary')],
    ['a text', 'canary'],
    ['nothing', undefined],
    ['an error of the vault', new VaultError('ENCRYPTION_KEY_INVALID', 'rejected')],
  ] as const

  test.each(thrown)('that throws %s can not be reached', async (_, reason) => {
    const fail = () => {
      throw reason
    }
    for (const broken of [fail, () => Promise.reject(reason)]) {
      const sealing = await vaultOf({ wrapKey: broken }).put(ref, apiKey)
      const opening = vaultOf({ unwrapKey: broken })
      ;(await opening.put(ref, apiKey)).unwrap()
      for (const outcome of [sealing, await opening.use(ref, connector, reveal)]) {
        expect(outcome.unwrapErr()).toMatchObject(unavailable)
        expectNothingShown(outcome.unwrapErr())
      }
    }
  })

  test('says itself what is wrong', async () => {
    for (const error of [
      new VaultError('KEY_SERVICE_UNAVAILABLE'),
      new VaultError('ENCRYPTION_KEY_INVALID', 'rejected'),
      new VaultError('DECRYPTION_FAILED', 'not_authentic'),
    ]) {
      expect((await vaultOf({ wrapKey: async () => Err(error) }).put(ref, apiKey)).unwrapErr()).toBe(error)
      const vault = vaultOf({ unwrapKey: async () => Err(error) })
      ;(await vault.put(ref, apiKey)).unwrap()
      expect((await vault.use(ref, connector, reveal)).unwrapErr()).toBe(error)
    }
  })

  test.each([
    [0, 'ENCRYPTION_FAILED'],
    [1, null],
    [0xffff, null],
    [0x10000, 'ENCRYPTION_FAILED'],
  ])('that wraps into %i bytes: %s', async (length, code) => {
    const dataKeys: Uint8Array[] = []
    const vault = vaultOf({
      wrapKey: async (dataKey) => {
        dataKeys.push(Uint8Array.from(dataKey))
        return Ok(new Uint8Array(length).fill(9))
      },
      unwrapKey: async () => Ok(Uint8Array.from(dataKeys.at(-1) as Uint8Array)),
    })
    const outcome = await vault.put(ref, apiKey)
    expect(outcome.isErr() ? outcome.error : { code: null }).toMatchObject({ code })
    if (code === null) expect((await vault.use(ref, connector, reveal)).unwrap()).toEqual({ ...apiKey })
    else expect((await vault.describe(ref)).unwrapErr()).toMatchObject({ code: 'CREDENTIALS_NOT_FOUND' })
  })

  test.each([0, 16, 31, 33, 64])('that unwraps %i bytes is not believed, and asked again', async (length) => {
    let isWrong = true
    const vault = vaultOf({
      unwrapKey: async (wrapped) => Ok(isWrong ? new Uint8Array(length) : Uint8Array.from(wrapped)),
    })
    ;(await vault.put(ref, apiKey)).unwrap()
    const error = (await vault.use(ref, connector, reveal)).unwrapErr()
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
    isWrong = false
    expect((await vault.use(ref, connector, reveal)).isOk()).toBe(true)
  })

  test('that unwraps another key opens nothing', async () => {
    const vault = vaultOf({ unwrapKey: async () => Ok(markedDataKey()) })
    ;(await vault.put(ref, apiKey)).unwrap()
    const error = (await vault.use(ref, connector, reveal)).unwrapErr()
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
    expectNothingShown(error)
  })

  test('gets 32 random bytes, which are overwritten once they are wrapped', async () => {
    const given: Uint8Array[] = []
    const copies: string[] = []
    const vault = vaultOf(
      {
        wrapKey: async (dataKey) => {
          given.push(dataKey)
          copies.push(Buffer.from(dataKey).toString('hex'))
          return Ok(Uint8Array.from(dataKey))
        },
      },
      { maxUses: 1 },
    )
    for (let time = 0; time < 20; time++) (await vault.put(ref, apiKey)).unwrap()
    expect(new Set(copies).size).toBe(20)
    for (const dataKey of given) expect(dataKey).toEqual(new Uint8Array(32))
  })
})
