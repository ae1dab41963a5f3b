import {
  type Connector,
  type CredentialRecord,
  type CredentialRef,
  type CredentialRepository,
  type Credentials,
  type CredentialVault,
  credentialTypes,
  Err,
  type Instant,
  isInstant,
  type Json,
  Ok,
  ProviderAbortedError,
  type Result,
  type SealedCredentials,
  type StorableCredentials,
  StorageError,
  VaultError,
} from '@finport/core'
import type { Cipher } from './cipher.ts'
import { decodeRecord, encodeRecord } from './encryption-service.ts'
import type { Keyring } from './keyring.ts'
import { nobleCipher } from './noble-cipher.ts'
import { checkedRandomBytes, createRandomPool, type RandomBytes } from './random.ts'
import { createRewrap, type RewrapOptions, type RewrapReport } from './rewrap.ts'
import { createSealer, type Sealer } from './sealer.ts'
import { contextOf } from './sealing-context.ts'
import { settledRepository } from './settled-repository.ts'

/** What a vault is made of. */
export type VaultParts = {
  /** The keys: see {@link parseKeyring} and {@link createKeyring}. */
  keyring: Keyring
  /** Where sealed credentials are kept. */
  credentials: CredentialRepository
  /** The cryptography: `nobleCipher` if none is given. */
  cipher?: Cipher | undefined
  /** Milliseconds since 1970: `Date.now` if nothing is given. */
  now?: (() => number) | undefined
  /** Where salts and data keys come from: the platform's random numbers if nothing is given. */
  randomBytes?: RandomBytes | undefined
}

/** Whether a key may be taken out of the keyring. */
export type KeyRetirement = {
  canRetire: boolean
  /** Credentials that can be opened with this key only. */
  sealedCredentials: number
}

/** A vault: {@link CredentialVault}, and what its operator does with it. */
export interface Vault extends CredentialVault {
  /**
   * Seals everything anew that the first key of the keyring did not seal. It may run beside other writers and be stopped at any time: it is done when nothing is left, however often it was begun.
   *
   * @returns how many there were. Those that can't be opened are named and left as they are. A store or a key service that can't be used ends it, as does the signal; what is done by then stays done.
   */
  rewrap(options?: RewrapOptions): Promise<Result<RewrapReport, VaultError | StorageError>>

  /** Whether nothing needs a key of the keyring any more, so that it may be taken out. The first key never may. */
  canRetire(keyId: string): Promise<Result<KeyRetirement, StorageError>>
}

/** So often is a record that others write to at the same time written again. */
const ATTEMPTS = 10

/**
 * Makes a vault: credentials sealed with keys that only the host has, each bound to its user, connection and provider, in a store that sees none of it.
 *
 * @example
 * ```ts
 * import { createMemoryCredentialRepository, parseCredentials } from '@finport/core'
 * import { createVault, generateKey, parseKeyring } from '@finport/vault'
 *
 * const keyring = parseKeyring(generateKey()) // in production the text comes from your secret store
 * if (keyring.isErr()) throw keyring.error
 * const vault = createVault({ keyring: keyring.value, credentials: createMemoryCredentialRepository() })
 *
 * const ref = { userId: 'user-1', connectionId: 'connection-1', provider: 'alpaca' }
 * const credentials = parseCredentials('api_key', { apiKey: 'PK1', apiSecret: 'made-up' }, { provider: 'alpaca' })
 * if (credentials.isErr()) throw credentials.error
 * const put = await vault.put(ref, credentials.value)
 * if (put.isErr()) throw put.error
 * console.log((await vault.describe(ref)).unwrap().state) // usable
 * ```
 */
export function createVault({
  keyring,
  credentials: repository,
  cipher = nobleCipher,
  now = Date.now,
  randomBytes = createRandomPool(),
}: VaultParts): Vault {
  const sealer = createSealer({ keyring, cipher, randomBytes: checkedRandomBytes(randomBytes), now })
  const store = settledRepository(repository)

  /** What is kept for the one who asks; nobody learns of another's. */
  const findSealed = async (ref: CredentialRef): Promise<Result<SealedCredentials, StorageError | VaultError>> => {
    const record = await store.find(ref.connectionId)
    if (record.isErr()) return record
    const sealed = record.value !== null && isOwn(record.value, ref) ? record.value.credentials : null
    return sealed === null ? Err(new VaultError('CREDENTIALS_NOT_FOUND')) : Ok(sealed)
  }

  /** Writes over whatever version there is, but over nothing of another's. Returns whether there was something to write over. */
  const write = async (
    ref: CredentialRef,
    credentials: SealedCredentials | null,
  ): Promise<Result<'written' | 'not_found', StorageError>> => {
    let wasThere = false
    for (let attempt = 1; ; attempt++) {
      const found = await store.find(ref.connectionId)
      if (found.isErr()) return found
      const isForgotten = found.value !== null && found.value.credentials === null
      // Forgotten since this began: the later word counts.
      if (isForgotten && wasThere)
        return credentials === null ? Ok('written') : Err(new StorageError('STORAGE_CONFLICT'))
      wasThere ||= found.value !== null && !isForgotten
      const isForbidden = found.value === null ? credentials === null : !isOwn(found.value, ref)
      if (isForbidden) return Ok('not_found')
      const version = found.value?.version ?? 0
      const { userId, connectionId, provider } = ref
      const saved = await store.save({ userId, connectionId, provider, version: version + 1, credentials }, version)
      if (saved.isOk()) return Ok('written')
      if (saved.error.code !== 'STORAGE_CONFLICT' || attempt === ATTEMPTS) return saved
    }
  }

  return {
    async put(given, credentials, options) {
      // A copy: the caller may use the object again before this is done.
      const ref = { ...given }
      const sealed = await seal(sealer, ref, credentials, options?.reauthenticateBy ?? null)
      if (sealed.isErr()) return sealed
      const written = await write(ref, sealed.value)
      if (written.isErr()) return written
      return written.value === 'written' ? Ok(undefined) : Err(new VaultError('CREDENTIALS_NOT_FOUND'))
    },

    async use(given, provider, work, options) {
      const ref = { ...given }
      if (provider.slug !== ref.provider) return Err(new VaultError('CREDENTIALS_NOT_FOUND'))
      const sealed = await findSealed(ref)
      if (sealed.isErr()) return sealed
      const opened = await open(sealer, ref, sealed.value)
      if (opened.isErr()) return opened
      const credentials = parseWith(provider, opened.value)
      if (credentials.isErr()) return credentials
      if (options?.signal?.aborted) return Err(new ProviderAbortedError({ provider: ref.provider, operation: 'use' }))
      return work(credentials.value)
    },

    async describe(ref) {
      return (await findSealed(ref)).map(({ credentialType, expiresAt, reauthenticateBy }) => {
        const isOver = reauthenticateBy !== null && Date.parse(reauthenticateBy) <= now()
        const state = isOver ? ('reauthentication_required' as const) : ('usable' as const)
        return { type: credentialType, expiresAt, reauthenticateBy, state }
      })
    },

    async forget(ref) {
      return (await write({ ...ref }, null)).map(() => undefined)
    },

    rewrap: createRewrap({ sealer, store }),

    async canRetire(keyId) {
      return (await store.countSealedBy(keyId)).map((sealedCredentials) => ({
        canRetire: sealedCredentials === 0 && sealer.ids.includes(keyId) && keyId !== sealer.primaryId,
        sealedCredentials,
      }))
    },
  }
}

function isOwn(record: CredentialRecord, ref: CredentialRef): boolean {
  return record.connectionId === ref.connectionId && record.userId === ref.userId && record.provider === ref.provider
}

const storable = new Set<string>(credentialTypes.filter((type) => type !== 'file_import'))

async function seal(
  sealer: Sealer,
  ref: CredentialRef,
  credentials: StorableCredentials,
  reauthenticateBy: Instant | null,
): Promise<Result<SealedCredentials, VaultError>> {
  const fields = copyOf(credentials)
  const type = fields?.type
  if (fields === null || typeof type !== 'string' || !storable.has(type))
    return Err(new VaultError('ENCRYPTION_FAILED'))
  const plaintext = encodeRecord(fields)
  if (plaintext.isErr()) return plaintext
  const encrypted = await sealer.seal(contextOf(ref, type), plaintext.value)
  plaintext.value.fill(0)
  return encrypted.map((encryptedData) => ({
    encryptedData,
    credentialType: type as StorableCredentials['type'],
    expiresAt: isInstant(fields.expiresAt) ? fields.expiresAt : null,
    keyId: sealer.primaryId,
    reauthenticateBy: isInstant(reauthenticateBy) ? reauthenticateBy : null,
  }))
}

/** The fields of credentials, once and for all; `null` when they can't be had. */
function copyOf(credentials: unknown): { readonly [field: string]: unknown } | null {
  try {
    const prototype: unknown = Object.getPrototypeOf(credentials)
    return prototype === Object.prototype || prototype === null ? { ...(credentials as object) } : null
  } catch {
    return null
  }
}

/** The fields in what is kept. */
async function open(
  sealer: Sealer,
  ref: CredentialRef,
  sealed: SealedCredentials,
): Promise<Result<{ [field: string]: Json }, VaultError>> {
  const opened = await sealer.open(contextOf(ref, sealed.credentialType), sealed.encryptedData)
  if (opened.isErr()) return opened
  const record = decodeRecord(opened.value)
  opened.value.fill(0)
  return record
}

/** What the provider makes of them. Its own error would tell the user to mend input that nobody gave, and what it throws may quote them. */
function parseWith<C extends Credentials>(
  provider: Pick<Connector<C>, 'parseCredentials'>,
  fields: { [field: string]: Json },
): Result<C, VaultError> {
  try {
    const parsed = provider.parseCredentials(fields)
    if (parsed.isOk()) return parsed
  } catch {
    // Said below.
  }
  return Err(new VaultError('CREDENTIALS_UNREADABLE'))
}
