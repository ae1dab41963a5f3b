import { addDays } from '../../src/dates.ts'
import {
  civilDate,
  type DateRange,
  Decimal,
  Err,
  type IsoDate,
  Ok,
  type ProviderAccountData,
  type ProviderError,
  type ProviderHoldingData,
  type ProviderMetadata,
  type ProviderTransactionData,
  ProviderUnavailableError,
  type RejectedRecord,
  type Result,
  toInstant,
} from '../../src/index.ts'
import type { BoundProvider } from '../../src/sync/sync-parts.ts'
import { fakeMetadata } from '../fake-provider.ts'
import { sampleAccount, sampleHolding, sampleTransaction } from '../sample-data.ts'

const DAY = 86_400_000

/** What a test may say of a new row. */
export type NewRow = Partial<ProviderTransactionData> & { daysAgo?: number }

export const decimal = (text: string | number) => Decimal.parse(text).unwrap()

/** A bank with a calendar: what it shows today is the truth that a sync must copy. */
export class Bank {
  now = Date.parse('2026-02-01T18:00:00Z')
  readonly accounts = new Map<string, ProviderAccountData>()
  readonly rows = new Map<string, Map<string, ProviderTransactionData>>()
  readonly holdings = new Map<string, ProviderHoldingData[]>()
  /** Accounts that the user did not tick. */
  readonly hidden = new Set<string>()
  /** Records that it shows in a form nobody can read. */
  readonly unreadable: RejectedRecord[] = []
  /** Every call it answered. */
  readonly calls: string[] = []
  /** What goes wrong: an error instead of an answer, or another answer. */
  fault: (call: string) => ProviderError | 'empty' | 'half' | 'unsure' | null = () => null
  readonly metadata: ProviderMetadata
  #made = 0

  constructor(sync: ProviderMetadata['sync'] = { maxWindowDays: 30, overlapDays: 5 }) {
    this.metadata = { ...fakeMetadata, sync }
  }

  get today(): IsoDate {
    return civilDate(toInstant(this.now), this.metadata.timeZone)
  }

  pass(days: number): void {
    this.now += days * DAY
  }

  open(providerAccountId: string, data: Partial<ProviderAccountData> = {}): void {
    this.accounts.set(providerAccountId, { ...sampleAccount, balance: decimal(1_000), ...data, providerAccountId })
    this.rows.set(providerAccountId, new Map())
    this.holdings.set(providerAccountId, [])
  }

  /** Books a row, which the balance shows at once when it is posted. */
  book(providerAccountId: string, { daysAgo = 0, ...data }: NewRow = {}): ProviderTransactionData {
    this.#made++
    const row: ProviderTransactionData = {
      ...sampleTransaction,
      providerTransactionId: `t${String(this.#made).padStart(4, '0')}`,
      transactionDate: addDays(this.today, -daysAgo),
      description: `SHOP ${this.#made}`,
      ...data,
      providerAccountId,
    }
    this.put(row)
    return row
  }

  /** Shows a row, in place of the one of its id; the balance moves by what has changed. */
  put(row: ProviderTransactionData): void {
    this.drop(row)
    this.rows.get(row.providerAccountId)?.set(row.providerTransactionId, row)
    if (row.status === 'posted') this.#move(row.providerAccountId, row.amount)
  }

  drop({ providerAccountId, providerTransactionId }: ProviderTransactionData): void {
    const row = this.rows.get(providerAccountId)?.get(providerTransactionId)
    this.rows.get(providerAccountId)?.delete(providerTransactionId)
    if (row?.status === 'posted') this.#move(providerAccountId, Decimal.negate(row.amount))
  }

  #move(providerAccountId: string, amount: Decimal): void {
    const account = this.accounts.get(providerAccountId)
    if (account === undefined || account.balance === null) return
    this.accounts.set(providerAccountId, { ...account, balance: Decimal.add(account.balance, amount) })
  }

  rowsOf(providerAccountId: string): ProviderTransactionData[] {
    return [...(this.rows.get(providerAccountId)?.values() ?? [])]
  }

  hold(providerAccountId: string, holdings: Partial<ProviderHoldingData>[]): void {
    const rows = holdings.map((holding) => ({ ...sampleHolding, ...holding, providerAccountId }))
    this.holdings.set(providerAccountId, rows)
  }

  /** The bank as a connection sees it, when it gives everything in one reading. */
  snapshots(): BoundProvider {
    const bank = this
    const provider = this.provider()
    return {
      ...provider,
      async *fetchSnapshot() {
        bank.calls.push('snapshot')
        const fault = bank.fault('snapshot')
        if (typeof fault === 'object' && fault !== null) return yield Err(fault)
        const ids = [...bank.accounts.keys()]
        const covered = { from: '2020-01-01' as IsoDate, to: bank.today }
        yield Ok({
          accounts: [...bank.accounts.values()],
          transactions: ids.flatMap((id) => bank.rowsOf(id)),
          holdings: ids.flatMap((id) => bank.holdings.get(id) ?? []),
          rejected: [],
          warnings: [],
          completed: ids.map((providerAccountId) => ({ providerAccountId, covered, holdings: true })),
        })
      },
    }
  }

  /** The bank as a connection sees it. */
  provider(): BoundProvider {
    const answer = <T>(
      call: string,
      give: (fault: 'empty' | 'half' | 'unsure' | null) => T,
    ): Result<T, ProviderError> => {
      this.calls.push(call)
      const fault = this.fault(call)
      return typeof fault === 'object' && fault !== null ? Err(fault) : Ok(give(fault))
    }
    return {
      protocol: 1,
      slug: 'model-bank',
      metadata: this.metadata,
      fetchAccounts: async () =>
        answer('accounts', (fault) => {
          const shown = [...this.accounts.values()].filter(({ providerAccountId: id }) => !this.hidden.has(id))
          const items = fault === 'half' ? shown.slice(1) : shown
          return { items, rejected: [], warnings: [], complete: fault === null }
        }),
      fetchTransactions: async (id, { startDate, endDate = this.today } = {}) =>
        answer(`${id} ${startDate ?? 'all'}..${endDate}`, (fault) => {
          const range: DateRange = { from: startDate ?? ('1900-01-01' as IsoDate), to: endDate }
          const isAsked = ({ transactionDate: day }: ProviderTransactionData) => day >= range.from && day <= range.to
          const asked = this.rowsOf(id).filter(isAsked)
          const items = fault === 'empty' ? [] : asked.filter((_, index) => fault !== 'half' || index % 2 === 0)
          const rejected = this.unreadable.filter(({ providerAccountId }) => providerAccountId === id)
          const read = items.filter((row) => !rejected.some((record) => record.id === row.providerTransactionId))
          return { items: read, rejected, warnings: [], covered: fault === 'unsure' || fault === 'half' ? null : range }
        }),
      fetchHoldings: async (id) =>
        answer(`${id} holdings`, () => ({
          items: this.holdings.get(id) ?? [],
          rejected: [],
          warnings: [],
          complete: true,
        })),
    }
  }
}

export const unavailable = () =>
  new ProviderUnavailableError({ provider: 'model-bank', operation: 'fetchTransactions' })
