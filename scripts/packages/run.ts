import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../workspace.ts'

const execute = promisify(execFile)

const MOST_MILLISECONDS = 5 * 60_000

/** Runs a command and gives what it printed; one that does not end is a failure. */
export async function run(command: string, args: readonly string[], cwd = root): Promise<string> {
  const limits = { maxBuffer: 64 * 1024 * 1024, timeout: MOST_MILLISECONDS }
  const { stdout } = await execute(command, args, { cwd, ...limits })
  return stdout
}

/** A command of this repository's own dependencies. */
export const binary = (name: string): string => join(root, 'node_modules/.bin', name)

/** Installs into a folder that has a package.json, without running anybody's scripts. */
export async function npmInstall(folder: string, specifiers: readonly string[]): Promise<void> {
  await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...specifiers],
    folder,
  )
}
