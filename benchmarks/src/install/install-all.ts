import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { npmInstall } from '../../../scripts/packages/run.ts'
import type { Installation } from './contestants.ts'

/** What lies on the disk. */
export type Installed = { folder: string; bytes: number; packages: number }

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function packagesIn(folder: string): Promise<number> {
  const lock = join(folder, 'node_modules/.package-lock.json')
  const { packages } = (await import(lock, { with: { type: 'json' } })).default as { packages: object }
  return Object.keys(packages).length
}

/** Installs each into a folder of its own, as npm does for an app. */
export async function installAll(
  place: string,
  installations: readonly Installation[],
): Promise<ReadonlyMap<Installation, Installed>> {
  const installed = new Map<Installation, Installed>()
  for (const [index, installation] of installations.entries()) {
    const folder = join(place, String(index))
    await mkdir(folder)
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    await npmInstall(folder, installation.specifiers)
    const bytes = await bytesIn(join(folder, 'node_modules'))
    installed.set(installation, { folder, bytes, packages: await packagesIn(folder) })
  }
  return installed
}
