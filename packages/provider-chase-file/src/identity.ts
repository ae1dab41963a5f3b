import type { Decimal, IsoDate } from '@finport/core'
import { createOccurrenceCounter, type OccurrenceCounter } from './occurrence-counter.ts'
import { hashOfBoth, printOf, type TextPrint } from './text-print.ts'

/**
 * What names a transaction for ever.
 *
 * A FITID can't: at Chase, those of checking and savings accounts are the day and a position within it, so that they shift when a row is posted later that day, and
 * those of cards are shared by a purchase, its foreign-transaction fee and its refund. Other banks leave them out or make new ones for each download. CSV files have none.
 *
 * The content can: the post date, the amount, and the text. Of the text, what every download of the same transaction has: NAME and MEMO, which hold its first 64
 * characters or so in two pieces ({@link cutDescription}), without blanks, since those at the cut are lost. An investment has the trade date, what was done, the security, the units and the total. Rows that
 * are equal in all of this are told apart by counting them: they are interchangeable, so it does not matter which is which, and a file downloaded later with more rows gives
 * the old ones the ids they had.
 */
export type TransactionIdentity = (date: IsoDate, amount: Decimal, text: TextPrint, more: TextPrint) => string

/** A counter for one account. Feed it every row of the account in a file, in any order. */
export function createTransactionIdentity(): TransactionIdentity {
  const days = new Map<IsoDate, OccurrenceCounter>()
  let lastDate: IsoDate | null = null
  let idStart = ''
  let day = createOccurrenceCounter(0)
  let rowsOfDay = 0

  /** Days have about as many rows as the one before. */
  const createDay = (date: IsoDate): OccurrenceCounter => {
    const created = createOccurrenceCounter(rowsOfDay)
    days.set(date, created)
    rowsOfDay = 0
    return created
  }

  return (date, amount, text, more) => {
    if (date !== lastDate) {
      day = days.get(date) ?? createDay(date)
      lastDate = date
      idStart = `${date}_`
    }
    rowsOfDay++
    const print = finish(hashOfBoth(text, more))
    const occurrence = day.next(print, finish(hashOfAmount(amount)))
    // Short texts are joined first, since of long ones V8 makes a tree.
    return idStart + amount + idEndOf(print, occurrence)
  }
}

/** How much of a description Chase puts into NAME, and again into MEMO. */
export const CHASE_PIECE = 32

/** NAME and MEMO as Chase makes them of a description: 32 characters, and of the rest, without blanks at its start, 32 more. */
export function cutDescription(description: string): readonly [name: TextPrint, memo: TextPrint] {
  const rest = description.slice(CHASE_PIECE).trimStart()
  return [printOf(description.slice(0, CHASE_PIECE)), printOf(rest.slice(0, CHASE_PIECE))]
}

/** What the formats call one thing: the words of CSV files as OFX has them. */
const SAME_ACTIONS: Readonly<Record<string, string>> = {
  DIVIDEND: 'INCOME',
  INTEREST: 'INCOME',
  RETOFCAP: 'INCOME',
  REC: 'TRANSFER',
}

const TRADE = /^(BUY|SELL)(?:DEBT|MF|OPT|OTHER|STOCK)$/

/** What an investment has in place of a text: what was done, by the file's own word, the security, and the units. */
export function investmentIdentity(word: string, security: string, units: Decimal | null): string {
  const name = word.toUpperCase()
  const action = TRADE.exec(name)?.[1] ?? name
  return `${SAME_ACTIONS[action] ?? action}|${security}|${units ?? ''}`
}

/** 32 bits are enough to tell apart the texts of one day and amount, and nothing depends on more: contents with the same hash are counted like equal ones. */
function hashOfAmount(amount: Decimal): number {
  let hash = 0
  for (let index = 0; index < amount.length; index++) hash = (Math.imul(hash, 31) + amount.charCodeAt(index)) | 0
  return hash
}

/** Spreads each bit over all of them, as MurmurHash3 does. */
function finish(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

const UNDERSCORE = 95
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** Eight digits for the text, so that ids are short and show none of it, and which of its equals a row is. */
function idEndOf(print: number, occurrence: number): string {
  const digit = (shift: number) => DIGITS[(print >>> shift) & 15] as number
  return (
    String.fromCharCode(
      UNDERSCORE,
      digit(28),
      digit(24),
      digit(20),
      digit(16),
      digit(12),
      digit(8),
      digit(4),
      digit(0),
      UNDERSCORE,
    ) + occurrence
  )
}
