import { type Instant, isInstant, toInstant } from './dates.ts'
import { type InputIssue, ProviderInvalidInputError } from './errors/provider-error.ts'
import { isJson, type Json } from './json.ts'
import type { TokenPolicy } from './metadata.ts'
import { Err, Ok, type Result } from './result.ts'

/**
 * The erased form of all credentials: what code that knows no provider may see of them. Providers receive plain objects whose JSON, inspect and text forms show
 * no secret ({@link maskCredentials}).
 */
export interface Credentials {
  readonly type: CredentialType
}

/** Tokens of OAuth 2.0. */
export interface OAuth2Credentials extends Credentials {
  readonly type: 'oauth2'
  readonly accessToken: string
  readonly refreshToken: string | null
  /** When the access token ends. */
  readonly expiresAt: Instant | null
  /** When the refresh token was issued, for providers whose refresh tokens end at a fixed age. */
  readonly refreshTokenIssuedAt: Instant | null
}

/** A key and its secret, made by the user at the institution. */
export interface ApiKeyCredentials extends Credentials {
  readonly type: 'api_key'
  readonly apiKey: string
  readonly apiSecret: string
  /** Which of the provider's environments the key is for, such as `'live'` or `'paper'`. */
  readonly environment?: string | undefined
}

/** The bytes of a file, or a function that opens them as a stream. It may be called more than once and starts at the first byte each time. */
export type FileContent = Uint8Array | (() => AsyncIterable<Uint8Array>)

/** A file that a user downloaded: what stands in for credentials where the institution has no API. Never stored. */
export interface FileImportCredentials extends Credentials {
  readonly type: 'file_import'
  readonly fileName: string
  readonly fileContent: FileContent
  /** What the caller takes the file for. The content decides. */
  readonly fileFormat?: string | undefined
  /** The `providerAccountId` the file belongs to, for files that do not say. */
  readonly accountId?: string | undefined
}

/** A file to import: {@link FileImportCredentials} without their type. */
export type ImportFile = Omit<FileImportCredentials, 'type'>

/** An aggregator's token for one link. */
export interface LinkTokenCredentials extends Credentials {
  readonly type: 'link_token'
  readonly accessToken: string
  readonly itemId: string
}

/** A client certificate and its key, as PEM text. */
export interface CertificateCredentials extends Credentials {
  readonly type: 'certificate'
  readonly certificate: string
  readonly privateKey: string
  readonly passphrase?: string | undefined
}

/** Anything else; the provider knows its fields. */
export interface CustomCredentials extends Credentials {
  readonly type: 'custom'
  readonly [field: string]: Json
}

/** Each type of credentials and its shape. */
export type CredentialsByType = {
  oauth2: OAuth2Credentials
  api_key: ApiKeyCredentials
  file_import: FileImportCredentials
  link_token: LinkTokenCredentials
  certificate: CertificateCredentials
  custom: CustomCredentials
}

/** The types of credentials. */
export const credentialTypes = ['oauth2', 'api_key', 'file_import', 'link_token', 'certificate', 'custom'] as const

/** One of {@link credentialTypes}. */
export type CredentialType = (typeof credentialTypes)[number]

/** Credentials that may be kept: all but files, which by their type can't be stored. */
export interface StorableCredentials {
  readonly type: Exclude<CredentialType, 'file_import'>
}

/** What an OAuth token endpoint gives. Not masked, unlike the credentials that `credentialsFromTokens` makes of it: do not print it. */
export type OAuthTokens = {
  accessToken: string
  /** `null` when the provider did not send one: the old one stays good. */
  refreshToken: string | null
  /** Seconds the access token lives from now. */
  expiresIn: number
  tokenType: string
  scope: string | null
}

/** Encrypted credentials as they are stored. The expiry is a hint for queries; the sealed value decides. */
export type ProviderCredentials = {
  encryptedData: Uint8Array
  credentialType: CredentialType
  expiresAt: Instant | null
}

const REFRESH_AHEAD_MILLISECONDS = 5 * 60_000

/**
 * Whether credentials end within five minutes of `now`, that moment included, or have ended. Those without an end never need it.
 *
 * @param now milliseconds since 1970.
 */
export function needsRefresh(credentials: { readonly expiresAt: Instant | null }, now: number): boolean {
  return credentials.expiresAt !== null && Date.parse(credentials.expiresAt) - now <= REFRESH_AHEAD_MILLISECONDS
}

/**
 * When the user has to log in again whatever is done: the end of the refresh token by the provider's policy.
 *
 * @returns `null` when refresh tokens do not end, or nobody knows when this one was issued.
 */
export function toReauthenticateBy(
  credentials: { readonly refreshTokenIssuedAt?: Instant | null | undefined },
  policy: TokenPolicy | null | undefined,
): Instant | null {
  const seconds = policy?.refreshTokenSeconds ?? null
  const issuedAt = credentials.refreshTokenIssuedAt ?? null
  return seconds === null || issuedAt === null ? null : toInstant(Date.parse(issuedAt) + seconds * 1_000)
}

type FieldRule = 'secret' | 'secret?' | 'secret | null' | 'text' | 'text?' | 'instant | null' | 'content'

/** The fields of each type that has fixed ones. A field missing here, or one too many, does not compile. */
const fieldRules = {
  oauth2: {
    accessToken: 'secret',
    refreshToken: 'secret | null',
    expiresAt: 'instant | null',
    refreshTokenIssuedAt: 'instant | null',
  },
  api_key: { apiKey: 'secret', apiSecret: 'secret', environment: 'text?' },
  file_import: { fileName: 'text', fileContent: 'content', fileFormat: 'text?', accountId: 'text?' },
  link_token: { accessToken: 'secret', itemId: 'text' },
  certificate: { certificate: 'secret', privateKey: 'secret', passphrase: 'secret?' },
} as const satisfies {
  [T in Exclude<CredentialType, 'custom'>]: Record<keyof Omit<CredentialsByType[T], 'type'>, FieldRule>
}

/** What stands for a value where credentials are printed. */
const MASK = '[masked]'

const maskedProblem =
  'Only the mask is here, as JSON.stringify and logs show credentials. Keep them in a vault, or seal a copy: { ...credentials }.'

function problemOf(rule: FieldRule, value: unknown): string | null {
  if (value === MASK) return maskedProblem
  const isText = typeof value === 'string' && value.trim() !== ''
  switch (rule) {
    case 'secret':
    case 'text':
      return isText ? null : 'A text that is not empty is needed.'
    case 'secret?':
    case 'text?':
      return value === undefined || isText ? null : 'A text that is not empty is needed, or nothing.'
    case 'secret | null':
      return value === null || value === undefined || isText ? null : 'A text that is not empty is needed, or null.'
    case 'instant | null':
      return value === null || value === undefined || isInstant(value)
        ? null
        : "An instant in the form '2026-01-31T12:00:00.000Z' is needed, or null."
    case 'content':
      return value instanceof Uint8Array || typeof value === 'function'
        ? null
        : 'The bytes of the file are needed, as a Uint8Array or as a function that opens a stream of them.'
  }
}

/**
 * Checks what a user or host gave as credentials, and masks it. Made for a provider's own `parseCredentials`. Unknown fields are left out, but for `custom`, which has
 * no others.
 *
 * @param type the type wanted; a `type` in the input may be absent but not another.
 * @returns the credentials, or `PROVIDER_INVALID_INPUT` with one issue for each field that is missing or wrong.
 *
 * @example
 * ```ts
 * import { parseCredentials } from '@finport/core'
 *
 * const parsed = parseCredentials('api_key', { apiKey: 'PK123' }, { provider: 'my-broker' })
 * if (parsed.isErr()) console.log(parsed.error.issues) // [{ path: 'apiSecret', reason: 'A text that is not empty is needed.' }]
 * ```
 */
export function parseCredentials<T extends CredentialType>(
  type: T,
  input: unknown,
  context: { provider: string },
): Result<CredentialsByType[T], ProviderInvalidInputError> {
  const refuse = (issues: InputIssue[]) =>
    Err(new ProviderInvalidInputError({ provider: context.provider, operation: 'parseCredentials', issues }))
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return refuse([{ path: 'credentials', reason: 'An object is needed.' }])
  const given = input as Readonly<Record<string, unknown>>
  if (given.type !== undefined && given.type !== type) {
    return refuse([{ path: 'type', reason: `Credentials of type '${type}' are needed.` }])
  }
  if (type === 'custom') {
    const wrong = Object.keys(given).filter(
      (field) => field !== 'type' && (field === 'toJSON' || !isJson(given[field])),
    )
    if (wrong.length > 0) return refuse(wrong.map((path) => ({ path, reason: 'Plain JSON is needed.' })))
    const masked = Object.keys(given).filter((field) => given[field] === MASK)
    if (masked.length > 0) return refuse(masked.map((path) => ({ path, reason: maskedProblem })))
    // T is 'custom' here, which the compiler does not follow.
    return Ok(maskCredentials({ ...given, type } as unknown as CredentialsByType[T]))
  }

  const fields: Record<string, unknown> = { type }
  const issues: InputIssue[] = []
  const rules: Record<string, FieldRule> = fieldRules[type as keyof typeof fieldRules]
  for (const [field, rule] of Object.entries(rules)) {
    const value = given[field]
    const reason = problemOf(rule, value)
    if (reason !== null) issues.push({ path: field, reason })
    else if (value !== undefined) fields[field] = value
    else if (rule.endsWith('| null')) fields[field] = null
  }
  if (issues.length > 0) return refuse(issues)
  // The rules above name every field of T, and each was checked.
  return Ok(maskCredentials(fields as unknown as CredentialsByType[T]))
}

/**
 * Makes credentials safe to print by accident: their JSON and inspect forms show which fields are there but no value, and as text they are only their type. The fields
 * themselves stay readable; copies (`{ ...credentials }`, `structuredClone`) are not masked. So their JSON is nothing to store: {@link parseCredentials} refuses it. A vault keeps credentials; without one, seal a copy.
 *
 * @returns the same object.
 */
export function maskCredentials<C extends Credentials>(credentials: C): C {
  const masked = () =>
    Object.fromEntries(
      Object.entries(credentials).map(([field, value]) => [field, field === 'type' || value === null ? value : MASK]),
    )
  const hooks: Record<PropertyKey, () => unknown> = {
    toJSON: masked,
    [Symbol.for('nodejs.util.inspect.custom')]: masked,
    [Symbol.toPrimitive]: () => `[${credentials.type} credentials]`,
  }
  for (const key of Reflect.ownKeys(hooks)) {
    Object.defineProperty(credentials, key, {
      value: hooks[key as keyof typeof hooks],
      enumerable: false,
      configurable: true,
    })
  }
  return credentials
}
