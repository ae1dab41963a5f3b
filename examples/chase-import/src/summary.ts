import {
  Decimal,
  type ProviderAccountData,
  type ProviderTransactionData,
  type ProviderWarning,
  type RejectedRecord,
  type SnapshotPage,
} from '@finport/core'

const NEWEST = 10
const LISTED = 20
const ZERO = Decimal.parse('0').unwrap()

/** Transactions of one account in one currency: amounts of different currencies can't be added. */
export type Total = { providerAccountId: string; currency: string; count: number; in: Decimal; out: Decimal }

/** The first of a list that may be long, and how long it is. */
export type Listed<T> = { first: T[]; count: number }

/** What is kept of a file: of most transactions, only their ids. */
export type Summary = {
  /** By providerAccountId. */
  accounts: Map<string, ProviderAccountData>
  /** By providerAccountId, the newest first. */
  newest: Map<string, ProviderTransactionData[]>
  totals: Map<string, Total>
  /** The ids of the transactions that have come. */
  told: Set<string>
  rejected: Listed<RejectedRecord>
  warnings: Listed<ProviderWarning>
}

export function createSummary(): Summary {
  return {
    accounts: new Map(),
    newest: new Map(),
    totals: new Map(),
    told: new Set(),
    rejected: { first: [], count: 0 },
    warnings: { first: [], count: 0 },
  }
}

export function addPage(summary: Summary, page: SnapshotPage): void {
  // An account comes again when more is known of it: what is told last holds.
  for (const account of page.accounts) summary.accounts.set(account.providerAccountId, account)
  for (const transaction of page.transactions) addTransaction(summary, transaction)
  list(summary.rejected, page.rejected)
  list(summary.warnings, page.warnings)
}

/** A transaction comes again when a later one corrects it. One that is cancelled does not count. */
function addTransaction(summary: Summary, transaction: ProviderTransactionData): void {
  const id = `${transaction.providerAccountId} ${transaction.providerTransactionId}`
  const isCancelled = transaction.status === 'cancelled'
  if (!summary.told.has(id)) {
    summary.told.add(id)
    addToNewest(summary.newest, transaction)
    if (!isCancelled) addToTotals(summary.totals, transaction, 1)
  } else if (isCancelled) {
    addToTotals(summary.totals, transaction, -1)
  }
}

function addToNewest(newest: Summary['newest'], transaction: ProviderTransactionData): void {
  const { providerAccountId, transactionDate } = transaction
  const kept = newest.get(providerAccountId) ?? []
  newest.set(providerAccountId, kept)
  const place = kept.findIndex((other) => other.transactionDate < transactionDate)
  if (place === -1 && kept.length === NEWEST) return
  kept.splice(place === -1 ? kept.length : place, 0, transaction)
  if (kept.length > NEWEST) kept.pop()
}

function addToTotals(totals: Summary['totals'], transaction: ProviderTransactionData, count: 1 | -1): void {
  const { providerAccountId, currency, amount } = transaction
  const key = `${providerAccountId} ${currency}`
  const total = totals.get(key) ?? { providerAccountId, currency, count: 0, in: ZERO, out: ZERO }
  totals.set(key, total)
  total.count += count
  const direction = Decimal.compare(amount, ZERO) < 0 ? 'out' : 'in'
  total[direction] = count === 1 ? Decimal.add(total[direction], amount) : Decimal.subtract(total[direction], amount)
}

function list<T>(listed: Listed<T>, items: T[]): void {
  listed.first.push(...items.slice(0, LISTED - listed.first.length))
  listed.count += items.length
}
