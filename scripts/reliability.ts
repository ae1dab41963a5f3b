/**
 * Meets every fault of the conformance kit at every endpoint of everything that is done with an institution, and every fault of a file, and writes what they come to into docs/reliability.md.
 *
 *     node scripts/reliability.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { find, page, subjects, withTable } from '../test/reliability/table.ts'
import { root } from './workspace.ts'

const path = join(root, page)
for (const subject of subjects) {
  const findings = await find(subject)
  writeFileSync(path, withTable(readFileSync(path, 'utf8'), findings))
  console.log(`${subject}: ${findings.trials} faults met, ${findings.wrong.length} that came to what must not be`)
  for (const line of findings.wrong) console.log(`  ${line}`)
  if (findings.wrong.length > 0) process.exitCode = 1
}
