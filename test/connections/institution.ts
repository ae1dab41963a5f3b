import { createHash, randomUUID } from 'node:crypto'
import { markSandboxFetch, type TokenPolicy } from '@finport/core'

type Grant = {
  user: string
  refreshToken: string
  /** The one before, while it is within its grace. */
  previous: { token: string; usedAt: number } | null
  issuedAt: number
  accessTokens: Map<string, number>
  isRevoked: boolean
}

type Code = { user: string; challenge: string | null; issuedAt: number }

const CODE_MILLISECONDS = 30_000
const json = (status: number, body: unknown) => Response.json(body, { status })

/** An institution with OAuth that is not there: its consent page, token endpoint, accounts and memory. */
export class Institution {
  readonly policy: TokenPolicy
  readonly now: () => number
  /** The accounts of each of its users, which tests change. */
  readonly accounts = new Map<string, string[]>([
    ['ada', ['A-1', 'A-2']],
    ['bob', ['B-1']],
    ['no-accounts', []],
  ])
  /** The app that it knows. */
  clientId = 'app'
  readonly paths: string[] = []
  /** What it answers instead, once each, by the path. */
  readonly faults: { path: string; status: number }[] = []
  readonly #codes = new Map<string, Code>()
  readonly #grants: Grant[] = []

  constructor(policy: Partial<TokenPolicy>, now: () => number) {
    this.now = now
    this.policy = {
      accessTokenSeconds: 1_800,
      refreshTokenSeconds: 7 * 86_400,
      refreshExtends: false,
      rotation: 'never',
      graceSeconds: 0,
      ...policy,
    }
  }

  /** A live fetch; {@link sandboxFetch} is the same, marked. */
  readonly fetch = (request: Request): Promise<Response> => this.#answer(request)

  readonly sandboxFetch = markSandboxFetch((request) => this.#answer(request))

  get liveGrants(): number {
    return this.#grants.filter(({ isRevoked }) => !isRevoked).length
  }

  revokeAll(): void {
    for (const grant of this.#grants) grant.isRevoked = true
  }

  count(path: string): number {
    return this.paths.filter((one) => one === path).length
  }

  /** What the consent page sends the browser back with. */
  consent(authorizationUrl: string, user: string | null, changes: Record<string, string> = {}): URLSearchParams {
    const { searchParams } = new URL(authorizationUrl)
    const state = searchParams.get('state') ?? ''
    if (user === null) return new URLSearchParams({ error: 'access_denied', state, ...changes })
    const code = `code-${randomUUID()}`
    this.#codes.set(code, { user, challenge: searchParams.get('code_challenge'), issuedAt: this.now() })
    return new URLSearchParams({ code, state, ...changes })
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    this.paths.push(pathname)
    const fault = this.faults.findIndex(({ path }) => path === pathname)
    if (fault >= 0) return json(this.faults.splice(fault, 1)[0]?.status ?? 500, { error: 'fault' })
    switch (pathname) {
      case '/token':
        return this.#token(new URLSearchParams(await request.text()))
      case '/accounts':
        return this.#listAccounts(request.headers.get('authorization')?.slice('Bearer '.length) ?? '')
      case '/revoke':
        return this.#revoke(await request.text())
      default:
        return json(404, {})
    }
  }

  #token(form: URLSearchParams): Response {
    if (form.get('client_id') !== this.clientId) return json(401, { error: 'invalid_client' })
    if (form.get('grant_type') === 'refresh_token') return this.#refresh(form.get('refresh_token') ?? '')
    const code = this.#codes.get(form.get('code') ?? '')
    this.#codes.delete(form.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const isGood = code !== undefined && this.now() - code.issuedAt <= CODE_MILLISECONDS && code.challenge === challenge
    if (!isGood) return json(400, { error: 'invalid_grant' })
    const grant: Grant = {
      user: code.user,
      refreshToken: `refresh-${randomUUID()}`,
      previous: null,
      issuedAt: this.now(),
      accessTokens: new Map(),
      isRevoked: false,
    }
    this.#grants.push(grant)
    return this.#give(grant, true)
  }

  #refresh(token: string): Response {
    const grant = this.#grants.find(({ refreshToken, previous }) => refreshToken === token || previous?.token === token)
    if (grant === undefined || grant.isRevoked) return json(400, { error: 'invalid_grant' })
    const { rotation, graceSeconds, refreshTokenSeconds } = this.policy
    const isUsed = grant.refreshToken !== token
    if (isUsed && this.now() - (grant.previous?.usedAt ?? 0) > graceSeconds * 1_000) grant.isRevoked = true
    if (refreshTokenSeconds !== null && this.now() - grant.issuedAt >= refreshTokenSeconds * 1_000)
      grant.isRevoked = true
    if (grant.isRevoked) return json(400, { error: 'invalid_grant' })
    if (rotation !== 'never' && !isUsed) {
      grant.previous = { token, usedAt: this.now() }
      grant.refreshToken = `refresh-${randomUUID()}`
    }
    if (this.policy.refreshExtends) grant.issuedAt = this.now()
    return this.#give(grant, rotation !== 'never')
  }

  #give(grant: Grant, withRefreshToken: boolean): Response {
    const accessToken = `access-${randomUUID()}`
    grant.accessTokens.set(accessToken, this.now() + this.policy.accessTokenSeconds * 1_000)
    return json(200, {
      access_token: accessToken,
      expires_in: this.policy.accessTokenSeconds,
      ...(withRefreshToken ? { refresh_token: grant.refreshToken } : {}),
    })
  }

  #listAccounts(token: string): Response {
    if (token.startsWith('key-')) {
      const accounts = this.accounts.get(token.slice('key-'.length))
      return accounts === undefined ? json(401, {}) : json(200, accounts)
    }
    const grant = this.#grants.find(({ accessTokens }) => accessTokens.has(token))
    if (grant === undefined || grant.isRevoked) return json(401, {})
    if ((grant.accessTokens.get(token) ?? 0) <= this.now()) return json(401, { error: 'expired' })
    return json(200, this.accounts.get(grant.user) ?? [])
  }

  #revoke(token: string): Response {
    const grant = this.#grants.find(({ refreshToken }) => refreshToken === token)
    if (grant !== undefined) grant.isRevoked = true
    return json(200, {})
  }
}
