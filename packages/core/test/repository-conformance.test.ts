import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryConformance } from '../src/conformance/index.ts'
import {
  createMemoryRepositories,
  Ok,
  type Repositories,
  type Transaction,
  type TransactionalRepositories,
} from '../src/index.ts'
import { openSqliteRepositories } from './sqlite-repositories.ts'

/** The clock of the stores: passing alone moves it. */
let now = Date.parse('2026-01-31T12:00:00Z')
const pass = async (milliseconds: number) => {
  now += milliseconds
}

const harness = (change: (repositories: Repositories) => Repositories = (whole) => whole) => ({
  pass,
  open: async () => {
    const repositories = change(createMemoryRepositories({ now: () => now }))
    return { handles: [repositories, repositories, repositories] }
  },
})

describe('repositories in memory', () => {
  for (const { name, run } of repositoryConformance(harness())) test(name, run)
})

describe('the repositories in a file that these tests use', () => {
  const open = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'finport-core-'))
    const handles = [0, 1, 2].map(() => openSqliteRepositories(join(folder, 'finport.sqlite'), { now: () => now }))
    const close = async () => {
      for (const handle of handles) handle.close()
      await rm(folder, { recursive: true })
    }
    return { handles, close }
  }
  for (const { name, run } of repositoryConformance({ open, pass })) test(name, run)
})

/** Repositories of which something is another, inside of transactions too. */
const changed =
  (change: (inside: TransactionalRepositories) => Partial<TransactionalRepositories>) =>
  (whole: Repositories): Repositories => ({
    ...whole,
    ...change(whole),
    transaction: (work) => whole.transaction((inside) => work({ ...inside, ...change(inside) })),
  })

const toDouble = (row: Transaction): Transaction => ({
  ...row,
  amount: String(Number(row.amount)) as Transaction['amount'],
})

const faults: Readonly<Record<string, (whole: Repositories) => Repositories>> = {
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

describe('repositories that do something else', () => {
  test.for(Object.entries(faults))('%s', async ([, change]) => {
    const outcomes = await Promise.allSettled(repositoryConformance(harness(change)).map(({ run }) => run()))
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(reasons.length).toBeGreaterThan(0)
    for (const reason of reasons) expect(reason).toMatchObject({ name: 'AssertionError' })
  })
})
