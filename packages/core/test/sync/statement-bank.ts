import * as z from 'zod'
import {
  defineProvider,
  Err,
  type FileImportCredentials,
  fetchesFromSnapshot,
  type ImportFile,
  Ok,
  type ProviderAccountData,
  type ProviderError,
  type ProviderHoldingData,
  ProviderInvalidInputError,
  type ProviderTransactionData,
  parseCredentials,
  type RejectedRecord,
  type Result,
  type SnapshotPage,
} from '../../src/index.ts'
import { emptyPage, fakeMetadata, revoke } from '../fake-provider.ts'

/** What is in a file of the statement bank. */
export type Statement = {
  accounts: ProviderAccountData[]
  transactions: ProviderTransactionData[]
  holdings?: ProviderHoldingData[]
  /** Whether the holdings are all there are. */
  completed?: boolean
  rejected?: RejectedRecord[]
  /** Pages are lost behind so many rows: the file is broken off there. */
  brokenAt?: number
}

const ROWS_PER_PAGE = 3
const slug = 'statement-bank'

function refuse(reason: string): Result<never, ProviderError> {
  const issues = [{ path: 'fileContent', reason }]
  return Err(new ProviderInvalidInputError({ provider: slug, operation: 'fetchSnapshot', issues }))
}

function read({ fileContent }: ImportFile): Statement | null {
  try {
    return JSON.parse(new TextDecoder().decode(fileContent as Uint8Array))
  } catch {
    return null
  }
}

async function* fetchSnapshot(file: FileImportCredentials): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
  const statement = read(file)
  if (statement === null) return yield refuse('It is no statement.')
  const { accounts, transactions, holdings = [], rejected = [], completed = true, brokenAt } = statement
  const isNamed = accounts.every(({ providerAccountId }) => providerAccountId !== '?')
  if (!isNamed && file.accountId === undefined) return yield refuse('Its account has no name.')
  const named = <T extends { providerAccountId: string }>(record: T): T =>
    record.providerAccountId === '?' ? { ...record, providerAccountId: file.accountId ?? '' } : record
  for (let at = 0; at === 0 || at < transactions.length; at += ROWS_PER_PAGE) {
    if (brokenAt !== undefined && at >= brokenAt) return yield refuse('It breaks off.')
    // The balance stands behind the rows: at first the account is told without it.
    const told = at > 0 ? [] : accounts.map((account) => ({ ...account, balance: null, balanceAsOf: null }))
    const page = transactions.slice(at, at + ROWS_PER_PAGE)
    yield Ok({ ...emptyPage, accounts: told.map(named), transactions: page.map(named) })
  }
  const ids = accounts.map(named).map(({ providerAccountId }) => providerAccountId)
  yield Ok({
    ...emptyPage,
    accounts: accounts.map(named),
    holdings: holdings.map(named),
    rejected,
    completed: ids.map((providerAccountId) => ({ providerAccountId, covered: null, holdings: completed })),
  })
}

/** A bank whose files are JSON. */
export const statementBank = defineProvider({
  slug,
  metadata: { ...fakeMetadata, authType: 'file_import', credentialType: 'file_import' },
  settings: z.object({}),
  create: () => ({
    parseCredentials: (input: unknown) => parseCredentials('file_import', input, { provider: slug }),
    revoke,
    fetchSnapshot,
    ...fetchesFromSnapshot<FileImportCredentials>(fetchSnapshot, { provider: slug, once: true }),
    identify: async (file: ImportFile) => Ok(read(file) === null ? null : { format: 'JSON 1', accounts: [] }),
  }),
})

/** A file of that bank. */
export function fileOf(statement: Statement, accountId?: string): ImportFile {
  return {
    fileName: 'statement.json',
    fileContent: new TextEncoder().encode(JSON.stringify(statement)),
    accountId,
  }
}
