import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ProviderError, ProviderErrorContext } from '../errors/provider-error.ts'
import type { Json } from '../json.ts'

/** What a body can be read as. */
export type HttpBody = {
  /** JSON without loss, as {@link parseLosslessJson} reads it. */
  json: Json
  text: string
  bytes: Uint8Array
  /** Not at all. */
  nothing: null
}

/** A request of a provider's. */
export type HttpRequest<As extends keyof HttpBody = 'json', T = HttpBody[As]> = {
  /** The call it is made for, such as `'fetchAccounts'`: errors and hooks name it. */
  operation: string
  /** `'GET'` if nothing is said. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined
  /** The address, or the part of it that is always the same: written by the provider's author, or found in an answer. */
  url: string
  /** Segments behind the address, each encoded: the place for arguments. One that is empty, `'.'` or `'..'` would lead elsewhere and is refused with `PROVIDER_INVALID_INPUT`. */
  path?: readonly string[] | undefined
  /** What stands behind the `?`: a list has one entry for each of its values, `undefined` has none. */
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> | undefined
  headers?: Readonly<Record<string, string>> | undefined
  /** A body as JSON. */
  json?: Json | undefined
  /** A body as a form. */
  form?: Readonly<Record<string, string>> | undefined
  /** What the body has to be like, as a schema of any validator that speaks Standard Schema. */
  schema?: StandardSchemaV1<unknown, T> | undefined
  /** What the body is read as: `'json'` if nothing is said. */
  as?: As | undefined
  /** Whether it may be sent again when nobody knows whether it was processed: true for GET, false for all others, if nothing is said. */
  idempotent?: boolean | undefined
  /** Whose requests count together where the provider's limit is one per credential, such as an API key: only its hash is used. Left out there, all users count together. */
  rateKey?: string | undefined
  /** The argument of the caller's that 400, 404, 409 and 422 find fault with: they become `PROVIDER_INVALID_INPUT` by it, and are `PROVIDER_INVALID_RESPONSE` without. */
  argument?: string | undefined
  signal?: AbortSignal | undefined
}

/** An answer of success. */
export type HttpAnswer<T> = {
  status: number
  headers: Headers
  /** The provider's id of the request. */
  requestId: string | null
  /** The body, as it was asked for. */
  value: T
}

/** An answer of failure: any status but 2xx. */
export type FailedAnswer = {
  status: number
  headers: Headers
  /** The body: parsed where it is JSON, else as text; what is too large or did not arrive is `''`. It may quote secrets: put nothing of it into an error. */
  body: Json
  /** What to make an error with. */
  context: ProviderErrorContext
  /** What the answer asks to wait. */
  retryAfterSeconds: number | null
}

/** Reads a provider's own words for a failure; `null` leaves it to its status. */
export type Classify = (answer: FailedAnswer) => ProviderError | null
