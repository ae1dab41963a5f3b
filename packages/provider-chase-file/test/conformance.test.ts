import { readFileSync } from 'node:fs'
import { createProvider } from '@finport/core'
import { providerConformance } from '@finport/core/conformance'
import { describe, test } from 'vitest'
import { chaseFile } from '../src/index.ts'

/** Whole files: the account numbers in them must never show. */
const files: readonly string[] = ['ofx/chase-two-accounts.qfx', 'ofx/chase-card.qfx']

for (const path of files) {
  const content = readFileSync(new URL(`fixtures/${path}`, import.meta.url))
  const numbers = [...content.toString('latin1').matchAll(/<ACCTID>([^<\r\n]{6,})/g)].map(([, number = '']) => number)
  const cases = providerConformance({
    create: (runtime) => createProvider(chaseFile, {}, runtime),
    input: () => ({ fileName: 'statement.qfx', fileContent: new Uint8Array(content) }),
    secrets: [...new Set(numbers)],
  })
  describe(path, () => {
    for (const { name, run } of cases) test(name, run)
  })
}
