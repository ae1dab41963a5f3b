import type { Json } from '../json.ts'

/** A number of this many characters can't have more digits than a double keeps. */
const SAFE_LENGTH = 15
/** Exponents that a double can't hold at all, or not with all digits. */
const LARGE_EXPONENT = /[eE][+-]?\d{3}/
const ANY_NUMBER = /-?\d[\d.]*(?:[eE][+-]?\d+)?/g
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const NAME_END = /^\s*:/
const QUOTE = 34
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const LARGE_E = 69
const BACKSLASH = 92
const SMALL_E = 101

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

  const quoteWithin = (start: number, end: number) => {
    const between = text.slice(start, end)
    for (const { 0: number, index } of between.matchAll(ANY_NUMBER)) {
      const isLossy = number.length > SAFE_LENGTH || LARGE_EXPONENT.test(number)
      if (!isLossy || !JSON_NUMBER.test(number)) continue
      // A number can't be a name, and is not to become one that can.
      if (NAME_END.test(between.slice(index + number.length))) continue
      quoted += `${text.slice(copied, start + index)}"${number}"`
      copied = start + index + number.length
    }
  }

  while (position < text.length) {
    // Between strings, up to the next one: is there a number that is long, or has an exponent?
    const start = position
    let length = 0
    let isSuspicious = false
    for (; position < text.length; position++) {
      const unit = text.charCodeAt(position)
      if (unit === QUOTE) break
      if ((unit >= ZERO && unit <= NINE) || unit === POINT || unit === MINUS) length++
      else if (length > 0) {
        isSuspicious ||= length > SAFE_LENGTH || unit === SMALL_E || unit === LARGE_E
        length = 0
      }
    }
    if (isSuspicious || length > SAFE_LENGTH) quoteWithin(start, position)
    const close = endOfString(text, position)
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
