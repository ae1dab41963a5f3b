import {
  type Connection,
  createFinport,
  createMemoryCredentialRepository,
  createMemoryRepositories,
  createRegistry,
  type FinportEvent,
  type Repositories,
  type TokenPolicy,
} from '@finport/core'
import { createKeyring, createVault } from '@finport/vault'
import { Institution } from './institution.ts'
import { defineBroker, defineExchange, keyBroker } from './providers.ts'
import { type Around, watchedCredentials, watchedRepositories } from './watched-stores.ts'

/** When the tests begin. */
export const start = Date.parse('2026-01-31T12:00:00.000Z')
export const MINUTE = 60_000
export const DAY = 86_400_000

/** What a test's host is made of, when it matters. */
export type HostOptions = {
  policy?: Partial<TokenPolicy>
  isSandbox?: boolean
  issuer?: string
  repositories?: (repositories: Repositories) => Repositories
  /** What is wrong with the broker: it is given its calls, and changes them. */
  spoil?: (calls: Record<string, unknown>) => void
  /** Whether every wait is over at once, those for what never comes too. */
  isImpatient?: boolean
}

type Broker = ReturnType<typeof defineBroker<'broker'>>

function spoiled(definition: Broker, spoil: HostOptions['spoil']): Broker {
  const create: Broker['create'] = (settings, runtime) => {
    const calls = definition.create(settings, runtime)
    spoil?.(calls)
    return calls
  }
  return { ...definition, create }
}

/** A host's whole app over an institution that is not there, with a clock of its own. */
export function createHost({
  policy = {},
  isSandbox = true,
  issuer,
  repositories: change,
  spoil,
  isImpatient = false,
}: HostOptions = {}) {
  const clock = { now: start }
  const now = () => clock.now
  const institution = new Institution(policy, now)
  const credentials = createMemoryCredentialRepository({ now })
  const memory = createMemoryRepositories({ now })
  const repositories = change?.(memory) ?? memory
  /** What is done around each call of a store that the app makes. */
  const stores: { around: Around } = { around: (_, call) => call() }
  const around: Around = (name, call) => stores.around(name, call)
  const events: FinportEvent[] = []
  const record = (event: FinportEvent) => void events.push(event)
  const settings = issuer === undefined ? {} : { issuer }
  const keyring = createKeyring([{ id: 'k1', key: new Uint8Array(32).fill(1) }]).unwrap()
  const sleep = async (milliseconds: number, signal?: AbortSignal) => {
    await new Promise((resolve) => setImmediate(resolve))
    if (!isImpatient && milliseconds > 1_000 && signal !== undefined)
      await new Promise((resolve) => (signal.aborted ? resolve(null) : signal.addEventListener('abort', resolve)))
  }

  /** Another process over the same store; `isLive` makes its registry one that reaches the institution itself. */
  const createApp = (isLive = !isSandbox) =>
    createFinport({
      providers: createRegistry({ fetch: isLive ? institution.fetch : institution.sandboxFetch, now })
        .register(spoiled(defineBroker('broker', institution, settings), spoil))
        .register(defineBroker('other-broker', institution))
        .register(keyBroker)
        .register(defineExchange(usedTokens)),
      vault: createVault({
        keyring,
        credentials: watchedCredentials(credentials, around),
        now,
        sleep,
        events: record,
      }),
      repositories: watchedRepositories(repositories, around),
      events: record,
      runtime: { now, sleep },
    })
  const usedTokens = new Set<string>()
  const finport = createApp()
  const { connections } = finport

  /** Logs a user of the institution in, through the whole flow. */
  const login = async (
    user = 'ada',
    request: { userId?: string; connectionId?: string; alias?: string } = {},
  ): Promise<Connection> => {
    const userId = request.userId ?? 'user-1'
    const begun = (await connections.beginOAuth({ ...request, userId, provider: 'broker' })).unwrap()
    const callback = institution.consent(begun.authorizationUrl, user)
    const finished = (await connections.finishOAuth({ userId, provider: 'broker', callback })).unwrap()
    const { returnContext: _, ...connection } = finished
    return connection
  }

  /** What the institution says through an open connection of a user's. */
  const accountsOf = async (connectionId: string, userId = 'user-1') => {
    const connected = (await connections.open({ userId, connectionId, provider: 'broker' })).unwrap()
    return (await connected.fetchAccounts()).map(({ items }) => items.map(({ providerAccountId }) => providerAccountId))
  }

  const types = () => events.map(({ type }) => type)
  return {
    clock,
    institution,
    credentials,
    repositories,
    stores,
    events,
    types,
    finport,
    connections,
    createApp,
    login,
    accountsOf,
  }
}
