import {
  type CredentialRef,
  type CredentialRepository,
  Err,
  type EventEmitter,
  type FinportError,
  type OAuth2Credentials,
  type OAuthProvider,
  type OAuthTokens,
  Ok,
  type ProviderError,
  ProviderInvalidResponseError,
  type RefreshState,
  type Result,
  type StorageError,
  type TokenPolicy,
  toEventError,
  toInstant,
  toReauthenticateBy,
  VaultError,
} from '@finport/core'
import type { RandomBytes } from './random.ts'
import { type RefreshLease, takeRefreshLease } from './refresh-lease.ts'
import { type RefreshAnswer, requestRefresh } from './refresh-request.ts'
import { backoffOf, blankRefreshState, reauthenticate, refusalOf, uselessnessOf } from './refresh-state.ts'
import type { Sealer } from './sealer.ts'
import { type Sleep, waitFor } from './sleep.ts'
import { isOwn, type OpenedCredentials, openCredentials, sealCredentials } from './stored-credentials.ts'

/** How long refreshes may take. */
export type RefreshLimits = {
  /** The most milliseconds a provider may take to answer: 20,000 if nothing is said. */
  requestMilliseconds?: number | undefined
  /**
   * How long the right to refresh outlives a process that was killed: 30,000 milliseconds, or a tenth of the provider's grace where there is one and that is shorter (500 at the least), if nothing is said. It is kept up while a refresh is running; what it must be longer than is
   * the longest time a process of yours stands still.
   */
  leaseMilliseconds?: number | undefined
}

/** What refreshes are made of. */
export type RefreshParts = {
  store: CredentialRepository
  sealer: Sealer
  now: () => number
  sleep: Sleep
  randomBytes: RandomBytes
  emit: EventEmitter
  limits: RefreshLimits
}

/** What is to be refreshed. */
export type RefreshRequest = {
  readonly ref: CredentialRef
  readonly provider: OAuthProvider
  readonly policy: TokenPolicy | null
  readonly held: { readonly version: number; readonly credentials: OAuth2Credentials }
  /** Whether the access token can still be used, so that nobody has to wait for others. */
  readonly isAlive: boolean
}

/** Why there are no new tokens. */
export type RefreshError = VaultError | StorageError | ProviderError

type Outcome = Result<OpenedCredentials, RefreshError>

/** What came of waiting for others, or of a lease that was lost: `null` to try again. */
type Step = Outcome | null

const REQUEST_MILLISECONDS = 20_000
const LEASE_MILLISECONDS = 30_000
const SHORTEST_LEASE_MILLISECONDS = 500
const POLL_MILLISECONDS = 50
const FIRST_SAVE_DELAY_MILLISECONDS = 50
const LONGEST_SAVE_DELAY_MILLISECONDS = 5_000
/** With the delays above, ten minutes: tokens that a provider has given are nowhere else. */
const SAVES = 125

/**
 * Makes what refreshes tokens: once for all who ask, in this process and in others. The right to is a lease in the record; a mark is written before anything is sent, so that whoever comes after a crash knows that the refresh token may
 * be used up; the answer is written if the version is still the one that was read, whoever has the lease by then.
 */
export function createRefresh({ store, sealer, now, sleep, randomBytes, emit, limits }: RefreshParts) {
  const { requestMilliseconds = REQUEST_MILLISECONDS } = limits
  const flights = new Map<string, Promise<Outcome>>()

  const leaseMillisecondsOf = (policy: TokenPolicy | null) => {
    if (limits.leaseMilliseconds !== undefined) return limits.leaseMilliseconds
    const graceMilliseconds = (policy?.graceSeconds ?? 0) * 1_000
    if (graceMilliseconds === 0) return LEASE_MILLISECONDS
    // Several processes in a row may die within the grace, and a lease that ends too early does no harm there.
    return Math.max(SHORTEST_LEASE_MILLISECONDS, Math.min(LEASE_MILLISECONDS, graceMilliseconds / 10))
  }

  /** Between a half and one and a half times as long. */
  const spread = (milliseconds: number) => milliseconds * (0.5 + (randomBytes(1)[0] ?? 0) / 255)

  /** What another one's refresh came to: `null` while the version is the same and nothing is said of it. */
  const lookAgain = async ({ ref, held }: RefreshRequest): Promise<Step> => {
    const found = await store.find(ref.connectionId)
    if (found.isErr()) return found
    const record = found.value
    if (record?.credentials == null || !isOwn(record, ref)) return Err(new VaultError('CREDENTIALS_NOT_FOUND'))
    if (record.version === held.version) return refusalOf(ref, record.refresh, now())
    const fields = await openCredentials(sealer, ref, record.credentials)
    return fields.map((opened) => ({ version: record.version, fields: opened }))
  }

  const tell = (request: RefreshRequest, error: FinportError, isTerminal: boolean) => {
    emit('ProviderTokenRefreshFailed', { ...request.ref, error: toEventError(error), isTerminal })
  }

  const saveState = ({ ref, held }: RefreshRequest, lease: RefreshLease, refresh: RefreshState, release: boolean) =>
    store.saveRefresh({
      connectionId: ref.connectionId,
      version: held.version,
      owner: lease.owner,
      refresh,
      release,
    })

  /** Writes new tokens until they are written: the store or the keys may be out of reach for a while. */
  const persist = async (request: RefreshRequest, credentials: OAuth2Credentials): Promise<Outcome> => {
    const { ref, held, policy } = request
    const reauthenticateBy = toReauthenticateBy(credentials, policy)
    for (let save = 0; ; save++) {
      const sealed = await sealCredentials(sealer, ref, credentials, { reauthenticateBy, now: now() })
      const version = held.version + 1
      const saved = sealed.isErr()
        ? sealed
        : await store.save({ ...ref, version, credentials: sealed.value }, held.version)
      if (saved.isOk()) {
        emit('ProviderTokenRefreshSucceeded', { ...ref })
        return Ok({ version, fields: { ...credentials } })
      }
      if (saved.error.code === 'STORAGE_CONFLICT') {
        const other = (await lookAgain(request)) ?? saved
        // Forgotten meanwhile: what nobody keeps must not stay good.
        if (other.isErr() && other.error.code === 'CREDENTIALS_NOT_FOUND') await revoke(request, credentials)
        tell(request, saved.error, false)
        return other
      }
      if (!saved.error.retryable || save === SAVES) {
        tell(request, saved.error, false)
        return saved
      }
      await sleep(Math.min(FIRST_SAVE_DELAY_MILLISECONDS * 2 ** save, LONGEST_SAVE_DELAY_MILLISECONDS))
    }
  }

  const revoke = async ({ provider }: RefreshRequest, credentials: OAuth2Credentials) => {
    try {
      await provider.revoke(credentials)
    } catch {
      // Nothing more can be done.
    }
  }

  const settle = async (
    request: RefreshRequest,
    lease: RefreshLease,
    { error, isInDoubt }: { error: ProviderError; isInDoubt: boolean },
    doubt: { before: RefreshState['inDoubtSince']; now: RefreshState['inDoubtSince'] },
  ): Promise<Step> => {
    const { policy } = request
    const state = lease.record.refresh ?? blankRefreshState
    if (error.code === 'PROVIDER_AUTHENTICATION_FAILED') {
      const other = await lookAgain(request)
      if (other !== null) return other
      const isUsedUp = doubt.before !== null && policy?.rotation !== 'never'
      const reason = isUsedUp ? 'refresh_in_doubt' : 'refresh_token_refused'
      const written = await saveState(request, lease, { ...state, reauthentication: reason }, true)
      // Another one has the lease by now, and may have used the same token with better luck.
      if (written.isOk() && !written.value) return null
      const refused = reauthenticate(reason)
      tell(request, refused.error, true)
      return written.isErr() ? written : refused
    }
    const failures = state.failures + 1
    // By the store's clock: that of a process that is hours ahead would keep all others waiting as long.
    const retryAt = toInstant(lease.now() + backoffOf(failures, error, spread))
    const inDoubtSince = isInDoubt ? (doubt.before ?? doubt.now) : doubt.before
    await saveState(request, lease, { inDoubtSince, failures, retryAt, reauthentication: null }, true)
    tell(request, error, false)
    return Err(error)
  }

  /** With the lease: marks, sends, and writes what came. The lease is kept all the while: keys may be with a service that takes its time. */
  const send = async (request: RefreshRequest, lease: RefreshLease): Promise<Step> => {
    const heartbeat = lease.keep()
    try {
      return await sendKept(request, lease)
    } finally {
      heartbeat.stop()
    }
  }

  const sendKept = async (request: RefreshRequest, lease: RefreshLease): Promise<Step> => {
    const { ref, provider, policy, held } = request
    const state = lease.record.refresh ?? blankRefreshState
    const release = () => saveState(request, lease, state, true)
    const refusal = refusalOf(ref, lease.record.refresh, lease.now())
    if (refusal !== null) {
      await release()
      return refusal
    }
    // Without the keys, new tokens could not be kept.
    const ready = await sealCredentials(sealer, ref, held.credentials, { reauthenticateBy: null, now: now() })
    if (ready.isErr()) {
      await release()
      return ready
    }
    const startedAt = toInstant(lease.takenAt)
    const before = state.inDoubtSince
    const marked = await saveState(request, lease, { ...state, inDoubtSince: before ?? startedAt }, false)
    if (marked.isErr()) return marked
    if (!marked.value) return null
    if (!lease.isSafe()) {
      await release()
      return null
    }

    emit('ProviderTokenRefreshAttempted', { ...ref })
    const { answer, isInDoubt } = await ask(provider, held.credentials.refreshToken ?? '', policy)
    const credentials = answer.result.andThen((tokens) => toCredentials(provider, tokens, held.credentials, policy))
    if (credentials.isOk()) return persist(request, credentials.value)
    const doubt = { before: before ?? (isInDoubt ? startedAt : null), now: startedAt }
    return settle(request, lease, { error: credentials.error, isInDoubt: answer.isInDoubt }, doubt)
  }

  /** Asks; once more at once when an answer got lost that the provider will surely give again. */
  const ask = async (
    provider: OAuthProvider,
    refreshToken: string,
    policy: TokenPolicy | null,
  ): Promise<{ answer: RefreshAnswer; isInDoubt: boolean }> => {
    const limit = { milliseconds: requestMilliseconds, sleep }
    const start = performance.now()
    const first = await requestRefresh(provider, refreshToken, limit)
    const isInGrace = performance.now() - start < (policy?.graceSeconds ?? 0) * 1_000
    if (!first.isLost || !(isInGrace || policy?.rotation === 'never')) return { answer: first, isInDoubt: false }
    return { answer: await requestRefresh(provider, refreshToken, limit), isInDoubt: true }
  }

  const run = async (request: RefreshRequest): Promise<Outcome> => {
    const { ref, held, policy, isAlive } = request
    const useless = uselessnessOf(held.credentials, policy, now())
    if (useless !== null) return reauthenticate(useless)
    const owner = Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const milliseconds = leaseMillisecondsOf(policy)
    const terms = { connectionId: ref.connectionId, version: held.version, owner, milliseconds }
    for (let waited = 0; waited < milliseconds + requestMilliseconds; ) {
      const lease = await takeRefreshLease(store, terms, sleep)
      if (lease.isErr()) return lease
      const outcome = lease.value === null ? await lookAgain(request) : await send(request, lease.value)
      if (outcome !== null) return outcome
      if (isAlive) break
      const pause = spread(POLL_MILLISECONDS * 2)
      await sleep(pause)
      waited += pause
    }
    return Err(new VaultError('REFRESH_IN_PROGRESS'))
  }

  /**
   * New tokens, whoever got them.
   *
   * @returns the error of why there are none. After `signal`, or when it takes too long, `REFRESH_IN_PROGRESS`: the refresh itself goes on.
   */
  return async (request: RefreshRequest, signal?: AbortSignal): Promise<Outcome> => {
    const { ref, held, isAlive } = request
    const key = JSON.stringify([ref.userId, ref.connectionId, held.version, isAlive])
    const flying = flights.get(key)
    if (flying !== undefined && isAlive) return Err(new VaultError('REFRESH_IN_PROGRESS'))
    const flight = flying ?? run(request).finally(() => flights.delete(key))
    flights.set(key, flight)
    const most = 2 * (leaseMillisecondsOf(request.policy) + requestMilliseconds)
    return (await waitFor(flight, most, sleep, signal)) ?? Err(new VaultError('REFRESH_IN_PROGRESS'))
  }
}

/**
 * A refresh token stays good when no other came with the answer: but not where every refresh brings another. There it is used up, and some providers end the whole grant when they see it again (Todoist: "Replay detection outside the
 * grace window"); what the provider makes of it counts.
 */
function toCredentials(
  provider: OAuthProvider,
  tokens: OAuthTokens,
  previous: OAuth2Credentials,
  policy: TokenPolicy | null,
): Result<OAuth2Credentials, ProviderError> {
  try {
    const made = provider.credentialsFromTokens(tokens, previous)
    const isUsedUp = policy?.rotation === 'always'
    return Ok({ ...made, refreshToken: made.refreshToken ?? (isUsedUp ? null : previous.refreshToken) })
  } catch {
    return Err(new ProviderInvalidResponseError({ provider: provider.slug, operation: 'credentialsFromTokens' }))
  }
}
