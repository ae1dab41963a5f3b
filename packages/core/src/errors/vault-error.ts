import { FinportError, type UserAction } from './finport-error.ts'

const vaultErrors = {
  CREDENTIALS_NOT_FOUND: ['reconnect', false, 'There are no credentials for this connection.'],
  CREDENTIALS_UNREADABLE: ['reconnect', false, 'The stored credentials can be opened but not read.'],
  REAUTHENTICATION_REQUIRED: ['reconnect', false, 'The provider asks the user to log in again.'],
  REFRESH_IN_PROGRESS: ['none', true, 'The access token is being refreshed elsewhere. Try again in a moment.'],
  ENCRYPTION_KEY_INVALID: ['fix_configuration', false, 'The encryption key can not be used.'],
  ENCRYPTION_FAILED: ['none', false, 'The credentials could not be encrypted.'],
  DECRYPTION_FAILED: ['fix_configuration', false, 'What is stored could not be decrypted.'],
  KEY_SERVICE_UNAVAILABLE: ['none', true, 'The service that keeps the encryption keys gives no answer just now.'],
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

/**
 * What is wrong with a key or a keyring: there is none, its text is not `id:key`, an id is not one or comes twice, the key is not base64url, it does not have the bytes that its kind has, or its
 * halves are of two keys. `rejected`: a key management service refuses it or its context, or it is a public key that keeps nothing secret.
 */
export type KeyProblem =
  | 'missing'
  | 'malformed'
  | 'invalid_id'
  | 'duplicate_id'
  | 'invalid_encoding'
  | 'wrong_length'
  | 'mismatched'
  | 'rejected'

/**
 * Why something sealed can't be opened: it was never sealed, by a later version of Finport, or in a suite this vault has no key of; its key is not in the keyring, or seals but does not open; or it was sealed with another key of the same id, was changed,
 * or belongs to another user, connection or provider.
 */
export type DecryptionProblem =
  | 'not_sealed'
  | 'unsupported_format'
  | 'unsupported_suite'
  | 'unknown_key'
  | 'key_only_seals'
  | 'not_authentic'

const keyProblems: Record<KeyProblem, string> = {
  missing: 'There is no encryption key: make one with generateKey().',
  malformed: "An encryption key is written as its id, a colon and 32 bytes in base64url: 'k1:…'.",
  invalid_id: 'The id of an encryption key is made of 1 to 64 letters, digits, dots, dashes and underscores.',
  duplicate_id: 'Two encryption keys have the same id.',
  invalid_encoding: "An encryption key is not base64url without padding: letters, digits, '-' and '_' only.",
  wrong_length: 'An encryption key must have 32 bytes.',
  mismatched: 'The public and the secret half of an encryption key are of two keys.',
  rejected: 'The encryption key is refused: by the service that keeps it, or because it keeps nothing secret.',
}

const decryptionProblems: Record<DecryptionProblem, string> = {
  not_sealed: 'What is stored was not sealed by a vault.',
  unsupported_format: 'What is stored was sealed in a format that this version does not know.',
  unsupported_suite: 'What is stored was sealed in a way that this vault is not configured for.',
  unknown_key: 'What is stored was sealed with a key that is not in the keyring.',
  key_only_seals: 'The key of what is stored can only seal here: its secret half is elsewhere.',
  not_authentic:
    'What is stored was sealed with another key of the same id, was changed, or belongs to something else.',
}

const reasonMessages: Readonly<Record<string, string>> = { ...keyProblems, ...decryptionProblems }

/** The reasons of {@link VaultError}. */
export type VaultErrorReason = ReauthenticationReason | KeyProblem | DecryptionProblem

type CodeWithReason = 'REAUTHENTICATION_REQUIRED' | 'ENCRYPTION_KEY_INVALID' | 'DECRYPTION_FAILED'

/** The vault could not give or take credentials. */
export class VaultError extends FinportError {
  override readonly name = 'VaultError'
  readonly code: VaultErrorCode
  readonly retryable: boolean
  readonly userAction: UserAction
  /** With `REAUTHENTICATION_REQUIRED`, `ENCRYPTION_KEY_INVALID` and `DECRYPTION_FAILED`: why. */
  readonly reason: VaultErrorReason | null

  constructor(code: Exclude<VaultErrorCode, CodeWithReason>)
  constructor(code: 'REAUTHENTICATION_REQUIRED', reason: ReauthenticationReason)
  constructor(code: 'ENCRYPTION_KEY_INVALID', reason: KeyProblem)
  constructor(code: 'DECRYPTION_FAILED', reason: DecryptionProblem)
  constructor(code: VaultErrorCode, reason: VaultErrorReason | null = null) {
    const [userAction, retryable, message] = vaultErrors[code]
    super(reason === null ? message : (reasonMessages[reason] ?? message))
    this.code = code
    this.retryable = retryable
    this.userAction = userAction
    this.reason = reason
  }
}
