import assert from 'node:assert/strict'
import type { Repositories } from '../ports/repositories.ts'
import { describeThrown } from './assertions.ts'
import { atomicityCases } from './atomicity-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { connectionCases } from './connection-cases.ts'
import { dataCases } from './data-cases.ts'
import { transactionCases } from './transaction-cases.ts'

/** What the kit needs to know about a store. */
export type RepositoryHarness = {
  /**
   * Opens an empty store. The handles are as independent of each other as the store allows: connections of their own, of processes of their own where they can
   * be. At least one; several let the kit race them against each other.
   */
  open(): Promise<{
    handles: readonly Repositories[]
    /** Closes what was opened. */
    close?(): Promise<void>
  }>
  /** Lets so many milliseconds pass by the clock of the store: some tens, by waiting, if nothing is given. */
  pass?(milliseconds: number): Promise<void>
}

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/**
 * What {@link Repositories} must do, as cases for any test runner. Each opens a store of its own.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { createMemoryRepositories } from '@finport/core'
 * import { repositoryConformance } from '@finport/core/conformance'
 *
 * const open = async () => ({ handles: [createMemoryRepositories()] })
 * for (const { name, run } of repositoryConformance({ open })) test(name, run)
 * ```
 */
export function repositoryConformance(harness: RepositoryHarness): ConformanceCase[] {
  return Object.entries({ ...connectionCases, ...dataCases, ...transactionCases, ...atomicityCases }).map(
    ([name, run]) => ({
      name,
      async run() {
        const { handles, close } = await harness.open()
        const { pass = wait } = harness
        const [first, second = first] = handles
        assert(first && second, 'The harness must open at least one handle.')
        try {
          await run({ first, second, handles, pass })
        } catch (thrown) {
          if (thrown instanceof assert.AssertionError) throw thrown
          assert.fail(`What the repositories gave can't be used: ${describeThrown(thrown)}`)
        } finally {
          await close?.()
        }
      },
    }),
  )
}
