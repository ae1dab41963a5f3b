/**
 * Tries the packages as they are published under everything they are said to run on, one after the other.
 *
 *     node scripts/packages-matrix.ts [--all]      with --all, a runtime that can't be had is a failure
 */
import { tryBrowserBundles } from './packages/browser-bundles.ts'
import { runChecks } from './packages/check.ts'
import { compile, inConsumerProject } from './packages/consumer-project.ts'
import { lowestNode, otherRuntimes, tryRuntime, tryThisNode } from './packages/runtimes.ts'
import { filesOf, lintTarballs, lintTypes, packTarballs } from './packages/tarballs.ts'

const needsAll = process.argv.includes('--all')

await runChecks(async () => {
  const tarballs = await packTarballs()
  await lintTarballs(tarballs)
  await lintTypes(tarballs)
  for (const tarball of tarballs)
    console.log(`${tarball.manifest.name}: ${(await filesOf(tarball)).length} files, ${tarball.path}`)
  await inConsumerProject(tarballs, async (folder) => {
    await compile(folder)
    await tryThisNode(folder)
    const failures: string[] = []
    for (const runtime of [lowestNode, ...otherRuntimes]) {
      try {
        const untried = await tryRuntime(folder, runtime)
        if (untried === null) continue
        console.log(untried)
        if (needsAll) failures.push(untried)
      } catch (error) {
        failures.push((error as Error).message)
      }
    }
    await tryBrowserBundles(folder, tarballs)
    if (failures.length > 0) throw new Error(failures.join('\n\n'))
  })
})
