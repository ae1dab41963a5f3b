/**
 * Imports every file of a folder through the public API and compares the count and the sum of the amounts with the folder's INDEX.tsv.
 *
 *     node scripts/compare-corpus.ts <folder>
 */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createProvider, Decimal, type ImportFile, type Json, type ProviderTransactionData } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'

type Expectation = { file: string; kind: string; rows: number; total: Decimal }
/** `sum` takes in the amounts of rejected rows where they can be read: a row is there, whether it can be used or not. */
type Outcome = Expectation & { found: number; sum: Decimal; rejected: string[]; problem: string | null }

const zero = Decimal.parse('0').unwrap()
const provider = createProvider(chaseFile).unwrap()

async function readIndex(folder: string): Promise<Expectation[]> {
  const [, ...lines] = (await readFile(join(folder, 'INDEX.tsv'), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => {
    const [file = '', , kind = '', rows, investments, total, investmentTotal] = line.split('\t')
    const sum = Decimal.add(Decimal.parse(total || '0').unwrap(), Decimal.parse(investmentTotal || '0').unwrap())
    return { file, kind, rows: Number(rows) + Number(investments), total: sum }
  })
}

async function openFile(folder: string, name: string): Promise<ImportFile> {
  const file = { fileName: basename(name), fileContent: await readFile(join(folder, name)) }
  const [account] = (await provider.identify(file)).unwrapOr(null)?.accounts ?? []
  return name.toLowerCase().endsWith('.csv') && account?.providerAccountId === null
    ? { ...file, accountId: `${account.category}-0000` }
    : file
}

/** The index counts a REINVEST as one: its purchase is it, its income is made of it. */
function isCounted({ providerType, transactionType }: ProviderTransactionData): boolean {
  return !(providerType === 'REINVEST' && transactionType === 'income')
}

function amountOf(record: Json): Decimal {
  const { TRNAMT, Amount } = record as { TRNAMT?: string; Amount?: string }
  return Decimal.parse(TRNAMT ?? Amount ?? '').unwrapOr(zero) as Decimal
}

async function importFile(folder: string, expectation: Expectation): Promise<Outcome> {
  const file = provider.parseCredentials(await openFile(folder, expectation.file)).unwrap()
  const outcome: Outcome = { ...expectation, found: 0, sum: zero, rejected: [], problem: null }
  for await (const page of provider.fetchSnapshot(file)) {
    if (page.isErr()) return { ...outcome, problem: page.error.message }
    const transactions = page.value.transactions.filter(isCounted)
    outcome.found += transactions.length
    outcome.sum = transactions.reduce((sum, { amount }) => Decimal.add(sum, amount), outcome.sum)
    for (const { path, reason, rawData } of page.value.rejected) {
      outcome.rejected.push(`${path}: ${reason}`)
      outcome.sum = Decimal.add(outcome.sum, amountOf(rawData))
    }
  }
  return outcome
}

function verdict({ rows, total, found, sum, rejected }: Outcome): 'equal' | 'rejected' | 'DIFFERENT' {
  if (found === rows && sum === total) return 'equal'
  return found + rejected.length === rows && sum === total ? 'rejected' : 'DIFFERENT'
}

const folder = process.argv[2]
if (folder === undefined) {
  console.error('usage: node scripts/compare-corpus.ts <folder with INDEX.tsv>')
  process.exit(1)
}
const outcomes = await Promise.all((await readIndex(folder)).map((expectation) => importFile(folder, expectation)))
const counts = new Map<string, number>()
for (const outcome of outcomes) {
  const key = `${outcome.kind.replace(/^(?:v1|v2|nohdr)-/, '')}: ${verdict(outcome)}`
  counts.set(key, (counts.get(key) ?? 0) + 1)
  const figures = [`${outcome.found}/${outcome.rows}`, `${outcome.sum}/${outcome.total}`]
  console.log([verdict(outcome), outcome.kind, ...figures, outcome.file].join('  '))
  for (const line of [...outcome.rejected, ...(outcome.problem === null ? [] : [outcome.problem])])
    console.log(`    ${line}`)
}
for (const [key, count] of [...counts].sort()) console.log(`${key} ${count}`)
process.exitCode = outcomes.some((outcome) => verdict(outcome) === 'DIFFERENT') ? 1 : 0
