import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median } from '../median.ts'
import { contestants } from './contestants.ts'

/** What came out of rounds for one size, by the names of contestants. */
export type Speeds = {
  /** How often in a second. */
  perSecond(name: string): number
  /** How many times as often as the other: round by round, so that a slow minute slows both, and of these the median. */
  ratio(one: string, other: string): number
  /** The smallest and the largest of these ratios. */
  ratioRange(one: string, other: string): readonly [least: number, most: number]
}

/** What each contestant did in a second, size by size. */
type Round = ReadonlyMap<string, readonly number[]>

const childScript = join(import.meta.dirname, 'run-contestant.ts')
const execute = promisify(execFile)

async function runContestant(name: string, sizes: readonly number[]): Promise<number[]> {
  const { stdout } = await execute(process.execPath, [childScript, name, ...sizes.map(String)])
  return JSON.parse(stdout) as number[]
}

function speedsAt(index: number, rounds: readonly Round[]): Speeds {
  const speedIn = (round: Round, name: string) => round.get(name)?.[index] ?? Number.NaN
  const ratios = (one: string, other: string) => rounds.map((round) => speedIn(round, one) / speedIn(round, other))
  return {
    perSecond: (name) => median(rounds.map((round) => speedIn(round, name))),
    ratio: (one, other) => median(ratios(one, other)),
    ratioRange(one, other) {
      const all = ratios(one, other)
      return [Math.min(...all), Math.max(...all)]
    },
  }
}

/** Lets each contestant seal and open, one process each and one after the other, round after round, each round from another one on. */
export async function runRounds(sizes: readonly number[], roundCount: number): Promise<Speeds[]> {
  const rounds: Round[] = []
  for (let round = 0; round < roundCount; round++) {
    const speeds = new Map<string, readonly number[]>()
    const first = round % contestants.length
    for (const { name } of [...contestants.slice(first), ...contestants.slice(0, first)])
      speeds.set(name, await runContestant(name, sizes))
    rounds.push(speeds)
  }
  return sizes.map((_, index) => speedsAt(index, rounds))
}
