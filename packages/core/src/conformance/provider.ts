import { isFileProvider, isOAuthProvider, isProvider, isSnapshotProvider } from '../provider.ts'
import { connectorCases, oauthCases } from './connector-cases.ts'
import { fileCases } from './file-cases.ts'
import { type ConformanceCase, type ProviderHarness, start } from './harness.ts'
import { networkCases, providerCases, snapshotCases } from './provider-cases.ts'

/**
 * What a provider or connector must do, as cases for any test runner. Those of its capabilities are included: a file provider is fed spoiled files, one with
 * a network broken answers, and every printed form is searched for the harness's secrets.
 *
 * @throws AssertionError when the harness can't make its provider.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { createProvider } from '@finport/core'
 * import { providerConformance } from '@finport/core/conformance'
 * import { chaseFile } from '@finport/provider-chase-file'
 *
 * const statement = new TextEncoder().encode('OFXHEADER:100\n<OFX>…</OFX>')
 * const cases = providerConformance({
 *   create: (runtime) => createProvider(chaseFile, {}, runtime),
 *   input: () => ({ fileName: 'statement.qfx', fileContent: statement }),
 *   secrets: ['000123451234'],
 * })
 * for (const { name, run } of cases) test(name, run)
 * ```
 */
export function providerConformance(harness: ProviderHarness): ConformanceCase[] {
  const { connector } = start(harness)
  const groups = [
    connectorCases,
    isProvider(connector) ? providerCases : {},
    isProvider(connector) && harness.fetch !== undefined ? networkCases : {},
    isOAuthProvider(connector) ? oauthCases : {},
    isSnapshotProvider(connector) ? snapshotCases : {},
    isFileProvider(connector) ? fileCases : {},
  ]
  return groups
    .flatMap((cases) => Object.entries(cases))
    .map(([name, run]) => ({ name, run: async () => run(harness) }))
}
