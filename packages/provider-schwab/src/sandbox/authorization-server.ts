import type { TokenPolicy } from '@finport/core'
import { accessDenied, answerJson, answerPage, answerRedirect, answerText } from './answer.ts'
import { type Choice, renderAuthorizePage } from './authorize-page.ts'
import type { RandomSource } from './random-source.ts'

/** What the sandbox takes for the app's registration. */
export type AppRegistration = { clientId: string; clientSecret: string; redirectUris: readonly string[] }

/** What a user allowed. */
type Grant = {
  accountNumbers: ReadonlySet<string>
  redirectUri: string
  codeChallenge: string | null
  loggedInAt: number
}

type Login = { redirectUri: string; state: string | null; codeChallenge: string | null }

/** The OAuth half of the sandbox. */
export interface AuthorizationServer {
  /** `/v1/oauth/authorize` and `/v1/oauth/token`; `null` for any other path. */
  handle(request: Request, url: URL): Promise<Response | null>
  /** The account numbers that an access token opens; `null` when it is not good. */
  open(accessToken: string): ReadonlySet<string> | null
  /** Ends every access token, as Schwab does at times. */
  endAccessTokens(): void
}

const CODE_MILLISECONDS = 30_000
const ACCESS_SECONDS = 1_800
const REFRESH_MILLISECONDS = 7 * 86_400_000

/** The middle part of codes and tokens. */
const ISSUER = 'b2F1dGgyLmJkYy5zY2h3YWIuY29t'

const invalidClient = () => answerJson(401, { error: 'invalid_client', error_description: 'Unauthorized' })
const missingRefreshToken = () =>
  answerJson(400, { error: 'invalid_grant', error_description: 'Invalid refresh token: null' })

/** Schwab's own words, an error in an error. Those for a code are not recorded: they are made after those for a refresh token. */
function deadGrant(what: 'refresh token' | 'authorization code', digest: string): Response {
  const name = what === 'refresh token' ? 'refresh_token' : 'authorization_code'
  const inner = `{"error_description":"Exception while authenticating ${what} [tokenDigest=${digest}=, Exception=Failed ${what} authentication [tokenDigest=${digest}=]]","error":"${name}_authentication_error"}`
  return answerJson(400, { error: 'unsupported_token_type', error_description: `400 Bad Request: "${inner}"` })
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

/** Logs users in and gives tokens, as Schwab does. */
export function createAuthorizationServer(parts: {
  app: AppRegistration
  rotation: TokenPolicy['rotation']
  choices: readonly Choice[]
  random: RandomSource
  now: () => number
}): AuthorizationServer {
  const { app, rotation, choices, random, now } = parts
  const logins = new Map<string, Login>()
  const codes = new Map<string, Grant & { issuedAt: number }>()
  const refreshTokens = new Map<string, Grant>()
  const accessTokens = new Map<string, { grant: Grant; endsAt: number }>()

  const isApp = (request: Request) =>
    request.headers.get('authorization') === `Basic ${btoa(`${app.clientId}:${app.clientSecret}`)}`

  function showPage(url: URL): Response {
    const { searchParams } = url
    const redirectUri = searchParams.get('redirect_uri') ?? ''
    if (searchParams.get('client_id') !== app.clientId) return invalidClient()
    if (!app.redirectUris.includes(redirectUri)) return accessDenied(`http://${url.host}${url.pathname}`)
    const login = random.uuid()
    const codeChallenge = searchParams.get('code_challenge')
    logins.set(login, { redirectUri, state: searchParams.get('state'), codeChallenge })
    return answerPage(200, renderAuthorizePage(login, choices))
  }

  function decide(form: URLSearchParams): Response {
    const name = form.get('login') ?? ''
    const login = logins.get(name)
    if (login === undefined) return answerText(400, 'This page was used before.')
    logins.delete(name)
    const answer = new URL(login.redirectUri)
    if (form.get('decision') === 'approve') {
      const { redirectUri, codeChallenge } = login
      const accountNumbers = new Set(form.getAll('account'))
      const code = `C0.${ISSUER}.${random.token(43)}@`
      codes.set(code, { accountNumbers, redirectUri, codeChallenge, loggedInAt: now(), issuedAt: now() })
      answer.searchParams.set('code', code)
      answer.searchParams.set('session', random.uuid())
    } else answer.searchParams.set('error', 'access_denied')
    if (login.state !== null) answer.searchParams.set('state', login.state)
    // A host alone has no path here, as the registered one has none.
    const bare = new URL(login.redirectUri).pathname === '/' && !login.redirectUri.includes('?')
    return answerRedirect(bare ? `${login.redirectUri}/${answer.search}` : answer.href)
  }

  function answerTokens(grant: Grant, refreshToken: string): Response {
    const accessToken = `I0.${ISSUER}.${random.token(43)}@`
    accessTokens.set(accessToken, { grant, endsAt: now() + ACCESS_SECONDS * 1_000 })
    return answerJson(200, {
      expires_in: ACCESS_SECONDS,
      token_type: 'Bearer',
      scope: 'api',
      refresh_token: refreshToken,
      access_token: accessToken,
      id_token: `${random.token(20)}.${random.token(80)}.${random.token(43)}`,
    })
  }

  function addRefreshToken(grant: Grant): string {
    const token = `${random.token(86)}@`
    refreshTokens.set(token, grant)
    return token
  }

  async function exchange(form: URLSearchParams): Promise<Response> {
    const code = form.get('code') ?? ''
    const grant = codes.get(code)
    codes.delete(code)
    const verifier = form.get('code_verifier')
    const isGood =
      grant !== undefined &&
      now() - grant.issuedAt <= CODE_MILLISECONDS &&
      form.get('redirect_uri') === grant.redirectUri &&
      (grant.codeChallenge === null || (verifier !== null && (await challengeOf(verifier)) === grant.codeChallenge))
    if (!isGood) return deadGrant('authorization code', random.token(43))
    // The new login replaces the one before.
    refreshTokens.clear()
    return answerTokens(grant, addRefreshToken(grant))
  }

  function refresh(form: URLSearchParams): Response {
    const token = form.get('refresh_token') ?? ''
    if (token === '') return missingRefreshToken()
    const grant = refreshTokens.get(token)
    if (grant === undefined || now() - grant.loggedInAt >= REFRESH_MILLISECONDS)
      return deadGrant('refresh token', random.token(43))
    if (rotation === 'never') return answerTokens(grant, token)
    if (rotation === 'always') refreshTokens.delete(token)
    return answerTokens(grant, addRefreshToken(grant))
  }

  async function giveTokens(request: Request): Promise<Response> {
    if (!isApp(request)) return invalidClient()
    const form = new URLSearchParams(await request.text())
    const grantType = form.get('grant_type')
    if (grantType === 'authorization_code') return exchange(form)
    if (grantType === 'refresh_token') return refresh(form)
    return answerJson(400, { error: 'unsupported_grant_type', error_description: 'Bad Request' })
  }

  return {
    async handle(request, url) {
      const route = `${request.method} ${url.pathname}`
      if (route === 'GET /v1/oauth/authorize') return showPage(url)
      if (route === 'POST /v1/oauth/authorize') return decide(new URLSearchParams(await request.text()))
      if (route === 'POST /v1/oauth/token') return giveTokens(request)
      return null
    },
    open(accessToken) {
      const found = accessTokens.get(accessToken)
      return found === undefined || now() >= found.endsAt ? null : found.grant.accountNumbers
    },
    endAccessTokens() {
      accessTokens.clear()
    },
  }
}
