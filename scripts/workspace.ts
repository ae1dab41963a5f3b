import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')

type Versions = Record<string, string>

export type Manifest = {
  name: string
  version?: string
  private?: boolean
  type?: string
  description?: string
  license?: string
  sideEffects?: boolean
  engines?: Versions
  repository?: { directory?: string }
  scripts?: Versions
  exports?: Record<string, string>
  publishConfig?: { exports?: Record<string, string | Record<string, string>> }
  dependencies?: Versions
  devDependencies?: Versions
  optionalDependencies?: Versions
  peerDependencies?: Versions
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

/** A member of the workspace; `directory` is relative to the root, as `packages/core`. */
export type Member = { directory: string; manifest: Manifest }

/** The manifest in a folder of a checkout: of this one, unless said otherwise. */
export function readManifest(directory: string, checkout = root): Manifest {
  return JSON.parse(readFileSync(join(checkout, directory, 'package.json'), 'utf8')) as Manifest
}

/** Tracked files, and new ones that are not ignored, relative to the root. */
export function repositoryFiles(...patterns: string[]): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  const unique = new Set(listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path))))
  return [...unique].sort()
}

export function membersIn(folder: 'packages' | 'examples'): Member[] {
  return repositoryFiles(`:(glob)${folder}/*/package.json`)
    .map((path) => path.slice(0, -'/package.json'.length))
    .map((directory) => ({ directory, manifest: readManifest(directory) }))
}
