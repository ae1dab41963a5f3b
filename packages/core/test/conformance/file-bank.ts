import * as z from 'zod'
import {
  Decimal,
  defineProvider,
  Err,
  type FileIdentification,
  type FileImportCredentials,
  fetchesFromSnapshot,
  type ImportFile,
  Ok,
  ProviderAbortedError,
  type ProviderError,
  parseCredentials,
  parseIsoDate,
  type RequestOptions,
  type Result,
  type SnapshotPage,
  type TransactionQuery,
} from '../../src/index.ts'
import { fakeMetadata, revoke } from '../fake-provider.ts'
import { sampleHolding, sampleTransaction } from '../sample-data.ts'
import { accountNumbers, refuse, toAccount } from './institution.ts'

/** The file that the harness gives. */
export const statement = new TextEncoder().encode(
  [
    'STATEMENT 1',
    `ACCOUNT ${accountNumbers[0]}`,
    'ROW 2026-01-05 -12.5',
    'ROW 2026-01-05 -12.5',
    'ROW 2026-01-06 100',
    `ACCOUNT ${accountNumbers[1]}`,
    'ROW 2026-01-06 7',
    'HELD ACME 10',
  ].join('\n'),
)

/** Whether this is the file that the harness of {@link fileBank} gives, unspoiled. */
export function isStatement({ fileContent }: ImportFile): boolean {
  return fileContent instanceof Uint8Array && Buffer.compare(fileContent, statement) === 0
}

async function readText({ fileContent }: ImportFile): Promise<string> {
  const decoder = new TextDecoder()
  if (fileContent instanceof Uint8Array) return decoder.decode(fileContent)
  let text = ''
  for await (const chunk of fileContent()) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

/** One page for each account of a statement, or `null` when it is none. */
function readStatement(text: string): SnapshotPage[] | null {
  const [title, ...lines] = text.split('\n')
  if (title !== 'STATEMENT 1') return null
  const pages = new Map<string, SnapshotPage>()
  const occurrences = new Map<string, number>()
  const occurrenceOf = (key: string) => {
    occurrences.set(key, (occurrences.get(key) ?? 0) + 1)
    return `${key}/${occurrences.get(key)}`
  }
  const pageOf = (id: string, number: string) => {
    const known = pages.get(id)
    if (known !== undefined) return known
    const page: SnapshotPage = {
      accounts: [toAccount(id, number)],
      transactions: [],
      holdings: [],
      rejected: [],
      warnings: [],
      completed: [{ providerAccountId: id, covered: null, holdings: true }],
    }
    pages.set(id, page)
    return page
  }
  let id = 'account-of-nobody'
  let number = '0000'
  for (const [index, line] of lines.entries()) {
    const account = /^ACCOUNT (\d{8,20})$/.exec(line)?.[1]
    const row = /^ROW (\d{4}-\d\d-\d\d) (-?\d{1,9}(?:\.\d{1,9})?)$/.exec(line)
    const date = row === null ? null : parseIsoDate(row[1] ?? '').unwrapOr(null)
    const held = /^HELD ([A-Z]+) (\d{1,9})$/.exec(line)
    if (account !== undefined) {
      number = account
      id = `account-${account.slice(-4)}`
      pageOf(id, number)
    } else if (row !== null && date !== null) {
      const amount = Decimal.parse(row[2] ?? '').unwrap()
      pageOf(id, number).transactions.push({
        ...sampleTransaction,
        providerTransactionId: occurrenceOf(`${id}/${date}/${amount}`),
        providerAccountId: id,
        transactionDate: date,
        amount,
      })
    } else if (held !== null) {
      const [, symbol = '', quantity = ''] = held
      pageOf(id, number).holdings.push({
        ...sampleHolding,
        providerHoldingId: occurrenceOf(`${id}/${symbol}`),
        providerAccountId: id,
        symbol,
        quantity: Decimal.parse(quantity).unwrap(),
      })
    } else {
      const [path, reason] = [`line ${index + 2}`, 'This is no record of a statement.']
      pageOf(id, number).rejected.push({ id: null, providerAccountId: id, path, reason, rawData: null })
    }
  }
  return [...pages.values()]
}

/** By file, with a snapshot. */
export const fileBank = defineProvider({
  slug: 'file-bank',
  metadata: { ...fakeMetadata, authType: 'file_import', credentialType: 'file_import', hosts: [] },
  settings: z.object({}),
  create: () => {
    async function* fetchSnapshot(
      credentials: FileImportCredentials,
      { signal, startDate, endDate }: TransactionQuery = {},
    ): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
      const context = { provider: 'file-bank', operation: 'fetchSnapshot' }
      if (signal?.aborted) return yield Err(new ProviderAbortedError(context))
      const pages = readStatement(await readText(credentials))
      if (pages === null) {
        const reason = 'This is no statement.'
        return yield refuse(context.provider, context.operation, { path: 'fileContent', reason })
      }
      for (const page of pages) {
        const transactions = page.transactions.filter(
          ({ transactionDate }) =>
            (startDate === undefined || transactionDate >= startDate) &&
            (endDate === undefined || transactionDate <= endDate),
        )
        yield Ok({ ...page, transactions })
      }
    }
    return {
      parseCredentials: (input: unknown) => parseCredentials('file_import', input, { provider: 'file-bank' }),
      revoke,
      fetchSnapshot,
      ...fetchesFromSnapshot<FileImportCredentials>(fetchSnapshot, { provider: 'file-bank', once: true }),
      async identify(
        file: ImportFile,
        { signal }: RequestOptions = {},
      ): Promise<Result<FileIdentification | null, ProviderError>> {
        if (signal?.aborted) return Err(new ProviderAbortedError({ provider: 'file-bank', operation: 'identify' }))
        const pages = readStatement(await readText(file))
        if (pages === null) return Ok(null)
        return Ok({
          format: 'STATEMENT 1',
          accounts: pages
            .flatMap(({ accounts }) => accounts)
            .map(({ providerAccountId, accountNumberMasked, category, accountType }) => {
              return { providerAccountId, accountNumberMasked, category, accountType, period: null }
            }),
        })
      },
    }
  },
})
