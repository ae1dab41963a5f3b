import { Err, Ok, type Result } from './result.ts'

declare const brand: unique symbol

/**
 * An exact decimal number, written as a canonical string: an optional minus, digits without leading zeros, and, where there is a fraction, a point
 * and digits without trailing zeros (`'0'`, `'-12.5'`, `'1000'`). Two decimals are equal exactly when their strings are. It is data: it
 * goes through JSON and databases unchanged.
 *
 * Made by {@link Decimal.parse} and the arithmetic beside it, all of it exact; only {@link Decimal.divide} rounds, as told.
 *
 * @example
 * ```ts
 * import { Decimal } from '@finport/core'
 *
 * const price = Decimal.parse('19.99').unwrap()
 * const quantity = Decimal.parse('3').unwrap()
 * Decimal.multiply(price, quantity) // '59.97'
 * Decimal.divide(price, quantity, { decimals: 4, rounding: 'half-even' }).unwrap() // '6.6633'
 * ```
 */
export type Decimal = string & { readonly [brand]: 'Decimal' }

/**
 * Why a text or number is not a decimal:
 * - `empty`: nothing but blanks
 * - `not_a_number`: other characters than a number's (`'12.34-'`, `'$5'`, `'(5)'`, `'NaN'`)
 * - `grouped`: more than one comma or point, so one of them groups digits; which one is a guess Finport does not make
 * - `inexact`: a JavaScript number that is not finite, or has more than 15 significant digits and so may not be the number that was meant
 * - `too_long`: more than 1,000 digits when written out
 */
export type DecimalProblem = 'empty' | 'not_a_number' | 'grouped' | 'inexact' | 'too_long'

/** How {@link Decimal.divide} rounds: `decimals` digits after the point (0 to 1,000); a tie goes to the even digit, so that sums do not drift. */
export type DecimalRounding = { decimals: number; rounding: 'half-even' }

const MAXIMUM_DIGITS = 1_000
const MAXIMUM_NUMBER_DIGITS = 15
/** Smaller doubles have fewer than 15 digits of precision (subnormal numbers), so their text no longer tells what was written. */
const MINIMUM_NUMBER = 1e-290

const PLAIN = /^([+-]?)(\d*)(?:[.,](\d*))?(?:[eE]([+-]?\d{1,9}))?$/

/** A decimal as a scaled integer: `units` × 10^-`scale`. */
type Scaled = { units: bigint; scale: number }

function scaled(value: Decimal): Scaled {
  const point = value.indexOf('.')
  if (point === -1) return { units: BigInt(value), scale: 0 }
  return { units: BigInt(value.slice(0, point) + value.slice(point + 1)), scale: value.length - point - 1 }
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const left = scaled(a)
  const right = scaled(b)
  const scale = Math.max(left.scale, right.scale)
  return [left.units * 10n ** BigInt(scale - left.scale), right.units * 10n ** BigInt(scale - right.scale), scale]
}

function canonical(negative: boolean, digits: string, scale: number): Decimal {
  const padded = digits.length <= scale ? digits.padStart(scale + 1, '0') : digits
  const whole = padded.slice(0, padded.length - scale)
  const fraction = padded.slice(padded.length - scale)
  let end = fraction.length
  while (end > 0 && fraction.charCodeAt(end - 1) === 48) end--
  const text = end > 0 ? `${whole}.${fraction.slice(0, end)}` : whole
  return (negative && text !== '0' ? `-${text}` : text) as Decimal
}

function fromUnits(units: bigint, scale: number): Decimal {
  return canonical(units < 0n, (units < 0n ? -units : units).toString(), scale)
}

/** So many characters, sign and point included, that both operands below are whole numbers of fewer than 15 digits: a double holds them and their sum exactly. */
const SMALL_LENGTH = 15
const SMALL_UNITS = 1e14

/** `a` plus `sign` times `b` in doubles, which is three times as fast; `null` when they are too long for that. */
function addSmall(a: Decimal, b: Decimal, sign: 1 | -1): Decimal | null {
  if (a.length > SMALL_LENGTH || b.length > SMALL_LENGTH) return null
  const scale = Math.max(scaleOf(a), scaleOf(b))
  // Of a number of 15 digits, rounding in the conversion and the product moves the units by less than a tenth.
  const left = Math.round(Number(a) * 10 ** scale)
  const right = Math.round(Number(b) * 10 ** scale)
  if (Math.abs(left) > SMALL_UNITS || Math.abs(right) > SMALL_UNITS) return null
  const sum = left + sign * right
  return canonical(sum < 0, String(Math.abs(sum)), scale)
}

/** `a` times `b` in doubles, where the product has fewer than 15 digits as well; `null` otherwise. */
function multiplySmall(a: Decimal, b: Decimal): Decimal | null {
  if (a.length + b.length > SMALL_LENGTH) return null
  const leftScale = scaleOf(a)
  const rightScale = scaleOf(b)
  const product = Math.round(Number(a) * 10 ** leftScale) * Math.round(Number(b) * 10 ** rightScale)
  return canonical(product < 0, String(Math.abs(product)), leftScale + rightScale)
}

function scaleOf(value: Decimal): number {
  const point = value.indexOf('.')
  return point === -1 ? 0 : value.length - point - 1
}

const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const LONGEST_COMMON = '-999999999999999.99'.length

/** Whether a text is what amounts nearly always look like, canonical but for trailing zeros: whole digits without leading zeros, a point and two more. */
function isCommon(text: string): boolean {
  const point = text.length - 3
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  if (point <= start || text.length > LONGEST_COMMON || text.charCodeAt(point) !== POINT) return false
  if (text.charCodeAt(start) === ZERO && point > start + 1) return false
  for (let index = start; index < text.length; index++)
    if (index !== point && !isDigit(text.charCodeAt(index))) return false
  return true
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE
}

function parseText(text: string): Result<Decimal, DecimalProblem> {
  if (isCommon(text)) {
    if (text.charCodeAt(text.length - 1) !== ZERO) return Ok(text as Decimal)
    const short = text.slice(0, text.charCodeAt(text.length - 2) === ZERO ? -3 : -1)
    return Ok((short === '-0' ? '0' : short) as Decimal)
  }
  const trimmed = text.trim()
  if (trimmed === '') return Err('empty')
  // Far beyond any number, and a bound on the work below.
  if (trimmed.length > 2 * MAXIMUM_DIGITS)
    return Err(/^[+-]?[.,]*\d[\d.,]*(?:[eE][+-]?\d+)?$/.test(trimmed) ? 'too_long' : 'not_a_number')
  const match = PLAIN.exec(trimmed)
  if (match === null)
    return Err(
      isGrouped(trimmed) ? 'grouped' : /^[+-]?[\d.,]+[eE][+-]?\d{10,}$/.test(trimmed) ? 'too_long' : 'not_a_number',
    )
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  if (whole + fraction === '') return Err('not_a_number')
  if (digits === '') return Ok('0' as Decimal)
  const scale = fraction.length - Number(exponent)
  if (Math.max(digits.length, scale, digits.length - scale) > MAXIMUM_DIGITS) return Err('too_long')
  return Ok(
    scale < 0 ? canonical(sign === '-', digits + '0'.repeat(-scale), 0) : canonical(sign === '-', digits, scale),
  )
}

function isGrouped(text: string): boolean {
  return /^[+-]?[\d.,]+$/.test(text) && (text.match(/[.,]/g) ?? []).length > 1 && /\d/.test(text)
}

function parseNumber(value: number): Result<Decimal, DecimalProblem> {
  if (!Number.isFinite(value)) return Err('inexact')
  if (value === 0) return Ok('0' as Decimal)
  // String() gives the shortest text that reads back as the same double, so up to 15 digits it is the text that was written.
  const text = String(value)
  const magnitude = Math.abs(value)
  // Of these it has no exponent: it is canonical as it is.
  if (text.length <= MAXIMUM_NUMBER_DIGITS && magnitude >= 1e-6 && magnitude < 1e15) return Ok(text as Decimal)
  const digits = text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
  if (digits.length > MAXIMUM_NUMBER_DIGITS || magnitude < MINIMUM_NUMBER) return Err('inexact')
  return parseText(text)
}

/** Exact arithmetic on {@link Decimal | decimal strings}. */
export const Decimal = {
  /**
   * Reads a decimal as providers write it: `'12.50'`, `'-530,86'` (a comma as the decimal mark), `'+1.50'`, `'.5'`, `'5.'`, `'-0'`, `'1e-7'`,
   * `'1.5E+3'`, any number of digits up to 1,000, blanks around. A JavaScript number is taken only while it is surely exact: finite and of at most 15 significant digits.
   *
   * @returns the canonical decimal, or the {@link DecimalProblem | reason} why it is none. A single comma is always the decimal mark
   * (`'1,234'` is 1.234, as OFX section 3.2.9 has it); with more than one mark the text is refused as `grouped`.
   *
   * @example
   * ```ts
   * import { Decimal } from '@finport/core'
   *
   * Decimal.parse(' -530,860 ').unwrap() // '-530.86'
   * Decimal.parse('1,234.56').unwrapErr() // 'grouped'
   * Decimal.parse(0.1 + 0.2).unwrapErr() // 'inexact'
   * ```
   */
  parse(value: string | number | bigint): Result<Decimal, DecimalProblem> {
    if (typeof value === 'string') return parseText(value)
    return typeof value === 'number' ? parseNumber(value) : parseText(value.toString())
  },

  /** The exact sum. */
  add(a: Decimal, b: Decimal): Decimal {
    const small = addSmall(a, b, 1)
    if (small !== null) return small
    const [left, right, scale] = aligned(a, b)
    return fromUnits(left + right, scale)
  },

  /** `a` less `b`, exactly. */
  subtract(a: Decimal, b: Decimal): Decimal {
    const small = addSmall(a, b, -1)
    if (small !== null) return small
    const [left, right, scale] = aligned(a, b)
    return fromUnits(left - right, scale)
  },

  /** The exact product, with as many decimals as it needs. */
  multiply(a: Decimal, b: Decimal): Decimal {
    const small = multiplySmall(a, b)
    if (small !== null) return small
    const left = scaled(a)
    const right = scaled(b)
    return fromUnits(left.units * right.units, left.scale + right.scale)
  },

  /**
   * `a` divided by `b`, rounded once, at the end, as `rounding` says.
   *
   * @returns the quotient, or `'division_by_zero'`.
   * @throws RangeError when `decimals` is not a whole number from 0 to 1,000.
   */
  divide(a: Decimal, b: Decimal, rounding: DecimalRounding): Result<Decimal, 'division_by_zero'> {
    const { decimals } = rounding
    if (!Number.isInteger(decimals) || decimals < 0 || decimals > MAXIMUM_DIGITS) {
      throw new RangeError(`decimals must be a whole number from 0 to ${MAXIMUM_DIGITS}.`)
    }
    const [left, right] = aligned(a, b)
    if (right === 0n) return Err('division_by_zero')
    const negative = left < 0n !== right < 0n
    const dividend = (left < 0n ? -left : left) * 10n ** BigInt(decimals)
    const divisor = right < 0n ? -right : right
    const quotient = dividend / divisor
    const twice = (dividend % divisor) * 2n
    const up = twice > divisor || (twice === divisor && quotient % 2n === 1n)
    const rounded = up ? quotient + 1n : quotient
    return Ok(fromUnits(negative ? -rounded : rounded, decimals))
  },

  /** The same amount with the other sign; `'0'` stays `'0'`. */
  negate(value: Decimal): Decimal {
    if (value === '0') return value
    return (value.startsWith('-') ? value.slice(1) : `-${value}`) as Decimal
  },

  /** Less than zero, zero or more than zero as `a` is less than, equal to or more than `b`: fit for `sort`. */
  compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
    if (a === b) return 0
    const [left, right] = aligned(a, b)
    return left < right ? -1 : 1
  },
} as const

/** Whether a text is a decimal in canonical form. */
export function isDecimal(value: unknown): value is Decimal {
  // Every amount of every row is looked at: character by character takes half the time of a regular expression.
  if (typeof value !== 'string') return false
  const start = value.charCodeAt(0) === MINUS ? 1 : 0
  const point = endOfDigits(value, start)
  const isZero = value.charCodeAt(start) === ZERO
  if (point === start || (isZero && point > start + 1)) return false
  if (point === value.length) return !isZero || start === 0
  const last = value.charCodeAt(value.length - 1)
  return value.charCodeAt(point) === POINT && endOfDigits(value, point + 1) === value.length && last > ZERO
}

function endOfDigits(text: string, start: number): number {
  let end = start
  while (isDigit(text.charCodeAt(end))) end++
  return end
}
