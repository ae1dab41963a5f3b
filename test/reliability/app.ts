import {
  type Connector,
  createFinport,
  createMemoryCredentialRepository,
  createMemoryRepositories,
  type FetchFunction,
  type Finport,
  markSandboxFetch,
  type Registry,
  type Repositories,
  type RuntimeOptions,
} from '@finport/core'
import { createVault, generateKey, parseKeyring } from '@finport/vault'
import { nodeCipher } from '@finport/vault/node-cipher'

export const userId = 'user-1'

/** Rows by the part of the store that is written as one: `accounts`, `transactions <id>`, `holdings <id>`. */
export type Parts = ReadonlyMap<string, readonly string[]>

/** An app with one user and one institution, which keeps all that is said in it. */
export type App = {
  /** What answers requests: good, unless a fault is put before it. */
  readonly wire: { fetch: FetchFunction }
  /** Events, logs, hooks, progress, reports, errors. */
  readonly said: unknown[]
  now(): number
  pass(milliseconds: number): void
  /** What is stored of the user's data, without what is made up anew in each run. */
  stored(): Promise<Parts>
  /** The slug of the institution's provider. */
  readonly slug: string
  /** The accounts that are stored, by their ids at the institution. */
  accountIds(): Promise<string[]>
  /** Told after each transaction that was committed. */
  onCommit: (() => Promise<void>) | null
  /** The state of the last connection, and whether credentials are kept for it; `null` when there is none. */
  connection(): Promise<{ id: string; status: string; hasCredentials: boolean } | null>
}

export const MINUTE = 60_000
export const DAY = 86_400_000
/** When everything begins. */
export const START = Date.parse('2026-03-02T18:00:00Z')

/** A clock that goes by itself never. */
export function createClock() {
  let time = START
  return {
    now: () => time,
    pass(milliseconds: number) {
      time += milliseconds
    },
  }
}

/** Makes an app of the providers that a function registers, over an institution. */
export function createApp<T extends Record<string, Connector>>(
  { now, pass }: ReturnType<typeof createClock>,
  institution: FetchFunction,
  register: (runtime: RuntimeOptions) => Registry<T>,
): { app: App; finport: Finport<T> } {
  const said: unknown[] = []
  const listen = (...what: unknown[]) => void said.push(what)
  const logger = { debug: listen, info: listen, warn: listen, error: listen }
  const wire = { fetch: institution }
  const hooks = { onAttempt: listen, onResult: listen }
  const fetch = markSandboxFetch((request) => wire.fetch(request))
  const providers = register({ fetch, now, sleep: async () => {}, logger, hooks })
  const memory = createMemoryRepositories({ now })
  const credentials = createMemoryCredentialRepository({ now })
  const keyring = parseKeyring(generateKey()).unwrap()
  const events = (event: unknown) => listen(event)
  const repositories: Repositories = {
    ...memory,
    async transaction(work) {
      const done = await memory.transaction(work)
      if (done.isOk()) await app.onCommit?.()
      return done
    },
  }
  let made = 0
  const random = (bytes: number) => {
    const random = new Uint8Array(bytes)
    new DataView(random.buffer).setUint32(bytes - 4, ++made)
    return random
  }
  const finport = createFinport({
    providers,
    vault: createVault({ keyring, credentials, cipher: nodeCipher, now, events }),
    repositories,
    events,
    runtime: { now, random, logger },
  })
  const app: App = {
    ...{ wire, said, now, pass },
    stored: () => readParts(memory),
    slug: providers.list()[0]?.slug ?? '',
    async accountIds() {
      return (await memory.accounts.listByUser(userId)).unwrap().map(({ providerAccountId }) => providerAccountId)
    },
    onCommit: null,
    async connection() {
      const found = (await memory.connections.list({ userId, after: null, limit: 10 })).unwrap().at(-1)
      if (found === undefined) return null
      const record = (await credentials.find(found.id)).unwrap()
      return { id: found.id, status: found.status, hasCredentials: record?.credentials != null }
    },
  }
  return { app, finport }
}

/** What a run makes up or counts, and when it asked. */
const made: ReadonlySet<string> = new Set(['id', 'userId', 'connectionId', 'accountId', 'version', 'asOf'])

function toText(row: object): string {
  const told = Object.entries(row).filter(([field]) => !made.has(field))
  const text = JSON.stringify(told.map(([field, value]) => [field, field === 'removedAt' ? value !== null : value]))
  // A cursor remembers the day of a refusal.
  return text.replace(/(refusedOn\\":)\\"[\d-]+\\"/, '$1null')
}

async function readParts({ connections, accounts, ...repositories }: Repositories): Promise<Parts> {
  const parts = new Map<string, readonly string[]>()
  const all = { userId, after: null, limit: 100_000 }
  const ofUser: object[] = []
  for (const { id: connectionId } of (await connections.list(all)).unwrap()) {
    for (const account of (await accounts.listByConnection(connectionId)).unwrap()) {
      const { id: accountId, providerAccountId: name } = account
      const query = { ...all, accountId }
      ofUser.push(account, ...(await repositories.balances.list(query)).unwrap())
      const rows = (await repositories.transactions.list({ ...query, includeRemoved: true })).unwrap()
      const cursor = (await repositories.cursors.find(connectionId, `transactions:${name}`)).unwrap()
      parts.set(`transactions ${name}`, [...rows, ...(cursor === null ? [] : [cursor])].map(toText).sort())
      const holdings = (await repositories.holdings.listByAccount(accountId)).unwrap()
      parts.set(`holdings ${name}`, holdings.map(toText).sort())
    }
  }
  return parts.set('accounts', ofUser.map(toText).sort())
}
