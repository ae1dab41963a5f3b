import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Definition, type Methods, makeProvider, type SettingsArguments } from './define-provider.ts'
import { type ConfigurationError, UnknownProviderError } from './errors/configuration-error.ts'
import type { ProviderMetadata } from './metadata.ts'
import type { Connector, Identity, Provider } from './provider.ts'
import { Err, Ok, type Result } from './result.ts'
import type { RuntimeOptions } from './runtime.ts'
import { isSandboxFetch } from './sandbox.ts'

/** What a slug known only at run time gives: a Provider when all that are registered are. */
export type Erased<P> = [P] extends [Provider] ? Provider : Connector

/** The providers an app uses, by slug. `T` maps each registered slug to its provider. */
export interface Registry<T extends Record<string, Connector>> {
  /**
   * Adds a provider: its settings are checked when it is first used, or by {@link Registry.check}.
   *
   * @param args the settings; may be left out when all have defaults.
   * @returns the same registry, whose type now knows the slug.
   * @throws TypeError when the slug is taken.
   */
  register<Slug extends string, Settings extends StandardSchemaV1, M extends Methods<Connector>>(
    definition: Definition<Slug, Settings, M>,
    ...args: SettingsArguments<Settings>
  ): Registry<T & Record<Slug, M & Identity<Slug>>>

  /**
   * The provider of a slug, made on first use and then kept. A literal slug gives its own type and, misspelt, does not compile.
   *
   * @returns `PROVIDER_CONFIGURATION_INVALID` when its settings are missing or wrong.
   */
  get<K extends keyof T & string>(slug: K): Result<T[K], ConfigurationError>
  /**
   * The provider of a slug known only at run time, such as one from a route.
   *
   * @returns also `PROVIDER_UNKNOWN`, which names the slugs there are.
   */
  get<S extends string>(
    slug: string extends S ? S : never,
  ): Result<Erased<T[keyof T]>, UnknownProviderError | ConfigurationError>

  /** What is registered: enough to show a choice of institutions. Makes nothing. */
  list(): readonly (ProviderMetadata & { readonly slug: string })[]

  /** Whether its providers reach a sandbox: {@link isSandboxFetch} of the runtime's fetch. */
  readonly isSandbox: boolean

  /** Makes every provider now, to find all missing settings when the app starts. */
  check(): Result<void, ConfigurationError[]>
}

type Entry = { metadata: ProviderMetadata; make: () => Result<Connector, ConfigurationError>; made?: Connector }

/**
 * An empty registry.
 *
 * @param runtime parts of the runtime for all its providers, instead of the platform's.
 *
 * @example
 * ```ts
 * import { createRegistry } from '@finport/core'
 * import { chaseFile } from '@finport/provider-chase-file'
 *
 * const providers = createRegistry().register(chaseFile)
 * const chase = providers.get('chase-file').unwrap()
 * console.log(providers.list().map(({ slug, displayName }) => `${slug}: ${displayName}`))
 * ```
 */
export function createRegistry(runtime: RuntimeOptions = {}): Registry<Record<never, never>> {
  const entries = new Map<string, Entry>()

  const get = (slug: string): Result<Connector, UnknownProviderError | ConfigurationError> => {
    const entry = entries.get(slug)
    if (entry === undefined) return Err(new UnknownProviderError([...entries.keys()]))
    if (entry.made !== undefined) return Ok(entry.made)
    const result = entry.make()
    if (result.isOk()) entry.made = result.value
    return result
  }

  const registry = {
    register<Slug extends string, Settings extends StandardSchemaV1, M extends Methods<Connector>>(
      definition: Definition<Slug, Settings, M>,
      ...args: SettingsArguments<Settings>
    ) {
      if (entries.has(definition.slug)) throw new TypeError(`A provider '${definition.slug}' is already registered.`)
      entries.set(definition.slug, {
        metadata: definition.metadata,
        make: () => makeProvider(definition, args[0], runtime),
      })
      return registry
    },
    get,
    isSandbox: runtime.fetch !== undefined && isSandboxFetch(runtime.fetch),
    list: () => [...entries].map(([slug, { metadata }]) => ({ slug, ...metadata })),
    check() {
      const errors = [...entries.keys()].flatMap((slug) => {
        const result = get(slug)
        return result.isErr() ? [result.error as ConfigurationError] : []
      })
      return errors.length > 0 ? Err(errors) : Ok(undefined)
    },
  }
  // The types of what is registered exist only at compile time: here they are one map of connectors.
  return registry as unknown as Registry<Record<never, never>>
}
