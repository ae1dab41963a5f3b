import {
  type ApiKeyCredentials,
  ProviderAuthenticationError,
  type ProviderError,
  ProviderInvalidResponseError,
  ProviderPermissionError,
} from '@finport/core'
import type { Classify } from '@finport/core/http'
import { type Environment, environmentOfKey } from './environment.ts'

/**
 * Alpaca's own answers of 401 and 403. The body is `{ code, message }`, or `{ message }` alone; the code's first digits need not be the status (422 comes with 40010001), and `code` may be missing.
 * A web page comes from a gateway or proxy before Alpaca, which has seen no credentials; so does any text with a 401, which Alpaca's own command line takes for one as well.
 */
export const classify: Classify = ({ status, body, context }) => {
  if (status !== 401 && status !== 403) return null
  const isWebPage = typeof body === 'string' && body.trimStart().startsWith('<')
  if (status === 401) {
    return typeof body === 'string' && body.trim() !== ''
      ? new ProviderInvalidResponseError({
          ...context,
          message: 'A 401 came that is not of Alpaca: something before it wants to be signed in to. Check the address.',
        })
      : new ProviderAuthenticationError({ ...context, isTokenExpired: false })
  }
  if (isWebPage) {
    return new ProviderPermissionError({
      ...context,
      message: "Alpaca's gateway blocks these requests before it looks at the credentials, as it does by address.",
    })
  }
  // Without a code, `forbidden.` means that no key, or none that is known, was seen.
  return codeOf(body).startsWith('403')
    ? new ProviderPermissionError(context)
    : new ProviderAuthenticationError({ ...context, isTokenExpired: false })
}

function codeOf(body: unknown): string {
  const code = typeof body === 'object' && body !== null ? (body as { code?: unknown }).code : undefined
  return typeof code === 'number' || typeof code === 'string' ? String(code) : ''
}

/** Says what Alpaca does not: that the key may be one of the other environment, which it refuses as if it were wrong, and what ends a key. */
export function explainRefusedKey(
  error: ProviderError,
  { apiKey }: ApiKeyCredentials,
  environment: Environment,
): ProviderError {
  const made = environmentOfKey(apiKey)
  if (error.code !== 'PROVIDER_AUTHENTICATION_FAILED') return error
  return new ProviderAuthenticationError({
    provider: error.provider,
    operation: error.operation,
    status: error.status ?? undefined,
    requestId: error.requestId ?? undefined,
    isTokenExpired: false,
    message:
      made === null || made === environment
        ? `Alpaca refused the key for ${environment} trading. Copy the key and its secret again, or make new ones in its dashboard: a key ends when another takes its place, and with a paper account that is reset.`
        : `This looks like a key of ${made} trading, but it was used for ${environment} trading, where Alpaca refuses it. Set the environment to '${made}', or connect a ${environment} key.`,
  })
}
