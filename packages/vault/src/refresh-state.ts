import {
  type CredentialRef,
  Err,
  type OAuth2Credentials,
  type ProviderError,
  ProviderUnavailableError,
  type ReauthenticationReason,
  type RefreshState,
  type Result,
  type TokenPolicy,
  toReauthenticateBy,
  VaultError,
} from '@finport/core'

/** Nothing is known yet. */
export const blankRefreshState: RefreshState = {
  inDoubtSince: null,
  failures: 0,
  retryAt: null,
  reauthentication: null,
}

/** Only the user can help. */
export const reauthenticate = (reason: ReauthenticationReason) =>
  Err(new VaultError('REAUTHENTICATION_REQUIRED', reason))

/** Why nothing is to be sent, by what is stored; `null` when something may be. */
export function refusalOf(
  { provider }: CredentialRef,
  state: RefreshState | null,
  now: number,
): Result<never, VaultError | ProviderError> | null {
  if (state === null) return null
  if (state.reauthentication !== null) return reauthenticate(state.reauthentication)
  const wait = state.retryAt === null ? 0 : Date.parse(state.retryAt) - now
  if (wait <= 0) return null
  const context = { provider, operation: 'refreshAccessToken' }
  return Err(new ProviderUnavailableError({ ...context, retryAfterSeconds: Math.ceil(wait / 1_000) }))
}

/** Why a refresh token is not worth sending; `null` when it is. */
export function uselessnessOf(
  credentials: OAuth2Credentials,
  policy: TokenPolicy | null,
  now: number,
): ReauthenticationReason | null {
  if (credentials.refreshToken === null) return 'refresh_token_missing'
  const end = toReauthenticateBy(credentials, policy)
  return end !== null && Date.parse(end) <= now ? 'refresh_token_expired' : null
}

const FIRST_BACKOFF_MILLISECONDS = 1_000
const LONGEST_BACKOFF_MILLISECONDS = 5 * 60_000

/**
 * How long to leave a provider alone after so many failures: twice as long each time, or as long as it asks for.
 *
 * @param spread makes it somewhat longer or shorter, so that not all come again at once.
 */
export function backoffOf(failures: number, error: ProviderError, spread: (milliseconds: number) => number): number {
  const asked = 'retryAfterSeconds' in error ? (error.retryAfterSeconds ?? 0) * 1_000 : 0
  const own = Math.min(FIRST_BACKOFF_MILLISECONDS * 2 ** (failures - 1), LONGEST_BACKOFF_MILLISECONDS)
  return Math.max(asked, spread(own))
}
