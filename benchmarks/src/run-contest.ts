import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ContestantName } from './contestants.ts'
import type { Input } from './inputs/input-files.ts'
import { createResults, type Results, type Round } from './results.ts'
import type { Run } from './run-contestant.ts'

const childScript = join(import.meta.dirname, 'run-contestant.ts')
/** What Node makes of TypeScript is kept here, since in a package from the registry that is done already. */
const compileCache = join(tmpdir(), 'finport-benchmarks', 'compile-cache')
const execute = promisify(execFile)

async function runContestant(name: ContestantName, warmUp: string, path: string): Promise<Run> {
  const { stdout } = await execute(process.execPath, [childScript, name, warmUp, path], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  })
  return JSON.parse(stdout) as Run
}

/** Lets each contestant read a file, one process each and one after the other, round after round, each round from another one on. */
export async function runContest(
  { file, warmUp }: Input,
  names: readonly ContestantName[],
  roundCount: number,
): Promise<Results> {
  const all: readonly ContestantName[] = [...names, 'bare node']
  for (const name of all) await runContestant(name, warmUp.path, warmUp.path)
  const rounds: Round[] = []
  for (let round = 0; round < roundCount; round++) {
    const runs = new Map<ContestantName, Run>()
    for (let turn = 0; turn < all.length; turn++) {
      const name = all[(round + turn) % all.length] as ContestantName
      const run = await runContestant(name, warmUp.path, file.path)
      const { tally } = run
      if (tally !== null && (tally.rows !== file.tally.rows || tally.cents !== file.tally.cents))
        throw new Error(`${name} found ${JSON.stringify(tally)} instead of ${JSON.stringify(file.tally)}.`)
      runs.set(name, run)
    }
    rounds.push(runs)
  }
  return createResults(rounds)
}
