import {
  type CredentialRecord,
  type CredentialRef,
  type CredentialRepository,
  type CredentialStatus,
  type CredentialVault,
  createEventEmitter,
  Err,
  type EventSink,
  Ok,
  ProviderAbortedError,
  type Result,
  type SealedCredentials,
  StorageError,
  VaultError,
} from '@finport/core'
import type { Cipher } from './cipher.ts'
import type { Keyring } from './keyring.ts'
import { createLending } from './lending.ts'
import { nobleCipher } from './noble-cipher.ts'
import { checkedRandomBytes, createRandomPool, type RandomBytes } from './random.ts'
import { createRefresh, type RefreshLimits } from './refresh.ts'
import { createRewrap, type RewrapOptions, type RewrapReport } from './rewrap.ts'
import { createTextSealer } from './sealed-text.ts'
import { createSealer } from './sealer.ts'
import { settledRepository } from './settled-repository.ts'
import { platformSleep, type Sleep } from './sleep.ts'
import { isOwn, sealCredentials } from './stored-credentials.ts'

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
  /** Waits so many milliseconds, or until the signal is aborted: by the platform's timers if nothing is given. It must let others run. */
  sleep?: Sleep | undefined
  /** Is told of refreshes. */
  events?: EventSink | undefined
  /** How long refreshes may take. */
  refresh?: RefreshLimits | undefined
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
  randomBytes: givenRandomBytes = createRandomPool(),
  sleep = platformSleep,
  events,
  refresh: limits = {},
}: VaultParts): Vault {
  const randomBytes = checkedRandomBytes(givenRandomBytes)
  const sealer = createSealer({ keyring, cipher, randomBytes, now })
  const store = settledRepository(repository)
  const emit = createEventEmitter(events, { now, random: randomBytes })
  const lending = createLending({
    store,
    sealer,
    now,
    refresh: createRefresh({ store, sealer, now, sleep, randomBytes, emit, limits }),
  })

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

  const describe = async (ref: CredentialRef): Promise<Result<CredentialStatus, VaultError | StorageError>> =>
    (await lending.find(ref)).map((record) => statusOf(record, record.credentials, now()))

  return {
    async put(given, credentials, options) {
      // A copy: the caller may use the object again before this is done.
      const ref = { ...given }
      const facts = { reauthenticateBy: options?.reauthenticateBy ?? null, now: now() }
      const sealed = await sealCredentials(sealer, ref, credentials, facts)
      if (sealed.isErr()) return sealed
      const written = await write(ref, sealed.value)
      if (written.isErr()) return written
      return written.value === 'written' ? Ok(undefined) : Err(new VaultError('CREDENTIALS_NOT_FOUND'))
    },

    async use(given, provider, work, options) {
      const ref = { ...given }
      const lent = await lending.lend(ref, provider, options?.signal)
      if (options?.signal?.aborted) return aborted(ref, 'use')
      if (lent.isErr()) return lent
      const result = await work(lent.value.credentials)
      // Tokens that were refreshed for this are as new as any.
      if (lent.value.isNew || !lending.canRenew(provider) || !isExpiredToken(result)) return result
      const renewed = await lending.renew(ref, provider, lent.value, options?.signal)
      if (options?.signal?.aborted) return aborted(ref, 'use')
      return renewed.isErr() ? renewed : work(renewed.value.credentials)
    },

    async refresh(given, provider, options) {
      const ref = { ...given }
      const lent = await lending.lend(ref, provider, options?.signal)
      if (lent.isErr()) return lent
      if (lending.canRenew(provider) && !lent.value.isNew) {
        const renewed = await lending.renew(ref, provider, lent.value, options?.signal)
        if (options?.signal?.aborted) return aborted(ref, 'refresh')
        if (renewed.isErr()) return renewed
      }
      return describe(ref)
    },

    describe,

    async forget(ref) {
      return (await write({ ...ref }, null)).map(() => undefined)
    },

    ...createTextSealer(sealer),

    rewrap: createRewrap({ sealer, store }),

    async canRetire(keyId) {
      return (await store.countSealedBy(keyId)).map((sealedCredentials) => ({
        canRetire: sealedCredentials === 0 && sealer.ids.includes(keyId) && keyId !== sealer.primaryId,
        sealedCredentials,
      }))
    },
  }
}

function aborted({ provider }: CredentialRef, operation: string) {
  return Err(new ProviderAbortedError({ provider, operation }))
}

function statusOf(
  { refresh }: CredentialRecord,
  { credentialType, expiresAt, reauthenticateBy }: SealedCredentials,
  now: number,
): CredentialStatus {
  const isOver = reauthenticateBy !== null && Date.parse(reauthenticateBy) <= now
  const reason = refresh?.reauthentication ?? (isOver ? 'refresh_token_expired' : null)
  const state = reason === null ? 'usable' : 'reauthentication_required'
  return { type: credentialType, expiresAt, reauthenticateBy, state, reason }
}

/** Whether work failed because of a token that a refresh would renew. */
function isExpiredToken(result: Result<unknown, { readonly code: string }>): boolean {
  if (result.isOk()) return false
  const { code, isTokenExpired } = result.error as { code: string; isTokenExpired?: unknown }
  return code === 'PROVIDER_AUTHENTICATION_FAILED' && isTokenExpired === true
}
