import type { Bytes } from './ofx/bytes.ts'

/** What tells a text from others whatever blanks it has, and whether it has too many. */
export type TextPrint = {
  readonly text: string
  /** A polynomial in its characters other than blanks, so that the hash of a whole follows from those of its parts. */
  readonly hash: number
  /** What the hash of a text before it is multiplied by in the hash of both: a power, of as many as those characters are. */
  readonly factor: number
  /** Whether it is surely free of blanks in a row, and of those that are no spaces. */
  readonly isSingleSpaced: boolean
}

/** The prints of texts. */
export type TextPrints = {
  of(text: string): TextPrint
  /** Prepares the print of a text that is ASCII and lies between two positions of some bytes, which are read several times as fast as a text. */
  note(text: string, bytes: Bytes, from: number, to: number): void
}

const SPACE = 32
const DELETE = 127
const NO_BREAK_SPACE = 160
const MULTIPLIER = 0x85ebca6b
/** The print of nothing. */
export const EMPTY_PRINT: TextPrint = { text: '', hash: 0, factor: 1, isSingleSpaced: true }

/** What two characters of ASCII multiply the hash of a text by, and what they add to it. A blank changes nothing, so that the entries of a single one are those of it and a NUL. */
const FACTORS = new Int32Array(1 << 14)
const TERMS = new Int32Array(1 << 14)

function fillTables() {
  for (let first = 0; first <= DELETE; first++) {
    for (let second = 0; second <= DELETE; second++) {
      const pair = first | (second << 7)
      const term = first > SPACE ? first : 0
      TERMS[pair] = second > SPACE ? Math.imul(term, MULTIPLIER) + second : term
      FACTORS[pair] = Math.imul(first > SPACE ? MULTIPLIER : 1, second > SPACE ? MULTIPLIER : 1)
    }
  }
}

/** Four bytes in one number: their high bits, four spaces, and four of the first character that is no blank. */
const HIGH_BITS = 0x80808080 | 0
const SPACES = 0x20202020
const ABOVE_SPACES = 0x21212121

/** Prints texts, and knows those of the last two that were noted: a name and a memo. */
export function createTextPrints(): TextPrints {
  if (FACTORS[0] === 0) fillTables()
  let last = { ...EMPTY_PRINT }
  let lastButOne = { ...EMPTY_PRINT }
  return {
    of: (text) => (last.text === text ? last : lastButOne.text === text ? lastButOne : printOf(text)),
    note(text, bytes, from, to) {
      let hash = 0
      let factor = 1
      let oddities = 0
      let wasBlank = 0
      let index = from
      // Without branches: in texts, the processor would guess half of them wrong.
      for (const lastWord = to - 4; index <= lastWord; index += 4) {
        const word = bytes.getInt32(index, true)
        const pair = (word & 0x7f) | ((word >>> 1) & 0x3f80)
        const next = ((word >>> 16) & 0x7f) | ((word >>> 17) & 0x3f80)
        const pairFactor = FACTORS[pair] as number
        const nextFactor = FACTORS[next] as number
        hash = (Math.imul(hash, pairFactor) + (TERMS[pair] as number)) | 0
        hash = (Math.imul(hash, nextFactor) + (TERMS[next] as number)) | 0
        factor = Math.imul(factor, Math.imul(pairFactor, nextFactor))
        // What is less has its high bit set by the subtraction.
        const blanks = (word - ABOVE_SPACES) | 0
        oddities |= (blanks & ((blanks << 8) | wasBlank)) | ((word - SPACES) | 0)
        wasBlank = blanks >>> 24
      }
      wasBlank >>>= 7
      for (; index < to; index++) {
        const unit = bytes.getUint8(index)
        const isBlank = (unit - SPACE - 1) >>> 31
        hash = (Math.imul(hash, FACTORS[unit] as number) + (TERMS[unit] as number)) | 0
        factor = Math.imul(factor, FACTORS[unit] as number)
        oddities |= ((isBlank & wasBlank) | ((unit - SPACE) >>> 31)) << 7
        wasBlank = isBlank
      }
      const print = lastButOne
      print.text = text
      print.hash = hash
      print.factor = factor
      print.isSingleSpaced = (oddities & HIGH_BITS) === 0
      lastButOne = last
      last = print
    },
  }
}

/** The print of a text. */
export function printOf(text: string): TextPrint {
  let hash = 0
  let factor = 1
  let isSingleSpaced = true
  let before = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > SPACE && unit !== NO_BREAK_SPACE) {
      hash = (Math.imul(hash, MULTIPLIER) + unit) | 0
      factor = Math.imul(factor, MULTIPLIER)
      if (unit > DELETE) isSingleSpaced = false
    } else if (unit !== SPACE || before === SPACE) {
      isSingleSpaced = false
    }
    before = unit
  }
  return { text, hash, factor, isSingleSpaced }
}

/** The hash of one text followed by another. */
export function hashOfBoth(first: TextPrint, second: TextPrint): number {
  return (Math.imul(first.hash, second.factor) + second.hash) | 0
}
