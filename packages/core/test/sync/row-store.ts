import { type Instant, type ProviderTransactionData, toInstant } from '../../src/index.ts'
import { type Comparison, changesOf, type TransactionChanges } from '../../src/sync/changes.ts'

export type StoredRow = ProviderTransactionData & { id: string; removedAt: Instant | null }

const removedAt = toInstant(Date.parse('2026-03-01T00:00:00Z'))

/** The rows of one account as a host keeps them: by an id of its own, and unique by the provider's. */
class RowStore {
  readonly rows = new Map<string, StoredRow>()
  #made = 0

  /** Takes an answer, as a sync does. */
  take(answer: Omit<Comparison<StoredRow>, 'stored' | 'rejected'> & Partial<Pick<Comparison<StoredRow>, 'rejected'>>) {
    const changes = changesOf({ rejected: [], ...answer, stored: [...this.rows.values()] })
    this.write(changes)
    return changes
  }

  write({ added, modified, removed }: TransactionChanges<StoredRow>): void {
    for (const { stored, data } of modified) this.#save({ ...stored, ...data, removedAt: null })
    for (const row of removed) this.#save({ ...row, removedAt })
    for (const data of added) {
      this.#made++
      this.#save({ ...data, id: `row-${this.#made}`, removedAt: null })
    }
  }

  #save(row: StoredRow): void {
    for (const other of this.rows.values()) {
      if (other.id !== row.id && other.providerTransactionId === row.providerTransactionId)
        throw new Error('Two rows have the same providerTransactionId.')
    }
    this.rows.set(row.id, row)
  }

  live(): StoredRow[] {
    return [...this.rows.values()].filter((row) => row.removedAt === null)
  }

  /** What the institution said of the rows that are there, in an order of their own. */
  state(): ProviderTransactionData[] {
    return sorted(this.live().map(({ id: _, removedAt: __, ...data }) => data))
  }

  ids(): string[] {
    return this.live()
      .map(({ id }) => id)
      .sort()
  }
}

/** Rows in an order that does not depend on how they came. */
export function sorted(rows: readonly ProviderTransactionData[]): ProviderTransactionData[] {
  return rows.toSorted((a, b) => (a.providerTransactionId < b.providerTransactionId ? -1 : 1))
}

/** A row without what names it. */
export function contentOf(row: ProviderTransactionData): ProviderTransactionData {
  const { id: _, removedAt: __, ...data } = row as StoredRow
  return { ...data, providerTransactionId: '', rawData: null }
}

/** A store that has taken these rows. */
export function storeOf(rows: readonly ProviderTransactionData[]): RowStore {
  const store = new RowStore()
  store.take({ fetched: rows, covered: null })
  return store
}
