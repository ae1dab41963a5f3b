import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Manifest, type Member, root } from '../../scripts/workspace.ts'

type Rule = { holds: boolean; fault: string }

const ownManifest = './package.json'

/** What the exports become when the package is packed: the same keys, built files. */
function publishedExports(exports: Record<string, string>): Manifest['publishConfig'] {
  const distOf = (target: string) => target.replace(/^\.\/src\/(.*)\.ts$/, './dist/$1')
  const entries = Object.entries(exports).map(([subpath, target]) => [
    subpath,
    subpath === ownManifest ? ownManifest : { types: `${distOf(target)}.d.ts`, default: `${distOf(target)}.js` },
  ])
  return { exports: Object.fromEntries(entries) }
}

function exportRules({ manifest }: Member): Rule[] {
  const exports = manifest.exports ?? {}
  const sources = Object.entries(exports).filter(([subpath]) => subpath !== ownManifest)
  const published = JSON.stringify(publishedExports(exports)?.exports)
  return [
    { holds: exports[ownManifest] === ownManifest, fault: 'exports must have ./package.json' },
    {
      holds: sources.length > 0 && sources.every(([, target]) => /^\.\/src\/.+\.ts$/.test(target)),
      fault: 'exports must point to ./src/*.ts',
    },
    {
      holds: JSON.stringify(manifest.publishConfig?.exports) === published,
      fault: `publishConfig.exports must be ${published}`,
    },
  ]
}

function manifestRules({ directory, manifest }: Member): Rule[] {
  const isCore = manifest.name === '@finport/core'
  return [
    {
      holds: manifest.name === `@finport/${directory.slice('packages/'.length)}`,
      fault: "name must be @finport/ and the folder's name",
    },
    { holds: manifest.type === 'module', fault: 'type must be module' },
    { holds: manifest.sideEffects === false, fault: 'sideEffects must be false' },
    { holds: manifest.engines?.node === '>=22.12.0', fault: 'engines.node must be >=22.12.0' },
    { holds: manifest.license === 'MIT', fault: 'license must be MIT' },
    { holds: (manifest.description ?? '') !== '', fault: 'description is missing' },
    { holds: manifest.repository?.directory === directory, fault: `repository.directory must be ${directory}` },
    {
      holds: isCore || manifest.peerDependencies?.['@finport/core'] === 'workspace:^',
      fault: 'peerDependencies must have @finport/core at workspace:^',
    },
    {
      holds: manifest.dependencies?.['@finport/core'] === undefined,
      fault: '@finport/core must be a peer, not a dependency: Result types are nominal',
    },
  ]
}

/** What keeps a package from being laid out like all others. */
export function layoutFaults(member: Member, files: readonly string[]): string[] {
  const { directory } = member
  const missing = ['README.md', 'tsconfig.json', 'tsconfig.build.json']
    .map((name) => `${directory}/${name}`)
    .filter((file) => !files.includes(file))
    .map((file) => `${file} is missing`)
  const isBuilt = readFileSync(join(root, 'tsconfig.build.json'), 'utf8').includes(`"${directory}/tsconfig.build.json"`)
  return [
    ...missing,
    ...(isBuilt ? [] : [`tsconfig.build.json does not refer to ${directory}`]),
    ...[...manifestRules(member), ...exportRules(member)]
      .filter(({ holds }) => !holds)
      .map(({ fault }) => `${directory}/package.json: ${fault}`),
  ]
}
