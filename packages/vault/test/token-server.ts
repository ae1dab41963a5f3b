import {
  Err,
  type OAuth2Credentials,
  type OAuthProvider,
  type OAuthTokens,
  Ok,
  ProviderAuthenticationError,
  type ProviderError,
  parseCredentials,
  type RequestOptions,
  type Result,
  type StorableCredentials,
  type TokenPolicy,
  toInstant,
} from '@finport/core'

/** What a token endpoint keeps of one login. */
type Family = { current: string; previous: { token: string; usedAt: number } | null; isRevoked: boolean }

/** What happens to one request: the answer gets lost before or after it was worked on, or another answer comes. */
type Fault = 'lost_before' | 'lost_after' | (() => Result<OAuthTokens, ProviderError>)

/** A provider's token endpoint with its memory: refresh tokens that work once, and a family that is revoked when one comes again. */
export class TokenServer {
  readonly policy: TokenPolicy
  readonly now: () => number
  /** The refresh tokens that came, in order. */
  readonly requests: string[] = []
  readonly faults: Fault[] = []
  /** What each request waits for. */
  latency: () => Promise<void> = async () => {}
  revoked: string[] = []
  readonly #families: Family[] = []
  #count = 0

  constructor(policy: Partial<TokenPolicy>, now: () => number) {
    this.policy = {
      accessTokenSeconds: 1_800,
      refreshTokenSeconds: null,
      refreshExtends: true,
      rotation: 'always',
      graceSeconds: 0,
      ...policy,
    }
    this.now = now
  }

  get revokedFamilies(): number {
    return this.#families.filter(({ isRevoked }) => isRevoked).length
  }

  /** Tokens of a new login. */
  login(): StorableCredentials & OAuth2Credentials {
    const current = `refresh-${++this.#count}`
    this.#families.push({ current, previous: null, isRevoked: false })
    return {
      type: 'oauth2',
      accessToken: `access-${this.#count}`,
      refreshToken: current,
      expiresAt: toInstant(this.now() + this.policy.accessTokenSeconds * 1_000),
      refreshTokenIssuedAt: toInstant(this.now()),
    }
  }

  revokeAll(): void {
    for (const family of this.#families) family.isRevoked = true
  }

  #refuse() {
    const context = { provider: 'acme', operation: 'refreshAccessToken', status: 400 }
    return Err(new ProviderAuthenticationError({ ...context, isTokenExpired: false }))
  }

  #redeem(refreshToken: string): Result<OAuthTokens, ProviderError> {
    const { rotation, graceSeconds, accessTokenSeconds } = this.policy
    const family = this.#families.find(
      ({ current, previous }) => current === refreshToken || previous?.token === refreshToken,
    )
    if (family === undefined || family.isRevoked) return this.#refuse()
    const { previous } = family
    const isReuse = family.current !== refreshToken
    if (isReuse && previous !== null && this.now() - previous.usedAt > graceSeconds * 1_000) {
      family.isRevoked = true
      return this.#refuse()
    }
    const isRotated = rotation === 'always'
    if (isRotated && !isReuse) {
      family.previous = { token: refreshToken, usedAt: this.now() }
      family.current = `refresh-${++this.#count}`
    }
    return Ok({
      accessToken: `access-${++this.#count}`,
      refreshToken: isRotated ? family.current : null,
      expiresIn: accessTokenSeconds,
      tokenType: 'Bearer',
      scope: null,
    })
  }

  async refresh(refreshToken: string, options?: RequestOptions): Promise<Result<OAuthTokens, ProviderError>> {
    this.requests.push(refreshToken)
    const fault = this.faults.shift()
    await this.latency()
    if (typeof fault === 'function') return fault()
    if (fault === 'lost_before') throw new Error('canary: socket hang up')
    const answer = this.#redeem(refreshToken)
    if (fault === 'lost_after' || options?.signal?.aborted) throw new Error('canary: socket hang up')
    return answer
  }

  /** The provider of it. */
  provider(): OAuthProvider & { fetch(credentials: OAuth2Credentials): void } {
    const { now, policy } = this
    const provider = {
      slug: 'acme',
      protocol: 1,
      metadata: { tokenPolicy: policy },
      parseCredentials: (input: unknown) => parseCredentials('oauth2', input, { provider: 'acme' }),
      authorizationUrl: () => 'https://acme.example/authorize',
      exchangeCodeForTokens: async () => this.#refuse(),
      refreshAccessToken: (refreshToken: string, options?: RequestOptions) => this.refresh(refreshToken, options),
      credentialsFromTokens: (tokens: OAuthTokens, previous?: OAuth2Credentials): OAuth2Credentials => ({
        type: 'oauth2',
        accessToken: tokens.accessToken,
        refreshToken: tokens.refreshToken,
        expiresAt: toInstant(now() + tokens.expiresIn * 1_000),
        refreshTokenIssuedAt: policy.refreshExtends
          ? toInstant(now())
          : (previous?.refreshTokenIssuedAt ?? toInstant(now())),
      }),
      revoke: async (credentials: OAuth2Credentials) => {
        this.revoked.push(credentials.accessToken)
        return Ok('revoked' as const)
      },
    }
    return provider as unknown as OAuthProvider & { fetch(credentials: OAuth2Credentials): void }
  }
}
