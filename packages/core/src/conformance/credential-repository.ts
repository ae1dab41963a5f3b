import assert from 'node:assert/strict'
import type { CredentialRepository } from '../ports/credential-repository.ts'
import { describeThrown } from './assertions.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { credentialCases } from './credential-cases.ts'
import { leaseCases } from './credential-lease-cases.ts'

/** What the kit needs to know about a store. */
export type CredentialRepositoryHarness = {
  /**
   * Opens an empty store. The handles are as independent of each other as the store allows: connections of their own, of processes of their own where they can
   * be. At least one; several let the kit race them against each other.
   */
  open(): Promise<{
    handles: readonly CredentialRepository[]
    /** Closes what was opened. */
    close?(): Promise<void>
  }>
  /** Lets so many milliseconds pass by the clock of the store: some tens, by waiting, if nothing is given. */
  pass?(milliseconds: number): Promise<void>
}

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/**
 * What a {@link CredentialRepository} must do, as cases for any test runner. Each opens a store of its own; the races are run with all of its handles at once. Handles of one process do not show whether several
 * processes race rightly: a write must be one statement of the store's.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { createMemoryCredentialRepository } from '@finport/core'
 * import { credentialRepositoryConformance } from '@finport/core/conformance'
 *
 * const open = async () => ({ handles: [createMemoryCredentialRepository()] })
 * for (const { name, run } of credentialRepositoryConformance({ open })) test(name, run)
 * ```
 */
export function credentialRepositoryConformance(harness: CredentialRepositoryHarness): ConformanceCase[] {
  return Object.entries({ ...credentialCases, ...leaseCases }).map(([name, run]) => ({
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
        assert.fail(`What the repository gave can't be used: ${describeThrown(thrown)}`)
      } finally {
        await close?.()
      }
    },
  }))
}
