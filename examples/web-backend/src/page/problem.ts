import type {
  ConfigurationError,
  ConnectionErrorCode,
  ProviderError,
  StorageErrorCode,
  UnknownProviderError,
  VaultErrorCode,
} from '@finport/core'

/** Every code an answer of this backend may carry: Finport's and its own. */
export type ProblemCode =
  | ProviderError['code']
  | ConnectionErrorCode
  | VaultErrorCode
  | StorageErrorCode
  | ConfigurationError['code']
  | UnknownProviderError['code']
  | 'BAD_REQUEST'
  | 'FOREIGN_ORIGIN'
  | 'NOT_FOUND'
  | 'TOO_LARGE'
  | 'TOO_MANY_REQUESTS'
  | 'UNEXPECTED'

/** What a user is told when something went wrong. */
export type Problem = {
  code: ProblemCode
  message: string
  /** Whether logging in again is what helps. */
  reconnect: boolean
  /** When to try again, where that is known. */
  retryAfterSeconds: number | null
  /** What is wrong in what the user gave, each with its place. */
  issues: { path: string; reason: string }[]
}

type Entry = readonly [status: 400 | 403 | 404 | 409 | 413 | 429 | 500 | 502 | 503, message: string]

const ourFault: Entry = [500, 'Something is wrong on our side. Please try again later.']
const theirFault: Entry = [502, 'Your institution answered with something we can’t read. Please try again later.']
const connectAgain: Entry = [409, 'Your institution asks you to log in again.']
const later: Entry = [503, 'This is taking longer than usual. Please try again in a moment.']

/** The status and the words of each code. A code without them does not compile. */
const entries: Record<ProblemCode, Entry> = {
  PROVIDER_AUTHENTICATION_FAILED: [409, 'Your institution did not accept these credentials.'],
  PROVIDER_CONFIGURATION_REJECTED: ourFault,
  PROVIDER_PERMISSION_DENIED: [403, 'Your institution does not allow this for your account. Please ask them.'],
  PROVIDER_RATE_LIMITED: [503, 'Your institution is busy. Please try again in a minute.'],
  PROVIDER_UNAVAILABLE: [503, 'Your institution can’t be reached just now. Please try again later.'],
  PROVIDER_INVALID_RESPONSE: theirFault,
  PROVIDER_INVALID_INPUT: [400, 'Something in what you gave can’t be used.'],
  PROVIDER_ABORTED: [503, 'That was stopped before it was done.'],
  PROVIDER_CONFIGURATION_INVALID: ourFault,
  PROVIDER_UNKNOWN: [404, 'We don’t support this institution.'],
  CONNECTION_NOT_FOUND: [404, 'There is no such connection.'],
  CONNECTION_NOT_ACTIVE: connectAgain,
  CONNECTION_ALIAS_TAKEN: [409, 'You are connected there already. Give the second connection a name of its own.'],
  CONNECTION_MISMATCH: [
    409,
    'You logged in with other accounts than before. Log in as the same user, or connect anew.',
  ],
  CONNECTION_DUPLICATE: [409, 'These accounts are connected already.'],
  CONNECTION_SANDBOX_MISMATCH: ourFault,
  OAUTH_STATE_INVALID: [400, 'That login is no longer valid. Please start again.'],
  OAUTH_DENIED: [403, 'You did not allow access, so nothing was connected.'],
  OAUTH_REQUEST_REJECTED: ourFault,
  OAUTH_SERVER_ERROR: [502, 'Your institution had trouble logging you in. Please try again later.'],
  SYNC_IN_PROGRESS: [409, 'An update is already under way.'],
  CREDENTIALS_NOT_FOUND: connectAgain,
  CREDENTIALS_UNREADABLE: connectAgain,
  REAUTHENTICATION_REQUIRED: connectAgain,
  REFRESH_IN_PROGRESS: later,
  ENCRYPTION_KEY_INVALID: ourFault,
  ENCRYPTION_FAILED: ourFault,
  DECRYPTION_FAILED: ourFault,
  KEY_SERVICE_UNAVAILABLE: later,
  STORAGE_CONFLICT: later,
  STORAGE_UNAVAILABLE: later,
  BAD_REQUEST: [400, 'We don’t understand this request.'],
  FOREIGN_ORIGIN: [403, 'This request came from another site, so nothing was done.'],
  NOT_FOUND: [404, 'There is nothing here.'],
  TOO_LARGE: [413, 'This is more than we take. A file may have up to 50 MB.'],
  TOO_MANY_REQUESTS: [429, 'That was tried too often. Please wait a little.'],
  UNEXPECTED: ourFault,
}

export function statusOf(code: ProblemCode): Entry[0] {
  return entries[code][0]
}

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(entries, text)
}

/** What is known of an error beside its code. Every error of Finport fits. */
export type ProblemSource = {
  code: ProblemCode
  userAction?: string
  retryAfterSeconds?: number | null
  issues?: readonly { path: string; reason?: string }[]
}

/** An error in words for users. */
export function toProblem({ code, userAction, retryAfterSeconds = null, issues = [] }: ProblemSource): Problem {
  return {
    code,
    message: entries[code][1],
    reconnect: userAction === 'reconnect',
    retryAfterSeconds,
    issues: issues.flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }])),
  }
}

/** A problem in words: what is wrong, where, and when to try again. */
export function describeProblem({ message, retryAfterSeconds, issues }: Problem): string {
  const wait = retryAfterSeconds === null ? [] : [`Try again in ${retryAfterSeconds} seconds.`]
  return [message, ...issues.map(({ reason }) => reason), ...wait].join(' ')
}
