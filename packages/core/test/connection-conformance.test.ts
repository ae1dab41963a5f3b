import { describe, expect, test } from 'vitest'
import { connectionCases } from '../src/conformance/connection-cases.ts'
import { createMemoryRepositories, Ok, type Repositories } from '../src/index.ts'

type Change = (repositories: Repositories) => Partial<Repositories>

/** Runs each case on a store of its own, whose clock only passing moves. */
function runCases(change: Change = () => ({})): [name: string, run: () => Promise<void>][] {
  return Object.entries(connectionCases).map(([name, run]) => [
    name,
    () => {
      let now = Date.parse('2026-01-31T12:00:00Z')
      const memory = createMemoryRepositories({ now: () => now })
      const first = { ...memory, ...change(memory) }
      const pass = async (milliseconds: number) => {
        now += milliseconds
      }
      return run({ first, second: first, handles: [first, first], pass })
    },
  ])
}

describe('the repositories in memory', () => {
  for (const [name, run] of runCases()) test(name, run)
})

/** Whose mistakes the kit must find. */
const faults: Readonly<Record<string, Change>> = {
  "finds another user's connection": ({ connections }) => ({
    connections: {
      ...connections,
      find: async (userId, id) => {
        const own = await connections.find(userId, id)
        return own.isOk() && own.value === null ? connections.find('user-1', id) : own
      },
    },
  }),
  'writes a connection whatever its version': ({ connections }) => ({
    connections: {
      ...connections,
      async save(connection) {
        const stored = (await connections.find(connection.userId, connection.id)).unwrap()
        return connections.save(connection, stored?.version ?? 0)
      },
    },
  }),
  'lets an alias be used twice': ({ connections }) => ({
    connections: {
      ...connections,
      find: async (userId, id) =>
        (await connections.find(userId, id)).map((row) => row && { ...row, alias: row.alias.split('|')[0] ?? '' }),
      save: (connection, expected) =>
        connections.save({ ...connection, alias: `${connection.alias}|${connection.id}` }, expected),
    },
  }),
  'keeps an alias for ever': ({ connections }) => {
    const taken = new Map<string, string>()
    return {
      connections: {
        ...connections,
        save: (connection, expected) => {
          const key = JSON.stringify([connection.userId, connection.provider, connection.alias])
          const owner = taken.get(key) ?? connection.id
          taken.set(key, owner)
          return connections.save(connection, owner === connection.id ? expected : -1)
        },
      },
    }
  },
  'sorts as people do': ({ connections }) => ({
    connections: {
      ...connections,
      list: async (query) => {
        const all = (await connections.list({ ...query, after: null, limit: 1_000 })).unwrap()
        const sorted = all.sort((one, other) => one.id.localeCompare(other.id, 'en'))
        const index = sorted.findIndex(({ id }) => id === query.after)
        return Ok(sorted.slice(index + 1, index + 1 + query.limit))
      },
    },
  }),
  'gives a login to whoever knows its hash': ({ authorizations }) => ({
    authorizations: {
      ...authorizations,
      take: async (userId, hash) => {
        const taken = await authorizations.take(userId, hash)
        return taken.isOk() && taken.value === null ? authorizations.take('user-1', hash) : taken
      },
    },
  }),
  'looks for a login and then deletes it': ({ authorizations }) => {
    const seen = new Map<string, Awaited<ReturnType<typeof authorizations.take>>>()
    return {
      authorizations: {
        ...authorizations,
        take: async (userId, hash) => {
          const taken = await authorizations.take(userId, hash)
          if (taken.isOk() && taken.value !== null) {
            seen.set(hash, taken)
            setTimeout(() => seen.delete(hash))
          }
          return userId === 'user-1' ? (seen.get(hash) ?? taken) : taken
        },
      },
    }
  },
  'gives back no login that has ended': ({ authorizations }) => ({
    authorizations: {
      ...authorizations,
      take: async (userId, hash) =>
        (await authorizations.take(userId, hash)).map((login) =>
          login !== null && login.expiresAt < '2010' ? null : login,
        ),
    },
  }),
  'lets whoever asks give a lease back': ({ leases }) => {
    let owner = ''
    return {
      leases: {
        ...leases,
        async acquire(request) {
          const acquired = await leases.acquire(request)
          if (acquired.isOk() && acquired.value !== null) owner = request.owner
          return acquired
        },
        release: (request) => leases.release({ ...request, owner }),
      },
    }
  },
  'never lets a lease end': ({ leases }) => ({
    leases: { ...leases, acquire: (request) => leases.acquire({ ...request, milliseconds: 60_000 }) },
  }),
  'takes a lease again when it is to be renewed': ({ leases }) => ({ leases: { ...leases, renew: leases.acquire } }),
}

describe('repositories that are wrong fail a case', () => {
  test.each(Object.entries(faults))('%s', async (_, change) => {
    const outcomes = await Promise.allSettled(runCases(change).map(([, run]) => run()))
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(reasons).not.toEqual([])
    for (const reason of reasons) expect(reason).toMatchObject({ code: 'ERR_ASSERTION' })
  })
})
