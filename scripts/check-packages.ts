import { tryBrowserBundles } from './packages/browser-bundles.ts'
import { allDone, runChecks } from './packages/check.ts'
import { compile, inConsumerProject } from './packages/consumer-project.ts'
import { lowestNode, tryRuntime, tryThisNode } from './packages/runtimes.ts'
import { lintTarballs, lintTypes, packTarballs } from './packages/tarballs.ts'
import { tryTemplateCopy } from './packages/template-copy.ts'

await runChecks(async () => {
  const tarballs = await packTarballs()
  await lintTarballs(tarballs)
  const consume = inConsumerProject(tarballs, async (folder) => {
    await compile(folder)
    await tryThisNode(folder)
    const untried = await tryRuntime(folder, lowestNode)
    if (untried !== null) console.log(untried)
    await tryBrowserBundles(folder, tarballs)
  })
  await allDone([lintTypes(tarballs), consume, tryTemplateCopy(tarballs)])
})
