import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { ProviderError } from '../errors/provider-error.ts'
import type { Result } from '../result.ts'
import type { FetchFunction } from '../runtime.ts'
import { assertNoSecret } from './assertions.ts'
import type { Fault } from './fault.ts'
import { createFaultyFetch, describeRequest, type Sent, type Watch } from './faulty-fetch.ts'
import { type ProviderHarness, type Session, start } from './harness.ts'
import { type Given, madeUp, type NetworkCall } from './network-calls.ts'

/** The harness of a provider that uses the network. */
export type NetworkHarness = ProviderHarness & { fetch: FetchFunction }

/** The same call of any session. */
export type CallOf = (session: Session) => NetworkCall

/** A call that nothing happened to: what it asked for, and what it gave. */
export type GoodRun = { name: string; sent: readonly Sent[]; result: Result<Given, ProviderError> }

/** Runs a call with good answers alone. */
export async function runWell(harness: NetworkHarness, callOf: CallOf): Promise<GoodRun> {
  const sent: Sent[] = []
  const fetch: FetchFunction = async (request) => {
    sent.push(await describeRequest(request))
    return harness.fetch(request)
  }
  const { name, run } = callOf(start(harness, { fetch }))
  return { name, sent, result: await run(name) }
}

/** What is tried, and what there is to compare with. */
export type Trial = {
  callOf: CallOf
  endpoint: string
  fault: Fault
  /** The fault in words. */
  what: string
  good: GoodRun
}

/** Runs a call with a fault at one of its endpoints, and asserts that the provider does what it must. */
export async function runWithFault(harness: NetworkHarness, trial: Trial): Promise<void> {
  const { fault, endpoint, good } = trial
  const what = `${good.name} with ${trial.what} from ${endpoint}`
  const controller = new AbortController()
  const { fetch, watch } = createFaultyFetch(harness.fetch, {
    endpoint,
    fault,
    quoted: harness.secrets.join(' '),
    now: () => session.now(),
    slept: () => session.slept(),
    abort: () => controller.abort(),
  })
  const session = start(harness, { fetch, ...fault.runtime })
  const heardBefore = session.heard.length
  const call = trial.callOf(session)

  const running = call.run(what, { signal: controller.signal })
  const result = await Promise.race([running, untilIdle(watch, running)])
  for (const complaint of watch.complaints) assert.fail(`${what} ${complaint}.`)
  assert(result !== null, `${what} does not end.`)

  const said = [result.isOk() ? result.value.value : result.error, ...session.heard.slice(heardBefore)]
  assertNoSecret(said, harness.secrets, (index) => `${what} shows the secret at index ${index}.`)
  assertNoSecret(said, Object.values(madeUp), () => `${what} shows the code or token it was called with.`)

  if (fault.isAbort ? !controller.signal.aborted : watch.met === 0) {
    assert(watch.isAsked || result.isErr(), `${what} did not ask there again: a call must ask the same each time.`)
    return
  }
  assertRepeats(what, trial, call.kind, watch.sent)
  if (result.isErr()) assertFits(what, trial, call.kind, result.error)
  else if (call.kind !== 'revoke' || !fault.mayBeRevoked) assertIsFair(what, trial, call.kind, result.value, watch.met)
}

/** A call hangs when nothing happens for so many turns of so many milliseconds: turns, since a busy machine may let much time pass between two. */
const PATIENCE = { turns: 25, milliseconds: 20 }

/** Ends when nothing has happened for too long. */
async function untilIdle(watch: Watch, running: Promise<unknown>): Promise<null> {
  let isOver = false
  const end = () => {
    isOver = true
  }
  running.then(end, end)
  let seen = watch.events
  for (let turn = 0; turn < PATIENCE.turns && !isOver; turn++) {
    await new Promise((resolve) => setTimeout(resolve, PATIENCE.milliseconds))
    if (watch.events === seen && watch.pending === 0) continue
    seen = watch.events
    turn = 0
  }
  return null
}

/** An identical request may be sent so often, where it may be sent again. */
const MOST_ATTEMPTS = 4

function assertRepeats(
  what: string,
  { fault, endpoint, good }: Trial,
  kind: NetworkCall['kind'],
  sent: Watch['sent'],
): void {
  const isRead = kind !== 'login' || endpoint.startsWith('GET ')
  const mayRepeat = fault.repeats === 'all' || (fault.repeats === 'reads' && isRead)
  for (const [identity, times] of sent) {
    // What is read twice when all is well may be as often here.
    const usual = Math.max(1, good.sent.filter((one) => one.identity === identity).length)
    assert(mayRepeat || times.length <= usual, `${what} sends the same request again, which must not be.`)
    assert(times.length <= usual * MOST_ATTEMPTS, `${what} sends the same request more than ${MOST_ATTEMPTS} times.`)
    if (usual > 1) continue
    for (const [index, slept] of times.slice(1).entries()) {
      const pause = slept - (times[index] ?? 0)
      assert(
        pause >= fault.pauseMs,
        `${what} sends the same request again too soon: after ${pause} milliseconds of runtime.sleep, not ${fault.pauseMs}.`,
      )
    }
  }
}

function assertFits(what: string, { fault, good }: Trial, kind: NetworkCall['kind'], error: ProviderError): void {
  if (fault.mayBeOk === 'always') {
    assert(
      good.result.isErr(),
      `${what} gives ${error.code}, but the good ones must be there and the bad one rejected.`,
    )
    return
  }
  const ofLogin = ['PROVIDER_AUTHENTICATION_FAILED', 'PROVIDER_CONFIGURATION_REJECTED'] as const
  const codes = new Set([...fault.codes, ...(fault.isRefusal && kind !== 'data' ? ofLogin : [])])
  assert(codes.has(error.code), `${what} must be ${[...codes].join(' or ')}, but gives ${error.code}.`)
  if (fault.retryAfterSeconds === undefined || error.code !== 'PROVIDER_RATE_LIMITED') return
  const [from, to] = fault.retryAfterSeconds
  const { retryAfterSeconds: seconds } = error
  assert(
    seconds !== null && from <= seconds && seconds <= to,
    `${what} must have the retryAfterSeconds of the answer, 2, but has ${seconds}. (A clock of its own belongs into the harness, as now.)`,
  )
}

/** The records that only the first has. */
function difference(of: Given['records'], without: Given['records']): Given['records'] {
  const ids = new Set(without.map(({ id }) => id))
  return of.filter(({ id }) => !ids.has(id))
}

const nothing: Given = { records: [], warnings: 0, rejected: 0, value: null }

/** Asserts of a call that ended well in spite of a fault that it is only a little worse than without. */
function assertIsFair(
  what: string,
  { fault, good }: Trial,
  kind: NetworkCall['kind'],
  given: Given,
  met: number,
): void {
  const { records, warnings, rejected, value } = good.result.unwrapOr(nothing)
  const lost = difference(records, given.records)
  if (fault.mayBeOk === 'always') {
    // What belongs to a bad account goes with it.
    const accounts = new Set(
      lost.filter(({ account, id }) => id === `account ${account}`).map(({ account }) => account),
    )
    const others = lost.filter(({ account }) => !accounts.has(account))
    assert(accounts.size + others.length <= met, `${what} loses more than the bad record.`)
    assert(difference(given.records, records).length === 0, `${what} makes a record of the bad one.`)
    const isTold = given.warnings + given.rejected > warnings + rejected
    assert(isTold || isDeepStrictEqual(given.value, value), `${what} drops the bad record and says nothing.`)
    return
  }
  assert(fault.mayBeOk !== 'never' && kind === 'data', `${what} must be an error.`)
  assert(lost.length === 0, `${what} must be an error: without what could not be had, records are missing.`)
  assert(
    fault.mayBeOk === 'whole' || given.warnings > warnings,
    `${what} must be an error, or have a warning if the call can do without.`,
  )
}
