import { DatabaseSync } from 'node:sqlite'
import { holdsAlias } from '../src/connections/connection.ts'
import {
  type Account,
  type AccountBalance,
  type AuthorizationRequest,
  type Connection,
  Err,
  type FinportError,
  type Holding,
  type Lease,
  Ok,
  type Repositories,
  type Result,
  StorageError,
  type SyncCursor,
  type Transaction,
  type TransactionalRepositories,
  toInstant,
} from '../src/index.ts'
import { openTable } from './sqlite-table.ts'

const join = (...parts: readonly string[]) => JSON.stringify(parts)

function openTables(database: DatabaseSync) {
  return {
    connections: openTable<Connection>(database, 'connections', {
      keyOf: ({ id }) => id,
      uniqueOf: (row) => (holdsAlias(row) ? join(row.userId, row.provider, row.alias) : null),
      placeOf: ({ userId, id }) => [userId, id],
    }),
    authorizations: openTable<AuthorizationRequest>(database, 'authorizations', {
      keyOf: ({ stateHash }) => stateHash,
      uniqueOf: () => null,
      placeOf: ({ userId, stateHash }) => [userId, stateHash],
    }),
    accounts: openTable<Account>(database, 'accounts', {
      keyOf: ({ id }) => id,
      uniqueOf: ({ connectionId, providerAccountId }) => join(connectionId, providerAccountId),
      placeOf: ({ connectionId, id }) => [connectionId, id],
    }),
    transactions: openTable<Transaction>(database, 'transactions', {
      keyOf: ({ id }) => id,
      uniqueOf: ({ accountId, providerTransactionId }) => join(accountId, providerTransactionId),
      placeOf: ({ accountId, transactionDate, id }) => [accountId, `${transactionDate} ${id}`],
    }),
    holdings: openTable<Holding>(database, 'holdings', {
      keyOf: ({ id }) => id,
      uniqueOf: ({ accountId, providerHoldingId }) => join(accountId, providerHoldingId),
      placeOf: ({ accountId, id }) => [accountId, id],
    }),
    balances: openTable<AccountBalance>(database, 'balances', {
      keyOf: ({ accountId, day }) => join(accountId, day),
      uniqueOf: () => null,
      placeOf: ({ accountId, day }) => [accountId, day],
    }),
    cursors: openTable<SyncCursor>(database, 'cursors', {
      keyOf: ({ connectionId, stream }) => join(connectionId, stream),
      uniqueOf: () => null,
      placeOf: ({ connectionId, stream }) => [connectionId, stream],
    }),
    leases: openTable<Lease>(database, 'leases', {
      keyOf: ({ key }) => key,
      uniqueOf: () => null,
      placeOf: ({ key }) => [key, ''],
    }),
  }
}

/** Who waits for a lock of SQLite stops the whole process, the holder of the lock too: within a process, writers take turns. */
const turns = new Map<string, Promise<unknown>>()

/** How a store of these tests is opened. */
export type SqliteOptions = {
  /** Milliseconds since 1970, the store's clock. */
  now?: () => number
  /** Told before each step of the database that writes. */
  onStep?: () => void
}

type Write = <T>(change: () => Result<T, StorageError>) => Promise<Result<T, StorageError>>

/** Repositories in a file that several processes open at a time. What is read outside of a transaction is what was committed last. */
export function openSqliteRepositories(
  path: string,
  { now = Date.now, onStep = () => undefined }: SqliteOptions = {},
): Repositories & { close(): void } {
  const [writer, reader] = [0, 1].map(() => {
    const database = new DatabaseSync(path, { timeout: 30_000 })
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    return database
  }) as [DatabaseSync, DatabaseSync]
  const [written, read] = [openTables(writer), openTables(reader)]

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(path) ?? Promise.resolve()).then(work)
    turns.set(
      path,
      turn.catch(() => undefined),
    )
    return turn
  }
  const step = (statement: string) => {
    onStep()
    writer.exec(statement)
  }
  /** All of a change, or nothing of it when it gives an error or throws. */
  const around = async <T, E>(
    [begin, commit, rollback]: readonly [string, string, string],
    work: () => Promise<Result<T, E>> | Result<T, E>,
  ): Promise<Result<T, E>> => {
    step(begin)
    let isKept = false
    try {
      const result = await work()
      isKept = result.isOk()
      return result
    } finally {
      step(isKept ? commit : rollback)
    }
  }
  const transactionally = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'] as const
  const nested = ['SAVEPOINT one', 'RELEASE one', 'ROLLBACK TO one; RELEASE one'] as const
  /** Without a pause, in which another write inside could begin a savepoint of the same name. */
  const writeInside: Write = async (change) => {
    const [begin, commit, rollback] = nested
    step(begin)
    const result = refuseTwins(change)
    step(result.isOk() ? commit : rollback)
    return result
  }
  const write: Write = (change) => inTurn(() => around(transactionally, () => refuseTwins(change)))

  return {
    ...over(read, written, write, now, onStep),
    transaction<T, E extends FinportError = never>(
      work: (inside: TransactionalRepositories) => Promise<Result<T, E>>,
    ): Promise<Result<T, E | StorageError>> {
      const inside = over(written, written, writeInside, now, onStep)
      return inTurn(() => around(transactionally, () => work(inside)))
    },
    close() {
      writer.close()
      reader.close()
    },
  }
}

function refuseTwins<T>(change: () => Result<T, StorageError>): Result<T, StorageError> {
  try {
    return change()
  } catch (thrown) {
    if (/UNIQUE constraint/.test(String(thrown))) return Err(new StorageError('STORAGE_CONFLICT'))
    throw thrown
  }
}

type Tables = ReturnType<typeof openTables>

const byPlace = (one: { transactionDate: string; id: string }, other: { transactionDate: string; id: string }) =>
  one.transactionDate + one.id < other.transactionDate + other.id ? -1 : 1

function over(
  read: Tables,
  tables: Tables,
  write: Write,
  now: () => number,
  onStep: () => void,
): TransactionalRepositories {
  const saveAll =
    <Row>({ put }: { put(row: Row): number }) =>
    (rows: readonly Row[]) =>
      write(() => {
        let count = 0
        for (const row of rows) {
          onStep()
          count += put(row)
        }
        return Ok(count)
      })
  const saveVersion = <Row extends { version: number }>(
    { put }: { put(row: Row): number },
    find: () => Row | null,
    row: Row,
    expected: number,
  ) =>
    write(() => {
      if ((find()?.version ?? 0) !== expected) return Err(new StorageError('STORAGE_CONFLICT'))
      onStep()
      put(row)
      return Ok(undefined)
    })
  const lend = (key: string, owner: string, milliseconds: number) => {
    const lease: Lease = { key, owner, until: toInstant(now() + milliseconds) }
    tables.leases.put(lease)
    return Ok(lease)
  }

  return {
    connections: {
      find: async (userId, id) => Ok(read.connections.list(userId).find((row) => row.id === id) ?? null),
      save: (row, expected) => saveVersion(tables.connections, () => tables.connections.find(row.id), row, expected),
      async list({ userId, provider, status, updatedBefore, after, limit }) {
        const rows = read.connections
          .all()
          .filter(
            (row) =>
              (userId === undefined || row.userId === userId) &&
              (provider === undefined || row.provider === provider) &&
              (status === undefined || row.status === status) &&
              (updatedBefore === undefined || row.updatedAt < updatedBefore) &&
              (after === null || row.id > after),
          )
        return Ok(rows.slice(0, limit))
      },
    },
    authorizations: {
      insert: (request) =>
        write(() => {
          if (tables.authorizations.find(request.stateHash) !== null) return Err(new StorageError('STORAGE_CONFLICT'))
          tables.authorizations.put(request)
          return Ok(undefined)
        }),
      take: (userId, stateHash) =>
        write(() => {
          const found = tables.authorizations.list(userId).find((row) => row.stateHash === stateHash) ?? null
          if (found !== null) tables.authorizations.remove(found)
          return Ok(found)
        }),
      removeExpired: (before) =>
        write(() => {
          const ended = tables.authorizations.all().filter(({ expiresAt }) => expiresAt < before)
          return Ok(ended.map((row) => tables.authorizations.remove(row)).length)
        }),
    },
    accounts: {
      find: async (userId, id) => Ok([read.accounts.find(id)].find((row) => row?.userId === userId) ?? null),
      listByUser: async (userId) => Ok(read.accounts.all().filter((row) => row.userId === userId)),
      listByConnection: async (connectionId) => Ok(read.accounts.list(connectionId)),
      save: saveAll(tables.accounts),
    },
    transactions: {
      async list({ userId, accountId, from, to, status, includeRemoved = false, after, limit }) {
        const all = accountId === undefined ? read.transactions.all() : read.transactions.list(accountId)
        const rows = all.filter(
          (row) =>
            row.userId === userId &&
            (from === undefined || row.transactionDate >= from) &&
            (to === undefined || row.transactionDate <= to) &&
            (status === undefined || row.status === status) &&
            (includeRemoved || row.removedAt === null) &&
            (after === null || byPlace(row, after) < 0),
        )
        const others = rows.filter(({ id }) => id !== after?.id)
        return Ok(others.sort((one, other) => byPlace(other, one)).slice(0, limit))
      },
      listInRange: async (accountId, { from, to }) => Ok(read.transactions.list(accountId, from, `${to}~`)),
      findByProviderIds: async (accountId, ids) =>
        Ok([...new Set(ids)].flatMap((id) => read.transactions.findUnique(join(accountId, id)) ?? [])),
      save: saveAll(tables.transactions),
    },
    holdings: {
      listByUser: async (userId) => Ok(read.holdings.all().filter((row) => row.userId === userId)),
      listByAccount: async (accountId) => Ok(read.holdings.list(accountId)),
      save: saveAll(tables.holdings),
      remove: (accountId, ids) =>
        write(() => {
          const rows = tables.holdings.list(accountId).filter(({ id }) => ids.includes(id))
          return Ok(rows.map((row) => tables.holdings.remove(row)).length)
        }),
    },
    balances: {
      async list({ userId, accountId, from = '', to = '\uffff', after, limit }) {
        const rows = read.balances.list(accountId).filter((row) => row.userId === userId)
        const wanted = rows.filter(({ day }) => day >= from && day <= to && (after === null || day < after))
        return Ok(wanted.reverse().slice(0, limit))
      },
      save: saveAll(tables.balances),
    },
    cursors: {
      find: async (connectionId, stream) => Ok(read.cursors.find(join(connectionId, stream))),
      save: (row, expected) =>
        saveVersion(tables.cursors, () => tables.cursors.find(join(row.connectionId, row.stream)), row, expected),
    },
    leases: {
      acquire: ({ key, owner, milliseconds }) =>
        write(() => {
          const lease = tables.leases.find(key)
          const isFree = lease === null || lease.owner === owner || lease.until <= toInstant(now())
          return isFree ? lend(key, owner, milliseconds) : Ok(null)
        }),
      renew: ({ key, owner, milliseconds }) =>
        write(() => (tables.leases.find(key)?.owner === owner ? lend(key, owner, milliseconds) : Ok(null))),
      release: ({ key, owner }) =>
        write(() => {
          const lease = tables.leases.find(key)
          if (lease?.owner === owner) tables.leases.remove(lease)
          return Ok(undefined)
        }),
    },
  }
}
