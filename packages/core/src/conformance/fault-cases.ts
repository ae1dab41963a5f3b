import assert from 'node:assert/strict'
import { isProvider } from '../provider.ts'
import type { Fault } from './fault.ts'
import { type CallOf, type GoodRun, type NetworkHarness, runWell, runWithFault } from './fault-run.ts'
import { faults } from './faults.ts'
import { accountIds, type CasesByName, type ProviderHarness, start } from './harness.ts'
import { networkCalls } from './network-calls.ts'

/** Every call that asks for something, run well. */
async function runAllWell(harness: NetworkHarness): Promise<{ callOf: CallOf; good: GoodRun }[]> {
  const session = start(harness)
  const accounts = isProvider(session.connector) ? await accountIds(harness) : []
  const runs: { callOf: CallOf; good: GoodRun }[] = []
  for (const [index, { name }] of networkCalls(session, accounts, harness).entries()) {
    const callOf: CallOf = (other) => {
      const call = networkCalls(other, accounts, harness)[index]
      assert(call?.name === name, 'Another instance of the provider has other capabilities.')
      return call
    }
    const good = await runWell(harness, callOf)
    if (good.sent.length > 0) runs.push({ callOf, good })
    else
      assert(
        name !== 'exchangeCredentials',
        'exchangeCredentials asks for nothing: the harness may need exchangeInput.',
      )
  }
  assert(runs.length > 0, 'The harness has a fetch, but no call of the provider asks for anything.')
  return runs
}

function requireFetch({ fetch, ...harness }: ProviderHarness): NetworkHarness {
  assert(fetch !== undefined, 'The harness has no fetch.')
  return { ...harness, fetch }
}

function nameOf(what: string, { codes }: Fault): string {
  const [code = '', other = code, ...more] = codes
  const errors = more.length > 0 ? 'a fitting error' : [...new Set([code, other])].join(' or ')
  return codes.length > 0
    ? `gives ${errors} for ${what}, at every endpoint`
    : `gives the rest for ${what}, at every endpoint`
}

/** What a provider does when the network or the institution fails: one case for each fault, with every call and endpoint. The good runs to compare with are made once. */
export function createFaultCases(): CasesByName {
  let runs: ReturnType<typeof runAllWell> | undefined
  const runsOf = (harness: NetworkHarness) => {
    runs ??= runAllWell(harness)
    return runs
  }

  const toCase =
    (what: string, fault: Fault): CasesByName[string] =>
    async (given) => {
      const harness = requireFetch(given)
      const trials = (await runsOf(harness)).flatMap(({ callOf, good }) =>
        [...new Set(good.sent.map((one) => one.endpoint))].map((endpoint) => ({ callOf, endpoint, fault, what, good })),
      )
      // One after the other, as institutions remember; but together where time has to pass.
      if (fault.runtime !== undefined) await Promise.all(trials.map((trial) => runWithFault(harness, trial)))
      else for (const trial of trials) await runWithFault(harness, trial)
    }

  return {
    async 'gives PROVIDER_ABORTED for a signal that is aborted before, and asks for nothing'(given) {
      const harness = requireFetch(given)
      for (const { callOf, good } of await runsOf(harness)) {
        let requests = 0
        const session = start(harness, {
          fetch: (request) => {
            requests++
            return harness.fetch(request)
          },
        })
        const what = `${good.name} with a signal that is aborted before`
        const result = await callOf(session).run(what, { signal: AbortSignal.abort() })
        assert(result.isErr() && result.error.code === 'PROVIDER_ABORTED', `${what} must be PROVIDER_ABORTED.`)
        assert(requests === 0, `${what} asks for something.`)
      }
    },

    ...Object.fromEntries([...faults].map(([what, fault]) => [nameOf(what, fault), toCase(what, fault)])),
  }
}
