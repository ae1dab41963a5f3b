import {
  type CredentialRef,
  type CredentialRepository,
  defineProvider,
  Err,
  type OAuth2Credentials,
  type OAuthTokens,
  Ok,
  ProviderAuthenticationError,
  type ProviderError,
  ProviderUnavailableError,
  parseCredentials,
  type RequestOptions,
  type Result,
  type StorableCredentials,
  toInstant,
} from '@finport/core'
import { createVault, type RefreshLimits } from '../../src/index.ts'
import { nodeCipher } from '../../src/node-cipher.ts'
import { keyringOf, secretKey } from '../fixtures.ts'
import { openSqliteRepository } from '../sqlite-repository.ts'

/** A repository of credentials that is closed in the end. */
type OpenRepository = CredentialRepository & { close(): Promise<void> | void }

/** Where processes meet: a store, a token endpoint, and how long they may take. */
export type Meeting = {
  /** A file, or what the store's module calls a place. */
  path: string
  /** The module that opens the store, by its path: the file of these tests if it is `null`. */
  storeModule: string | null
  url: string
  accessTokenSeconds: number
  graceSeconds: number
  limits: RefreshLimits
  /** Whether leases are given to everybody, which they must never be. */
  isWithoutLeases: boolean
}

const slug = 'acme'

/** A login for the connection of a number. */
export const refOf = (index: number): CredentialRef => ({
  userId: 'user-1',
  connectionId: `connection-${index}`,
  provider: slug,
})

/** Credentials whose access token ends at a moment. */
export const tokensOf = (refreshToken: string, expiresAt: number) =>
  ({
    type: 'oauth2',
    accessToken: 'access-0',
    refreshToken,
    expiresAt: toInstant(expiresAt),
    refreshTokenIssuedAt: toInstant(expiresAt),
  }) as StorableCredentials

async function openRepository({ path, storeModule }: Meeting): Promise<OpenRepository> {
  if (storeModule === null) return openSqliteRepository(path)
  const { openCredentialRepository } = (await import(storeModule)) as {
    openCredentialRepository(place: string): Promise<OpenRepository>
  }
  return openCredentialRepository(path)
}

/** The vault of a process. */
export async function openVault(meeting: Meeting) {
  const { limits, isWithoutLeases } = meeting
  const repository = await openRepository(meeting)
  const credentials = !isWithoutLeases
    ? repository
    : {
        ...repository,
        takeLease: async ({ connectionId, owner, milliseconds }: Parameters<typeof repository.takeLease>[0]) =>
          (await repository.find(connectionId)).map(
            (record) => record && { ...record, lease: { owner, until: toInstant(Date.now() + milliseconds) } },
          ),
        saveRefresh: async () => Ok(true),
      }
  const vault = createVault({
    keyring: keyringOf(secretKey('k1')),
    credentials,
    cipher: nodeCipher,
    refresh: limits,
  })
  return { vault, close: () => repository.close() }
}

/** The provider of a token endpoint. Its accounts are not asked for: each answer is the access token it was asked with. */
export const defineEndpointProvider = ({ url, accessTokenSeconds, graceSeconds }: Meeting) =>
  defineProvider({
    slug,
    metadata: {
      displayName: 'Acme',
      category: 'bank',
      authType: 'oauth',
      credentialType: 'oauth2',
      supports: { accounts: true, transactions: false, holdings: false, balanceHistory: false },
      scopes: [],
      hosts: [],
      timeZone: 'UTC',
      tokenPolicy: {
        accessTokenSeconds,
        refreshTokenSeconds: null,
        refreshExtends: true,
        rotation: 'always',
        graceSeconds,
      },
      rateLimit: null,
      sync: { maxWindowDays: null, overlapDays: 0 },
      documentationUrl: null,
      isProductionReady: false,
    },
    settings: noSettings,
    create: (_settings, runtime) => ({
      parseCredentials: (input: unknown) => parseCredentials('oauth2', input, { provider: slug }),
      revoke: async (_credentials: OAuth2Credentials) => Ok('unsupported' as const),
      authorizationUrl: () => url,
      exchangeCodeForTokens: async () => lost('exchangeCodeForTokens'),
      async refreshAccessToken(body: string, options?: RequestOptions): Promise<Result<OAuthTokens, ProviderError>> {
        const headers = { 'x-pid': `${process.pid}` }
        const signal = options?.signal ?? null
        try {
          const response = await runtime.fetch(new Request(url, { method: 'POST', body, headers, signal }))
          if (response.status !== 200) return refused()
          return Ok({ ...((await response.json()) as OAuthTokens), tokenType: 'Bearer', scope: null })
        } catch {
          return lost('refreshAccessToken')
        }
      },
      credentialsFromTokens: ({ accessToken, refreshToken, expiresIn }: OAuthTokens): OAuth2Credentials => ({
        type: 'oauth2',
        accessToken,
        refreshToken,
        expiresAt: toInstant(Date.now() + expiresIn * 1_000),
        refreshTokenIssuedAt: toInstant(Date.now()),
      }),
      fetchAccounts: async ({ accessToken: id }: OAuth2Credentials) =>
        Ok({
          items: [],
          rejected: [{ id, providerAccountId: null, path: '$', reason: 'None.', rawData: null }],
          warnings: [],
          complete: true,
        }),
      fetchTransactions: async () => Ok({ items: [], rejected: [], warnings: [], covered: null }),
      fetchHoldings: async () => Ok({ items: [], rejected: [], warnings: [], complete: true }),
    }),
  })

const noSettings = {
  '~standard': { version: 1, vendor: 'finport', validate: () => ({ value: {} }) },
} as const

const lost = (operation: string) => Err(new ProviderUnavailableError({ provider: slug, operation }))
const refused = () =>
  Err(
    new ProviderAuthenticationError({
      provider: slug,
      operation: 'refreshAccessToken',
      status: 400,
      isTokenExpired: false,
    }),
  )
