import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const main = join(import.meta.dirname, '../src/main.ts')

/** What a user's shell would have, but for what the one that runs the tests has set; compiled modules are kept, which halves the time a run takes. */
const environment = {
  ...process.env,
  COLUMNS: '100',
  INIT_CWD: undefined,
  FORCE_COLOR: undefined,
  NO_COLOR: undefined,
  NODE_COMPILE_CACHE: join(tmpdir(), 'chase-import-compile-cache'),
}

export type Run = { exitCode: number | null; stdout: string; stderr: string }

/** Starts the program in another folder than the user's, as pnpm does. */
export function start(args: string[], { userFolder }: { userFolder?: string } = {}) {
  return spawn(process.execPath, [main, ...args], {
    cwd: import.meta.dirname,
    env: { ...environment, INIT_CWD: userFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export async function run(args: string[], options?: { userFolder?: string }): Promise<Run> {
  const child = start(args, options)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { exitCode, stdout, stderr }
}

type Line = { kind: string; file: string; [field: string]: unknown }

/** What the program prints as JSON. */
export function parseLines(stdout: string): Line[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}
