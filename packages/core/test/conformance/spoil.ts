import type { ProviderHarness } from '../../src/conformance/index.ts'
import {
  type Connector,
  Err,
  type ProviderError,
  ProviderInvalidInputError,
  ProviderUnavailableError,
  type Result,
  type RuntimeOptions,
} from '../../src/index.ts'
import type { CaseName } from './case-names.ts'
import { noteListHarness } from './conforming-connectors.ts'
import {
  fileBankHarness,
  type HarnessOf,
  keyBankHarness,
  memoryBankHarness,
  oauthBankHarness,
  snapshotBankHarness,
  taskListHarness,
} from './conforming-providers.ts'

/** What is wrong, the provider that does it, what the case must say of it, and the other cases that can't but fail as well. */
export type Fault = [fault: string, harness: ProviderHarness, says: RegExp, ...also: CaseName[]]

/** Providers that do one thing wrong, by the case that must find it. */
export type FaultsOf<Name extends CaseName> = Readonly<Record<Name, Fault[]>>

type ProviderIn<H extends ProviderHarness> = H extends HarnessOf<infer P> ? P : never

/** Properties to put over those of a good provider. It is given a copy, whose methods stay good. */
type Change<P> = (provider: P, runtime: RuntimeOptions) => object

function spoil<P extends Connector>(good: HarnessOf<P>, change: Change<P>): ProviderHarness {
  const create: ProviderHarness['create'] = (runtime) =>
    good
      .create(runtime)
      .map((provider) =>
        Object.defineProperties(
          provider,
          Object.getOwnPropertyDescriptors(change(Object.assign({}, provider), runtime)),
        ),
      )
  return { ...good, create }
}

export type KeyBank = ProviderIn<typeof keyBankHarness>
export type MemoryBank = ProviderIn<typeof memoryBankHarness>
export type SnapshotBank = ProviderIn<typeof snapshotBankHarness>
export type OAuthBank = ProviderIn<typeof oauthBankHarness>
export type FileBank = ProviderIn<typeof fileBankHarness>
export type TaskList = ProviderIn<typeof taskListHarness>
export type NoteList = ProviderIn<typeof noteListHarness>

/** Each of the good providers, changed. */
export const spoiled = {
  keyBank: (change: Change<KeyBank>) => spoil<KeyBank>(keyBankHarness, change),
  memoryBank: (change: Change<MemoryBank>) => spoil<MemoryBank>(memoryBankHarness, change),
  snapshotBank: (change: Change<SnapshotBank>) => spoil<SnapshotBank>(snapshotBankHarness, change),
  oauthBank: (change: Change<OAuthBank>) => spoil<OAuthBank>(oauthBankHarness, change),
  fileBank: (change: Change<FileBank>) => spoil<FileBank>(fileBankHarness, change),
  taskList: (change: Change<TaskList>) => spoil<TaskList>(taskListHarness, change),
  noteList: (change: Change<NoteList>) => spoil<NoteList>(noteListHarness, change),
}

/** A method whose value is changed; its errors stay. */
export function changed<A extends unknown[], T>(
  call: (...args: A) => Promise<Result<T, ProviderError>>,
  change: (value: T, ...args: A) => unknown,
) {
  return async (...args: A) => (await call(...args)).map((value) => change(value, ...args))
}

/** A method whose errors of some codes are changed; its values stay. */
export function failing<A extends unknown[], T>(
  call: (...args: A) => Promise<Result<T, ProviderError>>,
  codes: readonly ProviderError['code'][],
  change: (error: ProviderError, ...args: A) => unknown,
) {
  return async (...args: A) => {
    const result = await call(...args)
    return result.isErr() && codes.includes(result.error.code) ? change(result.error, ...args) : result
  }
}

/** Metadata with other fields. */
export const metadata = (fields: object) => (provider: Connector) => ({ metadata: { ...provider.metadata, ...fields } })

/** What a call does that rejects. */
export const reject = async () => {
  throw new TypeError('canary-token, canary-api-key and 000123451234 are not iterable.')
}

export const unavailable = (message?: string) =>
  new ProviderUnavailableError({ provider: 'spoiled', operation: 'spoiled', message })

export const refusal = (reason: string) =>
  Err(new ProviderInvalidInputError({ provider: 'spoiled', operation: 'spoiled', issues: [{ path: 'input', reason }] }))

/** Anything that is not plain data. */
export class NotPlain {}
