/** What tells a text from others whatever blanks it has, and whether it has too many. */
export type TextPrint = {
  readonly text: string
  /** A polynomial in its characters other than blanks, so that the hash of a whole follows from those of its parts. */
  readonly hash: number
  /** How many characters that are. */
  readonly length: number
  /** Whether it is surely free of blanks in a row, and of those that are no spaces. */
  readonly isSingleSpaced: boolean
}

/** The prints of texts. */
export type TextPrints = {
  of(text: string): TextPrint
  /** Prepares the print of a text that is ASCII and lies between two positions of some bytes, which are read several times as fast as a text. */
  note(text: string, bytes: Uint8Array, from: number, to: number): void
}

const SPACE = 32
const DELETE = 127
const NO_BREAK_SPACE = 160
const MULTIPLIER = 0x85ebca6b
/** The print of nothing. */
export const EMPTY_PRINT: TextPrint = { text: '', hash: 0, length: 0, isSingleSpaced: true }

/** Prints texts, and knows those of the last two that were noted: a name and a memo. */
export function createTextPrints(): TextPrints {
  let last = EMPTY_PRINT
  let lastButOne = EMPTY_PRINT
  return {
    of: (text) => (last.text === text ? last : lastButOne.text === text ? lastButOne : printOf(text)),
    note(text, bytes, from, to) {
      let hash = 0
      let length = 0
      let isSingleSpaced = true
      let before = 0
      for (let index = from; index < to; index++) {
        const unit = bytes[index] as number
        if (unit > SPACE) {
          hash = (Math.imul(hash, MULTIPLIER) + unit) | 0
          length++
        } else if (unit !== SPACE || before === SPACE) {
          isSingleSpaced = false
        }
        before = unit
      }
      lastButOne = last
      last = { text, hash, length, isSingleSpaced }
    },
  }
}

/** The print of a text. */
export function printOf(text: string): TextPrint {
  let hash = 0
  let length = 0
  let isSingleSpaced = true
  let before = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > SPACE && unit !== NO_BREAK_SPACE) {
      hash = (Math.imul(hash, MULTIPLIER) + unit) | 0
      length++
      if (unit > DELETE) isSingleSpaced = false
    } else if (unit !== SPACE || before === SPACE) {
      isSingleSpaced = false
    }
    before = unit
  }
  return { text, hash, length, isSingleSpaced }
}

const POWERS = Int32Array.from({ length: 128 }, () => 1)
for (let exponent = 1; exponent < POWERS.length; exponent++)
  POWERS[exponent] = Math.imul(POWERS[exponent - 1] as number, MULTIPLIER)

/** The hash of one text followed by another. */
export function hashOfBoth(first: TextPrint, second: TextPrint): number {
  return (Math.imul(first.hash, powerOf(second.length)) + second.hash) | 0
}

function powerOf(exponent: number): number {
  const last = POWERS.length - 1
  let power = POWERS[exponent % last] as number
  for (let rest = exponent - (exponent % last); rest > 0; rest -= last) power = Math.imul(power, POWERS[last] as number)
  return power
}
