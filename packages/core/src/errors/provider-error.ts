import { FinportError } from './finport-error.ts'

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
    const sentence = context.isTokenExpired
      ? 'no longer takes the access token. Refresh it, or connect the account again.'
      : 'refused the credentials. Connect the account again.'
    super(context, `The provider '${context.provider}' ${sentence}`)
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
