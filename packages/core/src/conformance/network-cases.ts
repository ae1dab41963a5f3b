import assert from 'node:assert/strict'
import type { ProviderError } from '../errors/provider-error.ts'
import { hasMethod, isOAuthProvider } from '../provider.ts'
import type { Result } from '../result.ts'
import type { FetchFunction } from '../runtime.ts'
import { assertNoSecret, settle } from './assertions.ts'
import { type CasesByName, requireProvider, someAccountId, start } from './harness.ts'

const json = { 'content-type': 'application/json' }

/** Networks and institutions that fail. What they say quotes secrets, as some do. */
const brokenFetches = (secrets: readonly string[]): Readonly<Record<string, FetchFunction>> => ({
  'a network that fails': async () => {
    throw new TypeError(`fetch failed: ${secrets.join(' ')}`)
  },
  'an answer of 500': async () => new Response('{"error":"internal"}', { status: 500 }),
  'an answer of 400 that quotes the request': async () =>
    new Response(JSON.stringify({ error: 'invalid', request: secrets }), { status: 400, headers: json }),
  'a web page instead of data': async () =>
    new Response('<!doctype html><title>Maintenance</title>', { headers: { 'content-type': 'text/html' } }),
  'an empty object': async () => new Response('{}', { headers: json }),
  'JSON that is cut off': async () => new Response('{"accounts":[{"id":', { headers: json }),
})

/** What a provider does when the network or the institution fails. */
export const networkCases: CasesByName = {
  async 'gives an error, never an empty batch or a rejection, for answers it can not use'(harness) {
    const id = await someAccountId(harness)
    for (const [what, fetch] of Object.entries(brokenFetches(harness.secrets))) {
      const session = start(harness, fetch)
      const { connector, credentials } = session
      const provider = requireProvider(session)
      const { supports } = provider.metadata
      const calls: Record<string, () => Promise<Result<unknown, ProviderError>>> = {
        fetchAccounts: () => provider.fetchAccounts(credentials),
      }
      if (supports.transactions) calls.fetchTransactions = () => provider.fetchTransactions(credentials, id)
      if (supports.holdings) calls.fetchHoldings = () => provider.fetchHoldings(credentials, id)
      if (isOAuthProvider(connector)) {
        calls.exchangeCodeForTokens = () => connector.exchangeCodeForTokens('code-of-the-kit')
        calls.refreshAccessToken = () => connector.refreshAccessToken('refresh-token-of-the-kit')
      }
      for (const [method, call] of Object.entries(calls)) {
        if (!hasMethod(connector, method)) continue
        const result = await settle(`${method} with ${what}`, call)
        assert(result.isErr(), `${method} with ${what} must be an error.`)
        session.heard.push(result.error)
      }
      assertNoSecret(session.heard, harness.secrets)
    }
  },
}
