/**
 * Runs what takes long, one after the other, and prints a line of figures for each: fuzzing for an equal part of the time, and processes that are killed while they write.
 *
 *     node scripts/soak.ts [minutes] [name of a task]...
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { root } from './workspace.ts'

type Task = {
  name: string
  /** A script and its arguments, for so many minutes where it can be told. Its last line has the figures; it exits with another code than 0 when something is wrong. */
  command: (minutes: number) => readonly string[]
}

const fuzzed = (name: string): Task => ({
  name: `fuzz ${name}`,
  command: (minutes) => ['scripts/fuzz-property.ts', name, String(minutes)],
})

const tasks: readonly Task[] = [
  { name: 'fuzz OFX and CSV', command: (minutes) => ['scripts/fuzz.ts', String(minutes)] },
  fuzzed('envelopes'),
  fuzzed('keyrings'),
  fuzzed('json-bodies'),
  fuzzed('callbacks'),
  // It runs five races of so many seconds.
  {
    name: 'race of refreshes',
    command: (minutes) => ['scripts/race.ts', String(Math.max(5, Math.round(minutes * 10)))],
  },
  {
    name: 'kill -9 of a rewrap',
    command: (minutes) => ['scripts/rewrap.ts', String(Math.round(5_000 + minutes * 10_000))],
  },
  { name: 'kill -9 of syncs and imports', command: (minutes) => ['scripts/kill.ts', `${minutes}m`] },
]

/** What a task prints; its last line is the figures. */
async function run(args: readonly string[]): Promise<{ lines: string[]; code: number | null }> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  for await (const line of createInterface({ input: child.stdout })) if (line.trim() !== '') lines.push(line)
  return { lines, code: await ended }
}

const [minutes = '10', ...names] = process.argv.slice(2)
const chosen = names.length === 0 ? tasks : tasks.filter(({ name }) => names.some((part) => name.includes(part)))
if (!(Number(minutes) > 0) || chosen.length === 0) {
  console.error(`usage: pnpm soak [minutes] [${tasks.map(({ name }) => `'${name}'`).join(' ')}]`)
  process.exit(1)
}
for (const { name, command } of chosen) {
  const { lines, code } = await run(command(Number(minutes) / chosen.length))
  if (code !== 0) {
    process.exitCode = 1
    console.log(lines.join('\n'))
  }
  console.log(
    `${code === 0 ? 'holds ' : 'FAILED'}  ${name}: ${lines.at(-1) ?? `nothing was printed, exit code ${code}`}`,
  )
}
