import type { Json } from './json.ts'

/** What somebody has to do about an error: nobody anything, the user connect again, the app's owner mend its configuration, the caller its input, or ask the provider. */
export type UserAction = 'none' | 'reconnect' | 'fix_configuration' | 'fix_input' | 'contact_provider'

const inspectSymbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * The base of every error in a Finport `Result`. Messages, JSON and inspect forms never hold a credential, token, header, query or body,
 * and there is never a `cause`: an error is safe to log and to show.
 *
 * Tell errors apart by `code`, which is a literal in each class, never by `instanceof`: it is exhaustive by the compiler and holds across
 * copies of the package.
 *
 * @example
 * ```ts
 * import type { ProviderError } from '@finport/core'
 *
 * function advice(error: ProviderError): string {
 *   switch (error.code) {
 *     case 'PROVIDER_AUTHENTICATION_FAILED':
 *       return 'Please connect the account again.'
 *     case 'PROVIDER_RATE_LIMITED':
 *     case 'PROVIDER_UNAVAILABLE':
 *       return `Please try again in ${error.retryAfterSeconds ?? 60} seconds.`
 *     case 'PROVIDER_INVALID_INPUT':
 *       return error.issues.map((issue) => `${issue.path}: ${issue.reason}`).join('\n')
 *     case 'PROVIDER_CONFIGURATION_REJECTED':
 *     case 'PROVIDER_PERMISSION_DENIED':
 *     case 'PROVIDER_INVALID_RESPONSE':
 *     case 'PROVIDER_ABORTED':
 *       return error.message
 *     default:
 *       return error satisfies never
 *   }
 * }
 * ```
 */
export abstract class FinportError extends Error {
  /** Names the kind of error; a literal in each class. */
  abstract readonly code: string
  /** Whether the same call may succeed later without anybody doing anything. */
  abstract readonly retryable: boolean
  abstract readonly userAction: UserAction

  /** Name, message and the fields of the class: all of it safe to log. */
  toJSON(): { [key: string]: Json } {
    const { name, message, cause: _cause, ...fields } = { ...this, name: this.name, message: this.message }
    return { name, message, ...(fields as { [key: string]: Json }) }
  }

  /** What `console.log` prints: name, message, fields and stack. */
  [inspectSymbol](_depth: number, options: unknown, inspect?: (value: unknown, options: unknown) => string): string {
    const { name, message, ...fields } = this.toJSON()
    const frames = this.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
    const shown = inspect === undefined ? JSON.stringify(fields) : inspect(fields, options)
    return [`${name}: ${message}`, ...frames].join('\n').concat(` ${shown}`)
  }
}

/** Where a provider's error happened. */
export type ProviderErrorContext = {
  /** The provider's slug. */
  provider: string
  /** The call that failed, such as `'fetchAccounts'`. */
  operation: string
  /** Instead of the usual sentence. Fit for users and logs: never put a value from a credential, request, response or file in it. */
  message?: string | undefined
  /** The HTTP status of the answer, if there was one. */
  status?: number | undefined
  /** The provider's id of the request, for its support. */
  requestId?: string | undefined
}

abstract class ProviderErrorBase extends FinportError {
  readonly provider: string
  readonly operation: string
  readonly status: number | null
  readonly requestId: string | null

  constructor(context: ProviderErrorContext, sentence: string) {
    super(context.message ?? sentence)
    this.provider = context.provider
    this.operation = context.operation
    this.status = context.status ?? null
    this.requestId = context.requestId ?? null
  }
}

/** The user's credentials were refused, have expired or were revoked: the user has to connect again. */
export class ProviderAuthenticationError extends ProviderErrorBase {
  override readonly name = 'ProviderAuthenticationError'
  readonly code = 'PROVIDER_AUTHENTICATION_FAILED'
  readonly retryable = false
  readonly userAction = 'reconnect'
  /** Whether it was an access token that expired, so that a refresh may help. */
  readonly isTokenExpired: boolean

  constructor(context: ProviderErrorContext & { isTokenExpired: boolean }) {
    super(context, `The provider '${context.provider}' refused the credentials. Connect the account again.`)
    this.isTokenExpired = context.isTokenExpired
  }
}

/** The app's own registration was refused (unknown client, wrong redirect URI): its owner has to act, never the user, and no connection expires by it. */
export class ProviderConfigurationError extends ProviderErrorBase {
  override readonly name = 'ProviderConfigurationError'
  readonly code = 'PROVIDER_CONFIGURATION_REJECTED'
  readonly retryable = false
  readonly userAction = 'fix_configuration'

  constructor(context: ProviderErrorContext) {
    super(
      context,
      `The provider '${context.provider}' refused the app's own credentials or redirect URI. Check the app's settings.`,
    )
  }
}

/** The user is signed in but may not do this. */
export class ProviderPermissionError extends ProviderErrorBase {
  override readonly name = 'ProviderPermissionError'
  readonly code = 'PROVIDER_PERMISSION_DENIED'
  readonly retryable = false
  readonly userAction = 'contact_provider'

  constructor(context: ProviderErrorContext) {
    super(context, `The provider '${context.provider}' does not allow this for the connected user.`)
  }
}

/** Too many requests, by the provider's count or by our own limiter. */
export class ProviderRateLimitError extends ProviderErrorBase {
  override readonly name = 'ProviderRateLimitError'
  readonly code = 'PROVIDER_RATE_LIMITED'
  readonly retryable = true
  readonly userAction = 'none'
  /** How long to wait, where it is known. */
  readonly retryAfterSeconds: number | null

  constructor(context: ProviderErrorContext & { retryAfterSeconds: number | null }) {
    super(context, `The provider '${context.provider}' limits how often it may be asked. Try again later.`)
    this.retryAfterSeconds = context.retryAfterSeconds
  }
}

/** The provider could not be reached or is out of order: network failure, time-out, a 5xx status, an outage page. */
export class ProviderUnavailableError extends ProviderErrorBase {
  override readonly name = 'ProviderUnavailableError'
  readonly code = 'PROVIDER_UNAVAILABLE'
  readonly retryable = true
  readonly userAction = 'none'
  /** How long to wait, where the provider says. */
  readonly retryAfterSeconds: number | null

  constructor(context: ProviderErrorContext & { retryAfterSeconds?: number | null | undefined }) {
    super(context, `The provider '${context.provider}' can't be reached just now. Try again later.`)
    this.retryAfterSeconds = context.retryAfterSeconds ?? null
  }
}

/** The provider answered with something other than what it documents. */
export class ProviderInvalidResponseError extends ProviderErrorBase {
  override readonly name = 'ProviderInvalidResponseError'
  readonly code = 'PROVIDER_INVALID_RESPONSE'
  readonly retryable = false
  readonly userAction = 'contact_provider'
  /** Where the answer differs, such as `'$.accounts[0].balance'`; empty when it could not be read at all. */
  readonly issues: readonly { path: string }[]

  constructor(context: ProviderErrorContext & { issues?: readonly { path: string }[] | undefined }) {
    super(context, `The provider '${context.provider}' answered in a form that is not understood.`)
    this.issues = context.issues ?? []
  }
}

/** One thing that is wrong with an argument or a file. */
export type InputIssue = {
  /** The argument, field or record, such as `'apiKey'` or `'fileContent'`. */
  path: string
  /** What is wrong and what to do: never a value of the input. */
  reason: string
  /** Where in the file, as a count of bytes from its start. */
  offset?: number
  /** Where in the file, as a line; the first is 1. */
  line?: number
}

/** An argument is bad or a file can't be read. */
export class ProviderInvalidInputError extends ProviderErrorBase {
  override readonly name = 'ProviderInvalidInputError'
  readonly code = 'PROVIDER_INVALID_INPUT'
  readonly retryable = false
  readonly userAction = 'fix_input'
  readonly issues: readonly InputIssue[]

  constructor(context: ProviderErrorContext & { issues: readonly InputIssue[] }) {
    super(context, describeIssues(context.provider, context.issues))
    this.issues = context.issues
  }
}

function describeIssues(provider: string, issues: readonly InputIssue[]): string {
  const lines = issues.map(({ path, reason, offset, line }) => {
    const place = line !== undefined ? ` (line ${line})` : offset !== undefined ? ` (byte ${offset})` : ''
    return `${path}${place}: ${reason}`
  })
  return `The provider '${provider}' can't use this input. ${lines.join(' ')}`.trimEnd()
}

/** The caller's signal ended the call. */
export class ProviderAbortedError extends ProviderErrorBase {
  override readonly name = 'ProviderAbortedError'
  readonly code = 'PROVIDER_ABORTED'
  readonly retryable = true
  readonly userAction = 'none'

  constructor(context: ProviderErrorContext) {
    super(context, 'The call was aborted.')
  }
}

/** Everything a provider's call may end in. */
export type ProviderError =
  | ProviderAuthenticationError
  | ProviderConfigurationError
  | ProviderPermissionError
  | ProviderRateLimitError
  | ProviderUnavailableError
  | ProviderInvalidResponseError
  | ProviderInvalidInputError
  | ProviderAbortedError

/** A provider's settings are missing or wrong: found before anything is sent. */
export class ConfigurationError extends FinportError {
  override readonly name = 'ConfigurationError'
  readonly code = 'PROVIDER_CONFIGURATION_INVALID'
  readonly retryable = false
  readonly userAction = 'fix_configuration'
  readonly provider: string
  /** The paths of the settings that are missing or wrong, such as `'clientId'`. */
  readonly settings: readonly string[]

  constructor(context: { provider: string; missing: readonly string[]; invalid: readonly string[] }) {
    const said = [
      ...(context.missing.length > 0 ? [`missing: ${context.missing.join(', ')}`] : []),
      ...(context.invalid.length > 0 ? [`not valid: ${context.invalid.join(', ')}`] : []),
    ]
    super(`The provider '${context.provider}' is not configured. Settings ${said.join('; ')}.`)
    this.provider = context.provider
    this.settings = [...context.missing, ...context.invalid]
  }
}

/** No provider of that slug is registered. */
export class UnknownProviderError extends FinportError {
  override readonly name = 'UnknownProviderError'
  readonly code = 'PROVIDER_UNKNOWN'
  readonly retryable = false
  readonly userAction = 'fix_input'
  /** The slugs that are registered. */
  readonly supported: readonly string[]

  constructor(supported: readonly string[]) {
    super(`No provider of this slug is registered. Registered are: ${supported.join(', ') || 'none'}.`)
    this.supported = supported
  }
}

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

const storageErrors = {
  STORAGE_CONFLICT: ['none', true, 'The record was changed by somebody else meanwhile.'],
  STORAGE_UNAVAILABLE: ['none', true, "The storage can't be reached just now."],
} as const satisfies Record<string, readonly [UserAction, boolean, string]>

/** The codes of {@link StorageError}. */
export type StorageErrorCode = keyof typeof storageErrors

/** The host's storage failed. */
export class StorageError extends FinportError {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  readonly retryable: boolean
  readonly userAction: UserAction

  constructor(code: StorageErrorCode) {
    const [userAction, retryable, message] = storageErrors[code]
    super(message)
    this.code = code
    this.retryable = retryable
    this.userAction = userAction
  }
}
