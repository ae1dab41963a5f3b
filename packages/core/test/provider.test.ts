import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type Actor,
  type ApiKeyCredentials,
  type ChangeSource,
  type Connector,
  type Credentials,
  type CredentialsOf,
  type CustomCredentials,
  createProvider,
  createRegistry,
  type ExchangeProvider,
  type FileImportCredentials,
  type FileProvider,
  isActor,
  isChangeSource,
  isExchangeProvider,
  isFileProvider,
  isOAuthProvider,
  isProvider,
  isSnapshotProvider,
  type Json,
  type OAuth2Credentials,
  type OAuthProvider,
  type Provider,
  type ProviderOf,
  type SnapshotProvider,
} from '../src/index.ts'
import { fakeTokens, fileBank, keyBank, oauthBroker, taskList } from './fake-provider.ts'

const key = createProvider(keyBank).unwrap()
const oauth = createProvider(oauthBroker, { clientId: 'id', clientSecret: 'secret' }).unwrap()
const file = createProvider(fileBank).unwrap()
const tasks = createProvider(taskList).unwrap()
const apiKey: ApiKeyCredentials = { type: 'api_key', apiKey: 'k', apiSecret: 's' }

const guards: Record<string, (connector: Connector) => boolean> = {
  isProvider,
  isOAuthProvider,
  isExchangeProvider,
  isSnapshotProvider,
  isFileProvider,
  isChangeSource,
  isActor,
}

test.each<[string, Connector, string[]]>([
  ['by API key', key, ['isProvider', 'isSnapshotProvider']],
  ['by OAuth', oauth, ['isProvider', 'isOAuthProvider']],
  ['by file', file, ['isProvider', 'isSnapshotProvider', 'isFileProvider']],
  ['of tasks', tasks, ['isExchangeProvider', 'isChangeSource', 'isActor']],
])('a connector %s can what it can and no more', (_, connector, capabilities) => {
  expect(Object.keys(guards).filter((name) => guards[name]?.(connector))).toEqual(capabilities)
})

test('only a function counts as a method', () => {
  const methods = {
    fetchAccounts: true,
    authorizationUrl: 'https://api.example.com/authorize',
    exchangeCredentials: {},
    fetchSnapshot: null,
    identify: undefined,
    fetchChanges: [],
    act: 1,
  }
  const odd: Connector = Object.assign({}, tasks, methods)
  expect(Object.keys(guards).filter((name) => guards[name]?.(odd))).toEqual([])
})

test('a method of a class counts as well', () => {
  class TaskConnector implements Connector {
    readonly protocol = 1
    readonly slug = 'class'
    readonly metadata = tasks.metadata
    parseCredentials = tasks.parseCredentials
    revoke = tasks.revoke
    act = tasks.act
    fetchChanges(credentials: CustomCredentials, cursor: string | null) {
      return tasks.fetchChanges(credentials, cursor)
    }
  }
  const connector = new TaskConnector()
  expect(isChangeSource(connector)).toBe(true)
  expect(isProvider(connector)).toBe(false)
})

describe('a guard narrows a concrete connector', () => {
  test('to its own credentials', async () => {
    if (!isSnapshotProvider(key)) return expect.unreachable()
    expectTypeOf(key).toExtend<SnapshotProvider<ApiKeyCredentials>>()
    expectTypeOf(key.environmentOf).parameter(0).toEqualTypeOf<ApiKeyCredentials>()
    for await (const page of key.fetchSnapshot(apiKey)) expect(page.isOk()).toBe(true)

    if (!isFileProvider(file)) return expect.unreachable()
    expectTypeOf(file).toExtend<FileProvider<FileImportCredentials>>()
    const identified = await file.identify({ fileName: 'a.qfx', fileContent: new Uint8Array() })
    expect(identified.unwrap()?.format).toBe('QFX 1.0.2')

    if (!isOAuthProvider(oauth)) return expect.unreachable()
    expectTypeOf(oauth).toExtend<OAuthProvider<OAuth2Credentials>>()
    expect((await oauth.fetchAccounts(oauth.credentialsFromTokens(fakeTokens))).isOk()).toBe(true)

    if (!isChangeSource(tasks) || !isActor(tasks) || !isExchangeProvider(tasks)) return expect.unreachable()
    expectTypeOf(tasks).toExtend<ChangeSource<unknown, CustomCredentials>>()
    expectTypeOf(tasks).toExtend<ExchangeProvider<CustomCredentials>>()
    expectTypeOf(tasks).toExtend<Actor<{ complete: string }, CustomCredentials>>()
    const credentials = (await tasks.exchangeCredentials({ setupToken: 't' })).unwrap()
    expectTypeOf(credentials).toEqualTypeOf<CustomCredentials>()
    expect((await tasks.act(credentials, { complete: 'task-1' })).unwrap()).toEqual({ completed: 'task-1' })
  })

  test('which credentials those are, the compiler knows', () => {
    expectTypeOf<CredentialsOf<typeof key>>().toEqualTypeOf<ApiKeyCredentials>()
    expectTypeOf<CredentialsOf<typeof oauth>>().toEqualTypeOf<OAuth2Credentials>()
    expectTypeOf<CredentialsOf<typeof file>>().toEqualTypeOf<FileImportCredentials>()
    expectTypeOf<CredentialsOf<Provider>>().toEqualTypeOf<Credentials>()
    expectTypeOf<CredentialsOf<{ slug: string }>>().toEqualTypeOf<never>()
  })
})

describe('a guard narrows an erased one', () => {
  const connectors: Connector[] = [key, oauth, file, tasks]
  const providers: Provider[] = [key, oauth, file]

  test('Connector to Provider', async () => {
    const found = connectors.filter((connector) => isProvider(connector))
    expectTypeOf(found).toExtend<Provider[]>()
    expect(found.map(({ slug }) => slug)).toEqual(['key-bank', 'oauth-broker', 'file-bank'])
  })

  test('Connector to each capability', () => {
    for (const connector of connectors) {
      if (isOAuthProvider(connector)) {
        expectTypeOf(connector).toExtend<OAuthProvider>()
        expect(connector.authorizationUrl({ state: 's' })).toContain('state=s')
      }
      if (isSnapshotProvider(connector)) expectTypeOf(connector).toExtend<SnapshotProvider>()
      if (isFileProvider(connector)) expectTypeOf(connector).toExtend<FileProvider>()
      if (isExchangeProvider(connector)) expectTypeOf(connector).toExtend<ExchangeProvider>()
      if (isChangeSource(connector)) expectTypeOf(connector).toExtend<ChangeSource<Json>>()
      if (isActor(connector)) expectTypeOf(connector).toExtend<Actor<Json>>()
    }
  })

  test('Provider, which stays one', async () => {
    for (const provider of providers) {
      if (!isOAuthProvider(provider)) continue
      expectTypeOf(provider).toExtend<Provider & OAuthProvider>()
      const credentials = provider.credentialsFromTokens(fakeTokens)
      expectTypeOf(credentials).toEqualTypeOf<OAuth2Credentials>()
      expect((await provider.fetchAccounts(credentials)).isOk()).toBe(true)
    }
  })

  test('one guard after the other', async () => {
    const found: string[] = []
    for (const connector of connectors) {
      if (isProvider(connector) && isOAuthProvider(connector)) {
        const credentials = connector.credentialsFromTokens(fakeTokens)
        expect((await connector.fetchTransactions(credentials, 'a')).isOk()).toBe(true)
        found.push(connector.slug)
      }
      if (isOAuthProvider(connector) && isProvider(connector)) {
        const tokens = (await connector.refreshAccessToken('r')).unwrap()
        expect((await connector.fetchAccounts(connector.credentialsFromTokens(tokens))).isOk()).toBe(true)
        found.push(connector.slug)
      }
      if (isProvider(connector) && isSnapshotProvider(connector) && isFileProvider(connector)) {
        const credentials = connector.parseCredentials({ fileName: 'f', fileContent: new Uint8Array() }).unwrap()
        expect((await connector.fetchAccounts(credentials)).isOk()).toBe(true)
        found.push(connector.slug)
      }
    }
    expect(found).toEqual(['oauth-broker', 'oauth-broker', 'file-bank'])
  })
})

describe('a guard narrows what a registry gives', () => {
  const providers = createRegistry()
    .register(keyBank)
    .register(oauthBroker, { clientId: 'id', clientSecret: 'secret' })
    .register(fileBank)
  const all = providers.register(taskList)
  const text = (slug: string): string => slug

  test('by a slug known at run time', async () => {
    const provider = providers.get(text('oauth-broker')).unwrap()
    expectTypeOf(provider).toEqualTypeOf<Provider>()
    if (!isOAuthProvider(provider)) return expect.unreachable()
    expect((await provider.fetchAccounts(provider.credentialsFromTokens(fakeTokens))).isOk()).toBe(true)

    const connector = all.get(text('key-bank')).unwrap()
    expectTypeOf(connector).toEqualTypeOf<Connector>()
    if (!isProvider(connector)) return expect.unreachable()
    expectTypeOf(connector).toExtend<Provider>()
    expect((await connector.fetchAccounts(connector.parseCredentials(apiKey).unwrap())).isOk()).toBe(true)
  })

  test('by one of several literals', async () => {
    const choose = (slug: 'key-bank' | 'oauth-broker' | 'file-bank') => slug
    const provider = providers.get(choose('oauth-broker')).unwrap()
    expectTypeOf(provider).toEqualTypeOf<
      ProviderOf<typeof keyBank> | ProviderOf<typeof oauthBroker> | ProviderOf<typeof fileBank>
    >()
    expectTypeOf(provider).toExtend<Provider>()
    if (!isOAuthProvider(provider)) return expect.unreachable()
    expect(provider.authorizationUrl({ state: 'abc' })).toContain('state=abc')
    expect((await provider.refreshAccessToken('r')).isOk()).toBe(true)

    const mixed = all.get(text('task-list') as 'key-bank' | 'task-list').unwrap()
    if (isProvider(mixed)) return expect.unreachable()
    expect(isActor(mixed)).toBe(true)
    expect(isChangeSource(mixed)).toBe(true)
  })
})
