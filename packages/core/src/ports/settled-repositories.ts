import type { FinportError } from '../errors/finport-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { Err, Ok, type Result } from '../result.ts'
import type { Repositories, TransactionalRepositories } from './repositories.ts'

type Call = (...args: readonly unknown[]) => Promise<Result<unknown, StorageError>>

const unavailable = () => Err(new StorageError('STORAGE_UNAVAILABLE'))

/** The methods of a repository, of which none rejects: what a database throws may quote anything. */
function settled<R extends object>(repository: R): R {
  return new Proxy(repository, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      const call: Call = async (...args) => {
        try {
          const result: Result<unknown, StorageError> = await Reflect.apply(method, target, args)
          // Many databases' word for nothing. Whoever is given nothing by a write does not look at it.
          if (result.isOk()) return result.value === undefined ? Ok(null) : result
          const { code } = result.error
          return code === 'STORAGE_CONFLICT' ? Err(new StorageError(code)) : unavailable()
        } catch {
          return unavailable()
        }
      }
      return call
    },
  })
}

function settledAll(all: TransactionalRepositories): TransactionalRepositories {
  return {
    connections: settled(all.connections),
    authorizations: settled(all.authorizations),
    accounts: settled(all.accounts),
    transactions: settled(all.transactions),
    holdings: settled(all.holdings),
    balances: settled(all.balances),
    cursors: settled(all.cursors),
    leases: settled(all.leases),
  }
}

/** The host's repositories as core sees them: what throws can't be reached. A mistake inside of a transaction's work is still thrown. */
export function settledRepositories(repositories: Repositories): Repositories {
  return {
    ...settledAll(repositories),
    async transaction<T, E extends FinportError = never>(
      work: (inside: TransactionalRepositories) => Promise<Result<T, E>>,
    ): Promise<Result<T, E | StorageError>> {
      let mistake: { thrown: unknown } | null = null
      try {
        return await repositories.transaction(async (inside) => {
          try {
            return await work(settledAll(inside))
          } catch (thrown) {
            mistake = { thrown }
            throw thrown
          }
        })
      } catch (thrown) {
        if ((mistake as { thrown: unknown } | null)?.thrown === thrown) throw thrown
        return unavailable()
      }
    },
  }
}
