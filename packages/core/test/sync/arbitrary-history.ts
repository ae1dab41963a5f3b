import fc from 'fast-check'
import { addDays, type DateRange, type IsoDate } from '../../src/dates.ts'
import { Decimal, type ProviderTransactionData, parseIsoDate, toInstant } from '../../src/index.ts'
import { sampleTransaction } from '../sample-data.ts'

/** A transaction as an institution knows it. */
export type HistoryRow = {
  day: number
  cents: number
  text: string
  isPending: boolean
  /** What tells twins apart: the minute they happened. */
  minute: number
}

export const LAST_DAY = 40
const firstDay = parseIsoDate('2026-01-01').unwrap()
const midnight = Date.parse('2026-01-01T00:00:00Z')

export const dayOf = (day: number): IsoDate => addDays(firstDay, day)
export const rangeOf = (from: number, to: number): DateRange => ({
  from: dayOf(Math.min(from, to)),
  to: dayOf(Math.max(from, to)),
})
export const everything = rangeOf(-100, 200)

export function toRow({ day, cents, text, isPending, minute }: HistoryRow, id: string): ProviderTransactionData {
  return {
    ...sampleTransaction,
    providerTransactionId: id,
    transactionDate: dayOf(day),
    occurredAt: toInstant(midnight + minute * 60_000),
    amount: Decimal.divide(Decimal.parse(cents).unwrap(), Decimal.parse(100).unwrap(), {
      decimals: 2,
      rounding: 'half-even',
    }).unwrap(),
    description: text,
    status: isPending ? 'pending' : 'posted',
    rawData: { id },
  }
}

const anyRow = (texts: number): fc.Arbitrary<HistoryRow> =>
  fc.record({
    day: fc.nat({ max: LAST_DAY }),
    cents: fc.constantFrom(-425, -425, 1_000, -1_999),
    text: fc.nat({ max: texts }).map((number) => `SUNRISE COFFEE ${number}`),
    isPending: fc.boolean(),
    minute: fc.nat({ max: 5 }),
  })

/** Rows with ids that are all different: of so few texts, amounts and days that many are twins. */
export function histories(prefix: string, { maxLength = 20 } = {}): fc.Arbitrary<ProviderTransactionData[]> {
  return fc
    .array(anyRow(3), { maxLength })
    .map((rows) => rows.map((row, index) => toRow(row, `${prefix}${String(index).padStart(2, '0')}`)))
}

/** Ranges of days, `null` among them. */
export const ranges: fc.Arbitrary<DateRange | null> = fc.option(
  fc.tuple(fc.nat({ max: LAST_DAY }), fc.nat({ max: LAST_DAY })).map(([from, to]) => rangeOf(from, to)),
  { freq: 6 },
)
