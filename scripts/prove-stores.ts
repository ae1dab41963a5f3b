/**
 * Packs core and storage-kysely, installs the tarballs elsewhere, and runs every case of the conformance kit on four stores from there: a table of cases and stores.
 *
 *     bash .ci/with-postgres npx -y pnpm@12.21.0 prove:stores
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readManifest, root } from './workspace.ts'

const run = (command: string, args: string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const { devDependencies = {} } = readManifest('packages/storage-kysely')
const folder = mkdtempSync(join(tmpdir(), 'finport-stores-'))
try {
  run('pnpm', ['run', 'build'], root)
  for (const name of ['core', 'storage-kysely'])
    run('pnpm', ['pack', '--pack-destination', folder], join(root, 'packages', name))
  const tarballs = readdirSync(folder).map((file) => join(folder, file))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stores', private: true, type: 'module' }))
  const peers = Object.keys(devDependencies).filter((name) => ['kysely', 'pg', '@electric-sql/pglite'].includes(name))
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...tarballs, ...peers],
    folder,
  )
  copyFileSync(join(root, 'scripts/prove-stores-consumer.ts'), join(folder, 'stores.ts'))
  execFileSync(process.execPath, ['stores.ts'], { cwd: folder, stdio: 'inherit' })
} finally {
  rmSync(folder, { recursive: true })
}
