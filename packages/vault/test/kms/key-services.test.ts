import { type CredentialRepository, createMemoryCredentialRepository } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { readEnvelope, writeEnvelope } from '../../src/envelope.ts'
import {
  awsKms,
  createVault,
  type DataKeyLimits,
  type KeyringKey,
  type KeyWrapper,
  vaultTransit,
} from '../../src/index.ts'
import { nobleCipher } from '../../src/noble-cipher.ts'
import { nodeCipher } from '../../src/node-cipher.ts'
import { apiKey, connectorOf, keyringOf, ref, reveal, secretKey, tokens } from '../fixtures.ts'
import { awsFault, keyAlias, keyArn, otherKeyId, startAwsKmsServer } from './aws-kms-server.ts'
import type { Fault } from './local-server.ts'
import { expectNothingShown } from './shown-forms.ts'
import { keyName, startVaultTransitServer, token, vaultFault } from './vault-transit-server.ts'

type Service = {
  key: KeyringKey
  wraps(): number
  unwraps(): number
  contexts(): unknown[]
  failWith(fault: Fault, after?: number): void
  recover(): void
}

/** One data key for each message unless it is said otherwise, so that each one asks the service. */
const single: DataKeyLimits = { maxUses: 1 }

async function startAws(id = 'aws-1', dataKeys: DataKeyLimits = single) {
  const server = await startAwsKmsServer()
  const keyWrapper: KeyWrapper = awsKms({ client: server.connect(), keyId: keyAlias })
  return {
    ...server,
    key: { id, keyWrapper, dataKeys },
    wraps: () => server.count('Encrypt'),
    unwraps: () => server.count('Decrypt'),
    contexts: () => server.calls.map(({ context }) => context),
  }
}

async function startTransit(id = 'transit-1', dataKeys: DataKeyLimits = single) {
  const server = await startVaultTransitServer()
  const keyWrapper: KeyWrapper = vaultTransit({ address: server.address, token: () => token, keyName })
  return {
    ...server,
    key: { id, keyWrapper, dataKeys },
    wraps: () => server.count('encrypt'),
    unwraps: () => server.count('decrypt'),
    contexts: () => server.calls.map(({ context }) => context),
  }
}

const services: [string, (id?: string, dataKeys?: DataKeyLimits) => Promise<Service>][] = [
  ['AWS', startAws],
  ['transit', startTransit],
]

const refs = Array.from({ length: 6 }, (_, index) => ({ ...ref, connectionId: `connection-${index}` }))
const connector = connectorOf('api_key')

const openVault = (credentials: CredentialRepository, ...keys: KeyringKey[]) =>
  createVault({ keyring: keyringOf(...keys), credentials, cipher: nodeCipher, now: () => 0 })

/** A store with a few credentials in it. */
async function fill(...keys: KeyringKey[]) {
  const credentials = createMemoryCredentialRepository()
  const vault = openVault(credentials, ...keys)
  for (const each of refs) (await vault.put(each, apiKey)).unwrap()
  return credentials
}

async function expectAllUsable(credentials: CredentialRepository, ...keys: KeyringKey[]) {
  const vault = openVault(credentials, ...keys)
  for (const each of refs) expect((await vault.use(each, connector, reveal)).unwrap()).toEqual({ ...apiKey })
}

describe.each(services)('a vault with a key in %s', (_, start) => {
  test('puts and uses credentials of all kinds, with any cipher', async () => {
    const service = await start()
    const credentials = createMemoryCredentialRepository()
    const vault = openVault(credentials, service.key)
    ;(await vault.put(ref, tokens, { reauthenticateBy: '2026-02-07T12:00:00.000Z' as never })).unwrap()
    expect((await vault.use(ref, connectorOf('oauth2'), reveal)).unwrap()).toEqual({ ...tokens })
    expect((await vault.describe(ref)).unwrap()).toMatchObject({ type: 'oauth2', state: 'usable' })
    const other = createVault({ keyring: keyringOf(service.key), credentials, cipher: nobleCipher, now: () => 0 })
    expect((await other.use(ref, connectorOf('oauth2'), reveal)).unwrap()).toEqual({ ...tokens })
    ;(await other.put(ref, apiKey)).unwrap()
    expect((await vault.use(ref, connector, reveal)).unwrap()).toEqual({ ...apiKey })
  })

  test('tells the service what a data key is for, and nothing of whose it is', async () => {
    const service = await start('key.2026_01-A')
    const credentials = await fill(service.key)
    await expectAllUsable(credentials, service.key)
    expect(service.contexts()).toEqual(
      Array(12).fill({ application: 'finport', purpose: 'vault data key', keyId: 'key.2026_01-A' }),
    )
  })

  test('keeps nothing of a data key in its store', async () => {
    const service = await start()
    const made: Uint8Array[] = []
    const credentials = createMemoryCredentialRepository()
    const randomBytes = (length: number) => {
      const bytes = crypto.getRandomValues(new Uint8Array(length))
      made.push(Uint8Array.from(bytes))
      return bytes
    }
    const vault = createVault({ keyring: keyringOf(service.key), credentials, randomBytes })
    ;(await vault.put(ref, apiKey)).unwrap()
    const [dataKey, salt] = made.map((bytes) => Buffer.from(bytes))
    const record = (await credentials.find(ref.connectionId)).unwrap()
    const sealed = Buffer.from(record?.credentials?.encryptedData as Uint8Array)
    expect(sealed.includes(salt as Buffer)).toBe(true)
    for (const form of [dataKey as Buffer, dataKey?.toString('base64') as string])
      expect(sealed.includes(form)).toBe(false)
  })

  test('does not open what another key of the keyring with the same service sealed', async () => {
    const service = await start('key-1')
    const credentials = await fill(service.key)
    const keys = [service.key, { ...service.key, id: 'key-2' }]
    for (const { connectionId } of refs) {
      const found = (await credentials.find(connectionId)).unwrap()
      if (found?.credentials == null) throw new Error('It was put.')
      const { suite, body } = readEnvelope(found.credentials.encryptedData).unwrap()
      const encryptedData = writeEnvelope(suite as 1, 'key-2', [body])
      const changed = { ...found, credentials: { ...found.credentials, encryptedData, keyId: 'key-2' } }
      ;(await credentials.save(changed, found.version)).unwrap()
    }
    const unwraps = service.unwraps()
    for (const each of refs) {
      const error = (await openVault(credentials, ...keys).use(each, connector, reveal)).unwrapErr()
      expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
      expectNothingShown(error)
    }
    expect(service.unwraps()).toBe(unwraps + refs.length)
  })

  test.each<[string, Fault]>([
    ['drops the connection', 'drop'],
    ['answers with an error of its own', { status: 500, body: 'body-canary' }],
    ['answers with a page', { status: 200, body: '<html>body-canary</html>' }],
  ])('gives an error to show when the service %s', async (_, fault) => {
    const service = await start()
    const vault = openVault(createMemoryCredentialRepository(), service.key)
    ;(await vault.put(ref, apiKey)).unwrap()
    service.failWith(fault)
    for (const outcome of [await vault.put(ref, apiKey), await vault.use(ref, connector, reveal)]) {
      expect(outcome.unwrapErr()).toMatchObject({ code: 'KEY_SERVICE_UNAVAILABLE', retryable: true })
      expectNothingShown(outcome.unwrapErr())
    }
    service.recover()
    expect((await vault.use(ref, connector, reveal)).unwrap()).toEqual({ ...apiKey })
  })

  test('describes and forgets without the service', async () => {
    const service = await start()
    const vault = openVault(createMemoryCredentialRepository(), service.key)
    ;(await vault.put(ref, apiKey)).unwrap()
    service.failWith('drop')
    expect((await vault.describe(ref)).unwrap().state).toBe('usable')
    expect((await vault.forget(ref)).isOk()).toBe(true)
  })
})

const old = secretKey('old-1', 3)

describe('a rewrap', () => {
  test.each(services)('from a key in the process to one in %s, and back', async (_, start) => {
    const service = await start()
    const credentials = await fill(old)
    const vault = openVault(credentials, service.key, old)
    expect((await vault.canRetire('old-1')).unwrap()).toEqual({ canRetire: false, sealedCredentials: 6 })
    await expectAllUsable(credentials, service.key, old)
    expect(service.unwraps()).toBe(0)

    const report = (await vault.rewrap()).unwrap()
    expect(report).toEqual({ rewrapped: 6, overtaken: 0, failed: 0, complete: true, failures: [] })
    expect(service.wraps()).toBe(6)
    expect((await vault.canRetire('old-1')).unwrap()).toEqual({ canRetire: true, sealedCredentials: 0 })
    const { id } = service.key
    expect((await vault.canRetire(id)).unwrap()).toEqual({ canRetire: false, sealedCredentials: 6 })
    await expectAllUsable(credentials, service.key)

    const back = openVault(credentials, old, service.key)
    expect((await back.rewrap()).unwrap()).toMatchObject({ rewrapped: 6, complete: true })
    expect((await back.canRetire(id)).unwrap()).toEqual({ canRetire: true, sealedCredentials: 0 })
    await expectAllUsable(credentials, old)
  })

  test('from AWS to transit, and back', async () => {
    const [aws, transit] = [await startAws(), await startTransit()]
    const credentials = await fill(aws.key)
    const vault = openVault(credentials, transit.key, aws.key)
    expect((await vault.rewrap()).unwrap()).toMatchObject({ rewrapped: 6, complete: true })
    expect([aws.wraps(), aws.unwraps(), transit.wraps(), transit.unwraps()]).toEqual([6, 6, 6, 0])
    expect((await vault.canRetire('aws-1')).unwrap()).toEqual({ canRetire: true, sealedCredentials: 0 })
    expect((await vault.canRetire('transit-1')).unwrap().canRetire).toBe(false)
    aws.failWith('drop')
    await expectAllUsable(credentials, transit.key)
    aws.recover()
    expect((await openVault(credentials, aws.key, transit.key).rewrap()).unwrap().rewrapped).toBe(6)
    transit.failWith('drop')
    await expectAllUsable(credentials, aws.key)
  })

  test('needs one data key of each service where limits allow it', async () => {
    const [aws, transit] = [await startAws('aws-1', {}), await startTransit('transit-1', {})]
    const credentials = await fill(aws.key)
    expect((await openVault(credentials, transit.key, aws.key).rewrap()).unwrap().rewrapped).toBe(6)
    expect([aws.wraps(), aws.unwraps(), transit.wraps(), transit.unwraps()]).toEqual([1, 1, 1, 0])
  })

  test('has nothing to do after a key was rotated in transit itself', async () => {
    const transit = await startTransit()
    const credentials = await fill(transit.key)
    transit.rotate()
    const vault = openVault(credentials, transit.key)
    expect((await vault.rewrap()).unwrap()).toMatchObject({ rewrapped: 0, complete: true })
    await expectAllUsable(credentials, transit.key)
  })

  type Outage = [string, (aws: Service, transit: Service) => Service, Fault]
  const outages: Outage[] = [
    ['the old service is away', (aws) => aws, 'drop'],
    ['the old service is busy', (aws) => aws, awsFault('ThrottlingException')],
    ['the new service is away', (_, transit) => transit, 'drop'],
    ['the new service is sealed', (_, transit) => transit, vaultFault(503, 'Vault is sealed: body-canary')],
  ]

  test.each(outages)('ends when %s, and goes on later', async (_, pick, fault) => {
    const [aws, transit] = [await startAws(), await startTransit()]
    const credentials = await fill(aws.key)
    const vault = openVault(credentials, transit.key, aws.key)
    const service = pick(aws, transit)
    service.failWith(fault, 2)
    const error = (await vault.rewrap()).unwrapErr()
    expect(error).toMatchObject({ name: 'VaultError', code: 'KEY_SERVICE_UNAVAILABLE', retryable: true })
    expectNothingShown(error)
    expect((await vault.canRetire('aws-1')).unwrap()).toEqual({ canRetire: false, sealedCredentials: 4 })
    expect((await vault.rewrap()).unwrapErr().code).toBe('KEY_SERVICE_UNAVAILABLE')

    service.recover()
    await expectAllUsable(credentials, transit.key, aws.key)
    const report = (await vault.rewrap()).unwrap()
    expect(report).toEqual({ rewrapped: 4, overtaken: 0, failed: 0, complete: true, failures: [] })
    expect((await vault.canRetire('aws-1')).unwrap()).toEqual({ canRetire: true, sealedCredentials: 0 })
    await expectAllUsable(credentials, transit.key)
  })

  test('ends when a service refuses the caller', async () => {
    const [aws, transit] = [await startAws(), await startTransit()]
    const credentials = await fill(aws.key)
    const vault = openVault(credentials, transit.key, aws.key)
    aws.setAllowed(false)
    const errors = [(await vault.rewrap()).unwrapErr()]
    aws.setAllowed(true)
    transit.setToken('another-canary')
    errors.push((await vault.rewrap()).unwrapErr())
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID', reason: 'rejected', retryable: false })
      expectNothingShown(error)
    }
    transit.setToken(token)
    expect((await vault.rewrap()).unwrap()).toMatchObject({ rewrapped: 6, complete: true })
  })

  test('does the rest when a wrapped key is another, of another key in AWS or longer than AWS takes', async () => {
    const [aws, transit] = [await startAws(), await startTransit()]
    const other = awsKms({ client: aws.connect(), keyId: otherKeyId })
    const credentials = await fill(aws.key)
    const strange: KeyringKey[] = [
      {
        id: 'aws-1',
        keyWrapper: {
          ...other,
          wrapKey: async (dataKey, context) => {
            const wrapped = await other.wrapKey(dataKey, context)
            return wrapped.map((bytes) => bytes.with(-1, (bytes.at(-1) as number) ^ 1))
          },
        },
      },
      { id: 'aws-1', keyWrapper: other },
      {
        id: 'aws-1',
        keyWrapper: {
          ...other,
          wrapKey: async (dataKey, context) => {
            const wrapped = await other.wrapKey(dataKey, context)
            return wrapped.map((bytes) => Uint8Array.from([...bytes, ...new Uint8Array(7_000)]))
          },
        },
      },
    ]
    for (const [index, key] of strange.entries())
      (await openVault(credentials, key).put(refs[2 * index] as typeof ref, apiKey)).unwrap()

    const vault = openVault(credentials, transit.key, aws.key)
    expect((await vault.rewrap()).unwrap()).toEqual({
      rewrapped: 3,
      overtaken: 0,
      failed: 3,
      complete: true,
      failures: [0, 2, 4].map((index) => ({
        connectionId: `connection-${index}`,
        code: 'DECRYPTION_FAILED',
        reason: 'not_authentic',
      })),
    })
    expect((await vault.canRetire('aws-1')).unwrap()).toEqual({ canRetire: false, sealedCredentials: 3 })
  })
})

test('a key in AWS by its ARN and by its alias is the same key', async () => {
  const aws = await startAws()
  const credentials = await fill(aws.key)
  await expectAllUsable(credentials, { id: 'aws-1', keyWrapper: awsKms({ client: aws.connect(), keyId: keyArn }) })
})
