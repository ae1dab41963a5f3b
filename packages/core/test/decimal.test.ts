import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decimal, type DecimalProblem, isDecimal } from '../src/index.ts'

/** The oracle: a big.js of our own, so that its settings are nobody else's. */
const Oracle = Big()
Oracle.RM = Oracle.roundHalfEven

const runs = { numRuns: 150 }

const toDecimal = (text: string): Decimal => Decimal.parse(text).unwrap()
/** How a case is called: `9999… (5000)` where it is long. */
const title = (value: string | number): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 20)}… (${text.length - 2})` : text
}
const canonicalText = (value: Big): string => (value.eq(0) ? '0' : value.toFixed())

/** A value as units × 10^-scale: small ones, so that equal values and ties do come, and ones of up to 40 digits. */
const scaledValues = fc.oneof(
  fc.record({ units: fc.bigInt({ min: -120n, max: 120n }), scale: fc.nat({ max: 2 }) }),
  // What amounts are like, up to where doubles no longer hold them.
  fc.record({ units: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), scale: fc.nat({ max: 14 }) }),
  fc.record({ units: fc.bigInt({ min: 1n - 10n ** 40n, max: 10n ** 40n - 1n }), scale: fc.nat({ max: 30 }) }),
)
const decimals = scaledValues.map(({ units, scale }) => toDecimal(`${units}e-${scale}`))

describe('parse reads what providers send', () => {
  const readings: [text: string, canonical: string][] = [
    ['-530,86', '-530.86'],
    ['+1.50', '1.5'],
    ['+1,50', '1.5'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['-,5', '-0.5'],
    ['5.', '5'],
    ['5,', '5'],
    ['0', '0'],
    ['-0', '0'],
    ['+0', '0'],
    ['0.00', '0'],
    ['-0.00', '0'],
    ['-0,000', '0'],
    ['0,00', '0'],
    ['12.00', '12'],
    ['12.50', '12.5'],
    ['12.05', '12.05'],
    ['-0.10', '-0.1'],
    ['100.00', '100'],
    ['1000', '1000'],
    ['007', '7'],
    ['-007.70', '-7.7'],
    ['00.50', '0.5'],
    ['1,234', '1.234'],
    ['1E+3', '1000'],
    ['1.5E+3', '1500'],
    ['1.5e3', '1500'],
    ['15e-1', '1.5'],
    ['1e-7', '0.0000001'],
    ['-2,5e-3', '-0.0025'],
    ['1.2300e2', '123'],
    ['0e5', '0'],
    ['0e-5', '0'],
    [' 12.50', '12.5'],
    ['12.50 ', '12.5'],
    ['\t-530,860\r\n', '-530.86'],
    ['\u00a05\u00a0', '5'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['0.123456789012345678901234567890', '0.12345678901234567890123456789'],
    ['-123456789012345.678901234567890', '-123456789012345.67890123456789'],
    ['1e999', `1${'0'.repeat(999)}`],
    ['1e-1000', `0.${'0'.repeat(999)}1`],
    ['9'.repeat(1_000), '9'.repeat(1_000)],
    [`${'0'.repeat(1_200)}1`, '1'],
  ]
  test.each(readings.map(([text, canonical]) => ({ text, canonical, title: title(text) })))('$title', (reading) => {
    const { text, canonical } = reading
    expect(Decimal.parse(text).unwrap()).toBe(canonical)
    expect(isDecimal(canonical)).toBe(true)
  })
})

describe('parse refuses, and says why', () => {
  const refusals: Record<DecimalProblem, (string | number)[]> = {
    empty: ['', ' ', ' \t\r\n', '\u00a0'],
    not_a_number: [
      '$5',
      '5 USD',
      '(5)',
      '12.34-',
      'NaN',
      'Infinity',
      '-Infinity',
      '0x10',
      '１２.３４',
      '٣',
      '\u22125',
      '- 5',
      '1 234',
      '1_000',
      "1'000",
      '.',
      ',',
      '-',
      '+',
      '-.',
      '..',
      ',,',
      '--5',
      '+-5',
      'e5',
      '.e5',
      '1e',
      '1e+',
      '1e5.5',
      '5\n6',
      '5%',
      'null',
      ','.repeat(1_500),
    ],
    grouped: ['1,234.56', '-1,234.56', '1.234,56', '1.2.3', '1,234,567', '1..2', '5,.', '1,234,567.89'],
    inexact: [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0.1 + 0.2,
      1 / 3,
      5e-324,
      1.7976931348623157e308,
      1234567890123456,
      Number.MAX_SAFE_INTEGER,
      1234567890.123456,
    ],
    too_long: [
      '1e999999999999',
      '1e-999999999999',
      '-1e999999999',
      '1e1000',
      '1e-1001',
      '9'.repeat(1_001),
      '9'.repeat(5_000),
      `0.${'1'.repeat(5_000)}`,
      `${'9'.repeat(5_000)}e5`,
    ],
  }
  const cases = Object.entries(refusals).flatMap(([problem, values]) =>
    values.map((value) => ({ problem, value, title: title(value) })),
  )

  test.each(cases)('$problem: $title', ({ problem, value }) => {
    expect(Decimal.parse(value).unwrapErr()).toBe(problem)
  })
})

describe('parse takes a JavaScript number only while it is surely exact', () => {
  test.each([
    [0.1, '0.1'],
    [-530.86, '-530.86'],
    [0, '0'],
    [-0, '0'],
    [1e21, '1000000000000000000000'],
    [1.5e25, '15000000000000000000000000'],
    [1e-7, '0.0000001'],
    [-1.25e-9, '-0.00000000125'],
    [123456789012345, '123456789012345'],
    [1234567890123450, '1234567890123450'],
    [0.000123456789012345, '0.000123456789012345'],
    [Number.MIN_SAFE_INTEGER + 1 + 740990, '-9007199254000000'],
  ])('%d', (value, canonical) => {
    expect(Decimal.parse(value).unwrap()).toBe(canonical)
  })

  test.each([
    [0n, '0'],
    [-15n, '-15'],
    [2n ** 64n, '18446744073709551616'],
    [10n ** 20n, '100000000000000000000'],
  ])('a bigint of any size: %s', (value, canonical) => {
    expect(Decimal.parse(value).unwrap()).toBe(canonical)
  })

  test('a bigint too long to be an amount is refused', () => {
    expect(Decimal.parse(10n ** 1_000n).unwrapErr()).toBe('too_long')
  })

  test('whatever has at most 15 significant digits is read as it was written', () => {
    const written = fc.record({
      units: fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
      exponent: fc.integer({ min: -40, max: 40 }),
    })
    fc.assert(
      fc.property(written, ({ units, exponent }) => {
        const text = `${units}e${exponent}`
        expect(Decimal.parse(Number(text)).unwrap()).toBe(canonicalText(new Oracle(text)))
      }),
      runs,
    )
  })

  test('no number is ever read as something else than its shortest text', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const parsed = Decimal.parse(value)
        if (parsed.isOk()) expect(parsed.value).toBe(canonicalText(new Oracle(String(value))))
      }),
      runs,
    )
  })
})

describe('hostile input is read in linear time', () => {
  const million = 1_000_000
  test.each([
    ['digits', '9'.repeat(million), 'too_long'],
    ['digits and a letter', `${'9'.repeat(million)}x`, 'not_a_number'],
    ['an exponent of digits', `1e${'9'.repeat(million)}`, 'too_long'],
    ['an exponent of digits and a letter', `1e${'9'.repeat(million)}x`, 'not_a_number'],
    ['blanks', ' '.repeat(million), 'empty'],
    ['blanks inside', `1${' '.repeat(million)}1`, 'not_a_number'],
    ['commas', ','.repeat(million), 'not_a_number'],
    ['points', '.'.repeat(million), 'not_a_number'],
    ['minuses', '-'.repeat(million), 'not_a_number'],
  ])('%s', (_, text, problem) => {
    expect(Decimal.parse(text).unwrapErr()).toBe(problem)
  })

  test('blanks around a number are no matter', () => {
    expect(Decimal.parse(`${' '.repeat(million)}5${' '.repeat(million)}`).unwrap()).toBe('5')
  })

  test('the guard too', () => {
    expect(isDecimal(`0.${'0'.repeat(million)}`)).toBe(false)
    expect(isDecimal(`${'1'.repeat(million)}x`)).toBe(false)
    expect(isDecimal(`1.${'1'.repeat(million)}x`)).toBe(false)
  })
})

describe('one value has one text', () => {
  const spellings = fc.record({
    value: scaledValues,
    leadingZeros: fc.nat({ max: 3 }),
    trailingZeros: fc.nat({ max: 3 }),
    exponent: fc.option(fc.integer({ min: 0, max: 12 }), { nil: null }),
    mark: fc.constantFrom('.', ','),
    plus: fc.constantFrom('', '+'),
    e: fc.constantFrom('e', 'E', 'e+', 'E+'),
    blank: fc.constantFrom('', ' ', '\t'),
  })
  const spell = (spelling: typeof spellings extends fc.Arbitrary<infer S> ? S : never): string => {
    const { units, scale } = spelling.value
    const shifted = scale + (spelling.exponent ?? 0)
    const digits = (units < 0n ? -units : units).toString().padStart(shifted + 1, '0')
    const whole = '0'.repeat(spelling.leadingZeros) + digits.slice(0, digits.length - shifted)
    const fraction = digits.slice(digits.length - shifted) + '0'.repeat(spelling.trailingZeros)
    const number = fraction === '' ? whole : `${whole}${spelling.mark}${fraction}`
    const exponent = spelling.exponent === null ? '' : `${spelling.e}${spelling.exponent}`
    return `${spelling.blank}${units < 0n ? '-' : spelling.plus}${number}${exponent}${spelling.blank}`
  }

  test('however it is spelled, it is what big.js makes of it', () => {
    fc.assert(
      fc.property(spellings, (spelling) => {
        const parsed = Decimal.parse(spell(spelling)).unwrap()
        expect(parsed).toBe(canonicalText(new Oracle(`${spelling.value.units}e-${spelling.value.scale}`)))
        expect(isDecimal(parsed)).toBe(true)
        expect(Decimal.parse(parsed).unwrap()).toBe(parsed)
      }),
      { numRuns: 500 },
    )
  })

  test('two decimals are equal exactly when their texts are', () => {
    fc.assert(
      fc.property(spellings, spellings, (a, b) => {
        const left = Decimal.parse(spell(a)).unwrap()
        const right = Decimal.parse(spell(b)).unwrap()
        expect(left === right).toBe(
          a.value.units * 10n ** BigInt(b.value.scale) === b.value.units * 10n ** BigInt(a.value.scale),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('the guard recognises that text and no other', () => {
    const numberLike = fc.string({
      unit: fc.constantFrom('0', '0', '1', '9', '.', ',', '-', '+', 'e', ' '),
      maxLength: 7,
    })
    fc.assert(
      fc.property(numberLike, (text) => {
        const parsed = Decimal.parse(text)
        expect(isDecimal(text)).toBe(parsed.isOk() && parsed.value === text)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([null, undefined, 1, 1n, true, {}, ['1'], new String('1')])(
    'the guard refuses what is no text: %s',
    (value) => {
      expect(isDecimal(value)).toBe(false)
    },
  )

  test.each(['-0', '00', '01', '1.0', '1.', '.5', '+1', '1e3', ' 1', '1\n', '', '-', '0.0', '-0.0', '1,5'])(
    'the guard refuses %j',
    (text) => {
      expect(isDecimal(text)).toBe(false)
    },
  )

  test('a plain string does not compile as a Decimal', () => {
    // @ts-expect-error: only parse and the guard make a Decimal of a string
    expect(Decimal.add('1', '2')).toBe('3')
  })
})

describe('arithmetic is exact', () => {
  test('sum, difference, product and sign are those of big.js', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const [left, right] = [new Oracle(a), new Oracle(b)]
        expect(Decimal.add(a, b)).toBe(canonicalText(left.plus(right)))
        expect(Decimal.subtract(a, b)).toBe(canonicalText(left.minus(right)))
        expect(Decimal.multiply(a, b)).toBe(canonicalText(left.times(right)))
        expect(Decimal.negate(a)).toBe(canonicalText(left.times(-1)))
      }),
      { numRuns: 400 },
    )
  })

  test('it is commutative, associative and distributive', () => {
    fc.assert(
      fc.property(decimals, decimals, decimals, (a, b, c) => {
        const { add, multiply } = Decimal
        expect(add(a, b)).toBe(add(b, a))
        expect(multiply(a, b)).toBe(multiply(b, a))
        expect(add(add(a, b), c)).toBe(add(a, add(b, c)))
        expect(multiply(multiply(a, b), c)).toBe(multiply(a, multiply(b, c)))
        expect(multiply(a, add(b, c))).toBe(add(multiply(a, b), multiply(a, c)))
      }),
      runs,
    )
  })

  test('what is taken away again leaves nothing', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(Decimal.add(a, Decimal.negate(a))).toBe('0')
        expect(Decimal.subtract(a, a)).toBe('0')
        expect(Decimal.subtract(Decimal.add(a, b), b)).toBe(a)
        expect(Decimal.negate(Decimal.negate(a))).toBe(a)
        expect(Decimal.add(a, toDecimal('0'))).toBe(a)
        expect(Decimal.multiply(a, toDecimal('1'))).toBe(a)
        expect(Decimal.multiply(a, toDecimal('0'))).toBe('0')
      }),
      runs,
    )
  })

  test('where doubles drift, it does not', () => {
    const dime = toDecimal('0.1')
    const sum = Array.from({ length: 1_000 }, () => dime).reduce(Decimal.add, toDecimal('0'))
    expect(sum).toBe('100')
    expect(Decimal.add(toDecimal('9007199254740993'), toDecimal('0.0000000001'))).toBe('9007199254740993.0000000001')
  })
})

describe('order', () => {
  test('is that of big.js, and turns round with its arguments', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const order = Decimal.compare(a, b)
        expect(order).toBe(new Oracle(a).cmp(new Oracle(b)))
        expect(order + Decimal.compare(b, a)).toBe(0)
        expect(order === 0).toBe(a === b)
      }),
      { numRuns: 400 },
    )
  })

  test('is transitive: sorting gives what big.js sorts', () => {
    fc.assert(
      fc.property(fc.array(decimals, { maxLength: 40 }), (values) => {
        const expected = values.map((value) => new Oracle(value)).sort((a, b) => a.cmp(b))
        expect([...values].sort(Decimal.compare)).toEqual(expected.map(canonicalText))
      }),
      runs,
    )
  })

  test('is not that of texts', () => {
    const sorted = ['10', '9', '-10', '-9', '0.5', '0.25', '-0.5', '0'].map(toDecimal).sort(Decimal.compare)
    expect(sorted).toEqual(['-10', '-9', '-0.5', '0', '0.25', '0.5', '9', '10'])
  })
})

describe('divide', () => {
  test.each([
    ['19.99', '3', 4, '6.6633'],
    ['1', '3', 0, '0'],
    ['2', '3', 0, '1'],
    ['0.5', '1', 0, '0'],
    ['1.5', '1', 0, '2'],
    ['2.5', '1', 0, '2'],
    ['-0.5', '1', 0, '0'],
    ['-1.5', '1', 0, '-2'],
    ['-2.5', '1', 0, '-2'],
    ['2.5', '-1', 0, '-2'],
    ['-3.5', '-1', 0, '4'],
    ['1', '8', 2, '0.12'],
    ['3', '8', 2, '0.38'],
    ['0.125', '1', 2, '0.12'],
    ['0.1250000000000000000000001', '1', 2, '0.13'],
    ['0', '-7', 2, '0'],
    ['100', '0.01', 0, '10000'],
    ['1', '4', 20, '0.25'],
    ['1', '3', 1_000, `0.${'3'.repeat(1_000)}`],
  ])('%s / %s to %i decimals, a tie to the even digit', (a, b, decimals, quotient) => {
    expect(Decimal.divide(toDecimal(a), toDecimal(b), { decimals, rounding: 'half-even' }).unwrap()).toBe(quotient)
  })

  test('is that of big.js, rounding half to even', () => {
    fc.assert(
      fc.property(decimals, decimals, fc.nat({ max: 20 }), (a, b, places) => {
        fc.pre(b !== '0')
        Oracle.DP = places
        expect(Decimal.divide(a, b, { decimals: places, rounding: 'half-even' }).unwrap()).toBe(
          canonicalText(new Oracle(a).div(new Oracle(b))),
        )
      }),
      { numRuns: 400 },
    )
  })

  test('is that of big.js on exact ties too', () => {
    const ties = fc.record({
      half: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      divisor: decimals.filter((value) => value !== '0'),
      places: fc.nat({ max: 20 }),
    })
    fc.assert(
      fc.property(ties, ({ half, divisor, places }) => {
        const tie = toDecimal(`${2n * half + 1n}e-${places}`)
        const a = Decimal.multiply(Decimal.multiply(tie, toDecimal('0.5')), divisor)
        Oracle.DP = places
        expect(Decimal.divide(a, divisor, { decimals: places, rounding: 'half-even' }).unwrap()).toBe(
          canonicalText(new Oracle(a).div(new Oracle(divisor))),
        )
      }),
      runs,
    )
  })

  test('undoes multiply', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        fc.pre(b !== '0')
        const product = Decimal.multiply(a, b)
        expect(Decimal.divide(product, b, { decimals: 30, rounding: 'half-even' }).unwrap()).toBe(a)
      }),
      runs,
    )
  })

  test.each(['1', '-1', '0'])('%s by zero is an error, not a throw', (a) => {
    const zero = toDecimal('0')
    expect(Decimal.divide(toDecimal(a), zero, { decimals: 2, rounding: 'half-even' }).unwrapErr()).toBe(
      'division_by_zero',
    )
  })

  test.each([-1, 0.5, 1_001, Number.NaN, Number.POSITIVE_INFINITY])(
    "%d decimals are a programmer's mistake",
    (places) => {
      const one = toDecimal('1')
      expect(() => Decimal.divide(one, one, { decimals: places, rounding: 'half-even' })).toThrow(RangeError)
    },
  )
})
