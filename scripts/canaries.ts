/**
 * Plants marked secrets in all that can hold one, and says what was planted, where it was looked for, and what was found.
 *
 *     node scripts/canaries.ts
 */
import { askMarkedBackend } from '../test/canaries/backend.ts'
import { connectMarkedUsers } from '../test/canaries/connections.ts'
import { runExamples } from '../test/canaries/examples.ts'
import { readMarkedFiles } from '../test/canaries/files.ts'
import { sendMarkedRequests } from '../test/canaries/requests.ts'
import { createCanarySearch } from '../test/canaries/search.ts'
import { storeMarkedData, storeMarkedDataInPGlite } from '../test/canaries/stores.ts'
import { useMarkedVaults } from '../test/canaries/vaults.ts'

const journeys = {
  files: readMarkedFiles,
  vaults: useMarkedVaults,
  requests: sendMarkedRequests,
  connections: connectMarkedUsers,
  stores: storeMarkedData,
  'stores in PGlite': storeMarkedDataInPGlite,
  backend: askMarkedBackend,
  examples: runExamples,
}

for (const [name, journey] of Object.entries(journeys)) {
  const search = createCanarySearch()
  await journey(search)
  const { planted, kinds, heard, places } = search.figures()
  const leaks = search.leaks()
  const searched = Object.entries(places).map(([place, count]) => `${count} ${place}`)
  console.log(
    `${name}: ${planted} values of ${kinds} kinds, looked for in ${heard} (${searched.join(', ')}): ${leaks.length} found`,
  )
  for (const leak of new Set(leaks)) console.log(`  ${leak}`)
  if (leaks.length > 0) process.exitCode = 1
}
