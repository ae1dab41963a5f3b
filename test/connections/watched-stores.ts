import type { CredentialRepository, Repositories, TransactionalRepositories } from '@finport/core'

/** What is done around each call of a store, which it may make, or not, or too late. */
export type Around = (name: string, call: () => Promise<unknown>) => Promise<unknown>

function watched<Store extends object>(store: Store, name: string, around: Around): Store {
  return new Proxy(store, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key)
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => around(`${name}.${String(key)}`, async () => Reflect.apply(method, target, args))
    },
  })
}

function watchedAll(all: TransactionalRepositories, around: Around): TransactionalRepositories {
  return {
    connections: watched(all.connections, 'connections', around),
    authorizations: watched(all.authorizations, 'authorizations', around),
    accounts: watched(all.accounts, 'accounts', around),
    transactions: watched(all.transactions, 'transactions', around),
    holdings: watched(all.holdings, 'holdings', around),
    balances: watched(all.balances, 'balances', around),
    cursors: watched(all.cursors, 'cursors', around),
    leases: watched(all.leases, 'leases', around),
  }
}

/** Repositories with something done around each call, inside of transactions too. */
export function watchedRepositories(repositories: Repositories, around: Around): Repositories {
  const { transaction } = watched({ transaction: repositories.transaction }, 'repositories', around)
  return {
    ...watchedAll(repositories, around),
    transaction: (work) => transaction((inside) => work(watchedAll(inside, around))),
  }
}

/** The store of a vault, with something done around each call. */
export function watchedCredentials(credentials: CredentialRepository, around: Around): CredentialRepository {
  return watched(credentials, 'credentials', around)
}
