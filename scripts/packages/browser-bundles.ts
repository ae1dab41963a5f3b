import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { check } from './check.ts'
import { entriesOf } from './consumer-project.ts'
import { run } from './run.ts'
import type { Tarball } from './tarballs.ts'

/** Packages that run in browsers and workers. */
const portable = ['@finport/core', '@finport/vault']
/** Their entries that say that they are Node's. */
const nodesOwn = ['@finport/core/conformance', '@finport/vault/node-cipher']

/** What a browser does not have. Taken from the bundle alone: Node's own fetch needs them. */
const nodesGlobals = ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate', 'require']
const withoutThem = Object.fromEntries(
  nodesGlobals.flatMap((name) => [name, `globalThis.${name}`].map((expression) => [expression, 'undefined'])),
)

type Size = { entry: string; bytes: number; zipped: number }

/** Bundles for a browser: a module of Node's, or one that is missing, is an error. */
async function bundle(folder: string, contents: string, options: BuildOptions = {}): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
    ...options,
    write: false,
  })
  const [{ contents: code } = { contents: null }] = outputFiles
  if (code === null) throw new Error('esbuild wrote nothing')
  return code
}

/** Bundles core and the vault for browsers and workers, and runs a worker's program without Node's globals. */
export async function tryBrowserBundles(folder: string, tarballs: readonly Tarball[]): Promise<void> {
  const sizes: Size[] = []
  await check('browser bundles of core and vault, without modules of Node', async () => {
    const inBrowsers = tarballs.filter(({ manifest }) => portable.includes(manifest.name))
    for (const entry of entriesOf(inBrowsers).filter((entry) => !nodesOwn.includes(entry))) {
      const code = await bundle(folder, `export * from '${entry}'`, { minify: true })
      sizes.push({ entry, bytes: code.length, zipped: gzipSync(code).length })
    }
    await writeFile(
      join(folder, 'worker-bundle.js'),
      await bundle(folder, "import './worker.ts'", { define: withoutThem }),
    )
  })
  await check('a worker without the globals of Node', () => run(process.execPath, ['worker-bundle.js'], folder))
  const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(9)
  for (const { entry, bytes, zipped } of sizes)
    console.log(`${kilobytes(bytes)} minified, ${kilobytes(zipped)} zipped  ${entry}`)
}
