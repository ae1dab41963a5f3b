import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A secret that is made on the first run and kept in a file that only its owner can read. For trying things out on one machine: in production, secrets come from a secret store, by the environment.
 */
export function localSecret(path: string, make: () => string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    // Of two processes that start at once, one makes it.
    writeFileSync(path, make(), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(path, 'utf8')
}
