import {
  type Json,
  ProviderAuthenticationError,
  ProviderConfigurationError,
  type ProviderError,
  type ProviderErrorContext,
  ProviderInvalidInputError,
  ProviderPermissionError,
  ProviderRateLimitError,
  ProviderUnavailableError,
} from '@finport/core'
import type { Classify } from '@finport/core/http'

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined
}

/** Calls that are authenticated as the app, not as a user. */
const appCalls: readonly string[] = ['exchangeCodeForTokens', 'refreshAccessToken', 'revoke']

/** Reads Todoist's own words, where a status alone would mislead. */
export const classify: Classify = ({ status, body, context, retryAfterSeconds }) => {
  const isAppCall = appCalls.includes(context.operation)
  const error = fieldOf(body, 'error')
  if (isAppCall) {
    if (error === 'bad_authorization_code' || error === 'invalid_grant')
      return new ProviderAuthenticationError({ ...context, isTokenExpired: false })
    if (error === 'incorrect_application_credentials' || error === 'invalid_client' || status === 401)
      return new ProviderConfigurationError(context)
  }
  // Whatever is wrong with a token, Todoist asks to refresh it first: if it was revoked, the refresh tells.
  if (status === 401) return new ProviderAuthenticationError({ ...context, isTokenExpired: true })
  if (status === 429) {
    const asked = fieldOf(fieldOf(body, 'error_extra'), 'retry_after')
    const seconds = retryAfterSeconds ?? (typeof asked === 'number' ? asked : null)
    return new ProviderRateLimitError({ ...context, retryAfterSeconds: seconds })
  }
  return null
}

/** What Todoist says of a command that it did not do. */
export type CommandFailure = {
  http_code?: number | undefined
  error_extra?: { retry_after?: number | undefined } | undefined
}

/** The error of a command: the request as a whole was answered well. */
export function toCommandError(context: ProviderErrorContext, failure: CommandFailure): ProviderError {
  const { http_code: status, error_extra: extra } = failure
  const retryAfterSeconds = extra?.retry_after ?? null
  if (status === 403) return new ProviderPermissionError({ ...context, status })
  if (status === 429) return new ProviderRateLimitError({ ...context, status, retryAfterSeconds })
  if (status !== undefined && status >= 500)
    return new ProviderUnavailableError({ ...context, status, retryAfterSeconds })
  const reason = 'Todoist does not complete it: it has no such task, or not for this user.'
  return new ProviderInvalidInputError({ ...context, status, issues: [{ path: 'action.taskId', reason }] })
}
