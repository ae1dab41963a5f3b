import type { CredentialType } from './credentials.ts'

/** What kinds of institutions providers connect to. */
export const providerCategories = ['brokerage', 'bank', 'crypto', 'retirement', 'investment', 'other'] as const

/** One of {@link providerCategories}. */
export type ProviderCategory = (typeof providerCategories)[number]

/** How users connect. */
export const authTypes = ['oauth', 'api_key', 'file_import', 'link_token', 'certificate'] as const

/** One of {@link authTypes}. */
export type AuthType = (typeof authTypes)[number]

/** How a provider's tokens live. What refreshes them obeys this and nothing hard-coded. */
export type TokenPolicy = {
  /** The life of an access token. */
  accessTokenSeconds: number
  /** The life of a refresh token; `null` when it does not end. */
  refreshTokenSeconds: number | null
  /** Whether using a refresh token gives it a new life. */
  refreshExtends: boolean
  /** Whether a refresh answers with another refresh token. */
  rotation: 'never' | 'possible' | 'always'
  /** How long a used refresh token is still accepted, so that an answer that got lost can be asked for again. */
  graceSeconds: number
}

/** Facts about a provider: what a screen shows of it and what core obeys. Plain JSON. */
export type ProviderMetadata = {
  displayName: string
  category: ProviderCategory
  authType: AuthType
  credentialType: CredentialType
  /** Which data the institution has at all. Where one is false, the call answers with an empty batch. */
  supports: { accounts: boolean; transactions: boolean; holdings: boolean; balanceHistory: boolean }
  /** What a user grants, with a sentence for a consent screen. */
  scopes: readonly { scope: string; description: string }[]
  /** The only hosts the provider may reach, as `'api.example.com'` or with a port; `[]` for none. Enforced in `runtime.fetch`. */
  hosts: readonly string[]
  /** IANA name of the zone whose calendar the provider's dates are in. */
  timeZone: string
  /** What an OAuth server calls itself in its callbacks (`iss` of RFC 9207), where it does: a callback that names another one, or none, is refused then. */
  issuer?: string
  /** `null` where there are no tokens. */
  tokenPolicy: TokenPolicy | null
  /** How often it may be asked; `null` for no limit. */
  rateLimit: { requests: number; perSeconds: number; per: 'app' | 'credential' } | null
  /** How transactions are fetched: the longest range of one call (`null` for no limit), and the days to fetch again because they may still change. */
  sync: { maxWindowDays: number | null; overlapDays: number }
  documentationUrl: string | null
  /** Whether it has been proven against the real institution. */
  isProductionReady: boolean
}
