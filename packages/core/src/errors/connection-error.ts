import { FinportError, type UserAction } from './finport-error.ts'

const connectionErrors = {
  CONNECTION_NOT_FOUND: ['fix_input', false, 'This user has no such connection.'],
  CONNECTION_NOT_ACTIVE: ['reconnect', false, 'The connection is not active. Connect the account again.'],
  CONNECTION_ALIAS_TAKEN: [
    'fix_input',
    false,
    'This user already has a connection of that name at the provider. Name its id to log in again, or choose another alias.',
  ],
  CONNECTION_MISMATCH: [
    'reconnect',
    false,
    'The login belongs to other accounts than the connection has. Log in as the same user, or make a new connection.',
  ],
  CONNECTION_DUPLICATE: [
    'fix_input',
    false,
    'These accounts are already connected under another connection of this user.',
  ],
  CONNECTION_SANDBOX_MISMATCH: [
    'fix_configuration',
    false,
    'The connection was made with a sandbox and the provider is live, or the other way round.',
  ],
  OAUTH_STATE_INVALID: [
    'reconnect',
    false,
    'The login is unknown, too old, already used or belongs to another user. Start again.',
  ],
  OAUTH_DENIED: ['reconnect', false, 'The login was declined at the provider.'],
  OAUTH_REQUEST_REJECTED: ['fix_configuration', false, 'The provider refused the login request as it was made.'],
  OAUTH_SERVER_ERROR: ['none', true, 'The provider failed during the login. Try again later.'],
  SYNC_IN_PROGRESS: ['none', true, 'This connection is being synced already.'],
} as const satisfies Record<string, readonly [UserAction, boolean, string]>

/** The codes of {@link ConnectionError}. */
export type ConnectionErrorCode = keyof typeof connectionErrors

/** Something about a user's connection, or about making one, forbids the call. */
export class ConnectionError extends FinportError {
  override readonly name = 'ConnectionError'
  readonly code: ConnectionErrorCode
  readonly retryable: boolean
  readonly userAction: UserAction

  constructor(code: ConnectionErrorCode) {
    const [userAction, retryable, message] = connectionErrors[code]
    super(message)
    this.code = code
    this.retryable = retryable
    this.userAction = userAction
  }
}
