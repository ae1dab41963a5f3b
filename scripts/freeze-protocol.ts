/**
 * Compiles the providers that the conformance kit is tried with against the packed tarballs, as their authors would, and keeps what comes out: `packages/core/test/protocol-1.test.ts` runs it on every later core.
 * Done before the first release, and never again for the same protocol.
 *
 *     node scripts/freeze-protocol.ts
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { check, runChecks } from './packages/check.ts'
import { inConsumerProject } from './packages/consumer-project.ts'
import { run } from './packages/run.ts'
import { packTarballs } from './packages/tarballs.ts'
import { root } from './workspace.ts'

const sources = [
  'conformance/conforming-providers.ts',
  'conformance/file-bank.ts',
  'conformance/institution.ts',
  'fake-provider.ts',
  'sample-data.ts',
]
const published = { '': '@finport/core', 'http/': '@finport/core/http', 'conformance/': '@finport/core/conformance' }
const kept = join(root, 'packages/core/test/fixtures/protocol-1')

function asThirdParty(source: string): string {
  return source.replace(
    /'(?:\.\.\/)+src\/((?:http\/|conformance\/)?)index\.ts'/g,
    (_, folder: keyof typeof published) => {
      return `'${published[folder]}'`
    },
  )
}

const compilerOptions = {
  module: 'nodenext',
  target: 'ES2022',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  declaration: true,
  rewriteRelativeImportExtensions: true,
  rootDir: 'frozen',
  outDir: 'out',
}

await runChecks(async () => {
  const tarballs = await packTarballs()
  await inConsumerProject(tarballs, async (folder) => {
    for (const file of sources) {
      const source = await readFile(join(root, 'packages/core/test', file), 'utf8')
      await mkdir(dirname(join(folder, 'frozen', file)), { recursive: true })
      await writeFile(join(folder, 'frozen', file), asThirdParty(source))
    }
    await writeFile(join(folder, 'frozen.json'), JSON.stringify({ compilerOptions, include: ['frozen'] }))
    const compiler = join(folder, 'node_modules/typescript/bin/tsc')
    await check('compile', () => run(compiler, ['-p', 'frozen.json'], folder))
    for (const part of [
      'conformance',
      'fake-provider.js',
      'fake-provider.d.ts',
      'sample-data.js',
      'sample-data.d.ts',
    ]) {
      await rm(join(kept, part), { recursive: true, force: true })
      await cp(join(folder, 'out', part), join(kept, part), { recursive: true })
    }
  })
})
