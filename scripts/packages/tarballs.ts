import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Member, membersIn, readManifest, root } from '../workspace.ts'
import { check } from './check.ts'
import { binary, run } from './run.ts'

/** A package as it is published. */
export type Tarball = Member & { path: string }

/** Builds and packs all packages of a checkout, this one unless said otherwise. */
export async function packTarballs(checkout = root): Promise<Tarball[]> {
  await check('build', () => run('pnpm', ['run', 'build'], checkout))
  return await check('pack', async () => {
    const folder = join(checkout, '.packed')
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder)
    const tarballs: Tarball[] = []
    for (const { directory } of membersIn('packages')) {
      const before = new Set(await readdir(folder))
      await run('pnpm', ['pack', '--pack-destination', folder], join(checkout, directory))
      const [added] = (await readdir(folder)).filter((name) => !before.has(name))
      if (added === undefined) throw new Error(`pnpm packed nothing for ${directory}`)
      tarballs.push({ directory, manifest: readManifest(directory, checkout), path: join(folder, added) })
    }
    return tarballs
  })
}

/** The files in a tarball, without the folder that all of them are in. */
export async function filesOf({ path }: Tarball): Promise<string[]> {
  const listed = await run('tar', ['-tzf', path])
  return listed
    .split('\n')
    .filter((file) => file !== '')
    .map((file) => file.replace(/^package\//, ''))
}

async function checkContents(tarball: Tarball): Promise<void> {
  const { directory, manifest } = tarball
  const files = await filesOf(tarball)
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

/** What is in the tarballs, and whether their manifests say it. */
export async function lintTarballs(tarballs: readonly Tarball[]): Promise<void> {
  await check('contents of the tarballs', async () => {
    for (const tarball of tarballs) await checkContents(tarball)
  })
  await check('publint', async () => {
    for (const { path } of tarballs) await run(binary('publint'), [path, '--strict'])
  })
}

/** Whether every way of resolving finds the types. */
export async function lintTypes(tarballs: readonly Tarball[]): Promise<void> {
  await check('are the types wrong?', async () => {
    for (const { path } of tarballs) await run(binary('attw'), [path, '--profile', 'esm-only', '--no-emoji'])
  })
}
