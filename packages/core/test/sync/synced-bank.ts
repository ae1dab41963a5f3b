import { createEventEmitter, type FinportEvent } from '../../src/events.ts'
import {
  type Account,
  createMemoryRepositories,
  Ok,
  type ProviderTransactionData,
  type Repositories,
  type Transaction,
} from '../../src/index.ts'
import { createSync, type SyncRequest } from '../../src/sync/sync.ts'
import type { Bank } from './bank.ts'
import { countWrites, type Writes } from './count-writes.ts'

export const userId = 'user-1'
export const connectionId = 'connection-1'

/** Random bytes that are the same in every run. */
export function countingBytes(): (bytes: number) => Uint8Array {
  let made = 0
  return (bytes) => {
    made++
    const random = new Uint8Array(bytes)
    new DataView(random.buffer).setUint32(bytes - 4, made)
    return random
  }
}

/** A bank and the store that follows it. */
export function follow(
  bank: Bank,
  repositories: Repositories = createMemoryRepositories({ now: () => bank.now }),
  random = countingBytes(),
  provider = () => bank.provider(),
) {
  const events: FinportEvent[] = []
  const writes: Writes = { rows: 0 }
  const source = { now: () => bank.now, random }
  const emit = createEventEmitter((event) => void events.push(event), source)
  const counted = countWrites(repositories, writes)
  const sync = createSync({ repositories: counted, emit, ...source, open: async () => Ok(provider()) })

  const accounts = async () => (await repositories.accounts.listByConnection(connectionId)).unwrap()
  const accountOf = async (providerAccountId: string) =>
    (await accounts()).find((account) => account.providerAccountId === providerAccountId) as Account
  const rowsOf = async (providerAccountId: string): Promise<Transaction[]> => {
    const { id } = await accountOf(providerAccountId)
    const query = { userId, accountId: id, includeRemoved: true, after: null, limit: 100_000 }
    return (await repositories.transactions.list(query)).unwrap()
  }
  return {
    repositories,
    events,
    writes,
    accounts,
    accountOf,
    rowsOf,
    sync: (request: Partial<SyncRequest> = {}) => sync({ userId, connectionId, ...request }),
    /** What is stored of an account, and not removed, as the bank tells it. */
    stateOf: async (providerAccountId: string) =>
      inOrder((await rowsOf(providerAccountId)).filter(({ removedAt }) => removedAt === null).map(toTold)),
    truthOf: (providerAccountId: string) => inOrder(bank.rowsOf(providerAccountId)),
  }
}

function toTold({ id: _, userId: __, accountId: ___, removedAt: ____, version: _____, ...told }: Transaction) {
  return told
}

function inOrder(rows: readonly ProviderTransactionData[]): ProviderTransactionData[] {
  return rows.toSorted((a, b) => (a.providerTransactionId < b.providerTransactionId ? -1 : 1))
}
