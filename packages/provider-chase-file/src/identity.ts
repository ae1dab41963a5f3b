import type { Decimal, IsoDate } from '@finport/core'
import { createOccurrenceCounter, type OccurrenceCounter } from './occurrence-counter.ts'

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
export type TransactionIdentity = (date: IsoDate, amount: Decimal, text: string, more: string) => string

/** A counter for one account. Feed it every row of the account in a file, in any order. */
export function createTransactionIdentity(): TransactionIdentity {
  const days = new Map<IsoDate, OccurrenceCounter>()
  let lastDate: IsoDate | null = null
  let prefix = ''
  let day = createOccurrenceCounter()
  return (date, amount, text, more) => {
    if (date !== lastDate) {
      day = days.get(date) ?? createOccurrenceCounter()
      days.set(date, day)
      lastDate = date
      prefix = `${date}_`
    }
    const print = finish(hash(more, hash(text, TEXT_SEED)))
    const occurrence = day.next(print, finish(hash(amount, AMOUNT_SEED)))
    // Short pieces first: a text of more than twelve characters is kept as a tree of what it was made of.
    const middle = `${amount}_`
    const end = `${hexadecimal(print)}_${occurrence}`
    return `${prefix}${middle}${end}`
  }
}

/** How much of a description Chase puts into NAME, and again into MEMO. */
export const CHASE_PIECE = 32

/** NAME and MEMO as Chase makes them of a description: 32 characters, and of the rest, without blanks at its start, 32 more. */
export function cutDescription(description: string): readonly [name: string, memo: string] {
  return [description.slice(0, CHASE_PIECE), description.slice(CHASE_PIECE).trimStart().slice(0, CHASE_PIECE)]
}

/** What the formats call one thing: the words of CSV files as OFX has them. */
const SAME_ACTIONS: Readonly<Record<string, string>> = {
  DIVIDEND: 'INCOME',
  INTEREST: 'INCOME',
  RETOFCAP: 'INCOME',
  REC: 'TRANSFER',
}

/** What an investment has in place of a text: what was done, by the file's own word, the security, and the units. */
export function investmentIdentity(word: string, security: string, units: Decimal | null): string {
  const action = word.toUpperCase().replace(/^(BUY|SELL)(?:DEBT|MF|OPT|OTHER|STOCK)$/, '$1')
  return `${SAME_ACTIONS[action] ?? action}|${security}|${units ?? ''}`
}

const TEXT_SEED = 0x9747b28c
const AMOUNT_SEED = 0x510e527f
const SPACE = 32
const NO_BREAK_SPACE = 160

/**
 * A hash of a text without its blanks, to be finished; of two texts, the second goes on with the first's. 32 bits are enough to tell apart the texts of one day and amount, and nothing depends on more: contents with the same hash
 * are counted like equal ones.
 */
function hash(text: string, seed: number): number {
  let state = seed
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > SPACE && unit !== NO_BREAK_SPACE) state = Math.imul(state ^ unit, 0x85ebca6b) ^ (state >>> 15)
  }
  return state
}

/** Spreads each bit over all of them, as MurmurHash3 does. */
function finish(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** The numbers of 12 bits as three digits, and of 8 bits as two: writing them out each time takes a tenth of an import. */
const TRIPLES = Array.from({ length: 4096 }, (_, bits) => bits.toString(16).padStart(3, '0'))
const PAIRS = Array.from({ length: 256 }, (_, bits) => bits.toString(16).padStart(2, '0'))

/** Eight digits: ids are short and show no text. */
function hexadecimal(bits: number): string {
  return (TRIPLES[bits >>> 20] as string) + TRIPLES[(bits >>> 8) & 0xfff] + PAIRS[bits & 0xff]
}
