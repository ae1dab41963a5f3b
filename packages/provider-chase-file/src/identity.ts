import type { Decimal, IsoDate } from '@finport/core'

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
export type TransactionIdentity = (row: { date: IsoDate; amount: Decimal; texts: readonly string[] }) => string

/** A counter for one account. Feed it every row of the account in a file, in any order. */
export function createTransactionIdentity(): TransactionIdentity {
  const occurrences = new Map<string, number>()
  return ({ date, amount, texts }) => {
    const content = `${date}_${amount}_${fingerprint(texts)}`
    const occurrence = occurrences.get(content) ?? 0
    occurrences.set(content, occurrence + 1)
    return `${content}_${occurrence}`
  }
}

/** How much of a description Chase puts into NAME, and again into MEMO. */
export const CHASE_PIECE = 32

/** NAME and MEMO as Chase makes them of a description: 32 characters, and of the rest, without blanks at its start, 32 more. */
export function cutDescription(description: string): readonly [name: string, memo: string] {
  return [description.slice(0, CHASE_PIECE), description.slice(CHASE_PIECE).trimStart().slice(0, CHASE_PIECE)]
}

/**
 * 60 bits of the texts without their blanks, in hexadecimal, so that ids are short and show no text: two lanes of multiply and xor with the finish of MurmurHash3. Nothing depends on
 * it being hard to collide: equal fingerprints are counted like equal texts.
 */
function fingerprint(texts: readonly string[]): string {
  let first = 0x9747b28c
  let second = 0x3c6ef372
  for (const text of texts) {
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit <= SPACE || unit === NO_BREAK_SPACE) continue
      first = Math.imul(first ^ unit, 0x85ebca6b)
      second = Math.imul(second ^ unit, 0xc2b2ae35) ^ (first >>> 15)
    }
    first = Math.imul(first ^ SPACE, 0x85ebca6b)
  }
  const low = finish(first ^ (second >>> 16))
  const high = finish(second ^ (first >>> 13))
  return (
    (DIGITS[low >>> 20] as string) +
    DIGITS[(low >>> 8) & 0xfff] +
    DIGITS[((low & 0xff) << 4) | (high >>> 28)] +
    DIGITS[(high >>> 16) & 0xfff] +
    DIGITS[(high >>> 4) & 0xfff]
  )
}

const SPACE = 32
const NO_BREAK_SPACE = 160

/** The numbers of 12 bits as three digits: writing them out each time takes a tenth of an import. */
const DIGITS = Array.from({ length: 4096 }, (_, number) => number.toString(16).padStart(3, '0'))

function finish(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
