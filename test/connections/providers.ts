import {
  type ApiKeyCredentials,
  type Batch,
  type CustomCredentials,
  defineProvider,
  Err,
  type OAuth2Credentials,
  type OAuthTokens,
  Ok,
  type ProviderAccountData,
  ProviderAuthenticationError,
  ProviderConfigurationError,
  type ProviderError,
  ProviderInvalidInputError,
  type ProviderMetadata,
  type ProviderRuntime,
  ProviderUnavailableError,
  parseCredentials,
  type Result,
  type SnapshotPage,
  toInstant,
} from '@finport/core'
import * as z from 'zod'
import type { Institution } from './institution.ts'

const metadata: ProviderMetadata = {
  displayName: 'Acme',
  category: 'brokerage',
  authType: 'oauth',
  credentialType: 'oauth2',
  supports: { accounts: true, transactions: false, holdings: false, balanceHistory: false },
  scopes: [],
  hosts: ['acme.example'],
  timeZone: 'America/New_York',
  tokenPolicy: null,
  rateLimit: null,
  sync: { maxWindowDays: null, overlapDays: 0 },
  documentationUrl: null,
  isProductionReady: false,
}

type Answer = { error?: string; access_token?: string; refresh_token?: string; expires_in?: number }

function toAccount(providerAccountId: string): ProviderAccountData {
  return {
    providerAccountId,
    accountNumberMasked: '••••',
    name: 'Account',
    category: 'investment',
    accountType: 'brokerage',
    providerAccountType: 'BROKERAGE',
    taxTreatment: null,
    currency: 'USD',
    balance: null,
    availableBalance: null,
    cashBalance: null,
    holdingsValue: null,
    balanceAsOf: null,
    status: 'open',
    isActive: true,
    paper: false,
    margin: null,
    rawData: null,
  }
}

const noRows = {
  fetchTransactions: async () => Ok({ items: [], rejected: [], warnings: [], covered: null }),
  fetchHoldings: async () => Ok({ items: [], rejected: [], warnings: [], complete: true }),
}

async function fetchAccounts(
  runtime: ProviderRuntime,
  provider: string,
  token: string,
): Promise<Result<Batch<ProviderAccountData>, ProviderError>> {
  const context = { provider, operation: 'fetchAccounts' }
  const headers = { authorization: `Bearer ${token}` }
  const response = await runtime.fetch(new Request('https://acme.example/accounts', { headers }))
  if (response.status >= 500) return Err(new ProviderUnavailableError({ ...context, status: response.status }))
  if (response.status === 401) {
    const { error } = (await response.json()) as Answer
    return Err(new ProviderAuthenticationError({ ...context, status: 401, isTokenExpired: error === 'expired' }))
  }
  const ids = (await response.json()) as string[]
  return Ok({ items: ids.map(toAccount), rejected: [], warnings: [], complete: true })
}

/** By OAuth, with the institution's own policy. */
export const defineBroker = <const Slug extends string>(
  slug: Slug,
  institution: Institution,
  { issuer }: { issuer?: string } = {},
) =>
  defineProvider({
    slug,
    metadata: { ...metadata, tokenPolicy: institution.policy, ...(issuer === undefined ? {} : { issuer }) },
    settings: z.object({}),
    create(_settings, runtime) {
      const post = async (path: string, body: string) =>
        runtime.fetch(new Request(`https://acme.example${path}`, { method: 'POST', body }))
      const token = async (
        operation: string,
        form: Record<string, string>,
      ): Promise<Result<OAuthTokens, ProviderError>> => {
        const context = { provider: slug, operation }
        const response = await post('/token', `${new URLSearchParams({ client_id: 'app', ...form })}`)
        const { status } = response
        if (status >= 500) return Err(new ProviderUnavailableError({ ...context, status }))
        const { error, access_token = '', refresh_token = null, expires_in = 0 } = (await response.json()) as Answer
        if (error === 'invalid_client') return Err(new ProviderConfigurationError({ ...context, status }))
        if (error !== undefined)
          return Err(new ProviderAuthenticationError({ ...context, status, isTokenExpired: false }))
        const tokens = { accessToken: access_token, refreshToken: refresh_token, expiresIn: expires_in }
        return Ok({ ...tokens, tokenType: 'Bearer', scope: null })
      }
      return {
        parseCredentials: (input: unknown) => parseCredentials('oauth2', input, { provider: slug }),
        authorizationUrl: ({ state, codeChallenge = '' }: { state: string; codeChallenge?: string | undefined }) =>
          `https://acme.example/authorize?${new URLSearchParams({ state, code_challenge: codeChallenge })}`,
        exchangeCodeForTokens: (code: string, options?: { codeVerifier?: string | undefined }) =>
          token('exchangeCodeForTokens', { code, code_verifier: options?.codeVerifier ?? '' }),
        refreshAccessToken: (refreshToken: string) =>
          token('refreshAccessToken', { grant_type: 'refresh_token', refresh_token: refreshToken }),
        credentialsFromTokens: (tokens: OAuthTokens, previous?: OAuth2Credentials): OAuth2Credentials => ({
          type: 'oauth2',
          accessToken: tokens.accessToken,
          refreshToken: tokens.refreshToken ?? previous?.refreshToken ?? null,
          expiresAt: toInstant(runtime.now() + tokens.expiresIn * 1_000),
          refreshTokenIssuedAt:
            institution.policy.refreshExtends || previous === undefined
              ? toInstant(runtime.now())
              : previous.refreshTokenIssuedAt,
        }),
        revoke: async ({ refreshToken }: OAuth2Credentials) => {
          const response = await post('/revoke', refreshToken ?? '')
          const context = { provider: slug, operation: 'revoke', status: response.status }
          return response.ok ? Ok('revoked' as const) : Err(new ProviderUnavailableError(context))
        },
        fetchAccounts: ({ accessToken }: OAuth2Credentials) => fetchAccounts(runtime, slug, accessToken),
        ...noRows,
      }
    },
  })

/** By a key: `key-` and the name of the institution's user. */
export const keyBroker = defineProvider({
  slug: 'key-broker',
  metadata: { ...metadata, authType: 'api_key', credentialType: 'api_key' },
  settings: z.object({}),
  create: (_settings, runtime) => ({
    parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'key-broker' }),
    revoke: async (_credentials: ApiKeyCredentials) => Ok('unsupported' as const),
    fetchAccounts: ({ apiKey }: ApiKeyCredentials) => fetchAccounts(runtime, 'key-broker', apiKey),
    ...noRows,
  }),
})

/** By a setup token that works once, and is exchanged for a key; the accounts come page by page as well. */
export const defineExchange = (usedTokens: Set<string>) =>
  defineProvider({
    slug: 'exchange',
    metadata: { ...metadata, authType: 'link_token', credentialType: 'custom' },
    settings: z.object({}),
    create(_settings, runtime) {
      const fetch = ({ key }: CustomCredentials) => fetchAccounts(runtime, 'exchange', String(key))
      return {
        parseCredentials: (input: unknown) => parseCredentials('custom', input, { provider: 'exchange' }),
        revoke: async (_credentials: CustomCredentials) => Ok('unsupported' as const),
        exchangeCredentials: async (input: unknown): Promise<Result<CustomCredentials, ProviderError>> => {
          const setup = String(input)
          const issues = [{ path: 'input', reason: 'It was used before.' }]
          if (usedTokens.has(setup))
            return Err(
              new ProviderInvalidInputError({ provider: 'exchange', operation: 'exchangeCredentials', issues }),
            )
          usedTokens.add(setup)
          return Ok({ type: 'custom', key: setup.replace('setup-', 'key-') })
        },
        fetchAccounts: fetch,
        ...noRows,
        async *fetchSnapshot(credentials: CustomCredentials): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
          const empty = { transactions: [], holdings: [], rejected: [], warnings: [], completed: [] }
          const fetched = await fetch(credentials)
          if (fetched.isErr()) {
            yield fetched
            return
          }
          for (const account of fetched.value.items) yield Ok({ accounts: [account], ...empty })
        },
      }
    },
  })
