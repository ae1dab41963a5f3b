import type { RejectedRecord } from '../data/batch.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import type { DateRange, Instant, IsoDate } from '../dates.ts'
import { daysBetween } from '../dates.ts'
import { isSameJson, type Json } from '../json.ts'

/** A transaction that is stored: what the institution said of it, under an id of the store's own. */
type StoredTransaction = ProviderTransactionData & { readonly id: string; readonly removedAt: Instant | null }

/** What an institution said, beside what is stored. */
export type Comparison<S extends StoredTransaction> = {
  /** The stored rows of one account that are dated within `covered`, and those that have an id of `fetched`, removed ones included. */
  readonly stored: readonly S[]
  /** What the institution gave. What comes twice is as it was told last. */
  readonly fetched: readonly ProviderTransactionData[]
  /** What could not be read: it may be any of the stored rows. */
  readonly rejected: readonly Pick<RejectedRecord, 'id'>[]
  /** The days for which absence means removal; `null` for none. */
  readonly covered: DateRange | null
  /** What the windows before left open, of the same reading. */
  readonly carried?: Carried<S> | undefined
  /** What becomes of a stored row that is told again; what was told, unless said otherwise. */
  readonly merge?: (stored: S, told: ProviderTransactionData) => ProviderTransactionData
}

/** What one window after the other leaves open: to an institution, they are one answer. */
export type Carried<S extends StoredTransaction> = {
  /** How many posted rows were stored for the days so far, and how many of these were not told. */
  readonly standing: number
  readonly missing: number
  /** Pending rows that were removed: they may be posted on the days that follow. */
  readonly pending: readonly S[]
}

/** Before the first window. */
export const nothingCarried: Carried<never> = { standing: 0, missing: 0, pending: [] }

/** What to write so that the store says what the institution says. */
export type TransactionChanges<S extends StoredTransaction> = {
  readonly added: ProviderTransactionData[]
  /** Rows that keep their place in the store and get other data. */
  readonly modified: { readonly stored: S; readonly data: ProviderTransactionData }[]
  readonly removed: S[]
  readonly unchanged: number
  /** Rows that are gone and yet kept: so many vanished at once that the answer is not believed. */
  readonly withheld: S[]
  /** For the next window. The pending rows are as they were before they were removed. */
  readonly carried: Carried<S>
}

/** As long as a card's authorization may take to be posted. */
const PENDING_DAYS = 14
/** So many may vanish however few an account has. */
const FEW = 5

/** What an answer changes. Pure, and the same in whatever order rows come. */
export function changesOf<S extends StoredTransaction>({
  stored,
  fetched,
  rejected,
  covered,
  carried = nothingCarried,
  merge = (_, told) => told,
}: Comparison<S>): TransactionChanges<S> {
  const told = new Map(fetched.map((row) => [row.providerTransactionId, row]))
  const known = new Map(stored.map((row) => [row.providerTransactionId, row]))
  const unread = new Set(rejected.map(({ id }) => id))
  const modified: { stored: S; data: ProviderTransactionData }[] = []
  let unchanged = 0

  const update = (row: S, data: ProviderTransactionData) => {
    const merged = merge(row, data)
    if (row.removedAt === null && isSameData<ProviderTransactionData>(row, merged)) unchanged++
    else modified.push({ stored: row, data: merged })
  }

  const arrived: ProviderTransactionData[] = []
  for (const [id, row] of told) {
    const twin = known.get(id)
    if (twin === undefined) arrived.push(row)
    else update(twin, row)
  }

  const standing = stored.filter(
    ({ removedAt, transactionDate }) => removedAt === null && isCovered(transactionDate, covered),
  )
  const isUntold = ({ providerTransactionId: id }: S) => !told.has(id) && !unread.has(id)
  const vanished = standing.filter(isUntold)
  const removedBefore = carried.pending.filter(isUntold)
  const { pairs, unpaired, added } = pair([...removedBefore, ...vanished], arrived)
  for (const [row, data] of pairs) update(row, data)

  const isRemovedBefore = new Set(removedBefore)
  const left = unpaired.filter((row) => !isRemovedBefore.has(row))
  const missing = carried.missing + countMissing(left, [...told.values()])
  const posted = carried.standing + standing.filter((row) => !isPending(row)).length
  const isKept = unread.has(null) || isMassRemoval(missing, posted)
  const removed = isKept ? [] : left
  const pending = [...unpaired.filter((row) => isRemovedBefore.has(row)), ...removed.filter(isPending)]
  const withheld = isKept ? left : []
  return { added, modified, unchanged, removed, withheld, carried: { standing: posted, missing, pending } }
}

/** Whether a stored record says all of this already. */
export function isSameData<T extends { readonly [field: string]: Json }>(stored: T, data: T): boolean {
  return Object.entries(data).every(([field, value]) => isSameJson(stored[field] as Json, value))
}

function isCovered(date: IsoDate, covered: DateRange | null): boolean {
  return covered !== null && date >= covered.from && date <= covered.to
}

const isPending = ({ status }: Pick<ProviderTransactionData, 'status'>) => status === 'pending'

/** How many posted rows are gone. One whose equal is told is not: it was stored under two ids. */
function countMissing(vanished: readonly StoredTransaction[], told: readonly ProviderTransactionData[]): number {
  if (vanished.length === 0) return 0
  const dayAndContentOf = (row: ProviderTransactionData) => row.transactionDate + contentOf(row)
  const shown = new Set(told.map(dayAndContentOf))
  return vanished.filter((row) => !isPending(row) && !shown.has(dayAndContentOf(row))).length
}

/** More than half of what was posted does not vanish at an institution: it vanished on the way. */
function isMassRemoval(missing: number, standing: number): boolean {
  return missing > FEW && missing * 2 > standing
}

/** What a row is to its reader: what stays when an institution gives it another id. */
function contentOf({ amount, currency, description, symbol, quantity }: ProviderTransactionData): string {
  return JSON.stringify([amount, currency, description.replace(/\s+/g, '').toLowerCase(), symbol, quantity])
}

function wholeContentOf(row: ProviderTransactionData): string {
  const { occurredAt, authorizedDate, settlementDate, checkNumber, status, transactionType, subtype } = row
  const details = [occurredAt, authorizedDate, settlementDate, checkNumber, status, transactionType, subtype]
  return JSON.stringify([contentOf(row), row.transactionDate, details])
}

/** Whether a row may be a pending one that was posted. */
export function isPostingOf(pending: ProviderTransactionData, row: ProviderTransactionData): boolean {
  const { transactionDate: day } = row
  const isInTime = day >= pending.transactionDate && daysBetween(pending.transactionDate, day) <= PENDING_DAYS
  return isInTime && !isPending(row) && contentOf(pending) === contentOf(row)
}

/** The ways in which a vanished row is one that arrived, the surest first. */
const ways: readonly {
  readonly isFor: (row: ProviderTransactionData) => boolean
  readonly keyOf: (row: ProviderTransactionData) => string
  readonly fits: (vanished: IsoDate, arrived: IsoDate) => boolean
}[] = [
  { isFor: () => true, keyOf: wholeContentOf, fits: () => true },
  { isFor: (row) => !isPending(row), keyOf: contentOf, fits: (vanished, arrived) => vanished === arrived },
  {
    isFor: isPending,
    keyOf: contentOf,
    fits: (vanished, arrived) => arrived >= vanished && daysBetween(vanished, arrived) <= PENDING_DAYS,
  },
]

/** Finds vanished rows among those that arrived: the oldest gets the first that fits, which pairs as many as can be. */
function pair<S extends StoredTransaction>(vanished: readonly S[], arrived: readonly ProviderTransactionData[]) {
  const pairs: (readonly [S, ProviderTransactionData])[] = []
  const unpaired = new Set(vanished.toSorted(byDate))
  const added = new Set(arrived)
  for (const way of ways) {
    const rows = [...unpaired].filter(way.isFor)
    if (rows.length === 0 || added.size === 0) continue
    const queues = new Map<string, ProviderTransactionData[]>()
    for (const row of [...added].sort(byDate)) {
      const key = way.keyOf(row)
      const queue = queues.get(key)
      if (queue === undefined) queues.set(key, [row])
      else queue.push(row)
    }
    for (const row of rows) {
      const queue = queues.get(way.keyOf(row)) ?? []
      const index = queue.findIndex(({ transactionDate }) => way.fits(row.transactionDate, transactionDate))
      const [data] = index === -1 ? [] : queue.splice(index, 1)
      if (data === undefined) continue
      pairs.push([row, data])
      unpaired.delete(row)
      added.delete(data)
    }
  }
  return { pairs, unpaired: [...unpaired], added: [...added] }
}

function byDate(a: ProviderTransactionData, b: ProviderTransactionData): number {
  const [left, right] = [a.transactionDate, b.transactionDate]
  if (left !== right) return left < right ? -1 : 1
  return a.providerTransactionId < b.providerTransactionId ? -1 : 1
}
