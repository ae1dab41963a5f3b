import assert, { AssertionError } from 'node:assert/strict'
import { isFileProvider, isOAuthProvider, isProvider, isSnapshotProvider } from '../provider.ts'
import { describeThrown } from './assertions.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { connectorCases, oauthCases } from './connector-cases.ts'
import { fileCases } from './file-cases.ts'
import { type CasesByName, type ProviderHarness, start } from './harness.ts'
import { networkCases } from './network-cases.ts'
import { providerCases } from './provider-cases.ts'
import { snapshotCases } from './snapshot-cases.ts'

/** What a case ends in: always an AssertionError, which quotes no secret. */
function toAssertionError(thrown: unknown, secrets: readonly string[]): AssertionError {
  const said =
    thrown instanceof AssertionError
      ? thrown.message
      : `The provider gave what can't be used: ${describeThrown(thrown)}`
  const mask = (text: string) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '[secret]'), text)
  // A new one: what an assertion compared is kept in it, and runners print that.
  const error = new AssertionError({ message: mask(said) })
  if (thrown instanceof Error) error.stack = mask(thrown.stack ?? '')
  return error
}

async function runCase(run: CasesByName[string], harness: ProviderHarness): Promise<void> {
  let usesNetwork = false
  const noNetwork = async () => {
    usesNetwork = true
    throw new TypeError('fetch failed')
  }
  try {
    await run(harness.fetch === undefined ? { ...harness, fetch: noNetwork } : harness)
  } catch (thrown) {
    if (!usesNetwork) throw toAssertionError(thrown, harness.secrets)
  }
  assert(!usesNetwork, 'The provider used the network, but the harness has no fetch.')
}

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
  for (const [index, secret] of harness.secrets.entries()) {
    assert(secret.trim() !== '', `The secret at index ${index} of the harness is empty.`)
  }
  const connector = connectorOf(harness)
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
    .map(([name, run]) => ({ name, run: () => runCase(run, harness) }))
}

function connectorOf(harness: ProviderHarness) {
  try {
    return start(harness).connector
  } catch (thrown) {
    throw toAssertionError(thrown, harness.secrets)
  }
}
