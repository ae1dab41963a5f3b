import type { Connection } from '../connections/connection.ts'
import type { ProviderAccountData } from '../data/account.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import type { DateRange, Instant, IsoDate } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Account } from '../ports/account-repository.ts'
import type { Repositories, TransactionalRepositories } from '../ports/repositories.ts'
import type { Transaction } from '../ports/transaction-repository.ts'
import type { SnapshotPage } from '../provider.ts'
import { Ok, type Result } from '../result.ts'
import { changesOf, type TransactionChanges } from './changes.ts'
import { type FileAccount, noteChanges, openFileAccount, reconcile, takeRows } from './file-account.ts'
import { activate } from './file-connection.ts'
import type { SyncLease } from './lease.ts'
import { isOlder, mergeAccount, mergeTransaction } from './merge.ts'
import {
  addCounts,
  type ChangeCounts,
  createAccountReport,
  noChanges,
  type SyncReport,
  toRejections,
} from './report.ts'
import { saveAccounts } from './save-accounts.ts'
import { saveHoldings } from './save-holdings.ts'
import { saveTransactions, toRows } from './save-transactions.ts'
import type { SyncError } from './sync-error.ts'

/** What a file is written with. */
export type FileWriterParts = {
  readonly repositories: Repositories
  readonly lease: SyncLease
  readonly connection: Connection
  readonly timeZone: string
  readonly now: Instant
  readonly createId: () => string
}

/** Writes a file as it is read. */
export type FileWriter = {
  readonly report: SyncReport
  /** Writes a page, all of it or nothing. */
  write(page: SnapshotPage): Promise<Result<void, SyncError>>
  /** Writes what could only be known at the end of the file. */
  end(): Promise<Result<void, SyncError>>
}

const PAGE = 500
const everyDay = { from: '0000-01-01', to: '9999-12-31' } as DateRange

/** Writes a file's pages into a connection. */
export function createFileWriter(parts: FileWriterParts): FileWriter {
  const { repositories, lease, timeZone, now, createId } = parts
  const report: SyncReport = { connectionId: parts.connection.id, accounts: [], rejected: [], warnings: [] }
  const states = new Map<string, FileAccount>()
  let { connection } = parts

  const commit = <T>(work: (inside: TransactionalRepositories) => Promise<Result<T, SyncError>>) =>
    repositories.transaction<{ value: T; connection: Connection }, SyncError>(async (inside) => {
      const renewed = await lease.renew(inside)
      if (renewed.isErr()) return renewed
      const active = await activate(inside, connection, now)
      if (active.isErr()) return active
      return (await work(inside)).map((value) => ({ value, connection: active.value }))
    })

  const save = (inside: TransactionalRepositories, items: readonly ProviderAccountData[]) =>
    saveAccounts(inside, {
      connection,
      batch: { items: [...items], rejected: [], complete: false },
      merge: mergeAccount,
      source: 'file',
      timeZone,
      now,
      createId,
    })

  /** The states of accounts that a page names: those of new ones are made. */
  const openAccounts = async (accounts: readonly ProviderAccountData[]): Promise<Result<void, SyncError>> => {
    for (const told of accounts) {
      const state = states.get(told.providerAccountId)
      if (state !== undefined) {
        state.told = told
        continue
      }
      const stored = await repositories.accounts.listByConnection(connection.id)
      if (stored.isErr()) return stored
      const before = stored.value.find(({ providerAccountId }) => providerAccountId === told.providerAccountId) ?? null
      const pending = before === null ? Ok([]) : await listPending(repositories, before)
      if (pending.isErr()) return pending
      const accountReport = createAccountReport({ id: before?.id ?? '', providerAccountId: told.providerAccountId })
      report.accounts.push(accountReport)
      states.set(told.providerAccountId, openFileAccount(told, before, pending.value, accountReport))
    }
    return Ok(undefined)
  }

  const setAccount = (account: Account) => {
    const state = states.get(account.providerAccountId)
    if (state === undefined) return
    state.account = account
    state.report.accountId = account.id
  }

  return {
    report,

    async write(page) {
      const opened = await openAccounts(page.accounts)
      if (opened.isErr()) return opened
      const rows = rowsByAccount(page)
      const work = [...states].map(([id, state]) => ({ state, rows: takeRows(state, rows.get(id) ?? []) }))
      if (work.length === 0) {
        note(page)
        return Ok(undefined)
      }
      const written = await commit(async (inside) => {
        const fresh = work.filter(({ state }) => state.account === null).map(({ state }) => state.told)
        const made = fresh.length === 0 ? Ok([]) : await save(inside, fresh)
        if (made.isErr()) return made
        const changes: { state: FileAccount; changes: TransactionChanges<Transaction> }[] = []
        for (const { state, rows: fetched } of work) {
          if (fetched.length === 0) continue
          const isOwn = ({ providerAccountId }: Account) => providerAccountId === state.told.providerAccountId
          const account = state.account ?? (made.value.find(isOwn) as Account)
          const row = { account, fetched, rejected: [], covered: null, merge: mergeTransaction, now, createId }
          const saved = await saveTransactions(inside, row)
          if (saved.isErr()) return saved
          changes.push({ state, changes: saved.value })
        }
        return Ok({ made: made.value, changes })
      })
      if (written.isErr()) return written
      connection = written.value.connection
      for (const account of written.value.value.made) setAccount(account)
      for (const { state, changes } of written.value.value.changes) noteChanges(state, changes, timeZone)
      note(page)
      return Ok(undefined)
    },

    async end() {
      for (const state of states.values()) {
        const account = state.account as Account
        const written = await commit(async (inside) => {
          const settled = await settlePending(inside, account, state)
          if (settled.isErr()) return settled
          const holdings = await settleHoldings(inside, account, state)
          if (holdings.isErr()) return holdings
          const saved = await save(inside, [state.told])
          return saved.map(([stored = account]) => ({ changes: settled.value, holdings: holdings.value, stored }))
        })
        if (written.isErr()) return written
        const { changes, holdings, stored } = written.value.value
        setAccount(stored)
        noteChanges(state, changes, timeZone)
        addCounts(state.report.holdings, holdings)
        reconcile(state, timeZone)
      }
      return Ok(undefined)
    },
  }

  /** Writes into the report what a page tells beside its rows. */
  function note(page: SnapshotPage): void {
    for (const holding of page.holdings) states.get(holding.providerAccountId)?.holdings.push(holding)
    for (const { providerAccountId, holdings } of page.completed) {
      const state = states.get(providerAccountId)
      if (state !== undefined) state.hasAllHoldings = holdings
    }
    for (const record of page.rejected) {
      const own = record.providerAccountId === null ? undefined : states.get(record.providerAccountId)?.report
      const [rejection] = toRejections([record])
      if (rejection !== undefined) (own ?? report).rejected.push(rejection)
      if (own !== undefined) own.outcome = 'partial'
    }
    for (const { providerAccountId, providerTransactionId: id } of page.transactions) {
      if (!states.has(providerAccountId))
        report.rejected.push({ id, path: 'providerAccountId', reason: 'Its account is not in the file.' })
    }
    for (const warning of page.warnings) {
      const own = warning.providerAccountId === null ? undefined : states.get(warning.providerAccountId)?.report
      ;(own ?? report).warnings.push(warning)
    }
  }

  /** Rows that a pending one may have become, with the pending ones that the file did not name. */
  async function settlePending(
    inside: TransactionalRepositories,
    account: Account,
    { held, pending }: FileAccount,
  ): Promise<Result<TransactionChanges<Transaction>, StorageError>> {
    const ids = held.map(({ providerTransactionId }) => providerTransactionId)
    const twins = await inside.transactions.findByProviderIds(account.id, ids)
    if (twins.isErr()) return twins
    const stored = [...twins.value, ...pending.values()]
    const found = changesOf({ stored, fetched: held, rejected: [], covered: everyDay, merge: mergeTransaction })
    // A file never says that something is gone.
    const changes = { ...found, removed: [], withheld: [] }
    return (await inside.transactions.save(toRows(changes, { account, now, createId }))).map(() => changes)
  }

  async function settleHoldings(
    inside: TransactionalRepositories,
    account: Account,
    { before, told, holdings, hasAllHoldings, report: { rejected } }: FileAccount,
  ): Promise<Result<ChangeCounts, StorageError>> {
    const isOutdated = before !== null && isOlder(told, before)
    if (isOutdated || (holdings.length === 0 && !hasAllHoldings)) return Ok(noChanges())
    const batch = { items: holdings, rejected, complete: hasAllHoldings }
    return saveHoldings(inside, account, batch, createId)
  }
}

function rowsByAccount({ transactions }: SnapshotPage): Map<string, ProviderTransactionData[]> {
  const rows = new Map<string, ProviderTransactionData[]>()
  for (const row of transactions) {
    const own = rows.get(row.providerAccountId)
    if (own === undefined) rows.set(row.providerAccountId, [row])
    else own.push(row)
  }
  return rows
}

/** The rows of an account that are pending. */
async function listPending(
  { transactions }: Pick<Repositories, 'transactions'>,
  { userId, id: accountId }: Account,
): Promise<Result<Transaction[], StorageError>> {
  const rows: Transaction[] = []
  let after: { transactionDate: IsoDate; id: string } | null = null
  for (;;) {
    const query = { userId, accountId, status: 'pending', after, limit: PAGE } as const
    const page: Result<Transaction[], StorageError> = await transactions.list(query)
    if (page.isErr()) return page
    rows.push(...page.value)
    after = page.value.at(-1) ?? null
    if (page.value.length < PAGE) return Ok(rows)
  }
}
