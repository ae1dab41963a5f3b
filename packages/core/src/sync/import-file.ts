import type { FileImportCredentials, ImportFile } from '../credentials.ts'
import { toInstant } from '../dates.ts'
import { FinportError } from '../errors/finport-error.ts'
import { ProviderInvalidInputError } from '../errors/provider-error.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { toEventError } from '../events.ts'
import type { Repositories } from '../ports/repositories.ts'
import { createRecordId } from '../record-id.ts'
import { Err, Ok, type Result } from '../result.ts'
import { asStorable } from './as-storable.ts'
import { type ChosenProvider, chooseFileProvider, type ProviderSource } from './choose-file-provider.ts'
import { findFileConnection } from './file-connection.ts'
import { readFilePages } from './file-pages.ts'
import { createFileWriter, type FileWriter } from './file-writer.ts'
import { withSyncLease } from './lease.ts'
import { addCounts, noChanges, type SyncReport, toReportedError } from './report.ts'
import type { SyncError } from './sync-error.ts'
import type { SyncParts } from './sync-parts.ts'
import { tellProgress } from './tell-progress.ts'

/** A file to import. */
export type ImportRequest = {
  /** Whose file it is: from the session, never from what the user sent. */
  userId: string
  /** The provider's slug. Without it, each provider of files is asked whether it knows the file. */
  provider?: string | undefined
  /** Its name, and its content as bytes or as a function that opens a stream of them. */
  file: ImportFile
  /** Which of the user's connections to the provider, where there are several: `''` unless said otherwise. It is made with the first file. */
  alias?: string | undefined
  /** The account of a file that does not name it: its id in the store, which must be one of this connection, or its `providerAccountId`. */
  accountId?: string | undefined
  /** Whether to tell what the import would do, and write nothing. */
  dryRun?: boolean | undefined
  /** Ends the import after the page it is at. What was written stays. */
  signal?: AbortSignal | undefined
  /** Told after each page of the file: how many rows were read so far. What it throws is passed over. */
  onProgress?: ((progress: { rows: number }) => void) | undefined
}

/** What an import did, or would do. */
export type ImportReport = SyncReport & {
  /** The slug of the provider that read the file. */
  provider: string
  /** What it took the file for, such as `'QFX 1.0.2'`. */
  format: string | null
  /** Whether nothing was written. */
  dryRun: boolean
}

/** Imports a file. */
export type ImportFileOperation = (request: ImportRequest) => Promise<Result<ImportReport, SyncError>>

/** The parts of an import. */
export type ImportFileParts = SyncParts & { readonly providers: ProviderSource }

/** Makes the import of an app. */
export function createImportFile(parts: ImportFileParts): ImportFileOperation {
  return async (request) => {
    const { provider: slug, file, signal } = request
    const chosen = await chooseFileProvider(parts.providers, { slug, file, signal })
    if (chosen.isErr()) return chosen
    if (request.dryRun !== true) return importInto(parts, request, chosen.value)
    return rehearse(parts.repositories, (repositories) =>
      importInto({ ...parts, repositories, emit() {} }, request, chosen.value),
    )
  }
}

/** Ends the transaction of a rehearsal. */
class Rehearsed extends FinportError {
  readonly code = 'REHEARSED'
  readonly retryable = false
  readonly userAction = 'none'
}

/** Does it all in one transaction, and takes it back. */
async function rehearse<T>(
  repositories: Repositories,
  work: (repositories: Repositories) => Promise<Result<T, SyncError>>,
): Promise<Result<T, SyncError>> {
  let outcome: Result<T, SyncError> | null = null
  const ended = await repositories.transaction<never, Rehearsed>(async (inside) => {
    outcome = await work({ ...inside, transaction: (one) => one(inside) })
    return Err(new Rehearsed('The import was a rehearsal.'))
  })
  if (outcome !== null && ended.isErr() && ended.error.code === 'REHEARSED') return outcome
  return ended as Result<never, StorageError>
}

/** How many rows are read between two events. */
const ROWS_PER_EVENT = 5_000

async function importInto(
  parts: SyncParts,
  request: ImportRequest,
  { provider, identification }: ChosenProvider,
): Promise<Result<ImportReport, SyncError>> {
  const { repositories, emit } = parts
  const { userId, alias = '', dryRun = false } = request
  const found = await findFileConnection(repositories, { userId, provider: provider.slug, alias }, parts)
  if (found.isErr()) return found
  const connection = found.value
  const about = { userId, connectionId: connection.version === 0 ? null : connection.id, provider: provider.slug }
  emit('FileImportAttempted', about)
  const imported = await withSyncLease(
    repositories,
    { connectionId: connection.id, owner: createRecordId(parts) },
    async (lease) => {
      const credentials = await toCredentials(parts, request, connection, provider)
      if (credentials.isErr()) return credentials
      const writer = createFileWriter({
        repositories,
        lease,
        connection,
        timeZone: provider.metadata.timeZone,
        now: toInstant(parts.now()),
        createId: () => createRecordId(parts),
      })
      let told = 0
      const onRows = (rows: number) => {
        tellProgress(request.onProgress, { rows })
        if (rows - told < ROWS_PER_EVENT) return
        told = rows
        emit('FileImportProgress', { ...about, connectionId: connection.id, rows })
      }
      const error = await writePages(
        readFilePages(provider, credentials.value, { signal: request.signal }),
        writer,
        onRows,
      )
      return error !== null && writer.report.accounts.every(({ accountId }) => accountId === '')
        ? Err(error)
        : Ok({ error, report: writer.report })
    },
  )
  if (imported.isErr()) {
    const counts = noChanges()
    emit('FileImportFailed', { ...about, error: toEventError(imported.error), rejected: 0, counts })
    return imported
  }
  const { error, report } = imported.value
  for (const account of error === null ? [] : report.accounts) {
    account.outcome = account.accountId === '' ? 'failed' : 'partial'
    account.error = toReportedError(error as SyncError)
  }
  tellOutcome(parts, { ...about, connectionId: connection.id }, report, error)
  return Ok({ ...report, provider: provider.slug, format: identification?.format ?? null, dryRun })
}

/** Writes page after page. The error that ended it, if one did. */
async function writePages(
  pages: ReturnType<typeof readFilePages>,
  writer: FileWriter,
  onRows: (rows: number) => void,
): Promise<SyncError | null> {
  let rows = 0
  for await (const page of pages) {
    if (page.isErr()) return page.error
    const written = await writer.write(asStorable(page.value))
    if (written.isErr()) return written.error
    rows += page.value.transactions.length
    onRows(rows)
  }
  const ended = await writer.end()
  return ended.isErr() ? ended.error : null
}

/** The file as the provider takes it, with the account the caller means by the provider's name for it. */
async function toCredentials(
  { repositories }: SyncParts,
  { userId, file, accountId = file.accountId }: ImportRequest,
  { id }: { id: string },
  provider: ChosenProvider['provider'],
): Promise<Result<FileImportCredentials, SyncError>> {
  const accounts = accountId === undefined ? Ok([]) : await repositories.accounts.listByConnection(id)
  if (accounts.isErr()) return accounts
  const stored = accounts.value.find((account) => account.id === accountId)
  if (accountId !== undefined && stored === undefined) {
    const elsewhere = await repositories.accounts.find(userId, accountId)
    if (elsewhere.isErr()) return elsewhere
    if (elsewhere.value !== null) {
      const reason =
        'It is an account of another connection: files of this provider and alias are not imported into it.'
      const issues = [{ path: 'accountId', reason }]
      return Err(new ProviderInvalidInputError({ provider: provider.slug, operation: 'importFile', issues }))
    }
  }
  return provider.parseCredentials({ ...file, type: 'file_import', accountId: stored?.providerAccountId ?? accountId })
}

function tellOutcome(
  { emit }: SyncParts,
  about: { userId: string; connectionId: string; provider: string },
  { accounts, rejected }: SyncReport,
  error: SyncError | null,
): void {
  const counts = noChanges()
  for (const account of accounts) addCounts(counts, account)
  const unread = accounts.reduce((sum, account) => sum + account.rejected.length, rejected.length)
  if (error === null && unread === 0) emit('FileImportSucceeded', { ...about, accounts: accounts.length, counts })
  else {
    const reported = error === null ? null : toEventError(error)
    emit('FileImportFailed', { ...about, error: reported, rejected: unread, counts })
  }
}
