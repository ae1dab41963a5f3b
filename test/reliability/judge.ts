import type { Fault } from '../../packages/core/src/conformance/fault.ts'
import type { Parts } from './app.ts'
import { type GoodRun, type Observation, textOf } from './run-scene.ts'

/** What the vault says of a refresh that was refused, or given up by who waited for it. */
const ofRefresh = ['REAUTHENTICATION_REQUIRED', 'REFRESH_IN_PROGRESS'] as const
/** What is said where a grant or an app is refused. */
const ofLogin = ['PROVIDER_AUTHENTICATION_FAILED', 'PROVIDER_CONFIGURATION_REJECTED'] as const

const isTokenEndpoint = (endpoint: string) => /token$/.test(endpoint)

/** The codes that fit a fault where it is met. */
function fittingCodes({ fault, endpoint, scene }: Observation): ReadonlySet<string> {
  const { codes, isRefusal, isAbort } = fault
  const isLogin = isTokenEndpoint(endpoint)
  const more = [
    ...(isRefusal && isLogin ? [...ofLogin, 'REAUTHENTICATION_REQUIRED'] : []),
    // Todoist's app is refused by the address that ends a grant, too.
    ...(isRefusal && scene.operation === 'disconnect' ? ofLogin : []),
    // Until the next refresh is tried, the last one's failure is an outage.
    ...(isLogin && scene.operation === 'open' ? ['PROVIDER_UNAVAILABLE'] : []),
    ...(isLogin && (isAbort || fault.codes.includes('PROVIDER_UNAVAILABLE')) ? ofRefresh.slice(1) : []),
  ]
  return new Set<string>([...codes, ...more])
}

const good: ReadonlySet<string> = new Set(['ok', 'partial', 'revoked'])

function* judgeOutcome(seen: Observation): Generator<string> {
  const fits = fittingCodes(seen)
  const isDisconnect = seen.scene.operation === 'disconnect'
  for (const code of seen.outcome) {
    if (good.has(code) || fits.has(code) || (isDisconnect && code === 'failed')) continue
    yield `gives ${code}, which does not fit`
  }
  const isEnded = [...seen.outcome].some((code) => !good.has(code))
  const mustEnd = seen.fault.isAbort || (seen.fault.mayBeOk === 'never' && seen.occurrence === 'lasting')
  if (mustEnd && !isEnded && !mayEndWell(seen)) yield 'ends well though it must not'
}

/** What may go on without the answer: a grant that is ended all the same, and a login whose tokens are kept when the institution can't be asked for the moment. */
function mayEndWell({ scene, endpoint }: Observation): boolean {
  const isVerified = scene.operation === 'connect' && !isTokenEndpoint(endpoint)
  return isVerified || scene.operation === 'disconnect'
}

/** Only what says that the user's grant is over may expire a connection. Where tokens are refreshed, it is the refresh that says so. */
function isTerminal({ outcome, scene }: Observation): boolean {
  return (
    outcome.has('REAUTHENTICATION_REQUIRED') ||
    (outcome.has('PROVIDER_AUTHENTICATION_FAILED') && scene.institution === 'Alpaca')
  )
}

function* judgeConnection(seen: Observation): Generator<string> {
  const { scene, fault, outcome, connectionBefore, connection } = seen
  const isOk = [...outcome].every((code) => good.has(code))
  const { status, hasCredentials } = connection ?? { status: 'missing', hasCredentials: false }
  if (scene.operation === 'connect') {
    if (isOk !== (status === 'active')) yield `ends in ${status}`
    if (isOk !== hasCredentials) yield hasCredentials ? 'keeps credentials of a login that failed' : 'loses credentials'
    return
  }
  if (scene.operation === 'disconnect') {
    if (status !== 'revoked' || hasCredentials) yield 'does not end the connection'
    return
  }
  if (!hasCredentials) yield 'loses credentials'
  if (status !== connectionBefore?.status && status !== 'expired') yield `ends in ${status}`
  // A login in place that fails leaves the one before.
  const isOver = isTerminal(seen) && scene.operation !== 'reconnect'
  if (status === 'expired' && !(isOver && fault.isRefusal)) yield 'expires a connection that is good'
  if (status !== 'expired' && isOver) yield 'leaves a connection active that is over'
}

const isBadRecord = ({ mayBeOk }: Fault) => mayBeOk === 'always'

/** Names of Schwab's accounts are a comfort: where they can't be had, numbers stand in for them until the next sync. */
const withoutNames = ({ endpoint }: Observation, text: string) =>
  endpoint.endsWith('/userPreference') ? text.replace(/\["name","[^"]*"\]/g, '') : text

function* judgeParts(seen: Observation, run: GoodRun): Generator<string> {
  for (const [part, rows] of seen.stored) {
    const states = [...(run.states.get(part) ?? [''])].map((state) => withoutNames(seen, state))
    if (states.includes(withoutNames(seen, textOf(rows)))) continue
    if (isBadRecord(seen.fault)) yield* judgeRows(part, rows, { states, lasting: lastingRows(part, run) })
    else yield `stores ${part} as they never are`
  }
}

const isCursor = (row: string) => row.startsWith('[["stream"')

/** With a record that can't be read, every other is there, and every row is one that is there without it. */
function* judgeRows(
  part: string,
  rows: readonly string[],
  { states, lasting }: { states: readonly string[]; lasting: readonly string[] },
): Generator<string> {
  const known = new Set(states.flatMap((state) => state.split('\n')))
  if (rows.some((row) => !known.has(row) && !isCursor(row))) yield `stores a row of ${part} that is none`
  if (lasting.some((row) => !rows.includes(row))) yield `loses a row of ${part}`
}

/** The rows that are there before and afterwards, and the same. */
function lastingRows(part: string, { before, after }: GoodRun): string[] {
  const rows = new Set(before.get(part))
  return (after.get(part) ?? []).filter((row) => rows.has(row) && !isCursor(row))
}

/** Whether the same is stored. Where a record could not be read, days are read once more than usual. */
function isSame({ fault }: Pick<Observation, 'fault'>, one: Parts, other: Parts): boolean {
  const rowsOf = (rows: readonly string[] | undefined) =>
    textOf(isBadRecord(fault) ? rows?.filter((row) => !isCursor(row)) : rows)
  const parts = [...new Set([...one.keys(), ...other.keys()])]
  return parts.every((part) => rowsOf(one.get(part)) === rowsOf(other.get(part)))
}

function* judgeStored(seen: Observation, run: GoodRun): Generator<string> {
  yield* judgeParts(seen, run)
  const isWhole = [...seen.outcome].every((code) => code === 'ok')
  if (seen.scene.operation === 'sync' && isWhole && !isSame(seen, seen.stored, run.after))
    yield 'says that all is stored, and it is not'
  if (!run.kept.has(seen.kept) && !isHandedOver(seen)) yield 'hands on what never is'
}

/** What a feed can't read is handed to the host, who may refuse the page: it does not come again by itself. */
const isHandedOver = ({ scene, fault }: Observation) => scene.operation === 'feed' && isBadRecord(fault)

function* judgeAgain(seen: Observation, run: GoodRun): Generator<string> {
  const { again, later, laterKept } = seen
  const isGood = [...again].every((code) => good.has(code))
  if (!isGood) yield `does not end well when the fault is over: ${[...again].join(', ')}`
  else if (!isSame(seen, later, run.later) || (laterKept !== run.laterKept && !isHandedOver(seen)))
    yield 'does not come to the truth when the fault is over'
}

/** What is wrong with what was seen, in words. */
export function judge(seen: Observation, run: GoodRun): string[] {
  const shown = seen.secrets.filter((secret) => seen.said.includes(secret))
  return [
    ...judgeOutcome(seen),
    ...judgeConnection(seen),
    ...judgeStored(seen, run),
    ...judgeAgain(seen, run),
    ...seen.complaints,
    ...(shown.length > 0 ? [`shows ${shown.length} secrets`] : []),
  ]
}
