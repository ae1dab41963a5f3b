import type { ConformanceCase } from './conformance-case.ts'

/** How one case ended. */
export type ConformanceResult = {
  /** The name of the case. */
  name: string
  /** What was wrong; `null` when nothing was. */
  problem: string | null
}

/**
 * Runs cases one after the other, without a test runner: for a first look at a new provider. It never rejects.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { providerConformance, runConformance, toConformanceReport } from '@finport/core/conformance'
 * import { chaseFile } from '@finport/provider-chase-file'
 *
 * const cases = providerConformance({
 *   create: (runtime) => createProvider(chaseFile, {}, runtime),
 *   input: () => ({ fileName: 'statement.qfx', fileContent: new TextEncoder().encode('OFXHEADER:100') }),
 *   secrets: [],
 * })
 * console.log(toConformanceReport(await runConformance(cases)))
 * ```
 */
export async function runConformance(cases: readonly ConformanceCase[]): Promise<ConformanceResult[]> {
  const results: ConformanceResult[] = []
  for (const { name, run } of cases) {
    try {
      await run()
      results.push({ name, problem: null })
    } catch (thrown) {
      results.push({ name, problem: thrown instanceof Error ? thrown.message : 'The case failed without an error.' })
    }
  }
  return results
}

/** Results as text for a terminal: a line for each case, what was wrong below it, and how many passed. What many cases found is told once. */
export function toConformanceReport(results: readonly ConformanceResult[]): string {
  const passed = results.filter(({ problem }) => problem === null).length
  const firstOf = new Map<string, string>()
  const lines = results.flatMap(({ name, problem }) => {
    if (problem === null) return [`✓ ${name}`]
    const first = firstOf.get(problem)
    if (first !== undefined) return [`✗ ${name}`, `    The same as in: ${first}`]
    firstOf.set(problem, name)
    return [`✗ ${name}`, ...problem.split('\n').map((line) => `    ${line}`)]
  })
  const failed = results.length - passed
  const sum = failed === 0 ? `All ${passed} cases pass.` : `${failed} of ${results.length} cases fail.`
  return [...lines, '', sum].join('\n')
}
