import assert, { AssertionError } from 'node:assert/strict'
import {
  isActor,
  isChangeSource,
  isExchangeProvider,
  isFileProvider,
  isOAuthProvider,
  isProvider,
  isSnapshotProvider,
} from '../provider.ts'
import { actorCases } from './actor-cases.ts'
import { describeThrown } from './assertions.ts'
import { changeCases, changeNetworkCases } from './change-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { connectorCases, oauthCases } from './connector-cases.ts'
import { exchangeCases } from './exchange-cases.ts'
import { createFaultCases } from './fault-cases.ts'
import { fileCases } from './file-cases.ts'
import { type CasesByName, type ProviderHarness, start } from './harness.ts'
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
 * What a provider or connector must do, as cases for any test runner. Those of its capabilities are included, and every printed form is searched for the harness's secrets.
 *
 * A transaction must say the same whatever days are asked for, and credentials must be taken again as a vault hands them back. A file provider is fed spoiled files. A provider with a network meets each fault at each endpoint that each of its calls asks (the three fetches for every account, `fetchSnapshot`, logins, `revoke`): refusals
 * and outages by status, limits with and without `Retry-After`, connections that are refused, reset or silent, signals aborted before and on the way, web pages, empty, cut off, misshapen and endless bodies, a redirect to
 * another host, one bad record among good ones. Nothing may reject or hang, the error must fit, no request may be sent again where that is of no use or a danger, and no secret that the failure quotes may show in an error, a
 * log or a hook. A call that can do without what failed may end well with a warning, as long as every record is there. No time passes but for some milliseconds in which the institution says nothing.
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
  const hasNetwork = harness.fetch !== undefined
  const mayUseNetwork = [isProvider, isOAuthProvider, isExchangeProvider, isChangeSource, isActor].some((is) =>
    is(connector),
  )
  const groups = [
    connectorCases,
    isProvider(connector) ? providerCases : {},
    mayUseNetwork && hasNetwork ? createFaultCases() : {},
    isOAuthProvider(connector) ? oauthCases : {},
    isExchangeProvider(connector) ? exchangeCases : {},
    isChangeSource(connector) ? changeCases : {},
    isChangeSource(connector) && hasNetwork ? changeNetworkCases : {},
    isActor(connector) ? actorCases : {},
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
