import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Credentials, FileImportCredentials, OAuth2Credentials } from './credentials.ts'
import { ConfigurationError } from './errors/configuration-error.ts'
import type { InputIssue } from './errors/provider-error.ts'
import type { ProviderMetadata } from './metadata.ts'
import type {
  Actor,
  ChangeSource,
  Connector,
  CredentialsOf,
  ExchangeProvider,
  FileProvider,
  Identity,
  OAuthProvider,
  Provider,
  SnapshotProvider,
} from './provider.ts'
import { Err, Ok, type Result } from './result.ts'
import { completeRuntime, isHost, type ProviderRuntime, type RuntimeOptions, restrictFetch } from './runtime.ts'

/** A capability without the identity that `createProvider` adds: what a definition's `create` returns. */
export type Methods<P> = Omit<P, keyof Identity>

/** A provider as its package exports it: data and a function, nothing made yet. */
export interface Definition<Slug extends string, Settings extends StandardSchemaV1, M> {
  /** Lower-case words joined by hyphens; what the provider is called everywhere. */
  readonly slug: Slug
  readonly metadata: ProviderMetadata
  /** What the host app must give (client id, redirect URI, …), as a schema of any validator that speaks Standard Schema. Synchronous. */
  readonly settings: Settings
  /**
   * What the institution is known to refuse in settings that the schema takes, in words that say what to do, such as for a redirect URI. Beside a schema because its messages are not shown: those of some validators quote
   * the value.
   */
  checkSettings?(settings: StandardSchemaV1.InferOutput<Settings>): readonly InputIssue[]
  /** More hosts it may reach, where a setting names one, as in the metadata: without scheme or path. */
  hosts?(settings: StandardSchemaV1.InferOutput<Settings>): readonly string[]
  /** Makes it. Settings and runtime stay in the closure, so that printing a provider shows no secret. */
  create(settings: StandardSchemaV1.InferOutput<Settings>, runtime: ProviderRuntime): M
}

/** The provider a definition makes. */
export type ProviderOf<D> = D extends Definition<infer Slug, infer _Settings, infer M> ? M & Identity<Slug> : never

/** Any one method of a capability asks for all of it. */
type IfAny<M, Names extends PropertyKey, Capability> = [Extract<keyof M, Names>] extends [never]
  ? unknown
  : Methods<Capability>

/** Methods whose first parameter is credentials. As function types they are compared strictly, where methods would also be let take more than they are given. */
type TakesCredentials =
  | 'revoke'
  | 'fetchAccounts'
  | 'fetchTransactions'
  | 'fetchHoldings'
  | 'fetchSnapshot'
  | 'fetchChanges'
  | 'act'

/** Half a capability does not compile, and every method takes what parseCredentials gives. */
type Whole<M> =
  CredentialsOf<M> extends infer C extends Credentials
    ? Methods<Connector<C>> &
        Record<Extract<keyof M, TakesCredentials>, (credentials: C, ...rest: never[]) => unknown> &
        IfAny<M, 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings', Provider<C>> &
        IfAny<M, 'fetchSnapshot', SnapshotProvider<C>> &
        IfAny<M, 'exchangeCredentials', ExchangeProvider<C>> &
        IfAny<M, 'fetchChanges', ChangeSource<unknown, C>> &
        IfAny<M, 'act', Actor<never, C>> &
        IfAny<M, 'identify', C extends FileImportCredentials ? FileProvider<C> : FileProvider> &
        IfAny<
          M,
          'authorizationUrl' | 'exchangeCodeForTokens' | 'refreshAccessToken' | 'credentialsFromTokens',
          C extends OAuth2Credentials ? OAuthProvider<C> : OAuthProvider
        >
    : never

/** Checked after inference: whole, or the definition must also be something it can't be. */
type MustBeWhole<M> = [M] extends [Whole<M>]
  ? unknown
  : { readonly create: 'a capability is incomplete, or takes other credentials than parseCredentials gives' }

/**
 * Defines a provider of financial data: the three fetches are required, other capabilities are optional, each whole or absent. Half a capability, or a method that
 * takes other credentials than `parseCredentials` gives, does not compile.
 *
 * @example
 * ```ts
 * import { type ApiKeyCredentials, defineProvider, Ok, parseCredentials } from '@finport/core'
 * import * as z from 'zod'
 *
 * export const acme = defineProvider({
 *   slug: 'acme',
 *   metadata: {
 *     displayName: 'Acme Bank',
 *     category: 'bank',
 *     authType: 'api_key',
 *     credentialType: 'api_key',
 *     supports: { accounts: true, transactions: true, holdings: false, balanceHistory: false },
 *     scopes: [],
 *     hosts: ['api.acme.example'],
 *     timeZone: 'America/New_York',
 *     tokenPolicy: null,
 *     rateLimit: null,
 *     sync: { maxWindowDays: 90, overlapDays: 5 },
 *     documentationUrl: null,
 *     isProductionReady: false,
 *   },
 *   settings: z.object({ partnerId: z.string() }),
 *   create: (settings, runtime) => ({
 *     parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'acme' }),
 *     revoke: async (_credentials: ApiKeyCredentials) => Ok('unsupported' as const),
 *     fetchAccounts: async (_credentials: ApiKeyCredentials) => {
 *       runtime.logger.debug('asking for accounts', { partnerId: settings.partnerId })
 *       return Ok({ items: [], rejected: [], warnings: [], complete: true })
 *     },
 *     fetchTransactions: async (_credentials: ApiKeyCredentials, _providerAccountId: string) =>
 *       Ok({ items: [], rejected: [], warnings: [], covered: null }),
 *     fetchHoldings: async (_credentials: ApiKeyCredentials, _providerAccountId: string) =>
 *       Ok({ items: [], rejected: [], warnings: [], complete: true }),
 *   }),
 * })
 * ```
 */
export function defineProvider<
  const Slug extends string,
  Settings extends StandardSchemaV1,
  M extends Methods<Provider>,
>(definition: Definition<Slug, Settings, M> & MustBeWhole<M>): Definition<Slug, Settings, M> {
  return definition
}

/** Defines a connector with other data than accounts and transactions: {@link ChangeSource}, {@link Actor}. Otherwise as {@link defineProvider}. */
export function defineConnector<
  const Slug extends string,
  Settings extends StandardSchemaV1,
  M extends Methods<Connector>,
>(definition: Definition<Slug, Settings, M> & MustBeWhole<M>): Definition<Slug, Settings, M> {
  return definition
}

type SettingsInput<Settings extends StandardSchemaV1> = StandardSchemaV1.InferInput<Settings>

/** The settings parameter: optional exactly when every setting has a default. */
export type SettingsArguments<Settings extends StandardSchemaV1> =
  Record<never, never> extends SettingsInput<Settings>
    ? [settings?: SettingsInput<Settings> | undefined]
    : [settings: SettingsInput<Settings>]

/** The parameters of `createProvider` after the definition. */
export type ProviderArguments<Settings extends StandardSchemaV1> =
  Record<never, never> extends SettingsInput<Settings>
    ? [settings?: SettingsInput<Settings> | undefined, runtime?: RuntimeOptions | undefined]
    : [settings: SettingsInput<Settings>, runtime?: RuntimeOptions | undefined]

/**
 * Makes a provider from its definition: no storage and no network needed.
 *
 * @param args the settings (optional exactly when all have defaults), then parts of the runtime to use instead of the platform's.
 * @returns the provider, or `PROVIDER_CONFIGURATION_INVALID` naming the settings that are missing or not valid, never their values.
 * @throws TypeError when the settings schema is asynchronous.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { chaseFile } from '@finport/provider-chase-file'
 *
 * const provider = createProvider(chaseFile).unwrap()
 * console.log(provider.slug, provider.metadata.displayName)
 * ```
 */
export function createProvider<Slug extends string, Settings extends StandardSchemaV1, M>(
  definition: Definition<Slug, Settings, M>,
  ...[settings, runtime]: ProviderArguments<Settings>
): Result<M & Identity<Slug>, ConfigurationError> {
  return makeProvider(definition, settings, runtime ?? {})
}

/** {@link createProvider} for settings of which only the schema knows the type. */
export function makeProvider<Slug extends string, Settings extends StandardSchemaV1, M>(
  definition: Definition<Slug, Settings, M>,
  settings: unknown = {},
  runtimeOptions: RuntimeOptions,
): Result<M & Identity<Slug>, ConfigurationError> {
  const parsed = definition.settings['~standard'].validate(settings)
  if (parsed instanceof Promise) {
    throw new TypeError(`The settings schema of the provider '${definition.slug}' must be synchronous.`)
  }
  if (parsed.issues !== undefined) return Err(configurationError(definition.slug, settings, parsed.issues))

  const issues = definition.checkSettings?.(parsed.value) ?? []
  if (issues.length > 0)
    return Err(new ConfigurationError({ provider: definition.slug, missing: [], invalid: [], issues }))

  const ofSettings = definition.hosts?.(parsed.value) ?? []
  if (!ofSettings.every(isHost))
    return Err(new ConfigurationError({ provider: definition.slug, missing: [], invalid: ['hosts'] }))
  const hosts = [...definition.metadata.hosts, ...ofSettings]
  const runtime = completeRuntime(runtimeOptions)
  const fetch = restrictFetch(runtime.fetch, { slug: definition.slug, hosts, loopback: runtime.allowLoopback })
  const identity: Identity<Slug> = { protocol: 1, slug: definition.slug, metadata: { ...definition.metadata, hosts } }
  return Ok(Object.assign(definition.create(parsed.value, { ...runtime, fetch }) as M & object, identity))
}

/** Paths only: some validators print the received value in an issue's message. */
function configurationError(
  provider: string,
  settings: unknown,
  issues: readonly StandardSchemaV1.Issue[],
): ConfigurationError {
  const missing = new Set<string>()
  const invalid = new Set<string>()
  const empty = new Set<string>()
  for (const issue of issues) {
    const keys = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment))
    const value = keys.reduce<unknown>(
      (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
      settings,
    )
    // An environment variable that is set to nothing is the usual reason.
    const isEmpty = typeof value === 'string' && value.trim() === ''
    const target = value === undefined ? missing : isEmpty ? empty : invalid
    target.add(keys.map(String).join('.') || '(settings)')
  }
  const named = [...empty].map((path) => ({ path, reason: 'It is empty.' }))
  return new ConfigurationError({ provider, missing: [...missing], invalid: [...invalid], issues: named })
}
