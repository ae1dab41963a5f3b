import { mock } from 'node:test'
import { inspect } from 'node:util'
import type { Fault } from '../../packages/core/src/conformance/fault.ts'
import type { Parts } from './app.ts'
import { createFaultyWire, endpointOf, type Occurrence } from './faulty-wire.ts'
import type { Outcome, Scene, Stage } from './scene.ts'

/** A scene in which nothing goes wrong: what there is to compare with. */
export type GoodRun = {
  readonly scene: Scene
  /** How often each endpoint is asked. */
  readonly endpoints: ReadonlyMap<string, number>
  /** Every state in which a part of the store is at some moment. */
  readonly states: ReadonlyMap<string, ReadonlySet<string>>
  /** What is stored before, afterwards, and once it was done again later. */
  readonly before: Parts
  readonly after: Parts
  readonly later: Parts
  /** What the host has kept at some moment, and in the end. */
  readonly kept: ReadonlySet<string>
  readonly laterKept: string
}

/** What was seen of a scene with a fault in it. */
export type Observation = {
  readonly scene: Scene
  readonly fault: Fault
  /** The fault in words. */
  readonly what: string
  readonly endpoint: string
  readonly occurrence: Occurrence
  readonly outcome: Outcome
  readonly connectionBefore: Connection
  readonly connection: Connection
  readonly stored: Parts
  readonly kept: string
  /** What was done again later came to, and what is stored then. */
  readonly again: Outcome
  readonly later: Parts
  readonly laterKept: string
  /** Everything that was said, printed in every form. */
  readonly said: string
  readonly secrets: readonly string[]
  /** What a provider should not have done. */
  readonly complaints: readonly string[]
}

type Connection = Awaited<ReturnType<Stage['app']['connection']>>

export const textOf = (rows: readonly string[] | undefined): string => (rows ?? []).join('\n')

/** Plays a scene in which nothing goes wrong. */
export async function runWell(scene: Scene): Promise<GoodRun> {
  const stage = await scene.open()
  const { app, act, again, kept: keptBy } = stage
  const states = new Map<string, Set<string>>()
  const kept = new Set<string>()
  const note = async () => {
    for (const [part, rows] of await app.stored()) states.set(part, (states.get(part) ?? new Set()).add(textOf(rows)))
    kept.add(keptBy())
  }
  const endpoints = new Map<string, number>()
  const { fetch } = app.wire
  app.wire.fetch = (request) => {
    endpoints.set(endpointOf(request), (endpoints.get(endpointOf(request)) ?? 0) + 1)
    return fetch(request)
  }
  await note()
  const before = await app.stored()
  app.onCommit = note
  const outcome = await act()
  await note()
  if (![...outcome].every((code) => code === 'ok' || code === 'revoked'))
    throw new Error(`${scene.operation} ${scene.institution} must go well: ${[...outcome].join(', ')}.`)
  app.wire.fetch = fetch
  const after = await app.stored()
  await again()
  return { scene, endpoints, states, before, after, later: await app.stored(), kept, laterKept: keptBy() }
}

const everything = { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null } as const

/** Plays a scene with a fault, and once more when it is over. `null` when the fault was never met, or can't be made of the answer. */
export async function runWithFault(
  scene: Scene,
  terms: Pick<Observation, 'fault' | 'what' | 'endpoint' | 'occurrence'>,
): Promise<Observation | null> {
  const { app, secrets, act, again, readAgain, kept } = await scene.open()
  const connectionBefore = await app.connection()
  const controller = new AbortController()
  const good = app.wire.fetch
  const { fetch, met, complaints } = createFaultyWire(good, {
    ...terms,
    quoted: () => [...secrets].join(' '),
    now: app.now,
    abort: () => controller.abort(),
  })
  app.wire.fetch = fetch
  const outcome = await act(controller.signal)
  app.wire.fetch = good
  if (met() === 0) return null
  const [connection, stored, keptThen] = [await app.connection(), await app.stored(), kept()]
  const repeated = await again()
  if (terms.fault.mayBeOk === 'always') await readAgain()
  return {
    ...{ scene, ...terms, outcome, connectionBefore, connection, stored, complaints },
    ...{ kept: keptThen, again: repeated, later: await app.stored(), laterKept: kept() },
    said: inspect(app.said, everything) + JSON.stringify(app.said),
    secrets: [...secrets],
  }
}

/** Does work in which time passes only when somebody waits for it. */
export async function withoutWaiting<T>(work: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    return await work()
  } finally {
    mock.timers.reset()
  }
}
