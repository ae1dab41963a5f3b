import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import {
  connectToStore,
  credentialRepositoryConformance,
  type ProcessChannel,
  repositoryConformance,
  type StoreHandle,
  serveStore,
} from '../src/conformance/index.ts'
import {
  createMemoryCredentialRepository,
  createMemoryRepositories,
  Err,
  Ok,
  type Repositories,
  StorageError,
} from '../src/index.ts'

const storeOf = (repositories: Repositories) => ({
  open: async () => ({ handles: [repositories, repositories, repositories] }),
})
const memory = { open: () => storeOf(createMemoryRepositories()).open() }

describe('the repositories in memory', () => {
  for (const { name, run } of repositoryConformance(memory)) test(name, run)
})

/** Both ends of a line that copies what goes over it, as one between processes does. */
function createLine(): [ProcessChannel, ProcessChannel] {
  const ends = [new EventEmitter(), new EventEmitter()] as const
  const channelOf = (own: EventEmitter, other: EventEmitter): ProcessChannel => ({
    send: (message) => void setImmediate((copy: object) => other.emit('message', copy), structuredClone(message)),
    on: (event, listener) => own.on(event, (message) => listener(message as never)),
  })
  return [channelOf(ends[0], ends[1]), channelOf(ends[1], ends[0])]
}

describe('the repositories in memory, over lines to another process', () => {
  async function open<T>(pick: (handle: StoreHandle) => T) {
    const store = { repositories: createMemoryRepositories(), credentials: createMemoryCredentialRepository() }
    const handles = [1, 2, 3].map(() => {
      const [here, there] = createLine()
      serveStore(store, there)
      return pick(connectToStore(here))
    })
    return { handles }
  }
  for (const { name, run } of repositoryConformance({ open: () => open(({ repositories }) => repositories) }))
    test(name, run)
  for (const { name, run } of credentialRepositoryConformance({ open: () => open(({ credentials }) => credentials) }))
    test(`credentials: ${name}`, run)
})

type Ports = Omit<Repositories, 'transaction'>
const conflict = () => Err(new StorageError('STORAGE_CONFLICT'))

/** Repositories with one mistake in their ports, inside of transactions too. */
function spoil(change: (ports: Ports) => Partial<Ports>): Repositories {
  const good = createMemoryRepositories()
  return {
    ...good,
    ...change(good),
    transaction: (work) => good.transaction((inside) => work({ ...inside, ...change(inside) })),
  }
}

/** Whose mistakes the kit must find. */
const broken: Readonly<Record<string, () => Repositories>> = {
  "shows another user's connections": () =>
    spoil(({ connections }) => ({ connections: { ...connections, find: (_, id) => connections.find('user-1', id) } })),
  'takes no notice of versions': () =>
    spoil(({ connections }) => ({
      connections: {
        ...connections,
        async save(connection, expected) {
          const stored = (await connections.find(connection.userId, connection.id)).unwrap()
          return connections.save(connection, stored?.version ?? expected)
        },
      },
    })),
  'keeps an alias that is free to itself': () =>
    spoil(({ connections }) => ({
      connections: {
        ...connections,
        save: (connection, expected) =>
          connections.save(
            connection.status === 'failed' ? { ...connection, status: 'pending' } : connection,
            expected,
          ),
      },
    })),
  'lists by the order of a language': () =>
    spoil(({ connections }) => ({
      connections: {
        ...connections,
        async list(query) {
          const all = (await connections.list({ ...query, after: null, limit: 1_000 })).unwrap()
          const sorted = all.toSorted((one, other) => one.id.localeCompare(other.id, 'en'))
          const start = sorted.findIndex(({ id }) => id === query.after) + 1
          return Ok(sorted.slice(start, start + query.limit))
        },
      },
    })),
  'looks at a login and then deletes it': () =>
    spoil(({ authorizations }) => {
      const taken = new Set<string>()
      return {
        authorizations: {
          ...authorizations,
          async take(userId, hash) {
            const isThere = !taken.has(hash)
            const login = (await authorizations.take(userId, hash)).unwrap()
            if (login !== null) await authorizations.insert(login)
            await new Promise((resolve) => setImmediate(resolve))
            taken.add(hash)
            return Ok(isThere ? login : null)
          },
        },
      }
    }),
  'keeps money in doubles': () =>
    spoil(({ accounts }) => ({
      accounts: {
        ...accounts,
        save: (rows) =>
          accounts.save(
            rows.map((row) => ({
              ...row,
              balance: row.balance === null ? null : (`${Number(row.balance)}` as typeof row.balance),
            })),
          ),
      },
    })),
  'says that all were written': () =>
    spoil(({ transactions }) => ({
      transactions: { ...transactions, save: async (rows) => (await transactions.save(rows)).map(() => rows.length) },
    })),
  'writes one row after the other': () =>
    spoil(({ transactions }) => ({
      transactions: {
        ...transactions,
        async save(rows) {
          let written = 0
          for (const row of rows) {
            const saved = await transactions.save([row])
            if (saved.isErr()) return saved
            written += saved.value
          }
          return Ok(written)
        },
      },
    })),
  'lists transactions by offset': () =>
    spoil(({ transactions }) => {
      let seen = 0
      return {
        transactions: {
          ...transactions,
          async list(query) {
            if (query.after === null) seen = 0
            const all = (await transactions.list({ ...query, after: null, limit: 10_000 })).unwrap()
            const page = all.slice(seen, seen + query.limit)
            seen += page.length
            return Ok(page)
          },
        },
      }
    }),
  'shows what was removed': () =>
    spoil(({ transactions }) => ({
      transactions: { ...transactions, list: (query) => transactions.list({ ...query, includeRemoved: true }) },
    })),
  'finds as many ids as fit into a statement': () =>
    spoil(({ transactions }) => ({
      transactions: {
        ...transactions,
        findByProviderIds: (accountId, ids) => transactions.findByProviderIds(accountId, ids.slice(0, 999)),
      },
    })),
  "deletes other accounts' holdings": () =>
    spoil(({ holdings }) => ({
      holdings: {
        ...holdings,
        async remove(_, ids) {
          const all = (await holdings.listByUser('user-1')).unwrap().filter(({ id }) => ids.includes(id))
          for (const { accountId, id } of all) await holdings.remove(accountId, [id])
          return Ok(all.length)
        },
      },
    })),
  'keeps each balance of a day': () =>
    spoil(({ balances }) => ({
      balances: {
        ...balances,
        async save(rows) {
          const [row] = rows
          if (row === undefined) return Ok(0)
          const { userId, accountId, day } = row
          const stored = (
            await balances.list({ userId, accountId, from: day, to: day, after: null, limit: 1 })
          ).unwrap()
          return stored.length > 0 ? conflict() : balances.save(rows)
        },
      },
    })),
  'joins the parts of a key without a mark between them': () =>
    spoil(({ cursors }) => ({
      cursors: {
        find: async (connectionId, stream) =>
          (await cursors.find('all', connectionId + stream)).map(
            (cursor) => cursor && { ...cursor, connectionId, stream },
          ),
        save: (cursor, expected) =>
          cursors.save({ ...cursor, connectionId: 'all', stream: cursor.connectionId + cursor.stream }, expected),
      },
    })),
  'gives a lease to everybody': () =>
    spoil(({ leases }) => ({
      leases: {
        ...leases,
        async acquire(request) {
          const lease = (await leases.acquire(request)).unwrap()
          return Ok(lease ?? { ...request, until: '2099-01-01T00:00:00.000Z' as never })
        },
      },
    })),
  'never ends a lease': () =>
    spoil(({ leases }) => ({
      leases: { ...leases, acquire: (request) => leases.acquire({ ...request, milliseconds: 60_000 }) },
    })),
  'lets anybody give a lease back': () => {
    const owners = new Map<string, string>()
    return spoil(({ leases }) => ({
      leases: {
        ...leases,
        async acquire(request) {
          const lease = (await leases.acquire(request)).unwrap()
          if (lease !== null) owners.set(lease.key, lease.owner)
          return Ok(lease)
        },
        release: ({ key, owner }) => leases.release({ key, owner: owners.get(key) ?? owner }),
      },
    }))
  },
  'has no transactions': () => {
    const good = createMemoryRepositories()
    return { ...good, transaction: (work) => work(good) }
  },
  'commits whatever the work gives': () => {
    const good = createMemoryRepositories()
    return {
      ...good,
      async transaction(work) {
        const [result] = (
          await good.transaction(async (inside) => Ok([await work(inside)] as [Awaited<ReturnType<typeof work>>]))
        ).unwrap()
        return result
      },
    }
  },
  'rolls back, and gives an error of its own': () => {
    const good = createMemoryRepositories()
    return {
      ...good,
      async transaction(work) {
        const done = await good.transaction(work)
        return done.isOk() ? done : conflict()
      },
    }
  },
  'rolls everything back after a conflict': () => {
    const good = createMemoryRepositories()
    return {
      ...good,
      transaction: (work) =>
        good.transaction(async (inside) => {
          let isSpoilt = false
          const accounts = {
            ...inside.accounts,
            async save(rows: Parameters<typeof inside.accounts.save>[0]) {
              const saved = await inside.accounts.save(rows)
              isSpoilt ||= saved.isErr()
              return saved
            },
          }
          const result = await work({ ...inside, accounts })
          return isSpoilt ? (conflict() as typeof result) : result
        }),
    }
  },
  rejects: () =>
    spoil(({ accounts }) => ({
      accounts: { ...accounts, save: async (rows) => Ok((await accounts.save(rows)).unwrap()) },
    })),
}

describe('a store that is wrong fails a case', () => {
  test.each(Object.entries(broken))('%s', async (_, create) => {
    const open = () => storeOf(create()).open()
    const outcomes = await Promise.allSettled(repositoryConformance({ open }).map(({ run }) => run()))
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(failures).not.toEqual([])
    for (const failure of failures) expect(failure).toMatchObject({ code: 'ERR_ASSERTION' })
  })
})
