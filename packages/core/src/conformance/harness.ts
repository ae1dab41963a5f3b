import assert from 'node:assert/strict'
import type { Credentials } from '../credentials.ts'
import type { ProviderAccountData } from '../data/account.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import type { ConfigurationError } from '../errors.ts'
import { type Connector, isProvider, type Provider } from '../provider.ts'
import type { Result } from '../result.ts'
import type { FetchFunction, Logger, RuntimeOptions } from '../runtime.ts'
import { succeed } from './assertions.ts'

/** One thing that a conforming implementation does. It knows no test runner: a case fails by rejecting. */
export type ConformanceCase = {
  readonly name: string
  /** @throws AssertionError (as a rejection) that says what was wrong. */
  run(): Promise<void>
}

/** What the kit needs to know about a provider. */
export type ProviderHarness = {
  /** Makes the provider, with the parts of the runtime that the kit watches. */
  create(runtime: RuntimeOptions): Result<Connector, ConfigurationError>
  /** What a user gives: good input for `parseCredentials`, made anew for each call. A file provider's has its bytes as a `Uint8Array`. */
  input(): unknown
  /** Answers requests as the institution would, with at least one account. Left out by providers that need no network. */
  fetch?: FetchFunction
  /** Every text in the input, the settings and the answers that must never show: keys, tokens, whole account numbers. */
  secrets: readonly string[]
}

/** The cases of one capability, by name. */
export type CasesByName = Readonly<Record<string, (harness: ProviderHarness) => Promise<void> | void>>

/** Everything a provider is seen to say, for the search for secrets. */
export type Session = { connector: Connector; credentials: Credentials; heard: unknown[] }

/** Makes the provider of a harness and watches it. */
export function start(harness: ProviderHarness, fetch?: FetchFunction): Session {
  const heard: unknown[] = []
  const listen = (message: string, fields?: unknown) => void heard.push(message, fields)
  const logger: Logger = { debug: listen, info: listen, warn: listen, error: listen }
  const noNetwork: FetchFunction = async () =>
    assert.fail('The provider used the network, but the harness has no fetch.')
  const created = harness.create({
    fetch: fetch ?? harness.fetch ?? noNetwork,
    sleep: async () => {},
    logger,
  })
  assert(created.isOk(), 'create() of the harness gives an error.')
  const credentials = created.value.parseCredentials(harness.input())
  assert(credentials.isOk(), 'parseCredentials refuses the input of the harness.')
  heard.push(created.value, credentials.value, String(credentials.value))
  return { connector: created.value, credentials: credentials.value, heard }
}

/** The provider of a session, which must have financial data. */
export function requireProvider({ connector }: Session): Provider {
  assert(isProvider(connector), 'The connector has no financial data.')
  return connector
}

/** The accounts of a session's provider: at least one. */
export async function everyAccount(session: Session): Promise<ProviderAccountData[]> {
  const provider = requireProvider(session)
  const { items } = await succeed('fetchAccounts', () => provider.fetchAccounts(session.credentials))
  assert(items.length > 0, 'The harness must show at least one account.')
  return items
}

/** The transactions of all accounts. */
export async function everyTransaction(session: Session): Promise<ProviderTransactionData[]> {
  const provider = requireProvider(session)
  const all: ProviderTransactionData[] = []
  for (const { providerAccountId } of await everyAccount(session)) {
    const batch = await succeed('fetchTransactions', () =>
      provider.fetchTransactions(session.credentials, providerAccountId),
    )
    for (const item of batch.items) all.push(item)
  }
  return all
}
