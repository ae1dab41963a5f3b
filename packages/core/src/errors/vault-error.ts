import { FinportError, type UserAction } from './finport-error.ts'

const vaultErrors = {
  CREDENTIALS_NOT_FOUND: ['reconnect', false, 'There are no credentials for this connection.'],
  CREDENTIALS_UNREADABLE: ['reconnect', false, 'The stored credentials can be opened but not read.'],
  REAUTHENTICATION_REQUIRED: ['reconnect', false, 'The provider asks the user to log in again.'],
  REFRESH_IN_PROGRESS: ['none', true, 'The access token is being refreshed elsewhere. Try again in a moment.'],
  ENCRYPTION_KEY_INVALID: [
    'fix_configuration',
    false,
    'The encryption key is missing, of the wrong length or not readable.',
  ],
  ENCRYPTION_FAILED: ['none', false, 'The credentials could not be encrypted.'],
  DECRYPTION_FAILED: [
    'fix_configuration',
    false,
    'The stored credentials could not be decrypted with the keys at hand.',
  ],
} as const satisfies Record<string, readonly [UserAction, boolean, string]>

/** The codes of {@link VaultError}. */
export type VaultErrorCode = keyof typeof vaultErrors

/**
 * Why a user has to log in again: the provider refused the refresh token, its life is over, there never was one, or a refresh was
 * interrupted so that nobody can say which token is good.
 */
export type ReauthenticationReason =
  | 'refresh_token_refused'
  | 'refresh_token_expired'
  | 'refresh_token_missing'
  | 'refresh_in_doubt'

/** The vault could not give or take credentials. */
export class VaultError extends FinportError {
  override readonly name = 'VaultError'
  readonly code: VaultErrorCode
  readonly retryable: boolean
  readonly userAction: UserAction
  /** With `REAUTHENTICATION_REQUIRED`: why. */
  readonly reason: ReauthenticationReason | null

  constructor(code: 'REAUTHENTICATION_REQUIRED', reason: ReauthenticationReason)
  constructor(code: Exclude<VaultErrorCode, 'REAUTHENTICATION_REQUIRED'>)
  constructor(code: VaultErrorCode, reason: ReauthenticationReason | null = null) {
    const [userAction, retryable, message] = vaultErrors[code]
    super(message)
    this.code = code
    this.retryable = retryable
    this.userAction = userAction
    this.reason = reason
  }
}
