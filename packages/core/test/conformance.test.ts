import { AssertionError } from 'node:assert'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type ProviderHarness, providerConformance } from '../src/conformance/index.ts'
import {
  type ConfigurationError,
  type Connector,
  type Credentials,
  createProvider,
  Err,
  Ok,
  ProviderAbortedError,
  type RequestOptions,
  type Result,
  type RuntimeOptions,
} from '../src/index.ts'
import { actionFaults } from './conformance/action-faults.ts'
import { callFaults } from './conformance/call-faults.ts'
import { type CaseName, caseNames } from './conformance/case-names.ts'
import { changeFaults } from './conformance/change-faults.ts'
import { noteListHarness } from './conformance/conforming-connectors.ts'
import {
  createSnapshot,
  fileBankHarness,
  keyBank,
  keyBankHarness,
  memoryBankHarness,
  namedBank,
  oauthBank,
  oauthBankHarness,
  snapshotBankHarness,
  taskList,
  taskListHarness,
} from './conformance/conforming-providers.ts'
import { connectorFaults } from './conformance/connector-faults.ts'
import { exchangeFaults } from './conformance/exchange-faults.ts'
import { fileBank } from './conformance/file-bank.ts'
import { fileFaults } from './conformance/file-faults.ts'
import { institution } from './conformance/institution.ts'
import { networkFaults } from './conformance/network-faults.ts'
import { providerFaults } from './conformance/provider-faults.ts'
import { snapshotFaults } from './conformance/snapshot-faults.ts'
import { type Fault, type KeyBank, refusal, spoiled } from './conformance/spoil.ts'
import { fakeTokens } from './fake-provider.ts'

/** What each case of a harness that fails rejects with. */
async function failuresOf(harness: ProviderHarness, isRun = (_name: string) => true): Promise<Map<string, unknown>> {
  const failures = new Map<string, unknown>()
  for (const { name, run } of providerConformance(harness).filter((one) => isRun(one.name))) {
    await run().catch((error: unknown) => failures.set(name, error))
  }
  return failures
}

/** Expects an error that says this and no secret. */
function expectToSay(error: unknown, says: RegExp, { secrets }: ProviderHarness): void {
  expect(error).toBeInstanceOf(AssertionError)
  const { message } = error as AssertionError
  expect(message).toMatch(says)
  expect(secrets.filter((secret) => secret !== '' && message.includes(secret))).toEqual([])
}

const { connector, provider, network, oauth, snapshot, file } = caseNames
const { exchange, changes, changesOverNetwork, actor } = caseNames

describe('a provider that conforms', () => {
  test.for<[string, ProviderHarness, (readonly string[])[]]>([
    ['by API key, over the network', keyBankHarness, [connector, provider, network]],
    ['by API key, without the network', memoryBankHarness, [connector, provider]],
    ['by API key, with a snapshot', snapshotBankHarness, [connector, provider, snapshot]],
    ['by OAuth', oauthBankHarness, [connector, provider, network, oauth]],
    ['by file, with a snapshot', fileBankHarness, [connector, provider, snapshot, file]],
    ['without financial data', taskListHarness, [connector]],
    [
      'by an exchange, with changes and actions, over the network',
      noteListHarness,
      [connector, network, exchange, changes, changesOverNetwork, actor],
    ],
  ])('%s has these cases and passes them', async ([, harness, expected]) => {
    expect(providerConformance(harness).map(({ name }) => name)).toEqual(expected.flat())
    expect(await failuresOf(harness)).toEqual(new Map())
  })

  const ring: { self?: object } = {}
  ring.self = ring

  test.for<[string, ProviderHarness]>([
    ['holds a ring', spoiled.taskList(() => ({ agent: ring }))],
    ['holds a bigint', spoiled.taskList(() => ({ calls: 0n }))],
    ['holds what can not be printed', spoiled.taskList(() => ({ toJSON: () => JSON.parse('{') }))],
    [
      'logs fields without a prototype',
      spoiled.taskList((_list, { logger }) => ({ made: logger?.info('made', Object.create(null)) })),
    ],
    [
      'has no accounts and says so',
      spoiled.memoryBank(({ metadata }) => ({
        metadata: {
          ...metadata,
          supports: { accounts: false, transactions: false, holdings: false, balanceHistory: false },
        },
        fetchAccounts: async (_credentials: Credentials, options: RequestOptions = {}) =>
          options.signal?.aborted
            ? Err(new ProviderAbortedError({ provider: 'memory-bank', operation: 'fetchAccounts' }))
            : Ok({ items: [], rejected: [], warnings: [], complete: true }),
      })),
    ],
    ['can do without names', namedBank()],
    ['gives a snapshot over the network', spoiled.keyBank((bank) => ({ fetchSnapshot: createSnapshot(bank) }))],
    [
      'exchanges what is typed',
      {
        ...spoiled.oauthBank((bank) => ({
          exchangeCredentials: async (input: unknown, options?: RequestOptions) =>
            input === 'setup-token'
              ? (await bank.refreshAccessToken(input, options)).map((tokens) => bank.credentialsFromTokens(tokens))
              : refusal('No setup token.'),
        })),
        exchangeInput: () => 'setup-token',
      },
    ],
    [
      'is made of a class',
      {
        ...taskListHarness,
        create: (runtime) =>
          taskListHarness.create(runtime).map((list) => {
            class TaskList implements Connector {
              readonly protocol = 1
              readonly slug = list.slug
              readonly metadata = list.metadata
              parseCredentials(input: unknown) {
                return list.parseCredentials(input)
              }
              revoke(credentials: Parameters<typeof list.revoke>[0]) {
                return list.revoke(credentials)
              }
            }
            return new TaskList()
          }),
      },
    ],
  ])('may be one that %s', async ([, harness]) => {
    expect(await failuresOf(harness)).toEqual(new Map())
  })

  test('is told the time of its institution', async () => {
    const now = Date.parse('2020-02-29T12:00:00Z')
    const told: unknown[] = []
    const create: ProviderHarness['create'] = (runtime) => {
      told.push(runtime.now?.())
      return keyBankHarness.create(runtime)
    }
    const failures = await failuresOf({ ...keyBankHarness, create, now: () => now }, (name) => name.includes('429'))
    expect(failures).toEqual(new Map())
    expect(new Set(told)).toEqual(new Set([now]))
  })

  test('may leave it to fetch to be aborted', async () => {
    const harness = spoiled.keyBank((bank, { fetch }) => ({
      async fetchAccounts(...[credentials, options]: Parameters<KeyBank['fetchAccounts']>) {
        const isAborted = await fetch?.(new Request('https://api.example.com', { signal: options?.signal ?? null }))
          .then(() => false)
          .catch((error: Error) => error.name === 'AbortError')
        return bank.fetchAccounts(credentials, isAborted ? options : {})
      },
    }))
    expect(await failuresOf(harness, (name) => name === network[0] || network.every((one) => one !== name))).toEqual(
      new Map(),
    )
  })
})

const faults: Readonly<Record<CaseName, Fault[]>> = {
  ...connectorFaults,
  ...providerFaults,
  ...networkFaults,
  ...snapshotFaults,
  ...fileFaults,
  ...exchangeFaults,
  ...changeFaults,
  ...actionFaults,
}

/** It reads hundreds of files, so it is run only by those who are to fail it. */
const longCase: CaseName = 'never throws or hangs on a spoiled file, and gives only what is well formed'

/** The cases that a provider must pass beside those that it must not: of the many of the network, the ones next to these. */
function isToPass(name: string, expected: readonly string[]): boolean {
  const ofNetwork: readonly string[] = network
  if (!expected.some((one) => ofNetwork.includes(one))) return name !== longCase && !ofNetwork.includes(name)
  const at = ofNetwork.indexOf(name)
  return at !== -1 && [ofNetwork[at - 1], ofNetwork[at + 1]].some((one) => one !== undefined && expected.includes(one))
}

describe.for([...Object.entries(faults), ...Object.entries(callFaults)])('%s', ([name, ofCase]) => {
  test.for(ofCase)('not with: %s', async ([, harness, says, ...also]) => {
    const expected: string[] = [name, ...also].sort()
    const failures = await failuresOf(harness, (one) => expected.includes(one) || isToPass(one, expected))
    expect([...failures.keys()].sort()).toEqual(expected)
    expectToSay(failures.get(name), says, harness)
    for (const failure of failures.values()) expectToSay(failure, /./, harness)
  })
})

describe('a harness', () => {
  const { fetch: _fetch, ...keyBankOffline } = keyBankHarness

  test.for<[string, ProviderHarness, RegExp]>([
    [
      'whose settings are not complete',
      { ...keyBankHarness, create: (runtime) => createProvider(keyBank, {} as { partnerKey: string }, runtime) },
      /create\(\) of the harness.*partnerKey/,
    ],
    [
      'whose input is not complete',
      { ...keyBankHarness, input: () => ({ apiKey: 'canary-api-key' }) },
      /input of the harness.*apiSecret/,
    ],
    ['whose provider can not parse', spoiled.taskList(() => ({ parseCredentials: undefined })), /parseCredentials/],
    [
      'whose provider throws at good input',
      spoiled.taskList(() => ({
        parseCredentials() {
          throw new TypeError('canary-token')
        },
      })),
      /parseCredentials threw/,
    ],
    [
      'whose provider parses later',
      spoiled.taskList((list) => ({ parseCredentials: async (input: unknown) => list.parseCredentials(input) })),
      /parseCredentials must give a Result/,
    ],
    ['with an empty secret', { ...taskListHarness, secrets: ['canary-token', ''] }, /secret at index 1 .*harness/],
  ])('%s makes no cases, and says why', ([, harness, says]) => {
    let thrown: unknown
    try {
      providerConformance(harness)
    } catch (error) {
      thrown = error
    }
    expectToSay(thrown, says, harness)
  })

  test('of a file provider gives bytes', async () => {
    const input = () => ({ ...fileBankHarness.input(), fileContent: async function* () {} })
    const failures = await failuresOf({ ...fileBankHarness, input })
    expectToSay(failures.get(longCase), /The harness must give the file as a Uint8Array/, fileBankHarness)
  })

  const exchanging = spoiled.oauthBank((bank) => ({
    exchangeCredentials: async (_input: unknown) => Ok(bank.credentialsFromTokens(fakeTokens)),
  }))
  const forgetful = () => {
    let calls = 0
    return spoiled.keyBank((bank) => ({
      fetchAccounts: async (...args: Parameters<KeyBank['fetchAccounts']>) =>
        calls++ < 2 ? bank.fetchAccounts(...args) : Ok({ items: [], rejected: [], warnings: [], complete: true }),
    }))
  }

  test.for<[string, ProviderHarness, RegExp]>([
    ['asks for nothing', { ...memoryBankHarness, fetch: institution }, /no call of the provider asks for anything/],
    [
      'exchanges without asking',
      exchanging,
      /exchangeCredentials asks for nothing: the harness may need exchangeInput/,
    ],
    ['asks in one instance only', forgetful(), /fetchAccounts with 503 from .* did not ask there again/],
  ])('with fetch is of no use to a provider that %s', async ([, harness, says]) => {
    const name: CaseName = 'gives PROVIDER_UNAVAILABLE for 503, at every endpoint'
    const failures = await failuresOf(harness, (one) => one === name)
    expectToSay(failures.get(name), says, harness)
  })

  test('without fetch is for providers that need no network', async () => {
    const failures = await failuresOf(keyBankOffline)
    expect(failures.size).toBeGreaterThan(0)
    for (const failure of failures.values()) expectToSay(failure, /network/, keyBankOffline)
  })

  test.for(['fetchAccounts', 'identify'] as const)(
    'without fetch tells of network use that %s hides',
    async (method) => {
      const harness = spoiled.fileBank((bank, { fetch }) => ({
        async [method](...args: Parameters<typeof bank.fetchAccounts>) {
          await fetch?.(new Request('https://elsewhere.example')).catch(() => null)
          return bank[method](...args)
        },
      }))
      const failures = await failuresOf(harness, (one) => one !== longCase)
      expect(failures.size).toBeGreaterThan(0)
      for (const failure of failures.values()) expectToSay(failure, /network/, harness)
    },
  )

  test('takes what createProvider makes of any definition', () => {
    type Create = ProviderHarness['create']
    expectTypeOf((runtime: RuntimeOptions) => createProvider(keyBank, { partnerKey: '' }, runtime)).toExtend<Create>()
    expectTypeOf((runtime: RuntimeOptions) =>
      createProvider(oauthBank, { clientId: '', clientSecret: '' }, runtime),
    ).toExtend<Create>()
    expectTypeOf((runtime: RuntimeOptions) => createProvider(fileBank, {}, runtime)).toExtend<Create>()
    expectTypeOf((runtime: RuntimeOptions) => createProvider(taskList, { appSecret: '' }, runtime)).toExtend<Create>()
    expectTypeOf((runtime: RuntimeOptions) =>
      Promise.resolve(createProvider(fileBank, {}, runtime)),
    ).not.toExtend<Create>()
    expectTypeOf((runtime: RuntimeOptions) => createProvider(fileBank, {}, runtime).unwrap()).not.toExtend<Create>()
    expectTypeOf(() => Ok({ slug: 'half' })).not.toExtend<Create>()
    expectTypeOf<Result<Connector, ConfigurationError>>().toEqualTypeOf<ReturnType<Create>>()
  })
})
