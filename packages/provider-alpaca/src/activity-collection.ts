import { Decimal, type IsoDate, type Json, type ProviderTransactionData, type RejectedRecord } from '@finport/core'
import {
  type ActivityContext,
  type ActivityProblem,
  type Fill,
  identityOf,
  type ReadActivity,
  readActivity,
} from './activity.ts'

/** The days that are wanted; without `from`, all before `to`. */
export type WantedDays = { readonly from: IsoDate | null; readonly to: IsoDate }

/** The rows of several reads as they come together, each once. */
export type ActivityCollection = {
  /** Takes a row, unless it is there already; says whether it is new. `place` is where it stood. */
  add(row: Json, place: string): boolean
  /** The fills of orders that have several, also on days that are not wanted: orders live for more than a day. */
  readonly fills: readonly Fill[]
  readonly rejected: readonly RejectedRecord[]
  /** The transactions of the days wanted, in the order of their days and times; fills of one millisecond in the order that their order was filled. */
  transactions(): ProviderTransactionData[]
}

/** Makes an empty collection. Of rows of other days nothing is kept but what tells that fills are missing. */
export function createActivityCollection(context: ActivityContext, wanted: WantedDays): ActivityCollection {
  const seen = new Set<string>()
  const kept: ReadActivity[] = []
  const fills: Fill[] = []
  const rejected: RejectedRecord[] = []
  const isWanted = (day: IsoDate) => (wanted.from === null || day >= wanted.from) && day <= wanted.to

  function reject(row: Json, place: string, { path, reason, id, day }: ActivityProblem): void {
    if (day !== null && !isWanted(day)) return
    rejected.push({
      id,
      providerAccountId: context.providerAccountId,
      path: path === '' ? place : `${place}.${path}`,
      reason,
      rawData: context.includeRawData ? row : null,
    })
  }

  return {
    fills,
    rejected,
    add(row, place) {
      const id = (row as { id?: unknown } | null)?.id
      const identity = typeof id === 'string' ? identityOf(id) : null
      if (identity !== null) {
        if (seen.has(identity)) return false
        seen.add(identity)
      }
      const read = readActivity(row, context)
      if ('reason' in read) {
        reject(row, place, read)
        return true
      }
      if (read.fill !== null) fills.push(read.fill)
      if (isWanted(read.transaction.transactionDate)) kept.push(read)
      return true
    },
    transactions() {
      return kept.sort(inOrder).map(({ transaction }) => transaction)
    },
  }
}

const zero = '0' as Decimal

function inOrder(a: ReadActivity, b: ReadActivity): number {
  return (
    compareTexts(a.transaction.transactionDate, b.transaction.transactionDate) ||
    compareTexts(a.transaction.occurredAt ?? '', b.transaction.occurredAt ?? '') ||
    compareTexts(a.finerTime, b.finerTime) ||
    compareTexts(a.transaction.groupId ?? '', b.transaction.groupId ?? '') ||
    byProgress(a.fill, b.fill) ||
    compareTexts(a.transaction.providerTransactionId, b.transaction.providerTransactionId)
  )
}

/** How far their order was filled: what stays open tells it as well as what is filled. */
function byProgress(a: Fill | null, b: Fill | null): number {
  if (a?.leaves && b?.leaves) return Decimal.compare(b.leaves, a.leaves)
  return Decimal.compare(a?.cumulative ?? zero, b?.cumulative ?? zero)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
