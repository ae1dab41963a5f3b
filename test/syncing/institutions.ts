import {
  type Account,
  createFinport,
  createMemoryCredentialRepository,
  createMemoryRepositories,
  createRegistry,
  type FetchFunction,
  markSandboxFetch,
  type Repositories,
  type SyncReport,
} from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { chaseFile } from '@finport/provider-chase-file'
import { schwab } from '@finport/provider-schwab'
import { createSchwabSandbox } from '@finport/provider-schwab/sandbox'
import { createVault, generateKey, parseKeyring } from '@finport/vault'
import { expect } from 'vitest'
import { LivingAccount } from './living-account.ts'

export const userId = 'user-1'
export const DAY = 86_400_000

type DataRepositories = Pick<Repositories, 'accounts' | 'transactions' | 'holdings' | 'balances'>

/** How many rows of data are written, in transactions and outside of them. */
function countRows(repositories: Repositories, written: { rows: number }): Repositories {
  const count = <R extends { save(rows: never): ReturnType<Repositories['accounts']['save']> }>(one: R): R => ({
    ...one,
    save: async (rows: never) => {
      const saved = await one.save(rows)
      written.rows += saved.unwrapOr(0)
      return saved
    },
  })
  const counted = <T extends DataRepositories>(inside: T): T => ({
    ...inside,
    accounts: count(inside.accounts),
    transactions: count(inside.transactions),
    holdings: count(inside.holdings),
    balances: count(inside.balances),
  })
  return {
    ...counted(repositories),
    transaction: (work) => repositories.transaction((inside) => work(counted(inside))),
  }
}

const storeFields = ['id', 'userId', 'accountId', 'version', 'removedAt'] as const

/** A record without what the store adds to it. */
function toTold<Row extends object>(row: Row): Omit<Row, (typeof storeFields)[number]> {
  const isTold = ([field]: [string, unknown]) => !(storeFields as readonly string[]).includes(field)
  return Object.fromEntries(Object.entries(row).filter(isTold)) as Omit<Row, (typeof storeFields)[number]>
}

const inOrder = <T>(rows: readonly T[], idOf: (row: T) => string | undefined): T[] =>
  rows.toSorted((a, b) => ((idOf(a) ?? '') < (idOf(b) ?? '') ? -1 : 1))

/** Schwab and Alpaca in their sandboxes, files of Chase, and the Finport over them, all by one clock. */
export function openInstitutions() {
  let time = Date.parse('2026-03-02T18:00:00Z')
  const now = () => time
  const sleep = async () => undefined
  let ids = 100_000
  const nextId = () => ids++
  const accounts = [
    new LivingAccount('71234567', 'Individual', nextId),
    new LivingAccount('72345678', 'Roth', nextId),
  ] as const
  const schwabSandbox = createSchwabSandbox({ now, accounts, requestsPerMinute: null })
  const faults = { lateRows: true, skippedRows: true }
  const alpacaSandbox = createAlpacaSandbox({ now, seed: 7, requestsPerMinute: null, faults })
  const fetch: FetchFunction = markSandboxFetch(async (request) =>
    new URL(request.url).host.includes('schwab') ? schwabSandbox.fetch(request) : alpacaSandbox.fetch(request),
  )
  const written = { rows: 0 }
  const repositories = createMemoryRepositories({ now })
  const keyring = parseKeyring(generateKey()).unwrap()
  const finport = createFinport({
    providers: createRegistry({ fetch, now, sleep })
      .register(schwab, schwabSandbox.settings)
      .register(alpaca)
      .register(chaseFile),
    vault: createVault({ keyring, credentials: createMemoryCredentialRepository({ now }), now }),
    repositories: countRows(repositories, written),
    runtime: { now, sleep },
  })

  /** All that an institution says of an account at this moment. */
  const truthOf = async (connectionId: string, providerAccountId: string) => {
    const connected = (await finport.connections.open({ userId, connectionId })).unwrap()
    const transactions = (await connected.fetchTransactions(providerAccountId)).unwrap().items
    const holdings = (await connected.fetchHoldings(providerAccountId)).unwrap().items
    return {
      transactions: inOrder(transactions, (row) => row.providerTransactionId),
      holdings: inOrder(holdings, (row) => row.providerHoldingId),
    }
  }

  /** What is stored of an account, and not removed. */
  const storedOf = async (connectionId: string, id: string) => {
    const all = (await repositories.accounts.listByConnection(connectionId)).unwrap()
    const account = all.find(({ providerAccountId }) => providerAccountId === id) as Account
    const query = { userId, accountId: account.id, after: null, limit: 100_000 }
    const rows = (await repositories.transactions.list(query)).unwrap()
    const holdings = (await repositories.holdings.listByAccount(account.id)).unwrap()
    return {
      account,
      rows,
      transactions: inOrder(
        rows.map((row) => toTold(row)),
        (row) => row.providerTransactionId,
      ),
      holdings: inOrder(
        holdings.map((row) => toTold(row)),
        (row) => row.providerHoldingId,
      ),
    }
  }

  /** A sync, after which the store says row by row what the institution says, and a second one that writes nothing. */
  const syncWell = async (connectionId: string): Promise<SyncReport> => {
    const report = (await finport.sync({ userId, connectionId })).unwrap()
    for (const { providerAccountId, outcome, error, warnings } of report.accounts) {
      expect({ outcome, error, warnings }).toEqual({ outcome: 'complete', error: null, warnings: [] })
      const { transactions, holdings } = await storedOf(connectionId, providerAccountId)
      expect({ transactions, holdings }).toEqual(await truthOf(connectionId, providerAccountId))
    }
    written.rows = 0
    const again = (await finport.sync({ userId, connectionId })).unwrap()
    expect(again.accounts.map(({ outcome }) => outcome)).toEqual(report.accounts.map(() => 'complete'))
    expect(written.rows).toBe(0)
    return report
  }

  /** A login at Schwab, in which these accounts are ticked. */
  const login = async (accountNumbers: readonly string[], connectionId?: string): Promise<string> => {
    const begun = (await finport.connections.beginOAuth({ userId, provider: 'schwab', connectionId })).unwrap()
    const callback = await schwabSandbox.approve(begun.authorizationUrl, accountNumbers)
    ;(await finport.connections.finishOAuth({ userId, provider: 'schwab', callback })).unwrap()
    return begun.connectionId
  }

  const pass = (days: number) => {
    time += days * DAY
  }
  return {
    ...{ finport, accounts, schwabSandbox, alpacaSandbox, written },
    ...{ storedOf, syncWell, login, now, pass },
  }
}
