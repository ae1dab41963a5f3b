import {
  addDays,
  type DateRange,
  Err,
  type IsoDate,
  type Json,
  Ok,
  type ProviderError,
  type ProviderTransactionData,
  type ProviderWarning,
  type RejectedRecord,
  type RequestOptions,
  type Result,
  type TransactionBatch,
  type TransactionQuery,
  toInstant,
} from '@finport/core'
import type { Ask } from './ask.ts'
import { askForPositions } from './holdings.ts'
import { toInstrument } from './instrument.ts'
import { dayOf, endOfDay, startOfDay, todayOf } from './new-york-day.ts'
import { toRawData } from './raw-data.ts'
import { createSecurityNames, type SecurityNames } from './security-names.ts'
import { isNamedIncome, toTransactions, transactionSchema, type WireTransaction, warnOfSums } from './transaction.ts'
import { transactionWords } from './transaction-tables.ts'
import { fieldOf, idOf, isWireRecord, textOf, toRejected, wireRows } from './wire.ts'

/** Schwab refuses more than a year; this leaves room for the days below, leap days and summer time. */
export const MAXIMUM_WINDOW_DAYS = 350

/** It is not documented which of a row's times the question is about, so these days around it are asked for as well and their rows left out. */
const MARGIN_DAYS = 3

/** Schwab was founded in 1971: there is nothing to ask for before. */
const EARLIEST = '1970-01-01' as IsoDate

/** An answer of so many rows is cut off. */
const MAXIMUM_ROWS = 3_000

/** No rows are so close to each other that a narrower question would help. */
const NARROWEST_MILLISECONDS = 1_000

/** A moment is found in fewer halvings than this. Where there are many more rows, there may be more of them. */
const HALVINGS = 32
const ROWS_PER_HALVING = 250

type Question = {
  ask: Ask
  providerAccountId: string
  now: () => number
  includeRawData: boolean
  options: RequestOptions
}

/** Rows by their activity, as the answers gave them. */
type Rows = { readonly byId: Map<string, Json>; readonly unreadable: Map<string, Json>; isCut: boolean }

function createRows(): Rows {
  return { byId: new Map(), unreadable: new Map(), isCut: false }
}

const countRows = ({ byId, unreadable }: Rows) => byId.size + unreadable.size

/** Takes the rows of one answer: what was in an earlier one is the same activity, whatever it looks like now. */
function addRows(rows: Rows, answer: readonly Json[]): void {
  const inAnswer = new Map<string, Json>()
  for (const row of answer) {
    const id = idOf(fieldOf(row, 'activityId'))
    const before = id === null ? undefined : inAnswer.get(id)
    // An id that two different rows share can't name either of them: the second is told of.
    const isAnother = before !== undefined && JSON.stringify(before) !== JSON.stringify(row)
    if (id === null || isAnother) rows.unreadable.set(JSON.stringify(row), row)
    else {
      inAnswer.set(id, row)
      rows.byId.set(id, row)
    }
  }
}

/** Asks for the rows between two moments, in two halves where the answer is cut off. */
async function fetchBetween(
  { ask, providerAccountId, options }: Question,
  rows: Rows,
  [from, to]: readonly [from: number, to: number],
  types: readonly string[] = transactionWords,
): Promise<Result<void, ProviderError>> {
  const spans: (readonly [from: number, to: number])[] = [[from, to]]
  for (let halvings = 0, span = spans.pop(); span !== undefined; span = spans.pop()) {
    const [start, end] = span
    const answer = await ask(
      {
        path: ['accounts', providerAccountId, 'transactions'],
        query: { startDate: toInstant(start), endDate: toInstant(end), types: types.join(',') },
        argument: 'providerAccountId',
        schema: wireRows,
      },
      options,
    )
    if (answer.isErr()) return answer
    addRows(rows, answer.value)
    if (answer.value.length < MAXIMUM_ROWS) continue
    // An answer that does not care for the question would be halved for ever.
    const isFruitless = ++halvings > HALVINGS + countRows(rows) / ROWS_PER_HALVING
    const isNarrow = end - start <= NARROWEST_MILLISECONDS
    rows.isCut ||= isNarrow || isFruitless
    if (isFruitless) break
    const middle = Math.floor((start + end) / 2)
    if (!isNarrow) spans.push([start, middle], [middle, end])
  }
  return Ok(undefined)
}

function fetchWindow(question: Question, rows: Rows, { from, to }: DateRange): Promise<Result<void, ProviderError>> {
  const end = Math.min(endOfDay(addDays(to, MARGIN_DAYS)), question.now())
  return fetchBetween(question, rows, [startOfDay(addDays(from, -MARGIN_DAYS)), end])
}

type History = { rows: Rows; covered: DateRange; refused: boolean }

/** Back, a window at a time, to the first day asked for; without one, until a whole window is empty. Where Schwab refuses to go further back, what came until then is kept. */
async function fetchHistory(
  question: Question,
  { from, to }: { from: IsoDate | undefined; to: IsoDate },
): Promise<Result<History, ProviderError>> {
  const rows = createRows()
  const first = from === undefined || from < EARLIEST ? EARLIEST : from
  let covered: DateRange | null = null
  for (let end = to; ; end = addDays(end, -MAXIMUM_WINDOW_DAYS)) {
    const start = addDays(end, 1 - MAXIMUM_WINDOW_DAYS)
    const isLast = start <= first
    const before = countRows(rows)
    const fetched = await fetchWindow(question, rows, { from: isLast ? first : start, to: end })
    if (fetched.isErr()) {
      if (covered === null || fetched.error.status !== 400) return fetched
      return Ok({ rows, covered, refused: true })
    }
    covered = { from: isLast ? (from ?? first) : start, to }
    if (isLast || (from === undefined && countRows(rows) === before)) return Ok({ rows, covered, refused: false })
  }
}

type Read = { wire: WireTransaction; raw: Json }

function readRows(rows: Rows, { providerAccountId }: Question): { read: Read[]; rejected: RejectedRecord[] } {
  const read: Read[] = []
  const rejected: RejectedRecord[] = []
  const numberOf = (raw: Json) => idOf(fieldOf(raw, 'accountNumber')) ?? ''
  for (const [id, raw] of rows.byId) {
    const parsed = transactionSchema.safeParse(raw)
    if (parsed.success) read.push({ wire: parsed.data, raw })
    else {
      const rawData = toRawData(raw, numberOf(raw))
      rejected.push(toRejected({ id, providerAccountId, place: `activity ${id}`, error: parsed.error, rawData }))
    }
  }
  for (const raw of rows.unreadable.values()) {
    const id = idOf(fieldOf(raw, 'activityId'))
    const reason =
      id === null
        ? 'Schwab left its activityId out or sent it in another form.'
        : 'Another transaction of the same answer has its activityId.'
    const path = id === null ? 'activityId' : `activity ${id}`
    rejected.push({ id, providerAccountId, path, reason, rawData: toRawData(raw, numberOf(raw)) })
  }
  return { read, rejected }
}

/**
 * Names of securities from the trades at hand. Where income tells its security by name alone, also from the positions and the trades of the last year: the same row must name the same security whatever days are asked for, and a name that
 * two securities share must be known for one.
 */
async function collectNames(
  question: Question,
  { read, covered }: { read: readonly Read[]; covered: DateRange },
): Promise<Result<SecurityNames, ProviderError>> {
  const { ask, providerAccountId, options, now } = question
  const names = createSecurityNames()
  const addTraded = ({ transferItems }: WireTransaction) => {
    for (const { instrument } of transferItems) names.add(instrument)
  }
  for (const { wire } of read) addTraded(wire)
  if (!read.some(({ wire }) => isNamedIncome(wire) && isWithin(wire.transactionDate, covered))) return Ok(names)

  const answer = await askForPositions(ask, providerAccountId, options)
  if (answer.isErr()) return Err(answer.error)
  for (const position of answer.value.securitiesAccount.positions) {
    const instrument = fieldOf(position, 'instrument')
    if (isWireRecord(instrument)) names.add(toInstrument(instrument))
  }
  const yearStart = addDays(todayOf(now()), 1 - MAXIMUM_WINDOW_DAYS)
  if (covered.from <= yearStart && covered.to >= todayOf(now())) return Ok(names)
  const traded = createRows()
  const fetched = await fetchBetween(question, traded, [startOfDay(yearStart), now()], ['TRADE'])
  if (fetched.isErr()) return Err(fetched.error)
  for (const { wire } of readRows(traded, question).read) addTraded(wire)
  return Ok(names)
}

function warningsOf({ rows, refused }: History, providerAccountId: string): ProviderWarning[] {
  const warnings: ProviderWarning[] = []
  if (rows.isCut) {
    const message = 'Schwab cuts answers off at 3,000 transactions, and more of them than that are at one moment.'
    warnings.push({ code: 'POSSIBLY_TRUNCATED', providerAccountId, message, details: null })
  }
  if (refused) {
    const message = 'Schwab gives no transactions from before these days.'
    warnings.push({ code: 'POSSIBLY_TRUNCATED', providerAccountId, message, details: null })
  }
  return warnings
}

/** Whether a day was asked for. What has no day that can be read may have been. */
function isWithin(date: IsoDate | null, { from, to }: DateRange): boolean {
  return date === null || (date >= from && date <= to)
}

function dayOfRaw(raw: Json): IsoDate | null {
  return dayOf(textOf(fieldOf(raw, 'tradeDate'))) ?? dayOf(textOf(fieldOf(raw, 'time')))
}

/** The transactions of an account whose trade date, in New York, is among the asked days; all that Schwab has without `startDate`. */
export async function fetchTransactions(
  ask: Ask,
  providerAccountId: string,
  query: TransactionQuery & { now: () => number; includeRawData: boolean },
): Promise<Result<TransactionBatch, ProviderError>> {
  const { now, includeRawData, signal } = query
  const question: Question = { ask, providerAccountId, now, includeRawData, options: { signal } }
  const today = todayOf(now())
  const to = query.endDate === undefined || query.endDate > today ? today : query.endDate
  const from = query.startDate
  if (from !== undefined && from > to) return Ok({ items: [], rejected: [], warnings: [], covered: null })
  const history = await fetchHistory(question, { from, to })
  if (history.isErr()) return Err(history.error)

  const { rows, covered } = history.value
  const { read, rejected } = readRows(rows, question)
  const names = await collectNames(question, { read, covered })
  if (names.isErr()) return Err(names.error)
  const asked = read.filter(({ wire }) => isWithin(wire.transactionDate, covered))
  const items: ProviderTransactionData[] = []
  for (const { wire, raw } of asked) {
    const rawData = includeRawData ? toRawData(raw, wire.accountNumber ?? '') : null
    for (const item of toTransactions(wire, { providerAccountId, names: names.value, rawData })) items.push(item)
  }
  items.sort((a, b) => (a.transactionDate < b.transactionDate ? -1 : a.transactionDate > b.transactionDate ? 1 : 0))
  const sums = warnOfSums(
    asked.map(({ wire }) => wire),
    providerAccountId,
  )
  return Ok({
    items,
    rejected: rejected
      .filter(({ rawData }) => isWithin(dayOfRaw(rawData), covered))
      .map((record) => (includeRawData ? record : { ...record, rawData: null })),
    warnings: [...warningsOf(history.value, providerAccountId), ...(sums === null ? [] : [sums])],
    covered: rows.isCut ? null : covered,
  })
}
