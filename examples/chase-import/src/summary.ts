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

/** What is kept of a file: its size does not grow with the number of transactions. */
export type Summary = {
  /** By providerAccountId. */
  accounts: Map<string, ProviderAccountData>
  /** By providerAccountId, the newest first. */
  newest: Map<string, ProviderTransactionData[]>
  totals: Map<string, Total>
  rejected: Listed<RejectedRecord>
  warnings: Listed<ProviderWarning>
}

export function createSummary(): Summary {
  return {
    accounts: new Map(),
    newest: new Map(),
    totals: new Map(),
    rejected: { first: [], count: 0 },
    warnings: { first: [], count: 0 },
  }
}

export function addPage(summary: Summary, page: SnapshotPage): void {
  // An account comes again when more is known of it: what is told last holds.
  for (const account of page.accounts) summary.accounts.set(account.providerAccountId, account)
  for (const transaction of page.transactions) {
    addToNewest(summary.newest, transaction)
    addToTotals(summary.totals, transaction)
  }
  list(summary.rejected, page.rejected)
  list(summary.warnings, page.warnings)
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

function addToTotals(
  totals: Summary['totals'],
  { providerAccountId, currency, amount }: ProviderTransactionData,
): void {
  const key = `${providerAccountId} ${currency}`
  const total = totals.get(key) ?? { providerAccountId, currency, count: 0, in: ZERO, out: ZERO }
  totals.set(key, total)
  total.count++
  const direction = Decimal.compare(amount, ZERO) < 0 ? 'out' : 'in'
  total[direction] = Decimal.add(total[direction], amount)
}

function list<T>(listed: Listed<T>, items: T[]): void {
  listed.first.push(...items.slice(0, LISTED - listed.first.length))
  listed.count += items.length
}
