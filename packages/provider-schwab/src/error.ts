import {
  type Json,
  ProviderAuthenticationError,
  ProviderConfigurationError,
  type ProviderError,
  type ProviderErrorContext,
  ProviderInvalidInputError,
  ProviderInvalidResponseError,
  ProviderUnavailableError,
} from '@finport/core'
import type { Classify, FailedAnswer } from '@finport/core/http'
import { fieldOf } from './wire.ts'

const textOf = (body: Json, name: string): string => {
  const value = fieldOf(body, name)
  return typeof value === 'string' ? value : ''
}

/** Pages of Akamai (Access Denied) and of servers behind it (Whitelabel Error Page): Schwab itself never saw the request. */
const isWebPage = (body: Json) => typeof body === 'string' && body.trimStart().startsWith('<')

/** Where an API is taken offline, its route is gone. No answer of the API itself is a text. */
const isLostRoute = ({ status, body }: FailedAnswer) => status === 404 && typeof body === 'string'

/** Apigee's own errors. */
const isGatewayFault = (body: Json) => fieldOf(body, 'fault') !== undefined

function isOutage(answer: FailedAnswer): boolean {
  return isWebPage(answer.body) || isLostRoute(answer) || isGatewayFault(answer.body)
}

/** Schwab's words for a refresh token that is dead: expired after seven days, revoked, or replaced by a new login. `invalid_grant`, which RFC 6749 has for it, comes for one that is missing. */
function isDeadGrant(error: string, description: string): boolean {
  return (
    error === 'unsupported_token_type' ||
    error === 'invalid_grant' ||
    /refresh_token_authentication_error|authenticating (?:refresh token|authorization code)/.test(description) ||
    (error === 'invalid_client' && /refresh token/i.test(description))
  )
}

/** RFC 6749, section 5.2: what is wrong with the app and not with the user's grant. */
const configurationErrors: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'redirect_uri_mismatch',
])

const deadCode =
  'Schwab refused the authorization code. It works once, for about 30 seconds, and with the redirect URI it was made for: send the user to log in again, and exchange the code as soon as it comes.'
const deadRefreshToken =
  'Schwab refused the refresh token. It ends seven days after the login, when the user logs in to this app again, and when the password changes: the user has to log in again.'
const refusedApp = 'Schwab refused the app itself: check clientId and clientSecret, and that the app is Ready For Use.'

function isCodeExchange({ operation }: ProviderErrorContext): boolean {
  return operation === 'exchangeCodeForTokens'
}

function classifyToken({ status, body, context }: FailedAnswer): ProviderError | null {
  // What is out of order or too busy has not looked at a grant, whatever it says of one: nobody need log in again for it.
  if (status === 429 || status >= 500) return null
  const error = textOf(body, 'error')
  // Schwab puts one error into another: where the quotes within are not escaped, all of it is but a text.
  const description = typeof body === 'string' ? body : textOf(body, 'error_description')
  const toDeadGrant = (message: string) =>
    new ProviderAuthenticationError({ ...context, message, isTokenExpired: false })
  if (isDeadGrant(error, description)) return toDeadGrant(isCodeExchange(context) ? deadCode : deadRefreshToken)
  if (configurationErrors.has(error) || status === 401)
    return new ProviderConfigurationError({ ...context, message: refusedApp })
  if (error === 'server_error' || error === 'temporarily_unavailable') return new ProviderUnavailableError(context)
  // What Schwab says to a bad code is not on record. A new login is what helps, whatever its words are.
  return status === 400 && error !== '' && isCodeExchange(context) ? toDeadGrant(deadCode) : null
}

function classifyTrader({ status, body, context }: FailedAnswer): ProviderError | null {
  // The same for a token that has ended, which Schwab does early at times, and for an app that lacks the product: after a refresh it must be the latter.
  if (status === 401) return new ProviderAuthenticationError({ ...context, isTokenExpired: true })
  if (status !== 400) return null
  if (!/account number/i.test(textOf(body, 'message'))) return new ProviderInvalidResponseError(context)
  const reason = 'Schwab has no account of this id for these credentials. It is the hash that fetchAccounts gives.'
  return new ProviderInvalidInputError({ ...context, issues: [{ path: 'providerAccountId', reason }] })
}

/** The calls that ask the token endpoint. */
export const tokenOperations = ['exchangeCodeForTokens', 'refreshAccessToken'] as const

/** What Schwab's failures mean. */
export const classify: Classify = (answer) => {
  const { context, retryAfterSeconds, status } = answer
  if (status !== 429 && isOutage(answer)) return new ProviderUnavailableError({ ...context, retryAfterSeconds })
  const isToken = (tokenOperations as readonly string[]).includes(context.operation)
  return isToken ? classifyToken(answer) : classifyTrader(answer)
}
