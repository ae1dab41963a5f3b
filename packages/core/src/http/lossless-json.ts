import type { Json } from '../json.ts'

/** A number of this many characters can't have more digits than a double keeps. */
const SAFE_LENGTH = 15
/** What may be too long a number. */
const LONG_NUMBER = /-?\d[\d.]{15,}(?:[eE][+-]?\d+)?/g
/** Exponents that a double can't hold at all, or not with all digits. */
const LARGE_EXPONENT = /\d[eE][+-]?\d{3}/
const SHORTEST_EXPONENT = '1e100'.length
const ANY_NUMBER = /-?\d[\d.]*(?:[eE][+-]?\d+)?/g
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const BACKSLASH = 92

/**
 * Reads JSON without losing digits: a number of more than 15 characters, or with an exponent of three digits, comes as a text with its very digits; all others come as numbers, whose shortest form is
 * what was written, but for zeros at its end. `Decimal.parse` takes both. So ids of 64 bits are texts.
 *
 * `__proto__` is a property like any other, and of names that come twice the last one counts.
 *
 * @throws SyntaxError for what is no JSON. Its message may quote the text: do not show it.
 *
 * @example
 * ```ts
 * import { parseLosslessJson } from '@finport/core/http'
 *
 * parseLosslessJson('{ "id": 9007199254740993, "price": 12.50 }') // { id: '9007199254740993', price: 12.5 }
 * ```
 */
export function parseLosslessJson(text: string): Json {
  return JSON.parse(quoteLongNumbers(text)) as Json
}

/** Puts quotes around numbers that a double would change. Strings are hopped over, so that this takes no longer than reading. */
function quoteLongNumbers(text: string): string {
  let quoted = ''
  let copied = 0
  let position = 0

  // Where the next exponent may be. Hexadecimal ids are full of what looks like one, so that it is looked for only from where there is room for a number.
  const exponents = new RegExp(LARGE_EXPONENT, 'g')
  let exponent = -1
  const mayHaveExponent = (start: number, end: number) => {
    if (exponent < start) {
      exponents.lastIndex = start
      exponent = exponents.exec(text)?.index ?? text.length
    }
    return exponent < end
  }

  const quoteWithin = (start: number, end: number, pattern: RegExp) => {
    for (const { 0: number, index } of text.slice(start, end).matchAll(pattern)) {
      const isLossy = number.length > SAFE_LENGTH || LARGE_EXPONENT.test(number)
      if (!isLossy || !JSON_NUMBER.test(number)) continue
      quoted += `${text.slice(copied, start + index)}"${number}"`
      copied = start + index + number.length
    }
  }

  for (;;) {
    const quote = text.indexOf('"', position)
    const end = quote === -1 ? text.length : quote
    if (end - position >= SHORTEST_EXPONENT && mayHaveExponent(position, end)) quoteWithin(position, end, ANY_NUMBER)
    else if (end - position > SAFE_LENGTH) quoteWithin(position, end, LONG_NUMBER)
    if (quote === -1) break
    const close = endOfString(text, quote)
    if (close === -1) break
    position = close + 1
  }
  return copied === 0 ? text : quoted + text.slice(copied)
}

/** Where a string ends that begins at a quote; -1 when it does not. */
function endOfString(text: string, start: number): number {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end === -1) return -1
    let escapes = end
    while (text.charCodeAt(escapes - 1) === BACKSLASH) escapes--
    if ((end - escapes) % 2 === 0) return end
  }
}
