import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median } from '../median.ts'
import { EMPTY, type ImportContestant } from './contestants.ts'
import type { Installed } from './install-all.ts'

/** What a process took: milliseconds by the clock and by the processor, and megabytes. */
type Cost = { clock: number; processor: number; memory: number }
type Round = ReadonlyMap<string, Cost>

/** What importing took, by the names of contestants: more than an empty Node in the same round, and of the rounds the median. */
export type ImportCosts = { of(name: string): Cost; range(name: string): readonly [least: number, most: number] }

const execute = promisify(execFile)

/** Says at its end what the process has taken since it began. */
const report = `const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ processor: (user + system) / 1000, memory: process.memoryUsage.rss() / 1024 ** 2 }))
`

async function measure(program: string): Promise<Cost> {
  const start = performance.now()
  const { stdout } = await execute(process.execPath, [program])
  return { clock: performance.now() - start, ...(JSON.parse(stdout) as Omit<Cost, 'clock'>) }
}

const differences = (rounds: readonly Round[], name: string, key: keyof Cost) =>
  rounds.map((round) => (round.get(name)?.[key] ?? Number.NaN) - (round.get(EMPTY)?.[key] ?? Number.NaN))

/** Imports each in a process of its own, one after the other, round after round, each round from another one on. The first round only fills the caches of the disk. */
export async function runImportRounds(
  contestants: readonly ImportContestant[],
  installed: (contestant: ImportContestant) => Installed,
  roundCount: number,
): Promise<ImportCosts> {
  const programs = new Map<string, string>()
  for (const [index, contestant] of contestants.entries()) {
    const program = join(installed(contestant).folder, `import-${index}.mjs`)
    const imports = contestant.modules.map((module) => `import '${module}'\n`)
    await writeFile(program, `${imports.join('')}${report}`)
    programs.set(contestant.name, program)
  }
  const names = contestants.map(({ name }) => name)
  const rounds: Round[] = []
  for (let round = 0; round <= roundCount; round++) {
    const first = round % names.length
    const costs = new Map<string, Cost>()
    for (const name of [...names.slice(first), ...names.slice(0, first)])
      costs.set(name, await measure(programs.get(name) as string))
    if (round > 0) rounds.push(costs)
  }
  return {
    of: (name) => ({
      clock: median(differences(rounds, name, 'clock')),
      processor: median(differences(rounds, name, 'processor')),
      memory: median(differences(rounds, name, 'memory')),
    }),
    range(name) {
      const all = differences(rounds, name, 'processor')
      return [Math.min(...all), Math.max(...all)]
    },
  }
}
