import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../workspace.ts'

const execute = promisify(execFile)

/** Runs a command and gives what it printed. */
export async function run(command: string, args: readonly string[], cwd = root): Promise<string> {
  const { stdout } = await execute(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 })
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
