/**
 * Imports every OFX file of a folder through the public API and compares count and sum of the amounts with the folder's INDEX.tsv.
 *
 *     node scripts/compare-corpus.ts <folder>
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createProvider, Decimal, type Json } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'

type Expectation = { file: string; kind: string; rows: number; total: Decimal; notes: string }
/** `sum` takes in the amounts of rejected rows where they can be read. */
type Outcome = Expectation & { found: number; sum: Decimal; rejected: string[]; problem: string | null }

const zero = Decimal.parse('0').unwrap()

async function readIndex(folder: string): Promise<Expectation[]> {
  const [, ...lines] = (await readFile(join(folder, 'INDEX.tsv'), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => {
    const [file = '', , kind = '', rows = '', , total = '', , malformed = '', notes = ''] = line.split('\t')
    return {
      file,
      kind,
      rows: Number(rows),
      total: Decimal.parse(total || '0').unwrap(),
      notes: `${malformed} ${notes}`,
    }
  })
}

async function importFile(folder: string, expectation: Expectation): Promise<Outcome> {
  const provider = createProvider(chaseFile).unwrap()
  const file = provider
    .parseCredentials({ fileName: expectation.file, fileContent: await readFile(join(folder, expectation.file)) })
    .unwrap()
  const outcome: Outcome = { ...expectation, found: 0, sum: zero, rejected: [], problem: null }
  for await (const page of provider.fetchSnapshot(file)) {
    if (page.isErr()) return { ...outcome, problem: page.error.message }
    outcome.found += page.value.transactions.length
    outcome.sum = page.value.transactions.reduce((sum, { amount }) => Decimal.add(sum, amount), outcome.sum)
    for (const { path, reason, rawData } of page.value.rejected) {
      outcome.rejected.push(`${path}: ${reason}`)
      const amount = Decimal.parse(String((rawData as { TRNAMT?: Json }).TRNAMT ?? ''))
      if (amount.isOk()) outcome.sum = Decimal.add(outcome.sum, amount.value)
    }
  }
  return outcome
}

function verdict({ rows, total, found, sum, rejected, problem }: Outcome): 'equal' | 'rejected' | 'none' | 'DIFFERENT' {
  if (found === rows && sum === total) return 'equal'
  if (found + rejected.length === rows && sum === total) return 'rejected'
  return problem !== null && rows === 0 ? 'none' : 'DIFFERENT'
}

const folder = process.argv[2]
if (folder === undefined) {
  console.error('usage: node scripts/compare-corpus.ts <folder with INDEX.tsv>')
  process.exit(1)
}
const outcomes = await Promise.all(
  (await readIndex(folder))
    .filter(({ kind }) => !kind.startsWith('csv-'))
    .map((expectation) => importFile(folder, expectation)),
)
const counts = new Map<string, number>()
for (const outcome of outcomes) {
  const kind = outcome.kind.replace(/^.*-/, '')
  const key = `${kind}: ${verdict(outcome)}`
  counts.set(key, (counts.get(key) ?? 0) + 1)
  console.log(
    [
      verdict(outcome),
      outcome.kind,
      `${outcome.found}/${outcome.rows}`,
      `${outcome.sum}/${outcome.total}`,
      outcome.file,
    ].join('  '),
  )
  for (const line of [...outcome.rejected, ...(outcome.problem === null ? [] : [outcome.problem])])
    console.log(`    ${line}`)
}
console.log(
  [...counts]
    .sort()
    .map(([key, count]) => `${key} ${count}`)
    .join('\n'),
)
process.exitCode = outcomes.some((outcome) => verdict(outcome) === 'DIFFERENT') ? 1 : 0
