import {
  defineProvider,
  Err,
  type FileIdentification,
  type FileImportCredentials,
  type FileProvider,
  fetchesFromSnapshot,
  type ImportFile,
  type InputIssue,
  isIsoDate,
  type Methods,
  Ok,
  ProviderAbortedError,
  type ProviderError,
  ProviderInvalidInputError,
  parseCredentials,
  type RequestOptions,
  type Result,
  type SnapshotPage,
  type SnapshotProvider,
  type TransactionQuery,
} from '@finport/core'
import * as z from 'zod'
import { identify } from './identify.ts'
import { type FileProblem, readFile } from './read-file.ts'

const slug = 'chase-file'

const settings = z.object({
  /** Whether records, rejected ones too, keep the file's own record of them, account numbers masked. Otherwise `rawData` is `null`. */
  includeRawData: z.boolean().default(true),
  /** Bounds that no real file comes near; a file beyond one is refused with `PROVIDER_INVALID_INPUT`. */
  limits: z
    .object({
      /** Bytes of a file. */
      fileBytes: z
        .number()
        .int()
        .positive()
        .default(512 * 1024 * 1024),
      /** Transactions, positions and rows of a file. */
      records: z.number().int().positive().default(5_000_000),
      /** Elements of OFX inside of each other. */
      nesting: z.number().int().positive().max(1_000).default(100),
      /** Bytes of one value of OFX. */
      valueBytes: z
        .number()
        .int()
        .positive()
        .default(1024 * 1024),
    })
    .prefault({}),
})

function refuse(operation: string, issue: InputIssue): ProviderInvalidInputError {
  return new ProviderInvalidInputError({ provider: slug, operation, issues: [issue] })
}

function toProviderError(operation: string, problem: FileProblem): ProviderError {
  return problem.kind === 'aborted'
    ? new ProviderAbortedError({ provider: slug, operation })
    : refuse(operation, problem.issue)
}

function checkQuery(operation: string, { startDate, endDate }: TransactionQuery): Result<void, ProviderError> {
  for (const [path, date] of Object.entries({ startDate, endDate })) {
    if (date !== undefined && !isIsoDate(date))
      return Err(refuse(operation, { path, reason: "A day in the form '2026-01-31' is needed." }))
  }
  if (startDate !== undefined && endDate !== undefined && startDate > endDate) {
    return Err(refuse(operation, { path: 'startDate', reason: 'It must not come after endDate.' }))
  }
  return Ok(undefined)
}

function isWithin({ startDate, endDate }: TransactionQuery) {
  return ({ transactionDate }: { transactionDate: string }): boolean =>
    (startDate === undefined || transactionDate >= startDate) && (endDate === undefined || transactionDate <= endDate)
}

/** A file that names its accounts must be of the one that the caller means, lest two accounts get mixed. */
function checkAccount(
  operation: string,
  page: SnapshotPage,
  accountId: string | undefined,
): Result<void, ProviderError> {
  const other = page.accounts.find(
    ({ providerAccountId }) => accountId !== undefined && providerAccountId !== accountId,
  )
  if (other === undefined) return Ok(undefined)
  return Err(
    refuse(operation, { path: 'accountId', reason: `The file holds the account '${other.providerAccountId}'.` }),
  )
}

/**
 * Files that customers download at Chase (QFX for Quicken, QBO for QuickBooks), and OFX files of any other bank.
 *
 * Credentials are the file itself, of type `file_import`. Transactions have ids built from their content, so that importing a file again, or a later one that overlaps it,
 * finds the same transactions again; a file never says that something was removed (`covered` is `null`).
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { createProvider } from '@finport/core'
 * import { chaseFile } from '@finport/provider-chase-file'
 *
 * const provider = createProvider(chaseFile).unwrap()
 * const file = provider.parseCredentials({
 *   type: 'file_import',
 *   fileName: 'Chase1234_Activity_20260131.QFX',
 *   fileContent: await readFile('Chase1234_Activity_20260131.QFX'),
 * })
 * if (file.isErr()) throw file.error
 *
 * const accounts = await provider.fetchAccounts(file.value)
 * if (accounts.isErr()) throw accounts.error
 * for (const { providerAccountId, name, balance } of accounts.value.items) {
 *   const transactions = await provider.fetchTransactions(file.value, providerAccountId)
 *   if (transactions.isErr()) throw transactions.error
 *   console.log(name, balance, transactions.value.items.length)
 * }
 * ```
 */
export const chaseFile = defineProvider({
  slug,
  metadata: {
    displayName: 'Chase',
    category: 'bank',
    authType: 'file_import',
    credentialType: 'file_import',
    supports: { accounts: true, transactions: true, holdings: true, balanceHistory: false },
    scopes: [],
    hosts: [],
    timeZone: 'America/New_York',
    tokenPolicy: null,
    rateLimit: null,
    sync: { maxWindowDays: null, overlapDays: 0 },
    documentationUrl:
      'https://www.chase.com/digital/customer-service/helpful-tips/online-banking/download-transactions',
    isProductionReady: true,
  },
  settings,
  create({ includeRawData, limits }): Methods<FileProvider & SnapshotProvider<FileImportCredentials>> {
    async function* fetchSnapshot(
      credentials: FileImportCredentials,
      query: TransactionQuery = {},
    ): AsyncGenerator<Result<SnapshotPage, ProviderError>> {
      const operation = 'fetchSnapshot'
      const isOpenEnded = query.startDate === undefined && query.endDate === undefined
      const checked = checkQuery(operation, query)
      if (checked.isErr()) return yield checked
      for await (const page of readFile(credentials, {
        includeRawData,
        limits,
        signal: query.signal,
        isIdentifying: false,
      })) {
        if (page.isErr()) return yield Err(toProviderError(operation, page.error))
        const account = checkAccount(operation, page.value, credentials.accountId)
        if (account.isErr()) return yield account
        yield Ok(
          isOpenEnded ? page.value : { ...page.value, transactions: page.value.transactions.filter(isWithin(query)) },
        )
      }
    }

    const fetches = fetchesFromSnapshot(fetchSnapshot, { provider: slug, once: true })

    return {
      parseCredentials: (input: unknown) => parseCredentials('file_import', input, { provider: slug }),
      revoke: async (_credentials: FileImportCredentials) => Ok('unsupported' as const),
      fetchSnapshot,
      ...fetches,
      async fetchAccounts(credentials: FileImportCredentials, options?: RequestOptions) {
        // A file holds the accounts it holds: that others are absent says nothing.
        return (await fetches.fetchAccounts(credentials, options)).map((batch) => ({ ...batch, complete: false }))
      },
      async fetchTransactions(
        credentials: FileImportCredentials,
        providerAccountId: string,
        query: TransactionQuery = {},
      ) {
        const checked = checkQuery('fetchTransactions', query)
        return checked.isErr() ? checked : fetches.fetchTransactions(credentials, providerAccountId, query)
      },
      async identify(
        file: ImportFile,
        options: RequestOptions = {},
      ): Promise<Result<FileIdentification | null, ProviderError>> {
        return (await identify(file, { limits, signal: options.signal })).mapErr((problem) =>
          toProviderError('identify', problem),
        )
      },
    }
  },
})
