import { describe, expect, test } from 'vitest'
import { repositoryConformance } from '../src/conformance/index.ts'
import {
  createMemoryRepositories,
  Err,
  Ok,
  type Repositories,
  StorageError,
  type Transaction,
  type TransactionalRepositories,
} from '../src/index.ts'

type Change = (ports: TransactionalRepositories) => Partial<TransactionalRepositories>

/** Repositories of which something is another, inside of transactions too. */
const changed =
  (change: Change) =>
  (whole: Repositories): Repositories => ({
    ...whole,
    ...change(whole),
    transaction: (work) => whole.transaction((inside) => work({ ...inside, ...change(inside) })),
  })

/** Whose mistakes the kit must find. */
const connectionFaults: Readonly<Record<string, Change>> = {
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

const toDouble = (row: Transaction): Transaction => ({
  ...row,
  amount: String(Number(row.amount)) as Transaction['amount'],
})

const dataFaults: Readonly<Record<string, (whole: Repositories) => Repositories>> = {
  'counts rows it did not write': changed(({ accounts }) => ({
    accounts: { ...accounts, save: async (rows) => (await accounts.save(rows)).map(() => rows.length) },
  })),
  'writes what it can of a save': changed(({ transactions }) => ({
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
  'keeps amounts as doubles': changed(({ transactions }) => ({
    transactions: { ...transactions, save: (rows) => transactions.save(rows.map(toDouble)) },
  })),
  'gives a user the accounts of another': changed(({ accounts }) => ({
    accounts: {
      ...accounts,
      find: async (user, id) => {
        const own = await accounts.find(user, id)
        return own.isOk() && own.value === null ? accounts.find('user-2', id) : own
      },
    },
  })),
  'forgets the last day of a range': changed(({ transactions }) => ({
    transactions: {
      ...transactions,
      listInRange: async (account, range) =>
        (await transactions.listInRange(account, range)).map((rows) =>
          rows.filter(({ transactionDate }) => transactionDate < range.to),
        ),
    },
  })),
  'leaves removed rows out of a range': changed(({ transactions }) => ({
    transactions: {
      ...transactions,
      listInRange: async (account, range) =>
        (await transactions.listInRange(account, range)).map((rows) => rows.filter((row) => row.removedAt === null)),
    },
  })),
  'finds no more than so many ids': changed(({ transactions }) => ({
    transactions: {
      ...transactions,
      findByProviderIds: (account, ids) => transactions.findByProviderIds(account, ids.slice(0, 1_000)),
    },
  })),
  'counts pages instead of going on behind the last row': changed(({ transactions }) => {
    let offset = 0
    return {
      transactions: {
        ...transactions,
        async list(query) {
          offset = query.after === null ? 0 : offset + query.limit
          const all = await transactions.list({ ...query, after: null, limit: 10_000 })
          return all.map((rows) => rows.slice(offset, offset + query.limit))
        },
      },
    }
  }),
  'lists the oldest first': changed(({ balances }) => ({
    balances: { ...balances, list: async (query) => (await balances.list(query)).map((rows) => rows.toReversed()) },
  })),
  "removes another account's holdings": changed(({ holdings }) => ({
    holdings: {
      ...holdings,
      async remove(account, ids) {
        await holdings.remove('account-2', ids)
        return holdings.remove(account, ids)
      },
    },
  })),
  'writes a cursor whatever its version': changed(({ cursors }) => ({
    cursors: {
      ...cursors,
      async save(cursor) {
        const stored = (await cursors.find(cursor.connectionId, cursor.stream)).unwrap()
        return cursors.save(cursor, stored?.version ?? 0)
      },
    },
  })),
  'takes nothing back': (whole) => ({ ...whole, transaction: (work) => work(whole) }),
  'takes nothing back of what was thrown': (whole) => ({
    ...whole,
    transaction: (work) =>
      whole.transaction(async (inside) => {
        let thrown: unknown = null
        const result = await work(inside).catch((reason: unknown) => {
          thrown = reason
        })
        return result ?? (Ok(thrown) as never)
      }),
  }),
  rejects: changed(({ holdings }) => ({
    holdings: { ...holdings, listByUser: () => Promise.reject(new TypeError('no such table')) },
  })),
}

const conflict = () => Err(new StorageError('STORAGE_CONFLICT'))
const spoil = (change: Change) => changed(change)(createMemoryRepositories())

const storeFaults: Readonly<Record<string, () => Repositories>> = {
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
  'shows what was removed': () =>
    spoil(({ transactions }) => ({
      transactions: { ...transactions, list: (query) => transactions.list({ ...query, includeRemoved: true }) },
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
}

const stores: Readonly<Record<string, () => Repositories>> = {
  ...Object.fromEntries(
    Object.entries(connectionFaults).map(([name, change]) => [name, () => changed(change)(createMemoryRepositories())]),
  ),
  ...Object.fromEntries(
    Object.entries(dataFaults).map(([name, change]) => [name, () => change(createMemoryRepositories())]),
  ),
  ...storeFaults,
}

describe('repositories that do something else fail a case', () => {
  test.each(Object.entries(stores))('%s', async (_, create) => {
    const open = async () => {
      const repositories = create()
      return { handles: [repositories, repositories, repositories] }
    }
    for (const { run } of repositoryConformance({ open })) {
      const reason = await run().catch((thrown: unknown) => thrown)
      if (reason === undefined) continue
      expect(reason).toMatchObject({ code: 'ERR_ASSERTION' })
      return
    }
    expect.unreachable('No case failed.')
  })
})
