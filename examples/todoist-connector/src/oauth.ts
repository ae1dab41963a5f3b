import {
  Err,
  maskCredentials,
  type OAuth2Credentials,
  type OAuthTokens,
  Ok,
  type ProviderError,
  ProviderInvalidInputError,
  type RequestOptions,
  type Result,
  type TokenPolicy,
  toInstant,
} from '@finport/core'
import type { HttpClient } from '@finport/core/http'
import * as z from 'zod'

/** One hour, and a refresh token that each refresh replaces. The used one is taken once more within a minute; later, Todoist ends the grant. */
export const tokenPolicy: TokenPolicy = {
  accessTokenSeconds: 3_600,
  refreshTokenSeconds: null,
  refreshExtends: true,
  rotation: 'always',
  graceSeconds: 60,
}

/** What Todoist gives apps that are older than its refresh tokens: their tokens do not end. */
const TEN_YEARS_SECONDS = 315_360_000

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().default(TEN_YEARS_SECONDS),
  refresh_token: z.string().min(1).nullish(),
  scope: z.string().nullish(),
})

/** What the OAuth half needs of the settings. */
export type OAuthSettings = { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string }

/** The OAuth half of the connector. */
export function createOAuth(settings: OAuthSettings, { http, now }: { http: HttpClient; now: () => number }) {
  const { clientId, clientSecret, redirectUri } = settings

  /** Not sent again when nobody knows whether it was processed: a code works once, and the answer to a used refresh token lacks the next one. */
  async function askForTokens(
    operation: string,
    form: Readonly<Record<string, string>>,
    { signal }: RequestOptions = {},
  ): Promise<Result<OAuthTokens, ProviderError>> {
    const answer = await http.request({
      operation,
      method: 'POST',
      url: 'https://api.todoist.com/oauth/access_token',
      form: { client_id: clientId, client_secret: clientSecret, ...form },
      schema: tokenSchema,
      signal,
    })
    return answer.map(({ value }) => ({
      accessToken: value.access_token,
      refreshToken: value.refresh_token ?? null,
      expiresIn: value.expires_in,
      tokenType: 'Bearer',
      scope: value.scope ?? null,
    }))
  }

  const refuse = (operation: string, path: string) =>
    Err(
      new ProviderInvalidInputError({
        provider: 'todoist',
        operation,
        issues: [{ path, reason: 'A text that is not empty is needed.' }],
      }),
    )

  return {
    authorizationUrl({ state, codeChallenge }: { state: string; codeChallenge?: string | undefined }): string {
      const url = new URL('https://app.todoist.com/oauth/authorize')
      const query = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'data:read_write',
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
      const operation = 'exchangeCodeForTokens'
      if (code.trim() === '') return refuse(operation, 'code')
      const { codeVerifier } = options
      const verifier = codeVerifier === undefined ? {} : { code_verifier: codeVerifier }
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...verifier }
      return askForTokens(operation, form, options)
    },

    async refreshAccessToken(
      refreshToken: string,
      options: RequestOptions = {},
    ): Promise<Result<OAuthTokens, ProviderError>> {
      const operation = 'refreshAccessToken'
      if (refreshToken.trim() === '') return refuse(operation, 'refreshToken')
      return askForTokens(operation, { grant_type: 'refresh_token', refresh_token: refreshToken }, options)
    },

    /** The refresh token before is never kept: sent again after its minute, Todoist would take it for stolen and end every grant of the user to the app. */
    credentialsFromTokens(tokens: OAuthTokens, _previous?: OAuth2Credentials): OAuth2Credentials {
      return maskCredentials({
        type: 'oauth2',
        accessToken: tokens.accessToken,
        refreshToken: tokens.refreshToken,
        expiresAt: toInstant(now() + tokens.expiresIn * 1_000),
        refreshTokenIssuedAt: tokens.refreshToken === null ? null : toInstant(now()),
      })
    },

    /** RFC 7009: what is revoked already is no error. */
    async revoke(
      { accessToken }: OAuth2Credentials,
      { signal }: RequestOptions = {},
    ): Promise<Result<'revoked', ProviderError>> {
      const answer = await http.request({
        operation: 'revoke',
        method: 'POST',
        url: 'https://api.todoist.com/api/v1/revoke',
        headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
        json: { token: accessToken, token_type_hint: 'access_token' },
        as: 'nothing',
        idempotent: true,
        signal,
      })
      return answer.andThen(() => Ok('revoked' as const))
    },
  }
}
