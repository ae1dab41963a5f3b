import { inspect } from 'node:util'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expect, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import {
  type ApiKeyCredentials,
  type CustomCredentials,
  createProvider,
  type Definition,
  defineConnector,
  defineProvider,
  type FileImportCredentials,
  type Identity,
  type ImportFile,
  type OAuth2Credentials,
  Ok,
  type Provider,
  type ProviderOf,
  type ProviderRuntime,
} from '../src/index.ts'
import {
  emptyFetches,
  emptyPage,
  emptySnapshot,
  fakeMetadata,
  fakeTokens,
  fileBank,
  keyBank,
  oauthBroker,
  parseApiKey,
  parseFile,
  parseOAuth2,
  revoke,
  taskList,
} from './fake-provider.ts'

const base = { slug: 'acme', metadata: fakeMetadata, settings: z.object({}) } as const
const methods = { parseCredentials: parseApiKey, revoke }

/** A definition with these settings, whose provider gives its settings away. */
const withSettings = <Settings extends StandardSchemaV1>(settings: Settings) =>
  defineConnector({ ...base, settings, create: (given) => ({ ...methods, settings: () => given }) })

describe('createProvider', () => {
  test('adds what names the provider', () => {
    const provider = createProvider(keyBank).unwrap()
    expect(provider).toMatchObject({ protocol: 1, slug: 'key-bank', metadata: fakeMetadata })
    expectTypeOf(provider.slug).toEqualTypeOf<'key-bank'>()
    expectTypeOf(provider.protocol).toEqualTypeOf<1>()
  })

  test('puts it over what create may have called so', () => {
    const posing = defineConnector({ ...base, create: () => ({ ...methods, slug: 'other', protocol: 2 }) })
    expect(createProvider(posing).unwrap()).toMatchObject({ slug: 'acme', protocol: 1 })
  })

  test('gives the type the definition says', () => {
    const provider = createProvider(keyBank).unwrap()
    expectTypeOf(provider).toEqualTypeOf<ProviderOf<typeof keyBank>>()
    expectTypeOf(provider).toExtend<Provider<ApiKeyCredentials> & Identity<'key-bank'>>()
    expectTypeOf(provider).toExtend<Provider>()
    expectTypeOf<ProviderOf<typeof fileBank>>().toExtend<Provider<FileImportCredentials>>()
    expectTypeOf<ProviderOf<typeof taskList>>().not.toExtend<Provider>()
    expectTypeOf<ProviderOf<{ slug: 'acme' }>>().toEqualTypeOf<never>()
  })

  test('makes another one each time', () => {
    expect(createProvider(keyBank).unwrap()).not.toBe(createProvider(keyBank).unwrap())
  })

  test('hands the parsed settings to create', async () => {
    const live = createProvider(keyBank, { environment: 'live' }).unwrap()
    const usual = createProvider(keyBank).unwrap()
    const credentials: ApiKeyCredentials = { type: 'api_key', apiKey: 'k', apiSecret: 's' }
    expect(live.environmentOf(credentials)).toBe('live')
    expect(usual.environmentOf(credentials)).toBe('paper')
    expect(usual.environmentOf({ ...credentials, environment: 'own' })).toBe('own')
  })

  test('hands a whole runtime to create, whatever parts were given', () => {
    const handed: ProviderRuntime[] = []
    const definition = defineConnector({
      ...base,
      create: (_settings, runtime) => {
        handed.push(runtime)
        return methods
      },
    })
    createProvider(definition).unwrap()
    createProvider(definition, {}, { now: () => 7 }).unwrap()
    createProvider(definition, undefined, undefined).unwrap()
    for (const runtime of handed) {
      expect(Object.keys(runtime).sort()).toEqual([
        'allowLoopback',
        'fetch',
        'hooks',
        'logger',
        'now',
        'random',
        'rateLimiter',
        'retry',
        'sleep',
        'timeoutMs',
      ])
      expect(Object.values(runtime)).not.toContain(undefined)
    }
    expect(handed[1]?.now()).toBe(7)
  })

  test('is data before: nothing is made by defining', () => {
    const definition = defineConnector({
      ...base,
      create: () => {
        throw new Error('made too early')
      },
    } as unknown as Definition<'acme', typeof base.settings, typeof methods>)
    expect(definition.slug).toBe('acme')
  })
})

describe('settings are an argument that may be left out exactly when all have defaults', () => {
  test('none at all', () => {
    expect(createProvider(fileBank).isOk()).toBe(true)
    expect(createProvider(fileBank, {}).isOk()).toBe(true)
    expect(createProvider(fileBank, undefined, { now: () => 1 }).isOk()).toBe(true)
  })

  test('all with a default, or optional', () => {
    const lenient = withSettings(z.object({ environment: z.string().default('paper'), baseUrl: z.string().optional() }))
    const provider = createProvider(lenient).unwrap()
    expect(provider.settings()).toEqual({ environment: 'paper' })
    expectTypeOf(provider.settings()).toEqualTypeOf<{ environment: string; baseUrl?: string | undefined }>()
  })

  test('one without', () => {
    const strict = withSettings(z.object({ clientId: z.string(), environment: z.string().default('paper') }))
    expect(createProvider(strict, { clientId: 'id' }).unwrap().settings()).toEqual({
      clientId: 'id',
      environment: 'paper',
    })
    // @ts-expect-error: clientId has no default
    expect(createProvider(strict).unwrapErr().settings).toEqual(['clientId'])
    // @ts-expect-error: undefined is no settings
    expect(createProvider(strict, undefined).unwrapErr().settings).toEqual(['clientId'])
    // @ts-expect-error: clientId has no default
    expect(createProvider(strict, {}).unwrapErr().settings).toEqual(['clientId'])
    // @ts-expect-error: clientId is a text
    expect(createProvider(strict, { clientId: 42 }).unwrapErr().settings).toEqual(['clientId'])
  })

  test('a schema of which the input is another type than the output', () => {
    const definition = withSettings(z.object({ scopes: z.string().transform((text) => text.split(' ')) }))
    const provider = createProvider(definition, { scopes: 'read write' }).unwrap()
    expectTypeOf(provider.settings()).toEqualTypeOf<{ scopes: string[] }>()
    expect(provider.settings()).toEqual({ scopes: ['read', 'write'] })
  })
})

describe('settings that the schema takes are checked by the provider', () => {
  const settings = z.object({ redirectUri: z.string() })
  const careful = defineConnector({
    ...base,
    settings,
    checkSettings: ({ redirectUri }) =>
      redirectUri.endsWith('/') ? [{ path: 'redirectUri', reason: 'Remove the slash at its end.' }] : [],
    create: () => methods,
  })

  test('what it finds is told, and it is not made', () => {
    const error = createProvider(careful, { redirectUri: 'https://secret.example/' }).unwrapErr()
    expect(error).toMatchObject({
      settings: ['redirectUri'],
      issues: [{ path: 'redirectUri', reason: 'Remove the slash at its end.' }],
    })
    expect(error.message).not.toContain('secret')
    expect(createProvider(careful, { redirectUri: 'https://a.example' }).isOk()).toBe(true)
  })

  test('not before the schema has taken them', () => {
    // @ts-expect-error: a number is no text
    expect(createProvider(careful, { redirectUri: 7 }).unwrapErr().issues).toEqual([])
  })
})

describe('a configuration error names the settings', () => {
  const nested = withSettings(
    z.object({
      clientId: z.string(),
      redirectUri: z.url(),
      endpoint: z.object({ host: z.string(), ports: z.array(z.object({ number: z.number() })) }),
      proxy: z.object({ url: z.string() }),
    }),
  )

  test('told apart into missing and not valid, with their paths, never with a value', () => {
    const given = {
      redirectUri: 'canary-uri',
      endpoint: { ports: [{ number: 'canary-port' }, {}] },
      proxy: null,
      secret: 'canary-unknown',
    }
    const error = createProvider(nested, given as never).unwrapErr()
    expect(error.message).toBe(
      "The provider 'acme' can't be made with these settings. Missing: clientId, endpoint.host, endpoint.ports.1.number. Not valid: redirectUri, endpoint.ports.0.number, proxy.",
    )
    expect(error).toMatchObject({ code: 'PROVIDER_CONFIGURATION_INVALID', provider: 'acme' })
    expect(error.settings).toEqual([
      'clientId',
      'endpoint.host',
      'endpoint.ports.1.number',
      'redirectUri',
      'endpoint.ports.0.number',
      'proxy',
    ])
    expect(inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error)).not.toContain('canary')
  })

  test.each(['', ' '])('and an empty one is called empty: %j', (clientId) => {
    const named = withSettings(z.object({ clientId: z.string().regex(/\S/) }))
    const error = createProvider(named, { clientId }).unwrapErr()
    expect(error.issues).toEqual([{ path: 'clientId', reason: 'It is empty.' }])
    expect(error.settings).toEqual(['clientId'])
  })

  test('each one once', () => {
    const twice = withSettings(z.object({ name: z.string().min(5).regex(/^x/) }))
    expect(createProvider(twice, { name: 'abc' }).unwrapErr().settings).toEqual(['name'])
  })

  test.each([null, 'canary', 42, ['canary']])('or says that they are no settings at all: %j', (given) => {
    const error = createProvider(oauthBroker, given as never).unwrapErr()
    expect(error.settings.length).toBeGreaterThan(0)
    expect(inspect(error) + JSON.stringify(error)).not.toContain('canary')
  })

  test('and one that is too many', () => {
    const strict = withSettings(z.strictObject({}))
    const error = createProvider(strict, { canary: 'canary' } as never).unwrapErr()
    expect(error.message).toContain('Not valid: (settings)')
  })
})

describe('any validator that speaks Standard Schema will do', () => {
  type Settings = { token: string; retries: number }

  /** As some validators do, it prints what it received. */
  const handWritten: StandardSchemaV1<{ token: string; retries?: number }, Settings> = {
    '~standard': {
      version: 1,
      vendor: 'by-hand',
      validate(value) {
        const { token, retries = 3 } = value as Record<string, unknown>
        if (typeof token === 'string' && typeof retries === 'number') return { value: { token, retries } }
        return {
          issues: [
            { message: `expected a text, received ${JSON.stringify(token)}`, path: [{ key: 'token' }] },
            { message: `received ${JSON.stringify(value)}`, path: ['list', { key: 0 }, Symbol('inner')] },
            { message: `received ${JSON.stringify(value)}`, path: [] },
            { message: `received ${JSON.stringify(value)}` },
          ],
        }
      },
    },
  }
  const definition = withSettings(handWritten)

  test('with its types', () => {
    const provider = createProvider(definition, { token: 't' }).unwrap()
    expect(provider.settings()).toEqual({ token: 't', retries: 3 })
    expectTypeOf(provider.settings()).toEqualTypeOf<Settings>()
    // @ts-expect-error: token is needed
    expect(createProvider(definition).isErr()).toBe(true)
  })

  test('whose messages may hold what it received: only paths are kept', () => {
    const error = createProvider(definition, { token: ['canary'], list: ['canary'] } as never).unwrapErr()
    expect(error.settings).toEqual(['list.0.Symbol(inner)', 'token', '(settings)'])
    expect(inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error)).not.toContain('canary')
  })

  test("but not an asynchronous one: that is a programmer's mistake", () => {
    const zod = withSettings(z.object({ name: z.string().refine(async () => true) }))
    expect(() => createProvider(zod, { name: 'n' })).toThrow(TypeError)
    const thenable: StandardSchemaV1<Record<never, never>, Settings> = {
      '~standard': { version: 1, vendor: 'by-hand', validate: async () => ({ value: { token: 't', retries: 1 } }) },
    }
    expect(() => createProvider(withSettings(thenable), {})).toThrow(
      new TypeError("The settings schema of the provider 'acme' must be synchronous."),
    )
  })
})

test('printing a provider shows no setting', () => {
  const settings = { clientId: 'canary-id', clientSecret: 'canary-secret' }
  const provider = createProvider(oauthBroker, settings).unwrap()
  for (const thing of [provider, { nested: [provider] }, new Map([['provider', provider]])]) {
    expect(inspect(thing, { depth: null, showHidden: true, getters: true })).not.toContain('canary')
    expect(JSON.stringify(thing)).not.toContain('canary')
  }
})

describe('half a capability does not compile', () => {
  const oauthMethods = {
    parseCredentials: parseOAuth2,
    revoke,
    authorizationUrl: () => 'https://api.example.com/authorize',
    exchangeCodeForTokens: async () => Ok(fakeTokens),
    refreshAccessToken: async () => Ok(fakeTokens),
    credentialsFromTokens: (): OAuth2Credentials => ({
      type: 'oauth2',
      accessToken: 'a',
      refreshToken: null,
      expiresAt: null,
      refreshTokenIssuedAt: null,
    }),
  }

  test('while a whole one does', () => {
    defineConnector({ ...base, create: () => methods })
    defineConnector({ ...base, create: () => oauthMethods })
    defineProvider({ ...base, create: () => ({ ...oauthMethods, ...emptyFetches }) })
    defineProvider({ ...base, create: () => ({ ...methods, ...emptyFetches, fetchSnapshot: emptySnapshot }) })
    defineProvider({
      ...base,
      create: () => ({
        ...emptyFetches,
        parseCredentials: parseFile,
        revoke,
        identify: async (_file: ImportFile) => Ok(null),
      }),
    })
  })

  test('a provider without one of the three fetches', () => {
    const { fetchAccounts, fetchTransactions, fetchHoldings } = emptyFetches
    // @ts-expect-error: fetchHoldings is missing
    defineProvider({ ...base, create: () => ({ ...methods, fetchAccounts, fetchTransactions }) })
    // @ts-expect-error: fetchTransactions is missing
    defineProvider({ ...base, create: () => ({ ...methods, fetchAccounts, fetchHoldings }) })
    // @ts-expect-error: fetchAccounts is missing
    defineProvider({ ...base, create: () => ({ ...methods, fetchTransactions, fetchHoldings }) })
    // @ts-expect-error: two of three fetches are missing
    defineConnector({ ...base, create: () => ({ ...methods, fetchTransactions }) })
  })

  test('a connector without parseCredentials or revoke', () => {
    // @ts-expect-error: revoke is missing
    defineConnector({ ...base, create: () => ({ parseCredentials: parseApiKey }) })
    // @ts-expect-error: parseCredentials is missing
    defineConnector({ ...base, create: () => ({ revoke }) })
  })

  test('OAuth without one of its four methods', () => {
    const { authorizationUrl, exchangeCodeForTokens, refreshAccessToken, credentialsFromTokens } = oauthMethods
    const parse = { parseCredentials: parseOAuth2, revoke }
    defineConnector({
      ...base,
      // @ts-expect-error: refreshAccessToken is missing
      create: () => ({ ...parse, authorizationUrl, exchangeCodeForTokens, credentialsFromTokens }),
    })
    defineConnector({
      ...base,
      // @ts-expect-error: authorizationUrl is missing
      create: () => ({ ...parse, exchangeCodeForTokens, refreshAccessToken, credentialsFromTokens }),
    })
    defineConnector({
      ...base,
      // @ts-expect-error: exchangeCodeForTokens is missing
      create: () => ({ ...parse, authorizationUrl, refreshAccessToken, credentialsFromTokens }),
    })
    defineConnector({
      ...base,
      // @ts-expect-error: credentialsFromTokens is missing
      create: () => ({ ...parse, authorizationUrl, exchangeCodeForTokens, refreshAccessToken }),
    })
  })

  test('a snapshot without the fetches', () => {
    // @ts-expect-error: the three fetches are missing
    defineConnector({ ...base, create: () => ({ ...methods, fetchSnapshot: emptySnapshot }) })
  })
})

describe('a method that takes other credentials than parseCredentials gives does not compile', () => {
  test('of a fetch', () => {
    const fetchAccounts = async (_credentials: OAuth2Credentials) =>
      Ok({ items: [], rejected: [], warnings: [], complete: true })
    // @ts-expect-error: OAuth2Credentials where ApiKeyCredentials are given
    defineProvider({ ...base, create: () => ({ ...methods, ...emptyFetches, fetchAccounts }) })
  })

  test('of a snapshot', () => {
    async function* fetchSnapshot(_credentials: FileImportCredentials) {
      yield Ok(emptyPage)
    }
    // @ts-expect-error: FileImportCredentials where ApiKeyCredentials are given
    defineProvider({ ...base, create: () => ({ ...methods, ...emptyFetches, fetchSnapshot }) })
  })

  test('of revoke, beside a capability', () => {
    const other = async (_credentials: OAuth2Credentials) => Ok('revoked' as const)
    // @ts-expect-error: OAuth2Credentials where ApiKeyCredentials are given
    defineProvider({ ...base, create: () => ({ ...methods, ...emptyFetches, revoke: other }) })
  })

  test('of revoke alone', () => {
    const other = async (_credentials: OAuth2Credentials) => Ok('revoked' as const)
    // @ts-expect-error: OAuth2Credentials where ApiKeyCredentials are given
    defineConnector({ ...base, create: () => ({ ...methods, revoke: other }) })
  })

  test('of identify, which is for files', () => {
    const identify = async (_file: ImportFile) => Ok(null)
    // @ts-expect-error: parseCredentials gives an API key, and no file
    defineProvider({ ...base, create: () => ({ ...methods, ...emptyFetches, identify }) })
  })

  test('of OAuth', () => {
    const { authorizationUrl, exchangeCodeForTokens, refreshAccessToken, credentialsFromTokens } = createProvider(
      oauthBroker,
      { clientId: 'i', clientSecret: 's' },
    ).unwrap()
    const oauth = { authorizationUrl, exchangeCodeForTokens, refreshAccessToken, credentialsFromTokens }
    // @ts-expect-error: parseCredentials gives an API key, and no tokens
    defineProvider({ ...base, create: () => ({ ...methods, ...emptyFetches, ...oauth }) })
  })

  test('of an exchange', () => {
    const exchangeCredentials = async (input: unknown) => parseOAuth2(input)
    // @ts-expect-error: OAuth2Credentials where ApiKeyCredentials are kept
    defineConnector({ ...base, create: () => ({ ...methods, exchangeCredentials }) })
  })

  test('of changes', () => {
    async function* fetchChanges(_credentials: CustomCredentials, _cursor: string | null) {
      yield Ok({ changes: [], rejected: [], warnings: [], nextCursor: 'c' })
    }
    // @ts-expect-error: CustomCredentials where ApiKeyCredentials are given
    defineConnector({ ...base, create: () => ({ ...methods, fetchChanges }) })
  })

  test('of acting', () => {
    const act = async (_credentials: OAuth2Credentials, _action: { complete: string }) => Ok(null)
    // @ts-expect-error: OAuth2Credentials where ApiKeyCredentials are given
    defineConnector({ ...base, create: () => ({ ...methods, act }) })
  })

  test('with more fields than are given', () => {
    type PinnedCredentials = ApiKeyCredentials & { readonly pin: string }
    const act = async (credentials: PinnedCredentials, _action: { complete: string }) => Ok(credentials.pin)
    // @ts-expect-error: parseCredentials gives no pin
    defineConnector({ ...base, create: () => ({ ...methods, act }) })
  })
})

test('a slug is a literal of its own', () => {
  expectTypeOf(keyBank.slug).toEqualTypeOf<'key-bank'>()
  expectTypeOf(taskList.slug).toEqualTypeOf<'task-list'>()
  expectTypeOf<ProviderOf<typeof taskList>['slug']>().toEqualTypeOf<'task-list'>()
})
