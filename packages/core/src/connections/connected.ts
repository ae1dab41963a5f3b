import type { ProviderError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { VaultError } from '../errors/vault-error.ts'
import type { Identity } from '../provider.ts'
import type { Result } from '../result.ts'

/** The calls of a connector that take credentials first, but for `revoke`, which is a part of disconnecting. */
export const boundCalls = {
  fetchAccounts: 'once',
  fetchTransactions: 'once',
  fetchHoldings: 'once',
  act: 'once',
  fetchSnapshot: 'stream',
  fetchChanges: 'stream',
} as const

/** One of them. */
export type BoundCall = keyof typeof boundCalls

/** What a call of an open connection may end in: the provider's errors, of which a refresh may give any, and those of lending credentials. */
export type OpenCallError = ProviderError | VaultError | StorageError

/** A call that gives no error of its own is none of an unknown error. */
type ErrorOf<E> = unknown extends E ? OpenCallError : E | OpenCallError

type Widened<Output> =
  Output extends Promise<Result<infer V, infer E>>
    ? Promise<Result<V, ErrorOf<E>>>
    : Output extends AsyncIterable<Result<infer V, infer E>>
      ? AsyncIterable<Result<V, ErrorOf<E>>>
      : never

/** A connector's calls for one connection, with its credentials in them: each without its first parameter. */
export type Connected<P> = {
  readonly [Call in keyof P & BoundCall]: P[Call] extends (credentials: never, ...rest: infer Rest) => infer Output
    ? (...rest: Rest) => Widened<Output>
    : never
} & Identity
