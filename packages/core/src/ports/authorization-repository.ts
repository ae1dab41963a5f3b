import type { Instant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** A login that was begun. It lives for ten minutes and is taken once. */
export type AuthorizationRequest = {
  /** SHA-256 of the state that was sent along, in base64url. The state itself is kept nowhere. */
  stateHash: string
  userId: string
  connectionId: string
  /** The provider's slug. */
  provider: string
  /** The PKCE verifier as the vault sealed it. */
  sealedCodeVerifier: string
  /** SHA-256 of what binds the login to a browser, in base64url; `null` when it is not bound. */
  browserBindingHash: string | null
  /** Where the host's app goes on afterwards. */
  returnContext: string | null
  expiresAt: Instant
}

/** Where logins that were begun are kept. */
export interface AuthorizationRepository {
  /**
   * Keeps a login.
   *
   * @returns `STORAGE_CONFLICT` when there is one of the same hash.
   */
  insert(request: AuthorizationRequest): Promise<Result<void, StorageError>>

  /** Deletes a user's login and gives it back, ended ones too, in one atomic step: of several at a time, one gets it. `null` when this user has none of that hash, and another's stays. */
  take(userId: string, stateHash: string): Promise<Result<AuthorizationRequest | null, StorageError>>

  /** Deletes all logins that ended before a moment. Returns how many. */
  removeExpired(before: Instant): Promise<Result<number, StorageError>>
}
