/**
 * Shows what a release of the last commit would publish: versions, files, sizes and the changelogs' news. Nothing leaves the machine.
 *
 *     node scripts/release-dry.ts [--files]      with --files, every file
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './packages/check.ts'
import { binary, run } from './packages/run.ts'
import { filesOf, lintTarballs, packTarballs, type Tarball } from './packages/tarballs.ts'
import { readManifest, root } from './workspace.ts'

const showsFiles = process.argv.includes('--files')

/** The part of a changelog that is about one version. */
function newsOf(changelog: string, version: string): string {
  const [, news = ''] = changelog.split(`\n## ${version}\n`)
  return (news.split('\n## ')[0] ?? '').replace(/\n{2,}/g, '\n').trim()
}

/** What can't be seen in a version: a package that a range keeps, and that then asks for a core which that app does not have. */
function faultOf(before: string, after: string, coreBefore: string, coreAfter: string): string | null {
  const compatible = (version: string) => version.replace(/^(0\.\d+|[1-9]\d*)\..*/, '$1')
  const coreMoved = compatible(coreBefore) !== compatible(coreAfter)
  return coreMoved && compatible(before) === compatible(after)
    ? `goes from ${before} to ${after} while the core it needs goes from ${coreBefore} to ${coreAfter}: give it a changeset of the same weight as core's`
    : null
}

async function report(tarball: Tarball, checkout: string): Promise<string> {
  const { directory, manifest, path } = tarball
  const { version = '' } = manifest
  const files = await filesOf(tarball)
  const unpacked = Number((await run('sh', ['-c', 'tar -xzOf "$0" | wc -c', path])).trim())
  const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`
  const news = newsOf(await readFile(join(checkout, directory, 'CHANGELOG.md'), 'utf8'), version)
  if (news === '') throw new Error(`${directory}/CHANGELOG.md says nothing of ${version}`)
  return [
    `${manifest.name} ${readManifest(directory).version} → ${version}: ${files.length} files, ${kilobytes((await stat(path)).size)} packed, ${kilobytes(unpacked)} unpacked`,
    ...(showsFiles ? files.sort().map((file) => `    ${file}`) : []),
    ...news.split('\n').map((line) => `  ${line}`),
    '',
  ].join('\n')
}

await runChecks(async () => {
  const status = await run('git', ['status', '--porcelain'])
  if (status !== '') console.log('What is not committed is not in it.\n')
  const checkout = await mkdtemp(join(tmpdir(), 'finport-release-'))
  try {
    await run('git', ['clone', '--quiet', '--no-hardlinks', root, checkout])
    await run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], checkout)
    await run(binary('changeset'), ['version'], checkout)
    const tarballs = await packTarballs(checkout)
    await lintTarballs(tarballs)
    const versionOf = ({ directory }: Tarball) => readManifest(directory).version ?? ''
    const released = tarballs.filter((tarball) => tarball.manifest.version !== versionOf(tarball))
    if (released.length === 0) console.log('No changeset waits: nothing would be published.')
    for (const tarball of released) console.log(await report(tarball, checkout))

    const core = tarballs.find(({ manifest }) => manifest.name === '@finport/core') as Tarball
    const faults = tarballs.flatMap((tarball) => {
      const after = tarball.manifest.version ?? ''
      const fault = faultOf(versionOf(tarball), after, versionOf(core), core.manifest.version ?? '')
      return fault === null ? [] : [`${tarball.manifest.name} ${fault}.`]
    })
    if (faults.length > 0) throw new Error(faults.join('\n'))
  } finally {
    await rm(checkout, { recursive: true, force: true })
  }
})
