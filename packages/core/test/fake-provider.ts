import * as z from 'zod'
import {
  type ApiKeyCredentials,
  type Credentials,
  type CustomCredentials,
  defineConnector,
  defineProvider,
  type FileImportCredentials,
  fetchesFromSnapshot,
  type ImportFile,
  type OAuth2Credentials,
  type OAuthTokens,
  Ok,
  type ProviderMetadata,
  parseCredentials,
  type SnapshotPage,
} from '../src/index.ts'

export const fakeMetadata: ProviderMetadata = {
  displayName: 'Fake Bank',
  category: 'bank',
  authType: 'api_key',
  credentialType: 'api_key',
  supports: { accounts: true, transactions: true, holdings: true, balanceHistory: false },
  scopes: [],
  hosts: ['api.example.com'],
  timeZone: 'America/New_York',
  tokenPolicy: null,
  rateLimit: null,
  sync: { maxWindowDays: 90, overlapDays: 5 },
  documentationUrl: null,
  isProductionReady: false,
}

export const fakeTokens: OAuthTokens = {
  accessToken: 'access',
  refreshToken: null,
  expiresIn: 1_800,
  tokenType: 'Bearer',
  scope: null,
}

export const emptyPage: SnapshotPage = {
  accounts: [],
  transactions: [],
  holdings: [],
  rejected: [],
  warnings: [],
  completed: [],
}

export async function* emptySnapshot(_credentials: Credentials) {
  yield Ok(emptyPage)
}

/** The three fetches of an institution that has nothing, whatever the credentials. */
export const emptyFetches = {
  fetchAccounts: async (_credentials: Credentials) => Ok({ items: [], rejected: [], warnings: [], complete: true }),
  fetchTransactions: async (_credentials: Credentials, _providerAccountId: string) =>
    Ok({ items: [], rejected: [], warnings: [], covered: null }),
  fetchHoldings: async (_credentials: Credentials, _providerAccountId: string) =>
    Ok({ items: [], rejected: [], warnings: [], complete: true }),
}

export const revoke = async (_credentials: Credentials) => Ok('unsupported' as const)

export const parseApiKey = (input: unknown) => parseCredentials('api_key', input, { provider: 'fake' })
export const parseOAuth2 = (input: unknown) => parseCredentials('oauth2', input, { provider: 'fake' })
export const parseFile = (input: unknown) => parseCredentials('file_import', input, { provider: 'fake' })
const parseCustom = (input: unknown) => parseCredentials('custom', input, { provider: 'fake' })

/** By API key, with snapshots; every setting has a default. */
export const keyBank = defineProvider({
  slug: 'key-bank',
  metadata: fakeMetadata,
  settings: z.object({ environment: z.enum(['paper', 'live']).default('paper') }),
  create: (settings) => ({
    parseCredentials: parseApiKey,
    revoke,
    fetchSnapshot: (credentials: ApiKeyCredentials) => emptySnapshot(credentials),
    ...fetchesFromSnapshot<ApiKeyCredentials>(emptySnapshot, { provider: 'key-bank' }),
    environmentOf: (credentials: ApiKeyCredentials) => credentials.environment ?? settings.environment,
  }),
})

/** By OAuth; two settings are needed. */
export const oauthBroker = defineProvider({
  slug: 'oauth-broker',
  metadata: { ...fakeMetadata, displayName: 'Fake Broker', authType: 'oauth', credentialType: 'oauth2' },
  settings: z.object({ clientId: z.string(), clientSecret: z.string() }),
  create: ({ clientId, clientSecret }) => ({
    parseCredentials: parseOAuth2,
    revoke,
    ...emptyFetches,
    authorizationUrl: ({ state }: { state: string }) =>
      `https://api.example.com/authorize?client_id=${clientId}&state=${state}`,
    exchangeCodeForTokens: async (_code: string) => Ok({ ...fakeTokens, scope: `${clientSecret.length}` }),
    refreshAccessToken: async (_refreshToken: string) => Ok(fakeTokens),
    credentialsFromTokens: (tokens: OAuthTokens, previous?: OAuth2Credentials): OAuth2Credentials => ({
      type: 'oauth2',
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken ?? previous?.refreshToken ?? null,
      expiresAt: null,
      refreshTokenIssuedAt: null,
    }),
  }),
})

/** By file. */
export const fileBank = defineProvider({
  slug: 'file-bank',
  metadata: { ...fakeMetadata, displayName: 'Fake Files', authType: 'file_import', credentialType: 'file_import' },
  settings: z.object({}),
  create: () => ({
    parseCredentials: parseFile,
    revoke,
    identify: async (file: ImportFile) => Ok(file.fileName === '' ? null : { format: 'QFX 1.0.2', accounts: [] }),
    fetchSnapshot: (credentials: FileImportCredentials) => emptySnapshot(credentials),
    ...fetchesFromSnapshot<FileImportCredentials>(emptySnapshot, { provider: 'file-bank', once: true }),
  }),
})

type FakeTask = { id: string; done: boolean }

/** No financial data: tasks that change, can be completed, and are reached by exchanging a setup token. */
export const taskList = defineConnector({
  slug: 'task-list',
  metadata: { ...fakeMetadata, displayName: 'Fake Tasks', category: 'other', credentialType: 'custom' },
  settings: z.object({}),
  create: () => ({
    parseCredentials: parseCustom,
    revoke,
    exchangeCredentials: async (input: unknown) => parseCustom(input),
    async *fetchChanges(_credentials: CustomCredentials, cursor: string | null) {
      const changes: FakeTask[] = [{ id: 'task-1', done: false }]
      yield Ok({ changes, rejected: [], warnings: [], nextCursor: `${cursor}+1` })
    },
    act: async (_credentials: CustomCredentials, action: { complete: string }) => Ok({ completed: action.complete }),
  }),
})
