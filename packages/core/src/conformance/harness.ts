import assert from 'node:assert/strict'
import type { Credentials } from '../credentials.ts'
import type { ProviderAccountData } from '../data/account.ts'
import type { ProviderHoldingData } from '../data/holding.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import type { ConfigurationError } from '../errors/configuration-error.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import { type Connector, isProvider, type Provider } from '../provider.ts'
import type { Result } from '../result.ts'
import type { FetchFunction, Logger, RuntimeOptions } from '../runtime.ts'
import { settleNow, succeed } from './assertions.ts'

/** What the kit needs to know about a provider. */
export type ProviderHarness = {
  /** Makes the provider, with the parts of the runtime that the kit watches. */
  create(runtime: RuntimeOptions): Result<Connector, ConfigurationError>
  /** What a user gives: good input for `parseCredentials`, made anew for each call. A file provider's has its bytes as a `Uint8Array`. */
  input(): unknown
  /** Answers requests as the institution would, with at least one account or change, to several at a time and again for the same question. Left out by providers that need no network. */
  fetch?: FetchFunction
  /** What a user gives for `exchangeCredentials`, made anew for each call: as `input` if left out. */
  exchangeInput?(): unknown
  /** For one that acts: something it can do, made anew for each call. The kit does it many times. */
  action?(): unknown
  /** The time of the institution's answers, in milliseconds since 1970: the machine's if left out. The kit moves it on by what the provider sleeps, so leave the runtime's clock as it is. */
  now?(): number
  /** Every text in the input, the settings and the answers that must never show: keys, tokens, whole account numbers. */
  secrets: readonly string[]
}

/** The cases of one capability, by name. */
export type CasesByName = Readonly<Record<string, (harness: ProviderHarness) => Promise<void> | void>>

/** A provider that is watched. */
export type Session = {
  connector: Connector
  credentials: Credentials
  /** Everything it is seen to say, for the search for secrets. */
  heard: unknown[]
  /** As the provider knows it. */
  now(): number
  /** How long it has slept, in milliseconds that nobody waited. */
  slept(): number
}

/** Makes the provider of a harness and watches it. */
export function start(
  harness: ProviderHarness,
  { fetch = harness.fetch, ...runtime }: Pick<RuntimeOptions, 'fetch' | 'retry' | 'timeoutMs'> = {},
): Session {
  const heard: unknown[] = []
  const listen = (message: string, fields?: unknown) => void heard.push(message, fields)
  const logger: Logger = { debug: listen, info: listen, warn: listen, error: listen }
  let slept = 0
  const now = () => (harness.now?.() ?? Date.now()) + slept
  const created = harness.create({
    ...runtime,
    fetch: async (request) => {
      request.signal.throwIfAborted()
      if (fetch === undefined) throw new TypeError('fetch failed')
      return fetch(request)
    },
    now,
    sleep: async (milliseconds) => {
      slept += milliseconds
    },
    logger,
    hooks: { onAttempt: (attempt) => listen('attempt', attempt), onResult: (result) => listen('result', result) },
  })
  if (created.isErr()) assert.fail(`create() of the harness gives an error: ${created.error.message}`)
  const connector = created.value
  const credentials = settleNow('parseCredentials', () => connector.parseCredentials(harness.input()))
  if (credentials.isErr()) {
    assert.fail(`parseCredentials refuses the input of the harness: ${credentials.error.message}`)
  }
  heard.push(connector, credentials.value, String(credentials.value))
  return { connector, credentials: credentials.value, heard, now, slept: () => slept }
}

/** Keeps what a call gives for the search for secrets, and passes no judgement on anything else. */
export async function hear(session: Session, call: () => unknown): Promise<void> {
  try {
    const given = (await call()) as Result<unknown, ProviderError>
    session.heard.push(given.isOk() ? given.value : given.error)
  } catch {
    // Other cases ask whether it threw.
  }
}

/** The provider of a session, which must have financial data. */
export function requireProvider({ connector }: Session): Provider {
  assert(isProvider(connector), 'The connector has no financial data.')
  return connector
}

/** The accounts of a session's provider: at least one, where it has any. */
export async function everyAccount(session: Session): Promise<ProviderAccountData[]> {
  const provider = requireProvider(session)
  const { items } = await succeed('fetchAccounts', () => provider.fetchAccounts(session.credentials))
  assert(items.length > 0 || !provider.metadata.supports.accounts, 'The harness must show at least one account.')
  return items
}

/** The ids of the accounts that are there; one that is not where none is. */
export async function accountIds(harness: ProviderHarness): Promise<[string, ...string[]]> {
  const session = start(harness)
  const accounts = await requireProvider(session)
    .fetchAccounts(session.credentials)
    .catch(() => null)
  const items = (accounts?.isOk() ? accounts.value?.items : null) ?? []
  const [first = 'no-such-account', ...others] = items.map(({ providerAccountId }) => providerAccountId)
  return [first, ...others]
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

/** The holdings of all accounts. */
export async function everyHolding(session: Session): Promise<ProviderHoldingData[]> {
  const provider = requireProvider(session)
  const all: ProviderHoldingData[] = []
  for (const { providerAccountId } of await everyAccount(session)) {
    const batch = await succeed('fetchHoldings', () => provider.fetchHoldings(session.credentials, providerAccountId))
    for (const item of batch.items) all.push(item)
  }
  return all
}
