import * as z from 'zod'
import type { ProviderHarness } from '../../src/conformance/index.ts'
import {
  type ApiKeyCredentials,
  type ConfigurationError,
  type Connector,
  type CustomCredentials,
  createProvider,
  defineConnector,
  defineProvider,
  maskCredentials,
  type OAuth2Credentials,
  type OAuthTokens,
  Ok,
  type Provider,
  type ProviderError,
  type ProviderInvalidInputError,
  type ProviderWarning,
  parseCredentials,
  type RequestOptions,
  type Result,
  type RuntimeOptions,
  type SnapshotPage,
  type TransactionQuery,
} from '../../src/index.ts'
import { fakeMetadata, revoke } from '../fake-provider.ts'
import { fileBank, statement } from './file-bank.ts'
import {
  accountNumbers,
  answers,
  createAsk,
  createAskInMemory,
  createFetches,
  institution,
  readRecords,
  refuse,
  wireRecords,
} from './institution.ts'

/** A harness that knows which provider it makes. */
export type HarnessOf<P extends Connector> = Omit<ProviderHarness, 'create'> & {
  create(runtime: RuntimeOptions): Result<P, ConfigurationError>
}

/** By API key, over the network. */
export const keyBank = defineProvider({
  slug: 'key-bank',
  metadata: fakeMetadata,
  settings: z.object({ partnerKey: z.string() }),
  create: ({ partnerKey }, runtime) => ({
    parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'key-bank' }),
    revoke,
    ...createFetches<ApiKeyCredentials>(
      createAsk('key-bank', runtime),
      ({ apiKey, apiSecret }) => `${partnerKey}/${apiKey}/${apiSecret}`,
    ),
  }),
})

/** The same without the network. */
const memoryBank = defineProvider({
  slug: 'memory-bank',
  metadata: { ...fakeMetadata, hosts: [] },
  settings: keyBank.settings,
  create: () => ({
    parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'memory-bank' }),
    revoke,
    ...createFetches<ApiKeyCredentials>(createAskInMemory('memory-bank'), () => ''),
  }),
})

/** A snapshot of a bank by API key: a page for each account. */
export const createSnapshot = (
  bank: Pick<Provider<ApiKeyCredentials>, 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings'>,
) =>
  async function* (
    credentials: ApiKeyCredentials,
    query: TransactionQuery = {},
  ): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
    const accounts = await bank.fetchAccounts(credentials, query)
    if (accounts.isErr()) return yield accounts
    let rejected = accounts.value.rejected
    for (const account of accounts.value.items) {
      const { providerAccountId } = account
      const transactions = await bank.fetchTransactions(credentials, providerAccountId, query)
      if (transactions.isErr()) return yield transactions
      const holdings = await bank.fetchHoldings(credentials, providerAccountId, query)
      if (holdings.isErr()) return yield holdings
      yield Ok({
        accounts: [account],
        transactions: transactions.value.items,
        holdings: holdings.value.items,
        rejected: [...rejected, ...transactions.value.rejected, ...holdings.value.rejected],
        warnings: [],
        completed: [{ providerAccountId, covered: null, holdings: true }],
      })
      rejected = []
    }
  }

/** {@link memoryBank} with a snapshot. */
const snapshotBank = defineProvider({
  slug: 'snapshot-bank',
  metadata: memoryBank.metadata,
  settings: keyBank.settings,
  create: (settings, runtime) => {
    const bank = memoryBank.create(settings, runtime)
    return { ...bank, fetchSnapshot: createSnapshot(bank) }
  },
})

export const warning: ProviderWarning = {
  code: 'OTHER',
  providerAccountId: null,
  message: 'The names of the accounts could not be read.',
  details: null,
}

/** By OAuth, over the network. */
export const oauthBank = defineProvider({
  slug: 'oauth-bank',
  metadata: {
    ...fakeMetadata,
    authType: 'oauth',
    credentialType: 'oauth2',
    tokenPolicy: {
      accessTokenSeconds: 1_800,
      refreshTokenSeconds: null,
      refreshExtends: false,
      rotation: 'never',
      graceSeconds: 0,
    },
  },
  settings: z.object({ clientId: z.string(), clientSecret: z.string() }),
  create: ({ clientId, clientSecret }, runtime) => {
    const ask = createAsk('oauth-bank', runtime)
    const askForTokens = async (operation: string, options?: RequestOptions) => {
      const answer = await ask(
        { operation, path: '/token', answer: answers.token, authorization: clientSecret, method: 'POST' },
        options,
      )
      return answer.map(({ access, refresh }): OAuthTokens => {
        return { accessToken: access, refreshToken: refresh, expiresIn: 1_800, tokenType: 'Bearer', scope: null }
      })
    }
    return {
      parseCredentials: (input: unknown) => parseCredentials('oauth2', input, { provider: 'oauth-bank' }),
      async revoke({ accessToken }: OAuth2Credentials, options?: RequestOptions) {
        const authorization = `Bearer ${accessToken}`
        const question = { operation: 'revoke', path: '/revoke', answer: answers.revoke, authorization }
        return (await ask({ ...question, method: 'POST' }, options)).map(() => 'revoked' as const)
      },
      ...createFetches<OAuth2Credentials>(ask, ({ accessToken }) => `Bearer ${accessToken}`),
      authorizationUrl({ state, codeChallenge }: { state: string; codeChallenge?: string | undefined }) {
        const challenge =
          codeChallenge === undefined ? {} : { code_challenge: codeChallenge, code_challenge_method: 'S256' }
        const query = new URLSearchParams({ response_type: 'code', client_id: clientId, state, ...challenge })
        return `https://api.example.com/authorize?${query}`
      },
      exchangeCodeForTokens: (_code: string, options?: RequestOptions) =>
        askForTokens('exchangeCodeForTokens', options),
      refreshAccessToken: (_refreshToken: string, options?: RequestOptions) =>
        askForTokens('refreshAccessToken', options),
      credentialsFromTokens: (tokens: OAuthTokens, previous?: OAuth2Credentials): OAuth2Credentials =>
        maskCredentials({
          type: 'oauth2',
          accessToken: tokens.accessToken,
          refreshToken: tokens.refreshToken ?? previous?.refreshToken ?? null,
          expiresAt: null,
          refreshTokenIssuedAt: null,
        }),
    }
  },
})

/** Without financial data. */
export const taskList = defineConnector({
  slug: 'task-list',
  metadata: { ...fakeMetadata, category: 'other', credentialType: 'custom', hosts: [] },
  settings: z.object({ appSecret: z.string() }),
  create: ({ appSecret }) => {
    const parse = (input: unknown): Result<CustomCredentials, ProviderInvalidInputError> =>
      parseCredentials('custom', input, { provider: 'task-list' }).andThen((credentials) =>
        typeof credentials.token === 'string'
          ? Ok(credentials)
          : refuse('task-list', 'parseCredentials', { path: 'token', reason: 'A text is needed.' }),
      )
    return {
      parseCredentials: parse,
      revoke,
      isSigned: (signature: string) => signature === appSecret,
    }
  },
})

export const keyBankHarness = {
  create: (runtime: RuntimeOptions) => createProvider(keyBank, { partnerKey: 'canary-partner-key' }, runtime),
  input: () => ({ apiKey: 'canary-api-key', apiSecret: 'canary-api-secret' }),
  fetch: institution,
  secrets: ['canary-partner-key', 'canary-api-key', 'canary-api-secret', ...accountNumbers],
} satisfies ProviderHarness

const { fetch: _fetch, ...memoryHarness } = keyBankHarness

export const memoryBankHarness = {
  ...memoryHarness,
  create: (runtime: RuntimeOptions) => createProvider(memoryBank, { partnerKey: 'canary-partner-key' }, runtime),
} satisfies ProviderHarness

export const snapshotBankHarness = {
  ...memoryHarness,
  create: (runtime: RuntimeOptions) => createProvider(snapshotBank, { partnerKey: 'canary-partner-key' }, runtime),
} satisfies ProviderHarness

/** {@link keyBank} that asks for the names of its accounts as well. It can do without, and warns; or does what is said instead for an error. */
export function namedBank(warningsOf: (error: ProviderError) => ProviderWarning[] | undefined = () => undefined) {
  const named = defineProvider({
    ...keyBank,
    create: (settings, runtime) => {
      const bank = keyBank.create(settings, runtime)
      const ask = createAsk('key-bank', runtime)
      return {
        ...bank,
        async fetchAccounts(credentials: ApiKeyCredentials, options?: RequestOptions) {
          const accounts = await bank.fetchAccounts(credentials, options)
          if (accounts.isErr()) return accounts
          const answer = await ask(
            { operation: 'fetchAccounts', path: '/names', answer: answers.names, authorization: '' },
            options,
          )
          if (answer.isErr()) {
            const isNeeded = ['PROVIDER_AUTHENTICATION_FAILED', 'PROVIDER_ABORTED'].includes(answer.error.code)
            const warnings = warningsOf(answer.error) ?? (isNeeded ? null : [warning])
            return warnings === null ? answer : accounts.map((batch) => ({ ...batch, warnings }))
          }
          const names = readRecords(answer.value.names, wireRecords.name, (record) => record)
          return accounts.map((batch) => ({
            ...batch,
            items: batch.items.map((item) => ({
              ...item,
              name: names.items.find(({ id }) => id === item.providerAccountId)?.name ?? item.name,
            })),
            warnings: names.rejected.map(() => warning),
          }))
        },
      }
    },
  })
  const create = (runtime: RuntimeOptions) => createProvider(named, { partnerKey: 'canary-partner-key' }, runtime)
  return { ...keyBankHarness, create }
}

export const oauthBankHarness = {
  create: (runtime: RuntimeOptions) =>
    createProvider(oauthBank, { clientId: 'client-1', clientSecret: 'canary-client-secret' }, runtime),
  input: () => ({ accessToken: 'canary-access', refreshToken: 'canary-refresh' }),
  fetch: institution,
  secrets: [
    'canary-client-secret',
    'canary-access',
    'canary-refresh',
    'canary-new-access',
    'canary-new-refresh',
    ...accountNumbers,
  ],
} satisfies ProviderHarness

export const fileBankHarness = {
  create: (runtime: RuntimeOptions) => createProvider(fileBank, {}, runtime),
  input: () => ({ fileName: 'statement.txt', fileContent: statement.slice() }),
  secrets: accountNumbers,
} satisfies ProviderHarness

export const taskListHarness = {
  create: (runtime: RuntimeOptions) => createProvider(taskList, { appSecret: 'canary-app-secret' }, runtime),
  input: () => ({ token: 'canary-token' }),
  secrets: ['canary-app-secret', 'canary-token'],
} satisfies ProviderHarness
