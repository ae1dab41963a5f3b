import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import * as z from 'zod'
import {
  type ConfigurationError,
  type Connector,
  createRegistry,
  defineConnector,
  type Provider,
  type ProviderOf,
  type Result,
  type UnknownProviderError,
} from '../src/index.ts'
import { fakeMetadata, fileBank, keyBank, oauthBroker, parseApiKey, revoke, taskList } from './fake-provider.ts'

const settings = { clientId: 'id-1', clientSecret: 'canary-secret' }
const text = (slug: string): string => slug

/** Counts how often it is made. */
function counted<const Slug extends string>(slug: Slug) {
  const made = vi.fn()
  const definition = defineConnector({
    slug,
    metadata: fakeMetadata,
    settings: z.object({}),
    create: (_settings, runtime) => {
      made()
      return { parseCredentials: parseApiKey, revoke, now: () => runtime.now() }
    },
  })
  return { made, definition }
}

describe('get by a literal', () => {
  test('gives that very type', () => {
    const registry = createRegistry().register(keyBank).register(oauthBroker, settings).register(taskList)
    expectTypeOf(registry.get('key-bank')).toEqualTypeOf<Result<ProviderOf<typeof keyBank>, ConfigurationError>>()
    expectTypeOf(registry.get('task-list')).toEqualTypeOf<Result<ProviderOf<typeof taskList>, ConfigurationError>>()

    const key = registry.get('key-bank').unwrap()
    expect(key.slug).toBe('key-bank')
    expect(key.environmentOf({ type: 'api_key', apiKey: 'k', apiSecret: 's' })).toBe('paper')
    const oauth = registry.get('oauth-broker').unwrap()
    expect(oauth.authorizationUrl({ state: 's' })).toContain('client_id=id-1')
  })

  test('misspelt, does not compile', () => {
    const registry = createRegistry().register(keyBank)
    // @ts-expect-error: the slug is key-bank
    expect(registry.get('key-bnak').isErr()).toBe(true)
    // @ts-expect-error: not registered here
    expect(registry.get('file-bank').isErr()).toBe(true)
    // @ts-expect-error: one of the two is not registered
    expect(registry.get(text('file-bank') as 'key-bank' | 'file-bank').isErr()).toBe(true)
    // @ts-expect-error: nothing is registered
    expect(createRegistry().get('key-bank').isErr()).toBe(true)
  })
})

describe('get by a slug known at run time', () => {
  test('gives a Provider when all that are registered are', () => {
    const result = createRegistry().register(keyBank).register(fileBank).get(text('file-bank'))
    expectTypeOf(result).toEqualTypeOf<Result<Provider, UnknownProviderError | ConfigurationError>>()
    expect(result.unwrap().slug).toBe('file-bank')
  })

  test('gives a Connector otherwise', () => {
    const result = createRegistry().register(keyBank).register(taskList).get(text('key-bank'))
    expectTypeOf(result).toEqualTypeOf<Result<Connector, UnknownProviderError | ConfigurationError>>()
    expect(result.unwrap().slug).toBe('key-bank')
  })

  test.each(['nobody', '', 'Key-Bank', ' key-bank', '__proto__', 'constructor', 'toString'])(
    'of %j there is none, and the error says which there are',
    (slug) => {
      const error = createRegistry().register(keyBank).register(fileBank).get(text(slug)).unwrapErr()
      expect(error).toMatchObject({ code: 'PROVIDER_UNKNOWN', supported: ['key-bank', 'file-bank'] })
      expect(error.message).toContain('key-bank, file-bank')
    },
  )

  test('an empty registry has none', () => {
    expect(createRegistry().get(text('key-bank')).unwrapErr()).toMatchObject({
      code: 'PROVIDER_UNKNOWN',
      supported: [],
    })
  })
})

describe('a provider is made on first use, and then kept', () => {
  test('however it is asked for', () => {
    const { made, definition } = counted('counted')
    const registry = createRegistry().register(definition)
    expect(registry.list()).toHaveLength(1)
    expect(made).not.toHaveBeenCalled()
    const first = registry.get('counted').unwrap()
    expect(registry.get('counted').unwrap()).toBe(first)
    expect(registry.get(text('counted')).unwrap()).toBe(first)
    expect(registry.check().isOk()).toBe(true)
    expect(registry.get('counted').unwrap()).toBe(first)
    expect(made).toHaveBeenCalledOnce()
  })

  test('by check as well', () => {
    const { made, definition } = counted('counted')
    const registry = createRegistry().register(definition)
    registry.check().unwrap()
    registry.get('counted').unwrap()
    expect(made).toHaveBeenCalledOnce()
  })

  test('by each registry for itself, with its own runtime', () => {
    const { made, definition } = counted('counted')
    const early = createRegistry({ now: () => 1 }).register(definition)
    const late = createRegistry({ now: () => 2 }).register(definition)
    expect(early.get('counted').unwrap().now()).toBe(1)
    expect(late.get('counted').unwrap().now()).toBe(2)
    expect(made).toHaveBeenCalledTimes(2)
  })
})

describe('settings that are missing or wrong', () => {
  const { definition } = counted('counted')
  // @ts-expect-error: clientSecret is missing
  const registry = createRegistry().register(oauthBroker, { clientId: 42 }).register(definition)

  test('are found when the provider is first used', () => {
    const error = registry.get('oauth-broker').unwrapErr()
    expect(error.code).toBe('PROVIDER_CONFIGURATION_INVALID')
    expect(error.settings).toEqual(['clientSecret', 'clientId'])
    expect(registry.get(text('oauth-broker')).unwrapErr().code).toBe('PROVIDER_CONFIGURATION_INVALID')
    expect(registry.get('counted').isOk()).toBe(true)
  })

  test('are all found by check', () => {
    const second = defineConnector({
      slug: 'second',
      metadata: fakeMetadata,
      settings: z.object({ region: z.string() }),
      create: () => ({ parseCredentials: parseApiKey, revoke }),
    })
    // @ts-expect-error: region is missing
    const errors = registry.register(second, {}).check().unwrapErr()
    expectTypeOf(errors).toEqualTypeOf<ConfigurationError[]>()
    expect(errors.map(({ provider, settings }) => ({ provider, settings }))).toEqual([
      { provider: 'oauth-broker', settings: ['clientSecret', 'clientId'] },
      { provider: 'second', settings: ['region'] },
    ])
  })

  test('may be left out exactly when they all have defaults', () => {
    createRegistry().register(keyBank)
    createRegistry().register(keyBank, {})
    createRegistry().register(keyBank, { environment: 'live' })
    // @ts-expect-error: no such environment
    expect(createRegistry().register(keyBank, { environment: 'moon' }).check().isErr()).toBe(true)
    // @ts-expect-error: settings are needed
    expect(createRegistry().register(oauthBroker).check().isErr()).toBe(true)
  })
})

test('check is Ok when nothing is missing', () => {
  expect(createRegistry().check().isOk()).toBe(true)
  expect(createRegistry().register(keyBank).register(oauthBroker, settings).check().isOk()).toBe(true)
})

test('a slug is taken once', () => {
  const registry = createRegistry().register(keyBank)
  expect(() => registry.register(keyBank)).toThrow(new TypeError("A provider 'key-bank' is already registered."))
  expect(registry.list()).toHaveLength(1)
})

test('a slug that is also a property of all objects is one like others', () => {
  const { definition } = counted('constructor')
  const registry = createRegistry().register(definition)
  expect(registry.get('constructor').unwrap().slug).toBe('constructor')
})

test('register gives the same registry', () => {
  const registry = createRegistry()
  expect(registry.register(keyBank)).toBe(registry)
})

test('list is what a choice of institutions shows, in order of registration', () => {
  const registry = createRegistry().register(oauthBroker, settings).register(keyBank)
  expect(registry.list()).toEqual([
    { slug: 'oauth-broker', ...oauthBroker.metadata },
    { slug: 'key-bank', ...keyBank.metadata },
  ])
  expect(JSON.parse(JSON.stringify(registry.list()))).toEqual(registry.list())
})

test('printing a registry, or what is in it, shows no setting', () => {
  const registry = createRegistry().register(oauthBroker, settings)
  const printable = [registry, registry.get('oauth-broker').unwrap(), registry.list(), registry.check()]
  for (const thing of printable) {
    expect(inspect(thing, { depth: null, showHidden: true, getters: true })).not.toContain('canary')
    expect(JSON.stringify(thing)).not.toContain('canary')
  }
})
