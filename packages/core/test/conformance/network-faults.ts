import {
  Err,
  type FetchFunction,
  type OAuth2Credentials,
  type OAuthTokens,
  Ok,
  type ProviderError,
  ProviderInvalidResponseError,
  type RequestOptions,
  type Result,
  type RuntimeOptions,
} from '../../src/index.ts'
import { type CaseName, caseNames } from './case-names.ts'
import { createSnapshot, keyBankHarness, namedBank, oauthBankHarness, warning } from './conforming-providers.ts'
import {
  type Fault,
  type FaultsOf,
  failing,
  type KeyBank,
  reject,
  type SnapshotBank,
  spoiled,
  unavailable,
} from './spoil.ts'
import { mistaking, repeating, type Seen, through } from './through-fetch.ts'

type NetworkCase = CaseName<'network'>

const { keyBank, oauthBank } = spoiled

const hasStatus =
  (status: number, start = '') =>
  (seen: Seen) =>
    seen.status === status && (seen.body ?? '').startsWith(start)
const limits = (isAsking: (after: string | null) => boolean) => (seen: Seen) =>
  seen.status === 429 && isAsking(seen.headers.get('retry-after'))
const hasBody = (body: string) => (seen: Seen) => seen.status === 200 && seen.body === body
const isCutOff = ({ status, body }: Seen) =>
  status === 200 && /^\{"(?:accounts|transactions|holdings)/.test(body ?? '') && !body?.endsWith('}')
const isBad = ({ body }: Seen) => body?.includes('madeUpByTheKit') ?? false

/** How what goes wrong is told from all else, by the case of it. */
const signs = {
  'gives PROVIDER_INVALID_INPUT or PROVIDER_INVALID_RESPONSE for 400, at every endpoint': hasStatus(400),
  'gives PROVIDER_AUTHENTICATION_FAILED for 401, at every endpoint': hasStatus(401),
  'gives a fitting error for 403 with JSON, at every endpoint': hasStatus(403, '{'),
  'gives a fitting error for 403 with a web page, at every endpoint': hasStatus(403, '<'),
  'gives PROVIDER_INVALID_INPUT or PROVIDER_INVALID_RESPONSE for 404, at every endpoint': hasStatus(404, '{'),
  'gives PROVIDER_UNAVAILABLE for 408, at every endpoint': hasStatus(408),
  'gives PROVIDER_INVALID_INPUT or PROVIDER_INVALID_RESPONSE for 409, at every endpoint': hasStatus(409),
  'gives PROVIDER_INVALID_INPUT or PROVIDER_INVALID_RESPONSE for 422, at every endpoint': hasStatus(422),
  'gives PROVIDER_RATE_LIMITED for 429 that says in how many seconds to come back, at every endpoint': limits(
    (after) => after === '2',
  ),
  'gives PROVIDER_RATE_LIMITED for 429 that says when to come back, at every endpoint': limits(
    (after) => after?.endsWith('GMT') ?? false,
  ),
  'gives PROVIDER_RATE_LIMITED for 429 that does not say when to come back, at every endpoint': limits(
    (after) => after === null,
  ),
  'gives PROVIDER_UNAVAILABLE for 500, at every endpoint': hasStatus(500),
  'gives PROVIDER_UNAVAILABLE for 502, at every endpoint': hasStatus(502),
  'gives PROVIDER_UNAVAILABLE for 503, at every endpoint': hasStatus(503),
  'gives PROVIDER_UNAVAILABLE for 504, at every endpoint': hasStatus(504),
  'gives PROVIDER_UNAVAILABLE for a connection that is refused, at every endpoint': ({ thrown }) =>
    String(thrown).startsWith('TypeError: fetch failed'),
  'gives PROVIDER_UNAVAILABLE for a connection that is reset in the body, at every endpoint': ({ body }) =>
    body === null,
  'gives PROVIDER_INVALID_RESPONSE or PROVIDER_UNAVAILABLE for a web page instead of data, at every endpoint':
    hasStatus(200, '<'),
  'gives PROVIDER_INVALID_RESPONSE for an empty body, at every endpoint': hasBody(''),
  'gives PROVIDER_INVALID_RESPONSE for JSON that is cut off, at every endpoint': isCutOff,
  'gives PROVIDER_INVALID_RESPONSE for JSON that is null, at every endpoint': hasBody('null'),
  'gives PROVIDER_INVALID_RESPONSE for JSON that is a number, at every endpoint': hasBody('42'),
  'gives PROVIDER_INVALID_RESPONSE for a list instead of an object, or the other way round, at every endpoint':
    hasBody('[42]'),
  'gives PROVIDER_INVALID_RESPONSE for an object without its fields, at every endpoint':
    hasBody('{"message":"Refused."}'),
  'gives PROVIDER_INVALID_RESPONSE for a body that is too large, at every endpoint': hasStatus(200, '   '),
  'gives PROVIDER_INVALID_RESPONSE for a redirect to another host, at every endpoint': hasStatus(302),
} satisfies Partial<Record<NetworkCase, (seen: Seen) => boolean>>

const noRecords = () => Response.json({ accounts: [], transactions: [], holdings: [] })

/** What providers do wrong whatever it is that goes wrong: for each there is one that does it with this alone. */
function usualFaults(name: NetworkCase, isIt: (seen: Seen) => boolean): Fault[] {
  const other = /for 40[13]/.test(name) ? 409 : 401
  const isLarge = name.includes('too large')
  return [
    [
      'an empty batch',
      mistaking(keyBankHarness, isIt, noRecords),
      /fetchAccounts with .* from GET https:\/\/api\.example\.com\/accounts must be an error/,
    ],
    [
      'another error',
      mistaking(oauthBankHarness, isIt, () => new Response(null, { status: other })),
      /fetchAccounts with .* must be .*, but gives PROVIDER_/,
    ],
    ...(isLarge
      ? []
      : [['it asks again at once', repeating(keyBankHarness, isIt), /sends the same request/] satisfies Fault]),
  ]
}

/** A bank with another `fetchAccounts`, which may use the network by itself. */
type FetchAccounts = KeyBank['fetchAccounts']
const fetchingAccounts = (
  fetchAccounts: (
    good: FetchAccounts,
    runtime: RuntimeOptions,
  ) => (...args: Parameters<FetchAccounts>) => Promise<Result<unknown, ProviderError> | undefined>,
) => keyBank((bank, runtime) => ({ fetchAccounts: fetchAccounts(bank.fetchAccounts, runtime) }))

/** Errors that are changed by how far a request of `fetchAccounts` came. */
function failingAt(stage: 'nothing' | 'sent' | 'answered', code: ProviderError['code'], error: ProviderError) {
  let reached = 'nothing'
  const watch =
    (fetch: FetchFunction): FetchFunction =>
    async (request) => {
      reached = 'sent'
      const response = await fetch(request).catch((thrown) => {
        if (!request.signal.aborted) reached = 'refused'
        throw thrown
      })
      reached = 'answered'
      return response
    }
  return through(
    fetchingAccounts((good) => async (...args) => {
      reached = 'nothing'
      const result = await good(...args)
      const isIt = result.isErr() && result.error.code === code && result.error.status === null && reached === stage
      return isIt ? Err(error) : result
    }),
    watch,
  )
}

const invalidResponse = new ProviderInvalidResponseError({ provider: 'spoiled', operation: 'spoiled' })

/** The good records and what a provider makes of a bad one. */
const ofBadRecord = (make: (records: object[]) => object[]) =>
  mistaking(keyBankHarness, isBad, ({ body }) => {
    const lists: Record<string, object[]> = JSON.parse(body ?? '')
    return Response.json(Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, make(list)])))
  })
const isBadRecord = (record: object) => 'madeUpByTheKit' in record

const abortedReading: NetworkCase =
  'gives PROVIDER_ABORTED for a signal that is aborted while it reads the body, at every endpoint'
const abortedLater: NetworkCase[] = [
  'gives PROVIDER_ABORTED for a signal that is aborted while it waits for the answer, at every endpoint',
  abortedReading,
]
const stalled: NetworkCase = 'gives PROVIDER_UNAVAILABLE for a body that does not end in time, at every endpoint'
const mustNotRepeat = /Token[s]? with .* from POST .* sends the same request again, which must not be/
const nothing = { items: [], rejected: [], warnings: [] }

/** A method whose errors of one status are changed. */
const failingFor =
  <A extends unknown[], T>(
    call: (...args: A) => Promise<Result<T, ProviderError>>,
    status: number,
    change: (error: ProviderError, ...args: A) => unknown,
  ) =>
  async (...args: A) => {
    const result = await call(...args)
    return result.isErr() && result.error.status === status ? change(result.error, ...args) : result
  }

type Login = (token: string, options?: RequestOptions) => Promise<Result<OAuthTokens, ProviderError>>

/** A bank whose logins fail in another way for a status. */
const login = (
  method: 'exchangeCodeForTokens' | 'refreshAccessToken',
  status: number,
  change: (error: ProviderError, token: string) => unknown,
) => oauthBank((bank) => ({ [method]: failingFor<Parameters<Login>, OAuthTokens>(bank[method], status, change) }))

const isPost = ({ method }: Request) => method === 'POST'

const otherFaults: Record<Exclude<NetworkCase, keyof typeof signs>, Fault[]> & Partial<Record<NetworkCase, Fault[]>> = {
  'gives PROVIDER_ABORTED for a signal that is aborted before, and asks for nothing': [
    [
      'it asks first',
      fetchingAccounts((good, { fetch }) => async (credentials, options) => {
        if (options?.signal?.aborted) await fetch?.(new Request('https://api.example.com/accounts'))
        return good(credentials, options)
      }),
      /fetchAccounts with a signal that is aborted before asks for something/,
    ],
    [
      'it revokes',
      oauthBank((bank) => ({ revoke: (credentials: OAuth2Credentials) => bank.revoke(credentials) })),
      /revoke with a signal that is aborted before must be PROVIDER_ABORTED/,
      ...abortedLater,
    ],
    [
      'tokens are fetched',
      oauthBank((bank) => ({ refreshAccessToken: (token: string) => bank.refreshAccessToken(token) })),
      /refreshAccessToken with a signal that is aborted before must be PROVIDER_ABORTED/,
      ...abortedLater,
    ],
  ],

  'gives PROVIDER_ABORTED for a signal that is aborted while it waits for the answer, at every endpoint': [
    ['another error', failingAt('sent', 'PROVIDER_ABORTED', unavailable()), /must be PROVIDER_ABORTED, but gives/],
    [
      'it goes on',
      fetchingAccounts((good) => (credentials, options) => good(credentials, options?.signal?.aborted ? options : {})),
      /fetchAccounts with a signal that is aborted while it waits .* must be an error/,
      abortedReading,
    ],
  ],

  'gives PROVIDER_ABORTED for a signal that is aborted while it reads the body, at every endpoint': [
    ['another error', failingAt('answered', 'PROVIDER_ABORTED', unavailable()), /must be PROVIDER_ABORTED, but gives/],
  ],

  'gives PROVIDER_UNAVAILABLE for no answer in time, at every endpoint': [
    ['another error', failingAt('sent', 'PROVIDER_UNAVAILABLE', invalidResponse), /must be PROVIDER_UNAVAILABLE, but/],
    [
      'it waits for ever',
      { ...keyBankHarness, create: (runtime) => keyBankHarness.create({ ...runtime, timeoutMs: 3_600_000 }) },
      /fetchAccounts with no answer in time from GET https:\/\/api\.example\.com\/accounts does not end/,
      stalled,
    ],
  ],

  'gives PROVIDER_UNAVAILABLE for a body that does not end in time, at every endpoint': [
    [
      'another error',
      failingAt('answered', 'PROVIDER_UNAVAILABLE', invalidResponse),
      /must be PROVIDER_UNAVAILABLE, but gives/,
    ],
  ],

  'gives PROVIDER_UNAVAILABLE for 408, at every endpoint': [
    [
      'a login is sent again',
      repeating(oauthBankHarness, (seen, request) => seen.status === 408 && isPost(request)),
      mustNotRepeat,
    ],
  ],

  'gives PROVIDER_UNAVAILABLE for 500, at every endpoint': [
    [
      'it rejects',
      keyBank((bank) => ({ fetchAccounts: failingFor(bank.fetchAccounts, 500, reject) })),
      /fetchAccounts with 500 from GET .* threw or rejected/,
    ],
    [
      'no transactions',
      keyBank((bank) => ({
        fetchTransactions: failingFor(bank.fetchTransactions, 500, () => Ok({ ...nothing, covered: null })),
      })),
      /fetchTransactions with 500 from .* must be an error/,
    ],
    [
      'no holdings, with a warning',
      keyBank((bank) => ({
        fetchHoldings: failingFor(bank.fetchHoldings, 500, () =>
          Ok({ ...nothing, warnings: [warning], complete: true }),
        ),
      })),
      /fetchHoldings with 500 from .*account-2\/holdings must be an error: .* records are missing/,
    ],
    [
      'no pages of a snapshot',
      keyBank((bank) => ({
        async *fetchSnapshot(...[credentials, query]: Parameters<SnapshotBank['fetchSnapshot']>) {
          for await (const page of createSnapshot(bank)(credentials, query)) {
            if (page.isErr() && page.error.status === 500) return
            yield page
          }
        },
      })),
      /fetchSnapshot with 500 from .* must be an error/,
    ],
    [
      'a grant that is said to be ended',
      oauthBank((bank) => ({ revoke: failingFor(bank.revoke, 500, () => Ok('revoked')) })),
      /revoke with 500 from POST .* must be an error/,
    ],
    [
      'a secret in the error',
      keyBank((bank) => ({
        fetchAccounts: failingFor(bank.fetchAccounts, 500, (_error, { apiSecret }) =>
          Err(unavailable(`Not reached with ${apiSecret}.`)),
        ),
      })),
      /fetchAccounts with 500 from .* shows the secret at index 2/,
    ],
    [
      'a secret in the log',
      keyBank((bank, { logger }) => ({
        fetchAccounts: failingFor(bank.fetchAccounts, 500, (error, { apiSecret }) => {
          logger?.warn('not reached', { headers: { authorization: apiSecret } })
          return Err(error)
        }),
      })),
      /shows the secret at index 2/,
    ],
    [
      'a secret for a hook',
      keyBank((bank, { hooks }) => ({
        fetchAccounts: failingFor(bank.fetchAccounts, 500, (error, { apiKey: host }) => {
          hooks?.onAttempt?.({ provider: 'key-bank', operation: 'fetchAccounts', method: 'GET', host, attempt: 5 })
          return Err(error)
        }),
      })),
      /shows the secret at index 1/,
    ],
    [
      'a secret for a hook, in the end',
      keyBank((bank, { hooks }) => ({
        fetchAccounts: failingFor(bank.fetchAccounts, 500, (error, { apiKey: requestId }) => {
          const attempt = { provider: 'key-bank', operation: 'fetchAccounts', method: 'GET', host: '', attempt: 5 }
          hooks?.onResult?.({ ...attempt, requestId, status: 500, durationMs: 1, error: error.code, retryInMs: null })
          return Err(error)
        }),
      })),
      /shows the secret at index 1/,
    ],
    [
      'the answer in the error',
      keyBank((bank, { fetch }) => ({
        fetchAccounts: failingFor(bank.fetchAccounts, 500, async () => {
          const response = await fetch?.(new Request('https://api.example.com/accounts?again'))
          return Err(unavailable(`The answer was: ${await response?.text()}`))
        }),
      })),
      /shows the secret at index 0/,
    ],
    ...(['exchangeCodeForTokens', 'refreshAccessToken'] as const).flatMap((method): Fault[] => [
      [
        `${method} rejects`,
        login(method, 500, reject),
        new RegExp(`${method} with 500 from POST .* threw or rejected`),
      ],
      [
        `a secret in the error of ${method}`,
        login(method, 500, () => Err(unavailable('canary-client-secret was refused.'))),
        /shows the secret at index 0/,
      ],
      [
        `what ${method} was called with in its error`,
        login(method, 500, (_error, token) => Err(unavailable(`${token} was refused.`))),
        /shows the code or token it was called with/,
      ],
      [
        `no tokens of ${method}`,
        login(method, 500, () => Ok({ accessToken: '', refreshToken: null })),
        new RegExp(`${method} with 500 from POST .* must be an error`),
      ],
    ]),
    [
      'a login is sent again',
      repeating(oauthBankHarness, (seen, request) => seen.status === 500 && isPost(request)),
      mustNotRepeat,
    ],
  ],

  'gives PROVIDER_UNAVAILABLE for 503, at every endpoint': [
    [
      'there is no end of it',
      repeating(keyBankHarness, hasStatus(503), Number.POSITIVE_INFINITY),
      /fetchAccounts with 503 from .* sends the same request again without end/,
    ],
    [
      'a login is sent again',
      repeating(oauthBankHarness, (seen, request) => seen.status === 503 && isPost(request)),
      mustNotRepeat,
    ],
    [
      'records without names, and no warning',
      namedBank(({ status }) => (status === 503 ? [] : undefined)),
      /fetchAccounts with 503 from GET .*names must be an error, or have a warning/,
    ],
  ],

  'gives PROVIDER_AUTHENTICATION_FAILED for 401, at every endpoint': [
    [
      'records without names',
      namedBank(({ status }) => (status === 401 ? [warning] : undefined)),
      /fetchAccounts with 401 from GET .*names must be an error/,
    ],
  ],

  'gives PROVIDER_UNAVAILABLE for a connection that is refused, at every endpoint': [
    [
      'the reason of the network in the error',
      keyBank((bank, { fetch }) => ({
        fetchAccounts: failing(bank.fetchAccounts, ['PROVIDER_UNAVAILABLE'], async (error) => {
          if (error.status !== null) return Err(error)
          const again = new Request('https://api.example.com/accounts?again', { signal: AbortSignal.timeout(5) })
          const reason: unknown = await fetch?.(again).catch(String)
          return Err(unavailable(`The network said: ${reason}`))
        }),
      })),
      /shows the secret at index 0/,
    ],
  ],

  'gives PROVIDER_UNAVAILABLE for a connection that is reset in the body, at every endpoint': [
    [
      'a login is sent again',
      repeating(oauthBankHarness, (seen, request) => seen.body === null && isPost(request)),
      mustNotRepeat,
    ],
  ],

  'gives PROVIDER_RATE_LIMITED for 429 that says in how many seconds to come back, at every endpoint': [
    [
      'it comes back too soon',
      {
        ...keyBankHarness,
        create: (runtime) =>
          keyBankHarness.create({ ...runtime, sleep: async (milliseconds) => runtime.sleep?.(milliseconds * 0.6) }),
      },
      /again too soon: after .* milliseconds of runtime\.sleep, not 2000/,
    ],
    [
      'another time',
      mistaking(
        keyBankHarness,
        limits((after) => after === '2'),
        () => new Response(null, { status: 429, headers: { 'retry-after': '5' } }),
      ),
      /must have the retryAfterSeconds of the answer, 2, but has 5/,
    ],
  ],

  'gives PROVIDER_RATE_LIMITED for 429 that says when to come back, at every endpoint': [
    [
      'it does not say when',
      mistaking(
        keyBankHarness,
        limits((after) => after?.endsWith('GMT') ?? false),
        () => new Response(null, { status: 429 }),
      ),
      /retryAfterSeconds/,
    ],
  ],

  'gives PROVIDER_INVALID_RESPONSE for a body that is too large, at every endpoint': [
    [
      'all of it',
      through(keyBankHarness, (fetch) => async (request) => {
        const response = await fetch(request)
        return new Response(await response.arrayBuffer(), response)
      }),
      /reads a body of 512 MiB to its end/,
    ],
  ],

  'gives PROVIDER_INVALID_RESPONSE for a redirect to another host, at every endpoint': [
    [
      'it goes there',
      through(keyBankHarness, (fetch) => async (request) => {
        const response = await fetch(request)
        const location = response.headers.get('location')
        return location === null ? response : fetch(new Request(location, { headers: request.headers }))
      }),
      /fetchAccounts with a redirect to another host from .* follows a redirect to another host/,
    ],
  ],

  'gives the rest for one bad record among good ones, at every endpoint': [
    ['an error', mistaking(keyBankHarness, isBad, () => new Response('')), /the good ones must be there/],
    ['no records', mistaking(keyBankHarness, isBad, noRecords), /loses more than the bad record/],
    ['not a word', ofBadRecord((records) => records.filter((one) => !isBadRecord(one))), /says nothing/],
    [
      'a record of it',
      ofBadRecord((records) =>
        records.map((one) =>
          isBadRecord(one) ? { id: 'made-up', number: '0000', day: '2026-01-05', amount: '0' } : one,
        ),
      ),
      /makes a record of the bad one/,
    ],
  ],
}

/** Providers that do one thing wrong when the network or the institution fails. */
export const networkFaults = Object.fromEntries(
  caseNames.network.map((name) => {
    const sign = Object.entries(signs).find(([of]) => of === name)?.[1]
    return [name, [...(sign === undefined ? [] : usualFaults(name, sign)), ...(otherFaults[name] ?? [])]]
  }),
) as FaultsOf<NetworkCase>
