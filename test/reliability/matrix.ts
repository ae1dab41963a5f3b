import { faults } from '../../packages/core/src/conformance/faults.ts'
import { type Occurrence, occurrences } from './faulty-wire.ts'
import { judge } from './judge.ts'
import { type GoodRun, type Observation, runWell, runWithFault } from './run-scene.ts'
import type { Scene } from './scene.ts'

/** What a fault comes to, wherever in a scene it is met. */
export type Cell = {
  /** The fault in words. */
  readonly fault: string
  /** What it came to where it lasts, and where it is met once. */
  readonly lasting: ReadonlySet<string>
  readonly once: ReadonlySet<string>
  /** How often it was tried. */
  readonly trials: number
  /** What should not be, in words. */
  readonly wrong: readonly string[]
}

/** An account's id in an address: one account stands for the others. */
const ACCOUNT_ID = /\/[0-9A-F]{64}/

/** The endpoints of a scene, each kind once. */
function endpointsOf({ endpoints }: GoodRun): [endpoint: string, times: number][] {
  const kinds = new Map(
    [...endpoints].reverse().map(([endpoint, times]) => [endpoint.replace(ACCOUNT_ID, ''), [endpoint, times]]),
  )
  return [...kinds.values()].reverse() as [string, number][]
}

/** Whether another outcome is to be expected than where the fault lasts. */
function isWorthTrying(occurrence: Occurrence, { scene, what, times }: { scene: Scene; what: string; times: number }) {
  if (occurrence === 'lasting') return true
  if (occurrence === 'later') return times > 1 && scene.operation === 'sync'
  // An access token that was refused is replaced, and the request sent again.
  return times > 1 || what === '401' || faults.get(what)?.repeats !== 'none'
}

/** A code as the table has it. */
export const shortly = (code: string) => code.replace('PROVIDER_', '').replaceAll('_', ' ').toLowerCase()

function wordsOf({ outcome, connectionBefore, connection, scene }: Observation): string[] {
  const codes = [...outcome]
  const errors = codes.filter((code) => code !== 'ok' && code !== 'partial' && code !== 'revoked')
  const isOver = connection?.status === 'expired' && connectionBefore?.status === 'active'
  if (scene.operation === 'disconnect') return [errors.length > 0 ? 'not revoked' : 'ok']
  if (errors.length > 0) return errors.map((code) => `${shortly(code)}${isOver ? ', expired' : ''}`)
  return [codes.includes('partial') ? 'rest' : 'ok']
}

/** Meets every fault at every endpoint of a scene. */
export async function runMatrix(scene: Scene): Promise<Cell[]> {
  const run = await runWell(scene)
  const cells: Cell[] = []
  for (const [what, fault] of faults) {
    const lasting = new Set<string>()
    const once = new Set<string>()
    const wrong: string[] = []
    let trials = 0
    for (const [endpoint, times] of endpointsOf(run)) {
      for (const occurrence of occurrences) {
        if (!isWorthTrying(occurrence, { scene, what, times })) continue
        const say = (words: string) => void wrong.push(`${what} (${occurrence}) at ${endpoint}: ${words}`)
        try {
          const seen = await runWithFault(scene, { fault, what, endpoint, occurrence })
          if (seen === null) continue
          trials++
          for (const word of wordsOf(seen)) (occurrence === 'once' ? once : lasting).add(word)
          for (const words of judge(seen, run)) say(words)
        } catch (thrown) {
          say(`throws ${thrown}`)
        }
      }
    }
    cells.push({ fault: what, lasting, once, trials, wrong })
  }
  return cells
}
