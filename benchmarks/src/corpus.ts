/**
 * Reads every file of a folder with Finport and with others, and says how many each of them read right: the number of transactions and the sum of their amounts are those of the
 * folder's INDEX.tsv.
 *
 *     pnpm bench:corpus [--files] <folder>
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Expectation, readExpectations } from './corpus/expectation.ts'
import { createReaderProcess } from './corpus/reader-process.ts'
import { type ReaderName, readerNames } from './corpus/readers.ts'
import type { Reading } from './corpus/reading.ts'
import { judge, type Verdict } from './corpus/verdict.ts'
import { renderTable } from './table.ts'

type Judged = { expected: Expectation; reading: Reading; verdict: Verdict }

const { values, positionals } = parseArgs({ allowPositionals: true, options: { files: { type: 'boolean' } } })
const [folderArgument] = positionals
if (folderArgument === undefined || positionals.length > 1) {
  console.error('usage: pnpm bench:corpus [--files] <folder with INDEX.tsv>')
  process.exit(1)
}

// pnpm runs scripts in the root; INIT_CWD is where the user is.
const folder = resolve(process.env.INIT_CWD ?? '', folderArgument)

const isCsv = ({ kind }: Expectation) => kind.startsWith('csv-')
const canRead = (name: ReaderName, expected: Expectation) => name === 'finport' || !isCsv(expected)

async function readAll(name: ReaderName, expectations: readonly Expectation[]): Promise<Judged[]> {
  const reader = createReaderProcess(name)
  const judged: Judged[] = []
  for (const expected of expectations.filter((each) => canRead(name, each))) {
    const reading = await reader.read(join(folder, expected.file))
    judged.push({ expected, reading, verdict: judge(reading, expected) })
  }
  reader.end()
  return judged
}

/** An error of a reader that throws is no answer; Finport's is one, where there is nothing to read. */
function isRight(name: ReaderName, { verdict }: Judged): boolean {
  return verdict === 'right' || verdict === 'rejected' || (name === 'finport' && verdict === 'refused')
}

function countsOf(
  title: string,
  results: ReadonlyMap<ReaderName, readonly Judged[]>,
  isMeant: (expected: Expectation) => boolean,
): string[] {
  const meant = readerNames.map((name) => ({
    name,
    judged: (results.get(name) ?? []).filter(({ expected }) => isMeant(expected)),
  }))
  const cells = meant.map(({ name, judged }) =>
    judged.length === 0 ? '' : String(judged.filter((each) => isRight(name, each)).length),
  )
  return [title, String(Math.max(...meant.map(({ judged }) => judged.length))), ...cells]
}

const expectations = await readExpectations(folder)
const results = new Map<ReaderName, Judged[]>()
for (const name of readerNames) results.set(name, await readAll(name, expectations))

if (values.files) {
  for (const [name, judged] of results) {
    for (const { expected, reading, verdict } of judged) {
      console.log(
        [
          verdict,
          name,
          expected.kind,
          `${reading.rows}/${expected.rows}`,
          `${reading.sum}/${expected.sum}`,
          expected.file,
        ].join('  '),
      )
      for (const line of [...reading.rejected, ...(reading.problem === null ? [] : [reading.problem])])
        console.log(`    ${line.replace(/\s+/g, ' ').slice(0, 150)}`)
    }
  }
  console.log()
}

const kinds = [...new Set(expectations.map(({ kind }) => kind))].sort()
const rows = [
  ...kinds.map((kind) => countsOf(kind, results, (expected) => expected.kind === kind)),
  countsOf('all OFX', results, (expected) => !isCsv(expected)),
  countsOf('malformed, of these', results, (expected) => !isCsv(expected) && expected.isMalformed),
  countsOf('with transactions, of these', results, (expected) => !isCsv(expected) && expected.rows > 0),
]
console.log(renderTable(['files read right', 'files', ...readerNames], rows))

const ours = results.get('finport') ?? []
const filesThat = (verdict: Verdict) => ours.filter((judged) => judged.verdict === verdict)
console.log(`
finport: ${filesThat('rejected').length} files have rows that can't be used and are told of one by one; ${filesThat('refused').length} hold no transaction, and it says why.`)
for (const { expected } of filesThat('wrong')) console.log(`finport reads it wrong: ${expected.file}`)
process.exitCode = filesThat('wrong').length === 0 ? 0 : 1
