import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../workspace.ts'
import { allDone, check } from './check.ts'
import { binary, npmInstall, run } from './run.ts'
import type { Tarball } from './tarballs.ts'

/** TypeScript 6 and 7 are this repository's own. Two installed packages that both bring a `tsc` overwrite each other's: hence paths. */
const oldestTypeScript = 'typescript@5.9.3'

const settings = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext', lib: ['ES2023'] },
  bundler: { module: 'preserve', moduleResolution: 'bundler', lib: ['ES2023', 'DOM', 'DOM.Iterable'] },
}

/** Applications in `scripts` that are compiled against the tarballs, and run. */
const applications = ['consumer.ts', 'worker.ts']

/** What has to run wherever the packages are said to, once {@link compile} is through. */
export const programs = [
  ...['load-own.mjs', 'load-own.cjs', 'load-all.mjs', 'load-all.cjs'],
  ...['nodenext/consumer.js', 'nodenext/worker.js'],
]

/** What can be imported: every subpath of every package. */
export function entriesOf(tarballs: readonly Tarball[]): string[] {
  return tarballs.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((subpath) => subpath !== './package.json')
      .map((subpath) => manifest.name + subpath.slice(1)),
  )
}

/** What entries stand on that apps may leave out, such as `msw`. */
function optionalPeersOf(tarballs: readonly Tarball[]): Record<string, string> {
  const peers = tarballs.flatMap(({ manifest: { peerDependencies, peerDependenciesMeta } }) =>
    Object.keys(peerDependenciesMeta ?? {}).map((name) => [name, peerDependencies?.[name] ?? '*']),
  )
  return Object.fromEntries(peers) as Record<string, string>
}

/** Both ways of loading, of every entry: `require` must give what `import` gives. */
async function writeLoaders(folder: string, name: string, entries: readonly string[], end = ''): Promise<void> {
  const loaders = {
    [`${name}.mjs`]: (entry: string) => `Object.keys(await import('${entry}'))`,
    [`${name}.cjs`]: (entry: string) => `Object.keys(require('${entry}'))`,
  }
  for (const [file, load] of Object.entries(loaders)) {
    const lines = entries.map((entry) => `if (${load(entry)}.length === 0) throw new Error('${entry} exports nothing')`)
    await writeFile(join(folder, file), `${lines.join('\n')}\n${end}`)
  }
}

/** The types of entries, both ways: with `skipLibCheck` off, whatever they refer to must be there. */
async function writeTypeLoaders(folder: string, name: string, entries: readonly string[]): Promise<string[]> {
  const loaders = {
    [`${name}-entries.mts`]: (entry: string, index: number) => `import * as entry${index} from '${entry}'`,
    [`${name}-entries.cts`]: (entry: string, index: number) => `import entry${index} = require('${entry}')`,
  }
  for (const [file, load] of Object.entries(loaders)) {
    const names = entries.map((_, index) => `entry${index}`)
    await writeFile(join(folder, file), `${entries.map(load).join('\n')}\nexport const all = [${names.join(', ')}]\n`)
  }
  return Object.keys(loaders)
}

async function write(folder: string, tarballs: readonly Tarball[]): Promise<void> {
  const entries = entriesOf(tarballs)
  for (const file of applications) await copyFile(join(root, 'scripts', file), join(folder, file))
  // The types of others may want a browser's: an entry that is named for an optional peer is compiled where they are.
  const peers = Object.keys(optionalPeersOf(tarballs))
  const ownEntries = entries.filter((entry) => !peers.some((peer) => entry.endsWith(`/${peer}`)))
  await writeLoaders(folder, 'load-own', ownEntries)
  // A peer may keep a process alive, as msw does with Deno; what is ours may not.
  await writeLoaders(folder, 'load-all', entries, 'process.exit()\n')
  for (const [name, options] of Object.entries(settings)) {
    const compilerOptions = {
      ...options,
      target: 'ES2022',
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      outDir: name,
    }
    const loaders = await writeTypeLoaders(folder, name, options.lib.includes('DOM') ? entries : ownEntries)
    const files = [...applications, ...loaders]
    await writeFile(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files }))
  }
}

/** Makes a project elsewhere with the tarballs installed, lets something be done there, and removes it. */
export async function inConsumerProject(
  tarballs: readonly Tarball[],
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-consumer-'))
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
    await check('npm install of the tarballs', () =>
      npmInstall(folder, [
        ...tarballs.map(({ path }) => path),
        ...Object.entries(optionalPeersOf(tarballs)).map(([name, range]) => `${name}@${range}`),
        oldestTypeScript,
        '@types/node@22',
      ]),
    )
    await write(folder, tarballs)
    await mkdir(join(folder, 'runtimes'))
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Compiles the applications and the types of every entry under every compiler that is supported. */
export async function compile(folder: string): Promise<void> {
  const compilers = {
    'TypeScript 5.9': join(folder, 'node_modules/typescript/bin/tsc'),
    'TypeScript 6': binary('tsc6'),
    'TypeScript 7': binary('tsc'),
  }
  const compileWithAll = async (name: string) => {
    for (const [label, compiler] of Object.entries(compilers)) {
      await check(`types of all entries, and consumer, under ${label}, ${name}`, () =>
        run(compiler, ['-p', `${name}.json`], folder),
      )
    }
  }
  await allDone(Object.keys(settings).map(compileWithAll))
}
