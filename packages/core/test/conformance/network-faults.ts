import { Err, type FetchFunction, type OAuthTokens, Ok, type RuntimeOptions } from '../../src/index.ts'
import type { CaseName } from './case-names.ts'
import { keyBankHarness } from './conforming-providers.ts'
import { type Fault, type FaultsOf, failing, reject, spoiled, unavailable } from './spoil.ts'

const { keyBank, oauthBank } = spoiled
const nothing = { items: [], rejected: [], warnings: [] }
const notUnderstood = ['PROVIDER_UNAVAILABLE', 'PROVIDER_INVALID_RESPONSE'] as const

/** A bank that takes some answers of its institution for one without accounts. */
function forgiving(isForgiven: (body: string | null, response: Response | null) => boolean) {
  const watch = (fetch: FetchFunction): FetchFunction => {
    return async (request) => {
      const response = await fetch(request).catch(() => null)
      const body = (await response?.clone().text()) ?? null
      if (isForgiven(body, response)) return Response.json({ accounts: [] })
      return response ?? Response.error()
    }
  }
  const create = (runtime: RuntimeOptions) =>
    keyBankHarness.create({ ...runtime, fetch: runtime.fetch && watch(runtime.fetch) })
  return { ...keyBankHarness, create }
}

export const networkFaults: FaultsOf<CaseName<'network'>> = {
  'gives an error, never an empty batch or a rejection, for answers it can not use': [
    [
      'a network that fails',
      forgiving((_body, response) => response === null),
      /a network that fails must be an error/,
    ],
    ['500', forgiving((_body, response) => response?.status === 500), /an answer of 500 must be an error/],
    ['a web page', forgiving((body) => body?.startsWith('<') ?? false), /a web page instead of data must be an error/],
    ['an empty object', forgiving((body) => body === '{}'), /an empty object must be an error/],
    [
      'JSON that is cut off',
      forgiving((body) => body?.startsWith('{"accounts":[{"id":') === true && !body.endsWith('}')),
      /JSON that is cut off must be an error/,
    ],
    [
      'it rejects',
      keyBank((bank) => ({ fetchAccounts: failing(bank.fetchAccounts, notUnderstood, reject) })),
      /fetchAccounts with a network that fails threw or rejected/,
    ],
    [
      'no transactions',
      keyBank((bank) => ({
        fetchTransactions: failing(bank.fetchTransactions, notUnderstood, () => Ok({ ...nothing, covered: null })),
      })),
      /fetchTransactions with .* must be an error/,
    ],
    [
      'no holdings',
      keyBank((bank) => ({
        fetchHoldings: failing(bank.fetchHoldings, notUnderstood, () => Ok({ ...nothing, complete: true })),
      })),
      /fetchHoldings with .* must be an error/,
    ],
    [
      'a secret in the error',
      keyBank((bank) => ({
        fetchAccounts: failing(bank.fetchAccounts, notUnderstood, (_error, { apiSecret }) =>
          Err(unavailable(`Not reached with ${apiSecret}.`)),
        ),
      })),
      /secret at index 2/,
    ],
    [
      'a secret in the log',
      keyBank((bank, { logger }) => ({
        fetchAccounts: failing(bank.fetchAccounts, notUnderstood, (error, { apiSecret }) => {
          logger?.warn('not reached', { headers: { authorization: apiSecret } })
          return Err(error)
        }),
      })),
      /secret at index 2/,
    ],
    [
      'the answer in the error',
      keyBank((bank, { fetch }) => ({
        fetchAccounts: failing(bank.fetchAccounts, notUnderstood, async () => {
          const response = await fetch?.(new Request('https://api.example.com/accounts')).catch(() => null)
          return Err(unavailable(`The answer was: ${await response?.text()}`))
        }),
      })),
      /secret at index 0/,
    ],
    [
      'the reason of the network in the error',
      keyBank((bank, { fetch }) => ({
        fetchAccounts: failing(bank.fetchAccounts, notUnderstood, async () => {
          const reason: unknown = await fetch?.(new Request('https://api.example.com/accounts')).catch(String)
          return Err(unavailable(`The network said: ${reason}`))
        }),
      })),
      /secret at index 0/,
    ],
    ...(['exchangeCodeForTokens', 'refreshAccessToken'] as const).flatMap((method): Fault[] => [
      [
        `${method} rejects`,
        oauthBank((bank) => ({ [method]: failing<[string], OAuthTokens>(bank[method], notUnderstood, reject) })),
        new RegExp(`${method} with a network that fails threw or rejected`),
      ],
      [
        `a secret in the error of ${method}`,
        oauthBank((bank) => ({
          [method]: failing<[string], OAuthTokens>(bank[method], notUnderstood, () =>
            Err(unavailable('canary-client-secret was refused.')),
          ),
        })),
        /secret at index 0/,
      ],
      [
        `no tokens of ${method}`,
        oauthBank((bank) => ({
          [method]: failing<[string], OAuthTokens>(bank[method], notUnderstood, () =>
            Ok({ accessToken: '', refreshToken: null }),
          ),
        })),
        new RegExp(`${method} with a network that fails must be an error`),
      ],
    ]),
  ],
}
