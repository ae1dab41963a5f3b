import type { ContestantName } from './contestants.ts'
import { median } from './median.ts'
import type { Run } from './run-contestant.ts'

/** What each contestant took in a round. */
export type Round = ReadonlyMap<ContestantName, Run>

/** What came out of a contest. */
export type Results = {
  /** How many times as long one takes as the other: round by round, so that a slow minute slows both, and of these the median. */
  timeRatio(one: ContestantName, other: ContestantName): number
  /** The smallest and the largest of these ratios. */
  timeRatioRange(one: ContestantName, other: ContestantName): readonly [least: number, most: number]
  /** The same of the time that processors worked, on any thread: it shows less of what else the machine does. */
  cpuRatio(one: ContestantName, other: ContestantName): number
  /** The most memory that one had, without what a node has that does nothing. */
  megabytesAboveBare(one: ContestantName): number
}

const MEGABYTE = 1024 * 1024

/** Reads what is to be known out of rounds. */
export function createResults(rounds: readonly Round[]): Results {
  const runIn = (round: Round, name: ContestantName): Run => {
    const run = round.get(name)
    if (run === undefined) throw new Error(`${name} was not in this contest.`)
    return run
  }
  const ratios = (one: ContestantName, other: ContestantName, clock: 'milliseconds' | 'cpuMilliseconds') =>
    rounds.map((round) => runIn(round, one)[clock] / runIn(round, other)[clock])
  return {
    timeRatio: (one, other) => median(ratios(one, other, 'milliseconds')),
    timeRatioRange(one, other) {
      const all = ratios(one, other, 'milliseconds')
      return [Math.min(...all), Math.max(...all)]
    },
    cpuRatio: (one, other) => median(ratios(one, other, 'cpuMilliseconds')),
    megabytesAboveBare: (one) =>
      median(rounds.map((round) => runIn(round, one).peakBytes - runIn(round, 'bare node').peakBytes)) / MEGABYTE,
  }
}
