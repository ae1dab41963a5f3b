import { Buffer } from 'node:buffer'
import {
  type Connector,
  type CredentialRecord,
  type CredentialRepository,
  createMemoryCredentialRepository,
  Err,
  type FinportError,
  Ok,
  ProviderUnavailableError,
  parseCredentials,
  type Result,
  type StorableCredentials,
  StorageError,
} from '@finport/core'
import {
  createVault,
  EncryptionService,
  generateSealedBoxKeys,
  type KeyringKey,
  parseKeyring,
  Secret,
  sealedBox,
} from '@finport/vault'
import type { CanarySearch } from './search.ts'

const types = ['oauth2', 'api_key', 'link_token', 'certificate', 'custom'] as const

function credentialsOf(search: CanarySearch, type: (typeof types)[number]): StorableCredentials {
  const plant = (name: string) => search.plant(`${type}: ${name}`)
  const fields = {
    oauth2: () => ({
      accessToken: plant('access token'),
      refreshToken: plant('refresh token'),
      expiresAt: '2026-01-31T12:30:00.000Z',
      refreshTokenIssuedAt: '2026-01-31T12:00:00.000Z',
    }),
    api_key: () => ({ apiKey: plant('key'), apiSecret: plant('secret') }),
    link_token: () => ({ accessToken: plant('access token'), itemId: 'item-1' }),
    certificate: () => ({
      certificate: plant('certificate'),
      privateKey: plant('private key'),
      passphrase: plant('passphrase'),
    }),
    custom: () => ({ password: plant('password'), codes: [plant('code')] }),
  }
  return { type, ...fields[type]() } as unknown as StorableCredentials
}

/** A store that shows what is in it, with words that a careless driver would say. */
function failing(search: CanarySearch, repository: CredentialRepository): CredentialRepository {
  const careless = async () => {
    throw new Error(`connection to postgres://finport:${search.plant('password of the database')}@db failed`)
  }
  return { ...repository, find: careless, save: careless } as CredentialRepository
}

/** Everything that can be done with a vault, with marked credentials and keys, and everything that can go wrong. */
export async function useMarkedVaults(search: CanarySearch): Promise<void> {
  const key = Buffer.from(search.plantDigits('key of a keyring', 32))
  search.learn('key of a keyring', key.toString('base64url'))
  const keyring = parseKeyring(`k1:${key.toString('base64url')}`).unwrap()
  search.hear('shown form', 'a keyring', keyring)
  for (const text of [
    `${key.toString('base64url')}`,
    `k 1:${key.toString('base64url')}`,
    `k1:${key.toString('base64url')}=`,
  ]) {
    const refused = parseKeyring(text)
    search.hear('error', 'a keyring that is none', refused.isErr() ? refused.error : null)
  }
  const box = generateSealedBoxKeys()
  search.learn('secret half of a sealed box', Buffer.from(box.secretKey).toString('hex'))
  const boxKey: KeyringKey = { id: 'box', sealedBox: sealedBox(box).unwrap() }
  search.hear('shown form', 'the key of a sealed box', boxKey)

  const credentials = createMemoryCredentialRepository()
  const events = (event: unknown) => search.hear('event', 'the vault', event)
  const vault = createVault({ keyring, credentials, events })
  search.hear('shown form', 'a vault', vault)
  const tell = (what: string, result: Result<unknown, FinportError>) =>
    search.hear(result.isOk() ? 'report' : 'error', what, result.isOk() ? result.value : result.error)

  for (const type of types) {
    const ref = { userId: 'user-1', connectionId: `connection-${type}`, provider: 'acme' }
    const given = credentialsOf(search, type)
    const context = { provider: 'acme', operation: 'fetchAccounts' }
    const connector = {
      slug: 'acme',
      parseCredentials: (input: unknown) => parseCredentials(type, input, { provider: 'acme' }),
    } as unknown as Connector
    tell(`put ${type}`, await vault.put(ref, given))
    tell(`describe ${type}`, await vault.describe(ref))
    const parsed = connector.parseCredentials(given).unwrap()
    search.hear('shown form', `${type} credentials`, parsed)
    for (const missing of Object.keys(given).filter((name) => name !== 'type')) {
      const refused = connector.parseCredentials({ ...given, [missing]: { nested: Reflect.get(given, missing) } })
      if (refused.isErr()) search.hear('error', `parse ${type} without ${missing}`, refused.error)
    }
    tell(
      `use ${type}`,
      await vault.use(ref, connector, async (opened) => Ok(void search.hear('shown form', type, opened))),
    )
    tell(
      `use ${type}, failing`,
      await vault.use(ref, connector, async () => Err(new ProviderUnavailableError(context))),
    )
    tell(`use ${type} of another`, await vault.use({ ...ref, userId: 'user-2' }, connector, async () => Ok(null)))
    tell(`refresh ${type}`, await vault.refresh(ref, connector))
    const sealed = await vault.sealText(ref, search.plant('sealed text'))
    tell(`sealText ${type}`, sealed)
    tell(`openText ${type}, changed`, await vault.openText(ref, `${sealed.unwrapOr('')}x`))

    const record = (await credentials.find(ref.connectionId)).unwrap() as CredentialRecord
    search.hear('stored', `the record of ${type}`, { ...record, credentials: null })
    search.hear('stored', `the sealed ${type}`, record.credentials?.encryptedData)
    const broken = createMemoryCredentialRepository()
    const plain = new TextEncoder().encode(JSON.stringify(given))
    ;(
      await broken.save({ ...record, credentials: { ...record.credentials, encryptedData: plain } as never }, 0)
    ).unwrap()
    tell(
      `use unsealed ${type}`,
      await createVault({ keyring, credentials: broken }).use(ref, connector, async () => Ok(null)),
    )
    const other = createVault({
      keyring: parseKeyring(`k1:${Buffer.alloc(32, 9).toString('base64url')}`).unwrap(),
      credentials,
    })
    tell(`use ${type} with another key`, await other.use(ref, connector, async () => Ok(null)))
    tell(`put ${type} that JSON changes`, await vault.put(ref, { ...given, more: Number.NaN } as never))
    const throwing = createVault({ keyring, credentials: failing(search, credentials), events })
    for (const [what, act] of Object.entries({
      put: () => throwing.put(ref, given),
      use: () => throwing.use(ref, connector, async () => Ok(null)),
      describe: () => throwing.describe(ref),
      forget: () => throwing.forget(ref),
    }))
      tell(`${what} over a store that throws`, await act())
  }
  tell(
    'rewrap',
    await vault.rewrap({ onProgress: (progress) => search.hear('report', 'progress of a rewrap', progress) }),
  )
  tell('canRetire', await vault.canRetire('k1'))
  search.hear('error', 'an error of a store', new StorageError('STORAGE_UNAVAILABLE'))

  const service = EncryptionService.create(key).unwrap()
  search.hear('shown form', 'an encryption service', service)
  const message = service.encrypt({ note: search.plant('encrypted note') }).unwrap()
  search.hear('stored', 'an encrypted record', message)
  tell('decrypt what was changed', service.decrypt(message.map((byte, index) => (index === 20 ? byte ^ 1 : byte))))
  search.hear('shown form', 'a secret', new Secret(search.plant('wrapped secret')))
}
