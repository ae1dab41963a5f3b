import type { ProviderAccountData } from '../data/account.ts'
import type { Batch } from '../data/batch.ts'
import { type IsoDate, isIsoDate, toInstant } from '../dates.ts'
import { type InputIssue, ProviderAbortedError, ProviderInvalidInputError } from '../errors/provider-error.ts'
import { toEventError } from '../events.ts'
import type { Account } from '../ports/account-repository.ts'
import type { Identity } from '../provider.ts'
import { createRecordId } from '../record-id.ts'
import { Err, Ok, type Result } from '../result.ts'
import { asStorable } from './as-storable.ts'
import { type SyncLease, withSyncLease } from './lease.ts'
import { readOnce } from './read-once.ts'
import { type AccountReport, addNotes, createAccountReport, type SyncReport, toReportedError } from './report.ts'
import { saveAccounts } from './save-accounts.ts'
import { syncAccount } from './sync-account.ts'
import type { SyncError } from './sync-error.ts'
import type { BoundProvider, SyncParts } from './sync-parts.ts'
import { tellProgress } from './tell-progress.ts'

/** What a sync can bring up to date. */
export const syncKinds = ['accounts', 'transactions', 'holdings'] as const

/** One of {@link syncKinds}. */
export type SyncKind = (typeof syncKinds)[number]

/** How far a sync is. */
export type SyncProgress = {
  /** How many accounts are done. */
  accountsDone: number
  /** How many there are. */
  accountsTotal: number
  /** The account that is being read, with what is counted so far. */
  account: AccountReport
}

/** What to sync. */
export type SyncRequest = {
  /** Whose connection it is: from the session, never from what the user sent. */
  userId: string
  /** The connection. */
  connectionId: string
  /** All kinds, unless said otherwise. Without `accounts`, those that are stored are gone through. */
  include?: readonly SyncKind[] | undefined
  /** The first day of transactions to read again. Without it: what may have changed since the last time, and what was not read yet of the past. */
  startDate?: IsoDate | undefined
  /** The last day of transactions to read; today if it is left out. */
  endDate?: IsoDate | undefined
  /** Ends the sync after the step it is in. What was stored stays, and the report says what is missing. */
  signal?: AbortSignal | undefined
  /** Told after each step. What it throws is passed over. */
  onProgress?: ((progress: SyncProgress) => void) | undefined
}

/** Brings a connection's data up to date. */
export type Sync = (request: SyncRequest) => Promise<Result<SyncReport, SyncError>>

/** The parts of a sync. */
export type ProviderSyncParts = SyncParts & {
  /** The connection's connector with the credentials bound in; an error when the user has no such connection, or it is not active. */
  readonly open: (request: {
    userId: string
    connectionId: string
  }) => Promise<Result<Identity & Partial<BoundProvider>, SyncError>>
}

/** Makes the sync of an app. */
export function createSync(parts: ProviderSyncParts): Sync {
  return async (request) => {
    const { userId, connectionId } = request
    const opened = await parts.open({ userId, connectionId })
    if (opened.isErr()) return opened
    const provider = opened.value
    if (!hasData(provider)) {
      const reason = 'Its provider has no accounts to sync: files are imported by importFile, changes followed by feed.'
      const issues = [{ path: 'connectionId', reason }]
      return Err(new ProviderInvalidInputError({ provider: provider.slug, operation: 'sync', issues }))
    }
    const issues = issuesOf(request)
    if (issues.length > 0)
      return Err(new ProviderInvalidInputError({ provider: provider.slug, operation: 'sync', issues }))
    const owner = createRecordId(parts)
    return withSyncLease(parts.repositories, { connectionId, owner }, (lease) =>
      syncConnection({ parts, request, provider: readOnce(provider), lease }),
    )
  }
}

/** What is wrong with a request: a sync of nothing would be called complete. */
function issuesOf({ include = syncKinds, startDate, endDate }: SyncRequest): InputIssue[] {
  const issues = Object.entries({ startDate, endDate }).flatMap(([path, date]) =>
    date === undefined || isIsoDate(date) ? [] : [{ path, reason: "A day in the form '2026-01-31' is needed." }],
  )
  if (issues.length === 0 && startDate !== undefined && endDate !== undefined && startDate > endDate)
    issues.push({ path: 'startDate', reason: 'It must not come after endDate.' })
  if (include.length === 0 || include.some((kind) => !syncKinds.includes(kind)))
    issues.push({ path: 'include', reason: `At least one of ${syncKinds.join(', ')} is needed, and nothing else.` })
  return issues
}

/** Files are read once, when they are imported. */
function hasData(provider: Identity & Partial<BoundProvider>): provider is BoundProvider {
  return provider.fetchAccounts !== undefined && provider.metadata.credentialType !== 'file_import'
}

type ConnectionSync = {
  readonly parts: SyncParts
  readonly request: SyncRequest
  readonly provider: BoundProvider
  readonly lease: SyncLease
}

async function syncConnection(sync: ConnectionSync): Promise<Result<SyncReport, SyncError>> {
  const { request, provider } = sync
  const { include = syncKinds, onProgress } = request
  const report: SyncReport = { connectionId: request.connectionId, accounts: [], rejected: [], warnings: [] }
  const accounts = include.includes('accounts') ? await syncAccounts(sync, report) : await listAccounts(sync)
  if (accounts.isErr()) return accounts

  const total = accounts.value.length
  let end: SyncError | null = null
  for (const [index, account] of accounts.value.entries()) {
    const accountReport = createAccountReport(account)
    report.accounts.push(accountReport)
    if (request.signal?.aborted) end ??= new ProviderAbortedError({ provider: provider.slug, operation: 'sync' })
    if (end !== null) {
      Object.assign(accountReport, { outcome: 'failed', error: toReportedError(end) })
      continue
    }
    const tell = (accountsDone: number) =>
      tellProgress(onProgress, { accountsDone, accountsTotal: total, account: accountReport })
    const isFresh = include.includes('accounts')
    const step = { account, isFresh, report: accountReport, onStep: () => tell(index) }
    end = await syncAccount({ ...sync, ...step, include })
    tell(index + 1)
  }
  return Ok(report)
}

/** Accounts as the provider tells them now. */
async function syncAccounts(
  { parts, request, provider, lease }: ConnectionSync,
  report: SyncReport,
): Promise<Result<Account[], SyncError>> {
  const { emit, repositories } = parts
  const { userId, connectionId, signal } = request
  const about = { userId, connectionId, provider: provider.slug }
  emit('AccountSyncAttempted', about)
  const save = (batch: Batch<ProviderAccountData>) =>
    repositories.transaction<Account[], SyncError>(async (inside) => {
      const renewed = await lease.renew(inside)
      if (renewed.isErr()) return renewed
      return saveAccounts(inside, {
        connection: { id: connectionId, userId },
        batch,
        source: 'sync',
        timeZone: provider.metadata.timeZone,
        now: toInstant(parts.now()),
        createId: () => createRecordId(parts),
      })
    })
  const fail = (error: SyncError) => {
    emit('AccountSyncFailed', { ...about, error: toEventError(error), rejected: 0 })
    return Err(error)
  }
  const fetched = (await provider.fetchAccounts({ signal })).map(asStorable)
  if (fetched.isErr()) return fail(fetched.error)
  const saved = await save(fetched.value)
  if (saved.isErr()) return fail(saved.error)
  const { rejected, complete } = fetched.value
  addNotes(report, fetched.value)
  if (complete && rejected.length === 0) emit('AccountSyncSucceeded', { ...about, accounts: saved.value.length })
  else emit('AccountSyncFailed', { ...about, error: null, rejected: rejected.length })
  return saved
}

/** Accounts that are stored, those that the provider no longer shows left out. */
async function listAccounts({ parts, request }: ConnectionSync): Promise<Result<Account[], SyncError>> {
  const stored = await parts.repositories.accounts.listByConnection(request.connectionId)
  return stored.map((accounts) => accounts.filter(({ isActive }) => isActive))
}
