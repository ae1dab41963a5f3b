import assert from 'node:assert/strict'
import type { Repositories } from '../ports/repositories.ts'
import { describeThrown } from './assertions.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { accountCases } from './repositories/account-cases.ts'
import { atomicityCases } from './repositories/atomicity-cases.ts'
import { authorizationCases } from './repositories/authorization-cases.ts'
import { balanceCases } from './repositories/balance-cases.ts'
import { connectionCases } from './repositories/connection-cases.ts'
import { contentionCases } from './repositories/contention-cases.ts'
import { cursorCases } from './repositories/cursor-cases.ts'
import { holdingCases } from './repositories/holding-cases.ts'
import { leaseCases } from './repositories/lease-cases.ts'
import { transactionCases } from './repositories/transaction-cases.ts'

/** What the kit needs to know about a store. */
export type RepositoryHarness = {
  /**
   * Opens an empty store. The handles are as independent of each other as the store allows: connections of their own, of processes of their own where they can be. At least one; several let the kit race them against each other.
   */
  open(): Promise<{
    handles: readonly Repositories[]
    /** Closes what was opened. */
    close?(): Promise<void>
  }>
}

const cases = {
  ...connectionCases,
  ...authorizationCases,
  ...accountCases,
  ...transactionCases,
  ...holdingCases,
  ...balanceCases,
  ...cursorCases,
  ...leaseCases,
  ...atomicityCases,
  ...contentionCases,
}

/**
 * What {@link Repositories} must do, as cases for any test runner. Each opens a store of its own; the races are run with all of its handles at once. Handles in processes of their own ({@link connectToStore}) show
 * whether processes race rightly as well.
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
  return Object.entries(cases).map(([name, run]) => ({
    name,
    async run() {
      const { handles, close } = await harness.open()
      const [first, second = first] = handles
      assert(first && second, 'The harness must open at least one handle.')
      try {
        await run({ first, second, handles })
      } catch (thrown) {
        if (thrown instanceof assert.AssertionError) throw thrown
        assert.fail(`What the repositories gave can't be used: ${describeThrown(thrown)}`)
      } finally {
        await close?.()
      }
    },
  }))
}
