import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A file to start from. Its text has its bytes for code units. */
export type Seed = { readonly name: string; readonly text: string }

const folder = join(import.meta.dirname, '../fixtures')

/** The fixtures, in the order of their names. */
export function readCorpus(): Seed[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /[\\/]/.test(path) && !path.endsWith('.golden.json'))
    .sort()
    .map((path) => ({ name: basename(path), text: readFileSync(join(folder, path), 'latin1') }))
}
