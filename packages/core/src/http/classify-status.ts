import {
  ProviderAuthenticationError,
  type ProviderError,
  ProviderInvalidInputError,
  ProviderInvalidResponseError,
  ProviderPermissionError,
  ProviderRateLimitError,
  ProviderUnavailableError,
} from '../errors/provider-error.ts'
import type { FailedAnswer } from './http-request.ts'

/** Statuses that find fault with an argument of the caller's, if the request has one. */
const FAULTS_OF_ARGUMENTS: Readonly<Record<number, string>> = {
  400: 'the provider does not accept it',
  404: 'the provider has no such thing, or not for these credentials',
  409: 'it conflicts with what the provider has',
  422: 'the provider does not accept it',
}

/** What an answer of failure means by its status, where the provider's own words do not say more. */
export function classifyStatus(
  { status, headers, context, retryAfterSeconds }: FailedAnswer,
  argument: string | undefined,
): ProviderError {
  if (status === 401) {
    // RFC 6750, section 3.1: a bearer token that is expired, revoked or malformed.
    const isTokenExpired = /\berror="?invalid_token\b/.test(headers.get('www-authenticate') ?? '')
    return new ProviderAuthenticationError({ ...context, isTokenExpired })
  }
  if (status === 403) return new ProviderPermissionError(context)
  if (status === 429) return new ProviderRateLimitError({ ...context, retryAfterSeconds })
  if (status === 408 || status === 425 || status >= 500) {
    return new ProviderUnavailableError({ ...context, retryAfterSeconds })
  }
  const reason = FAULTS_OF_ARGUMENTS[status]
  return argument === undefined || reason === undefined
    ? new ProviderInvalidResponseError(context)
    : new ProviderInvalidInputError({ ...context, issues: [{ path: argument, reason }] })
}
