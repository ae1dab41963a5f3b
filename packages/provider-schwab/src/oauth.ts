import {
  Err,
  type Instant,
  maskCredentials,
  type OAuth2Credentials,
  type OAuthTokens,
  Ok,
  type ProviderError,
  ProviderInvalidInputError,
  ProviderInvalidResponseError,
  type RequestOptions,
  type Result,
  toInstant,
} from '@finport/core'
import type { HttpClient } from '@finport/core/http'
import type { AuthorizationServer, Client } from 'oauth4webapi'
import * as z from 'zod'
import type { tokenOperations } from './error.ts'

/** How Schwab's tokens live: 30 minutes, and seven days from the login, which no refresh extends. */
export const tokenPolicy = {
  accessTokenSeconds: 1_800,
  refreshTokenSeconds: 7 * 86_400,
  refreshExtends: false,
  // Clients that keep the first refresh token go on working with it, though each refresh answers with one.
  rotation: 'possible',
  graceSeconds: 7 * 86_400,
} as const

/** What the OAuth half needs of the provider's settings. */
export type OAuthSettings = {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly baseUrl: string
}

/**
 * What is asked of a token answer before oauth4webapi checks it. A refresh token may be absent, `null` or empty, which OAuth has no room for. The `id_token` is left out: nothing of it is used, its issuer is not documented, and
 * checking it could only break logins.
 */
const tokenAnswerSchema = z.looseObject({
  // What can go into a header (RFC 6750, section 2.1).
  access_token: z
    .string()
    .regex(/^[!-~]+$/)
    .optional(),
  refresh_token: z.string().nullish(),
  id_token: z.unknown().optional(),
})

type TokenOperation = (typeof tokenOperations)[number]

/** The OAuth half of the provider. */
export function createOAuth(settings: OAuthSettings, { http, now }: { http: HttpClient; now: () => number }) {
  const { clientId, clientSecret, redirectUri, baseUrl } = settings
  const client: Client = { client_id: clientId }
  const server: AuthorizationServer = { issuer: baseUrl }

  /** Key and secret as they are: all clients that work leave out the encoding of RFC 6749, section 2.3.1. */
  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`

  /** A POST that may have been processed is not sent again: a code works once. */
  async function askForTokens(
    operation: TokenOperation,
    form: Record<string, string>,
    { signal }: RequestOptions,
  ): Promise<Result<OAuthTokens, ProviderError>> {
    // With the first tokens asked for, which not every process does; before the request, since its answer can't be asked for again.
    const { processGenericTokenEndpointResponse } = await import('oauth4webapi')
    const answer = await http.request({
      operation,
      method: 'POST',
      url: `${baseUrl}/v1/oauth/token`,
      headers: { authorization },
      form,
      schema: tokenAnswerSchema,
      signal,
    })
    if (answer.isErr()) return Err(answer.error)
    const { refresh_token: refreshToken, id_token: _, ...rest } = answer.value.value
    try {
      const checked = await processGenericTokenEndpointResponse(server, client, Response.json(rest))
      if (checked.token_type !== 'bearer') throw new TypeError('The token is not used as it is.')
      return Ok({
        accessToken: checked.access_token,
        refreshToken: refreshToken?.trim() ? refreshToken : null,
        // None outlives the login, whatever is said.
        expiresIn: Math.min(checked.expires_in ?? tokenPolicy.accessTokenSeconds, tokenPolicy.refreshTokenSeconds),
        tokenType: 'Bearer',
        scope: checked.scope ?? null,
      })
    } catch {
      // What it throws quotes the answer.
      const message =
        "The tokens that the provider 'schwab' answered with are not as OAuth has them (RFC 6749, section 5.1)."
      const { requestId, status } = answer.value
      return Err(
        new ProviderInvalidResponseError({
          provider: 'schwab',
          operation,
          message,
          status,
          requestId: requestId ?? undefined,
        }),
      )
    }
  }

  function refuse(operation: TokenOperation, path: string): Result<never, ProviderError> {
    const issues = [{ path, reason: 'A text that is not empty is needed.' }]
    return Err(new ProviderInvalidInputError({ provider: 'schwab', operation, issues }))
  }

  return {
    authorizationUrl({ state, codeChallenge }: { state: string; codeChallenge?: string | undefined }): string {
      const url = new URL(`${baseUrl}/v1/oauth/authorize`)
      const query = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        state,
        ...(codeChallenge === undefined ? {} : { code_challenge: codeChallenge, code_challenge_method: 'S256' }),
      }
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      return url.href
    },

    async exchangeCodeForTokens(
      code: string,
      options: RequestOptions & { codeVerifier?: string | undefined } = {},
    ): Promise<Result<OAuthTokens, ProviderError>> {
      if (code.trim() === '') return refuse('exchangeCodeForTokens', 'code')
      const form = {
        grant_type: 'authorization_code',
        // Every code ends in '@', which an address has as '%40'; no code has any other '%'.
        code: code.trim().replace(/%40$/i, '@'),
        redirect_uri: redirectUri,
        ...(options.codeVerifier === undefined ? {} : { code_verifier: options.codeVerifier }),
      }
      return askForTokens('exchangeCodeForTokens', form, options)
    },

    async refreshAccessToken(
      refreshToken: string,
      options: RequestOptions = {},
    ): Promise<Result<OAuthTokens, ProviderError>> {
      if (refreshToken.trim() === '') return refuse('refreshAccessToken', 'refreshToken')
      return askForTokens('refreshAccessToken', { grant_type: 'refresh_token', refresh_token: refreshToken }, options)
    },

    /** Refreshing keeps the date of the login, whatever it brings: the seven days count from there. */
    credentialsFromTokens(tokens: OAuthTokens, previous?: OAuth2Credentials): OAuth2Credentials {
      const issuedAt: Instant = toInstant(now())
      return maskCredentials({
        type: 'oauth2',
        accessToken: tokens.accessToken,
        refreshToken: tokens.refreshToken ?? previous?.refreshToken ?? null,
        expiresAt: toInstant(now() + tokens.expiresIn * 1_000),
        refreshTokenIssuedAt: previous === undefined ? issuedAt : previous.refreshTokenIssuedAt,
      })
    },
  }
}
