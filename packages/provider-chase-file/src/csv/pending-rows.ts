import type { ProviderTransactionData } from '@finport/core'
import type { RowOrder } from './running-balance.ts'

/** Tells which rows of a checking account are pending: those without a balance at the newest end of the file. */
export type PendingRows = {
  /** The next row of the file, and the order as far as it is known. */
  add(transaction: ProviderTransactionData, hasBalance: boolean, order: RowOrder | null): void
  /** The file is through; `order` is the likeliest. */
  end(order: RowOrder): void
}

/** No account has so many pending rows: a file without balances is not held back as a whole. */
const PENDING_AT_MOST = 1_000

/** Passes rows on in their order, each with its status, as soon as that is known. */
export function createPendingRows(emit: (transaction: ProviderTransactionData) => void): PendingRows {
  /** Rows that wait: at first all until the order is known, then those without a balance. */
  let waiting: { transaction: ProviderTransactionData; hasBalance: boolean }[] = []
  let isAtStart = true

  const emitAll = (isPending: (row: { hasBalance: boolean }, index: number) => boolean) => {
    for (const [index, row] of waiting.entries()) {
      emit(isPending(row, index) ? { ...row.transaction, status: 'pending' } : row.transaction)
    }
    waiting = []
  }

  /** Ends the wait at the start: rows before the first balance are the newest where the newest row comes first. */
  const settleStart = (order: RowOrder) => {
    const firstBalance = waiting.findIndex(({ hasBalance }) => hasBalance)
    const rest = waiting.findLastIndex(({ hasBalance }) => hasBalance) + 1
    const behind = waiting.splice(rest)
    emitAll((_, index) => order === 'newest_first' && index < firstBalance)
    waiting = behind
    isAtStart = false
  }

  return {
    add(transaction, hasBalance, order) {
      if (hasBalance && waiting.length === 0) {
        isAtStart = false
        return emit(transaction)
      }
      waiting.push({ transaction, hasBalance })
      if (waiting.length > PENDING_AT_MOST) {
        isAtStart = false
        return emitAll(() => false)
      }
      if (!hasBalance) return
      if (!isAtStart) emitAll(() => false)
      else if (order !== null) settleStart(order)
    },
    end(order) {
      const hasAnyBalance = !isAtStart || waiting.some(({ hasBalance }) => hasBalance)
      if (isAtStart && hasAnyBalance) settleStart(order)
      // Behind the last balance they are the newest where the oldest row comes first. Without any balance, there is no telling.
      emitAll(() => order === 'oldest_first' && hasAnyBalance)
    },
  }
}
