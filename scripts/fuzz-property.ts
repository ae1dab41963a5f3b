/**
 * Breaks one kind of input for some minutes and looks at what is made of it. What fails is made as small as it can be.
 *
 *     node scripts/fuzz-property.ts envelopes|keyrings|json-bodies|callbacks [minutes] [seed] [path]
 */
import { inspect } from 'node:util'
import fc from 'fast-check'
import { createJsonBodyFuzz } from '../packages/core/test/fuzz/json-bodies.ts'
import { createEnvelopeFuzz } from '../packages/vault/test/fuzz/envelopes.ts'
import { createKeyringFuzz } from '../packages/vault/test/fuzz/keyring-texts.ts'
import { createCallbackFuzz } from '../test/fuzz/callbacks.ts'

type Fuzz = {
  property: Pick<fc.IRawProperty<never>, 'isAsync'>
  tally: Readonly<Record<string, number>>
}

const fuzzes: Readonly<Record<string, () => Fuzz | Promise<Fuzz>>> = {
  envelopes: createEnvelopeFuzz,
  keyrings: createKeyringFuzz,
  'json-bodies': createJsonBodyFuzz,
  callbacks: createCallbackFuzz,
}

const [name = '', minutes = '1', seed = String(Date.now() % 2 ** 31), path] = process.argv.slice(2)
const create = fuzzes[name]
if (create === undefined) throw new Error(`What is to be fuzzed: ${Object.keys(fuzzes).join(', ')}?`)

const { property, tally } = await create()
const start = performance.now()
const details = await fc.check(property as fc.IRawProperty<unknown[]>, {
  seed: Number(seed),
  ...(path === undefined ? {} : { path }),
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: Number(minutes) * 60_000,
})
const seconds = (performance.now() - start) / 1_000
if (details.failed) {
  const replay = `node scripts/fuzz-property.ts ${name} 1 ${seed} ${details.counterexamplePath}`
  console.log(`FAILURE: ${details.errorInstance}\n${inspect(details.counterexample, { depth: 9 })}\n    ${replay}`)
  process.exitCode = 1
}
const outcomes = Object.entries(tally).sort(([, a], [, b]) => b - a)
console.log(
  [
    `seed ${seed}`,
    `${details.numRuns} inputs`,
    `${Math.round(details.numRuns / seconds)} inputs/s`,
    `${details.failed ? 1 : 0} failures`,
    ...outcomes.map(([outcome, count]) => `${count} ${outcome}`),
  ].join(', '),
)
