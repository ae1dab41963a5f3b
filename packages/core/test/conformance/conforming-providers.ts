import * as z from 'zod'
import type { ProviderHarness } from '../../src/conformance/index.ts'
import {
  type ApiKeyCredentials,
  type ConfigurationError,
  type Connector,
  type Credentials,
  type CustomCredentials,
  createProvider,
  Decimal,
  defineConnector,
  defineProvider,
  Err,
  type FetchFunction,
  type FileIdentification,
  type FileImportCredentials,
  fetchesFromSnapshot,
  type ImportFile,
  type InputIssue,
  maskCredentials,
  type OAuth2Credentials,
  type OAuthTokens,
  Ok,
  type Provider,
  ProviderAbortedError,
  type ProviderError,
  ProviderInvalidInputError,
  ProviderInvalidResponseError,
  type ProviderRuntime,
  ProviderUnavailableError,
  parseCredentials,
  parseIsoDate,
  type RequestOptions,
  type Result,
  type RuntimeOptions,
  type SnapshotPage,
  type TransactionQuery,
} from '../../src/index.ts'
import { fakeMetadata, revoke } from '../fake-provider.ts'
import { sampleAccount, sampleHolding, sampleTransaction } from '../sample-data.ts'

/** A harness that knows which provider it makes. */
export type HarnessOf<P extends Connector> = Omit<ProviderHarness, 'create'> & {
  create(runtime: RuntimeOptions): Result<P, ConfigurationError>
}

function refuse(provider: string, operation: string, ...issues: InputIssue[]) {
  return Err(new ProviderInvalidInputError({ provider, operation, issues }))
}

function toAccount(providerAccountId: string, number: string) {
  const accountNumberMasked = `••••${number.slice(-4)}`
  return { ...sampleAccount, providerAccountId, accountNumberMasked, rawData: { number: accountNumberMasked } }
}

const accountNumbers = ['000123451234', '000123455678']

const records = [
  {
    id: 'account-1',
    number: accountNumbers[0],
    transactions: [
      { id: 'row-1', day: '2026-01-05', amount: '-12.5' },
      { id: 'row-2', day: '2026-01-05', amount: '-3' },
      { id: 'row-3', day: '2026-01-06', amount: '100' },
      { id: 'row-4', day: '2026-01-31', amount: '0.01' },
    ],
    holdings: [],
  },
  {
    id: 'account-2',
    number: accountNumbers[1],
    transactions: [{ id: 'row-1', day: '2026-01-06', amount: '7' }],
    holdings: [{ id: 'position-1', symbol: 'ACME', quantity: '10' }],
  },
]

/** An institution's API of two accounts. */
const institution: FetchFunction = async (request) => {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/token') return Response.json({ access: 'canary-new-access', refresh: 'canary-new-refresh' })
  if (pathname === '/accounts') return Response.json({ accounts: records.map(({ id, number }) => ({ id, number })) })
  const [, , id, list] = pathname.split('/')
  const record = records.find((one) => one.id === id)
  if (record === undefined) return new Response(null, { status: 404 })
  const from = searchParams.get('from') ?? '0000-01-01'
  const to = searchParams.get('to') ?? '9999-12-31'
  if (list === 'holdings') return Response.json({ holdings: record.holdings })
  return Response.json({ transactions: record.transactions.filter(({ day }) => from <= day && day <= to) })
}

const day = z.string().transform((text) => parseIsoDate(text).unwrap())
const decimal = z.string().transform((text) => Decimal.parse(text).unwrap())
const answers = {
  accounts: z.object({ accounts: z.array(z.object({ id: z.string(), number: z.string() })) }),
  transactions: z.object({ transactions: z.array(z.object({ id: z.string(), day, amount: decimal })) }),
  holdings: z.object({ holdings: z.array(z.object({ id: z.string(), symbol: z.string(), quantity: decimal })) }),
  token: z.object({ access: z.string(), refresh: z.string() }),
}

type Question<T> = { operation: string; path: string; answer: z.ZodType<T>; authorization: string; method?: string }

/** Asks the institution; every failure is an error. */
function createAsk(provider: string, runtime: ProviderRuntime) {
  return async <T>(
    { operation, path, answer, authorization, method = 'GET' }: Question<T>,
    { signal }: RequestOptions = {},
  ): Promise<Result<T, ProviderError>> => {
    const context = { provider, operation }
    if (signal?.aborted) return Err(new ProviderAbortedError(context))
    let response: Response
    try {
      const request = new Request(`https://api.example.com${path}`, { method, headers: { authorization } })
      response = await runtime.fetch(request)
    } catch {
      return Err(new ProviderUnavailableError(context))
    }
    if (response.status === 404) {
      return refuse(provider, operation, { path: 'providerAccountId', reason: 'There is no such account.' })
    }
    if (!response.ok) return Err(new ProviderUnavailableError({ ...context, status: response.status }))
    const read = answer.safeParse(await response.json().catch(() => undefined))
    runtime.logger.debug('asked', { operation, isUnderstood: read.success })
    return read.success ? Ok(read.data) : Err(new ProviderInvalidResponseError(context))
  }
}

/** The three fetches over the institution's API. */
function createFetches<C extends Credentials>(
  provider: string,
  runtime: ProviderRuntime,
  authorizationOf: (credentials: C) => string,
): Pick<Provider<C>, 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings'> {
  const ask = createAsk(provider, runtime)
  return {
    async fetchAccounts(credentials: C, options?: RequestOptions) {
      const authorization = authorizationOf(credentials)
      const question = { operation: 'fetchAccounts', path: '/accounts', answer: answers.accounts, authorization }
      return (await ask(question, options)).map(({ accounts }) => ({
        items: accounts.map(({ id, number }) => toAccount(id, number)),
        rejected: [],
        warnings: [],
        complete: true,
      }))
    },
    async fetchTransactions(credentials: C, providerAccountId: string, query: TransactionQuery = {}) {
      const days = Object.entries({ from: query.startDate, to: query.endDate }).filter(([, one]) => one !== undefined)
      const path = `/accounts/${providerAccountId}/transactions?${new URLSearchParams(days as [string, string][])}`
      const authorization = authorizationOf(credentials)
      const question = { operation: 'fetchTransactions', path, answer: answers.transactions, authorization }
      return (await ask(question, query)).map(({ transactions }) => ({
        items: transactions.map(({ id, day: transactionDate, amount }) => ({
          ...sampleTransaction,
          providerTransactionId: id,
          providerAccountId,
          transactionDate,
          amount,
        })),
        rejected: [],
        warnings: [],
        covered: null,
      }))
    },
    async fetchHoldings(credentials: C, providerAccountId: string, options?: RequestOptions) {
      const path = `/accounts/${providerAccountId}/holdings`
      const authorization = authorizationOf(credentials)
      const question = { operation: 'fetchHoldings', path, answer: answers.holdings, authorization }
      return (await ask(question, options)).map(({ holdings }) => ({
        items: holdings.map(({ id, symbol, quantity }) => ({
          ...sampleHolding,
          providerHoldingId: id,
          providerAccountId,
          symbol,
          quantity,
        })),
        rejected: [],
        warnings: [],
        complete: true,
      }))
    },
  }
}

export const keyBank = defineProvider({
  slug: 'key-bank',
  metadata: fakeMetadata,
  settings: z.object({ partnerKey: z.string() }),
  create: ({ partnerKey }, runtime) => ({
    parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'key-bank' }),
    revoke,
    ...createFetches<ApiKeyCredentials>(
      'key-bank',
      runtime,
      ({ apiKey, apiSecret }) => `${partnerKey}/${apiKey}/${apiSecret}`,
    ),
  }),
})

/** {@link keyBank} with a snapshot: a page for each account. */
export const snapshotBank = defineProvider({
  slug: 'snapshot-bank',
  metadata: fakeMetadata,
  settings: keyBank.settings,
  create: (settings, runtime) => {
    const bank = keyBank.create(settings, runtime)
    return {
      ...bank,
      async *fetchSnapshot(
        credentials: ApiKeyCredentials,
        query: TransactionQuery = {},
      ): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
        const accounts = await bank.fetchAccounts(credentials, query)
        if (accounts.isErr()) return yield accounts
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
            rejected: [],
            warnings: [],
            completed: [{ providerAccountId, covered: null, holdings: true }],
          })
        }
      },
    }
  },
})

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
      const question = { operation, path: '/token', answer: answers.token, authorization: clientSecret, method: 'POST' }
      const answer = await ask(question, options)
      return answer.map(({ access, refresh }): OAuthTokens => {
        return { accessToken: access, refreshToken: refresh, expiresIn: 1_800, tokenType: 'Bearer', scope: null }
      })
    }
    return {
      parseCredentials: (input: unknown) => parseCredentials('oauth2', input, { provider: 'oauth-bank' }),
      revoke,
      ...createFetches<OAuth2Credentials>('oauth-bank', runtime, ({ accessToken }) => `Bearer ${accessToken}`),
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

const statement = new TextEncoder().encode(
  [
    'STATEMENT 1',
    `ACCOUNT ${accountNumbers[0]}`,
    'ROW 2026-01-05 -12.5',
    'ROW 2026-01-05 -12.5',
    'ROW 2026-01-06 100',
    `ACCOUNT ${accountNumbers[1]}`,
    'ROW 2026-01-06 7',
    'HELD ACME 10',
  ].join('\n'),
)

/** Whether this is the file that the harness of {@link fileBank} gives, unspoiled. */
export function isStatement({ fileContent }: ImportFile): boolean {
  return fileContent instanceof Uint8Array && Buffer.compare(fileContent, statement) === 0
}

async function readText({ fileContent }: ImportFile): Promise<string> {
  const decoder = new TextDecoder()
  if (fileContent instanceof Uint8Array) return decoder.decode(fileContent)
  let text = ''
  for await (const chunk of fileContent()) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

/** One page for each account of a statement, or `null` when it is none. */
function readStatement(text: string): SnapshotPage[] | null {
  const [title, ...lines] = text.split('\n')
  if (title !== 'STATEMENT 1') return null
  const pages = new Map<string, SnapshotPage>()
  const occurrences = new Map<string, number>()
  const occurrenceOf = (key: string) => {
    occurrences.set(key, (occurrences.get(key) ?? 0) + 1)
    return `${key}/${occurrences.get(key)}`
  }
  const pageOf = (id: string, number: string) => {
    const known = pages.get(id)
    if (known !== undefined) return known
    const page: SnapshotPage = {
      accounts: [toAccount(id, number)],
      transactions: [],
      holdings: [],
      rejected: [],
      warnings: [],
      completed: [{ providerAccountId: id, covered: null, holdings: true }],
    }
    pages.set(id, page)
    return page
  }
  let id = 'account-of-nobody'
  let number = '0000'
  for (const [index, line] of lines.entries()) {
    const account = /^ACCOUNT (\d{8,20})$/.exec(line)?.[1]
    const row = /^ROW (\d{4}-\d\d-\d\d) (-?\d{1,9}(?:\.\d{1,9})?)$/.exec(line)
    const date = row === null ? null : parseIsoDate(row[1] ?? '').unwrapOr(null)
    const held = /^HELD ([A-Z]+) (\d{1,9})$/.exec(line)
    if (account !== undefined) {
      number = account
      id = `account-${account.slice(-4)}`
      pageOf(id, number)
    } else if (row !== null && date !== null) {
      const amount = Decimal.parse(row[2] ?? '').unwrap()
      pageOf(id, number).transactions.push({
        ...sampleTransaction,
        providerTransactionId: occurrenceOf(`${id}/${date}/${amount}`),
        providerAccountId: id,
        transactionDate: date,
        amount,
      })
    } else if (held !== null) {
      const [, symbol = '', quantity = ''] = held
      pageOf(id, number).holdings.push({
        ...sampleHolding,
        providerHoldingId: occurrenceOf(`${id}/${symbol}`),
        providerAccountId: id,
        symbol,
        quantity: Decimal.parse(quantity).unwrap(),
      })
    } else {
      const [path, reason] = [`line ${index + 2}`, 'This is no record of a statement.']
      pageOf(id, number).rejected.push({ id: null, providerAccountId: id, path, reason, rawData: null })
    }
  }
  return [...pages.values()]
}

export const fileBank = defineProvider({
  slug: 'file-bank',
  metadata: { ...fakeMetadata, authType: 'file_import', credentialType: 'file_import', hosts: [] },
  settings: z.object({}),
  create: () => {
    async function* fetchSnapshot(
      credentials: FileImportCredentials,
      { signal, startDate, endDate }: TransactionQuery = {},
    ): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
      const context = { provider: 'file-bank', operation: 'fetchSnapshot' }
      if (signal?.aborted) return yield Err(new ProviderAbortedError(context))
      const pages = readStatement(await readText(credentials))
      if (pages === null) {
        const reason = 'This is no statement.'
        return yield refuse(context.provider, context.operation, { path: 'fileContent', reason })
      }
      for (const page of pages) {
        const transactions = page.transactions.filter(
          ({ transactionDate }) =>
            (startDate === undefined || transactionDate >= startDate) &&
            (endDate === undefined || transactionDate <= endDate),
        )
        yield Ok({ ...page, transactions })
      }
    }
    return {
      parseCredentials: (input: unknown) => parseCredentials('file_import', input, { provider: 'file-bank' }),
      revoke,
      fetchSnapshot,
      ...fetchesFromSnapshot<FileImportCredentials>(fetchSnapshot, { provider: 'file-bank', once: true }),
      async identify(
        file: ImportFile,
        { signal }: RequestOptions = {},
      ): Promise<Result<FileIdentification | null, ProviderError>> {
        if (signal?.aborted) return Err(new ProviderAbortedError({ provider: 'file-bank', operation: 'identify' }))
        const pages = readStatement(await readText(file))
        if (pages === null) return Ok(null)
        return Ok({
          format: 'STATEMENT 1',
          accounts: pages
            .flatMap(({ accounts }) => accounts)
            .map(({ providerAccountId, accountNumberMasked, category, accountType }) => {
              return { providerAccountId, accountNumberMasked, category, accountType, period: null }
            }),
        })
      },
    }
  },
})

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

export const snapshotBankHarness = {
  ...keyBankHarness,
  create: (runtime: RuntimeOptions) => createProvider(snapshotBank, { partnerKey: 'canary-partner-key' }, runtime),
} satisfies ProviderHarness

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
