/**
 * Looks at everything that is installed with the packages: `docs/dependencies.md` must give a reason for each dependency and a licence for whatever comes along, and nothing may run at installation.
 *
 *     node scripts/check-dependencies.ts
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Manifest, membersIn, root } from './workspace.ts'

type InstalledManifest = Manifest & {
  version: string
  license?: string
  gypfile?: boolean
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

const page = 'docs/dependencies.md'
/** Licences that ask for nothing but their text. */
const licences = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense']
const runAtInstallation = ['preinstall', 'install', 'postinstall']

/** The folder that Node would find a package in, from another's. */
function folderOf(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (dirname(folder) === folder) return null
  }
}

const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as InstalledManifest

/** What a package manager installs along with a package, by itself. */
function installedWith({ dependencies, optionalDependencies, peerDependencies, ...manifest }: Manifest): string[] {
  const { peerDependenciesMeta = {} } = manifest as InstalledManifest
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta[name]?.optional !== true)
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]
}

/** Every third party's package in a tree, by name. */
function installedIn(folders: readonly string[]): Map<string, { folder: string; manifest: InstalledManifest }> {
  const found = new Map<string, { folder: string; manifest: InstalledManifest }>()
  const waiting = folders.map((folder) => ({ folder, manifest: manifestIn(folder) }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of installedWith(next.manifest)) {
      if (found.has(name) || name.startsWith('@finport/')) continue
      const folder = folderOf(name, next.folder)
      // A platform's own variant is not there on another platform.
      if (folder === null) continue
      const one = { folder, manifest: manifestIn(folder) }
      found.set(name, one)
      waiting.push(one)
    }
  }
  return found
}

/** The rows of the tables in a part of the page: name and second cell. */
function rowsOf(part: string): [name: string, cell: string][] {
  return [...part.matchAll(/^\| `([^`]+)`[^|]* \| ([^|]*?) +\|/gm)].map(([, name = '', cell = '']) => [name, cell])
}

const text = readFileSync(join(root, page), 'utf8')
const parts = new Map(
  text.split(/^#+ /m).map((part) => [part.slice(0, part.indexOf('\n')).replaceAll('`', '').trim(), part]),
)
const members = membersIn('packages')
const faults: string[] = []

for (const { directory, manifest } of members) {
  const declared = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  }).filter((name) => name !== '@finport/core')
  const given = new Map(rowsOf(parts.get(manifest.name) ?? ''))
  for (const name of declared) {
    if (!/^\S+(?: \S+){3,}\.$/.test(given.get(name) ?? ''))
      faults.push(`${page}: a sentence is missing under ${manifest.name} that says why it needs ${name}`)
  }
  for (const name of given.keys()) {
    if (!declared.includes(name)) faults.push(`${page}: ${directory}/package.json does not depend on ${name}`)
  }
  for (const name of runAtInstallation) {
    if (manifest.scripts?.[name] !== undefined) faults.push(`${directory}/package.json: a script runs at installation`)
  }
}

const installed = installedIn(members.map(({ directory }) => join(root, directory)))
const listed = new Map(rowsOf(parts.get('What is installed') ?? ''))
for (const [name, { folder, manifest }] of installed) {
  const licence = manifest.license ?? 'none'
  if (!licences.includes(licence)) faults.push(`${name} ${manifest.version}: its licence is ${licence}`)
  if (listed.get(name) !== licence) faults.push(`${page}: this row is missing: | \`${name}\` | ${licence} |`)
  const runs = runAtInstallation.some((script) => manifest.scripts?.[script] !== undefined)
  if (runs || (manifest.gypfile !== false && existsSync(join(folder, 'binding.gyp'))))
    faults.push(`${name} ${manifest.version}: it runs a script at installation`)
}
for (const name of listed.keys()) {
  if (!installed.has(name)) faults.push(`${page}: ${name} is not installed with any package`)
}

if (installed.size === 0) faults.push('Nothing is installed: run pnpm install.')
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
const counts = licences.flatMap((licence) => {
  const { length } = [...installed.values()].filter(({ manifest }) => manifest.license === licence)
  return length === 0 ? [] : [`${length} ${licence}`]
})
console.log(
  `${installed.size} packages of others are installed with ${members.length} of ours, none runs anything then: ${counts.join(', ')}`,
)
