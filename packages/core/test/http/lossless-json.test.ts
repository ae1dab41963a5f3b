import { Decimal, type Json } from '@finport/core'
import { parseLosslessJson } from '@finport/core/http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

/** What the platform sees of a document, each number as it was written: `context.source` (ECMAScript 2025). */
function parseBySource(text: string): unknown {
  return JSON.parse(text, function (this: unknown, _key: string, value: unknown, context: { source: string }) {
    return typeof value === 'number' ? { number: context.source } : value
  } as never)
}

/** The value of a number, in canonical form, whichever of its forms it has. */
function toCanonical(number: string | number): string {
  return Decimal.parse(number).unwrapOr(`not a decimal: ${number}` as Decimal)
}

function expectSame(read: Json, bySource: unknown): void {
  if (bySource !== null && typeof bySource === 'object' && 'number' in bySource) {
    expect(toCanonical(read as string | number)).toBe(toCanonical(String(bySource.number)))
  } else if (Array.isArray(bySource)) {
    expect(read).toHaveLength(bySource.length)
    for (const [index, item] of bySource.entries()) expectSame((read as Json[])[index] ?? null, item)
  } else if (bySource !== null && typeof bySource === 'object') {
    expect(Object.keys(read as object)).toEqual(Object.keys(bySource))
    for (const [key, item] of Object.entries(bySource)) expectSame((read as { [key: string]: Json })[key] ?? null, item)
  } else expect(read).toBe(bySource)
}

const digits = (max: number) => fc.stringMatching(new RegExp(`^(0|[1-9][0-9]{0,${max}})$`))
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits(24),
    fc.option(fc.stringMatching(/^[0-9]{1,24}$/)),
    fc.option(fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/), { freq: 4 }),
  )
  .map(
    ([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent ?? ''}`,
  )
const string = fc
  .oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9.eE"\\,:{}[\] -]{0,30}$/), number)
  .map((text) => JSON.stringify(text))
const space = fc.constantFrom('', ' ', '\n\t')
const document = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    string,
    fc.constantFrom('true', 'false', 'null'),
    fc.tuple(fc.array(tie('value'), { maxLength: 5 }), space).map(([items, gap]) => `[${gap}${items.join(`${gap},`)}]`),
    fc
      .tuple(fc.array(fc.tuple(string, tie('value')), { maxLength: 5 }), space)
      .map(([entries, gap]) => `{${entries.map(([key, value]) => `${key}${gap}:${gap}${value}`).join(`,${gap}`)}}`),
  ),
})).value

describe('parseLosslessJson', () => {
  test('reads every document as the platform does, and no digit is lost', () => {
    fc.assert(
      fc.property(document, (text) => {
        // Names that come twice keep the place of the first and the value of the last: as in JSON.parse.
        expectSame(parseLosslessJson(text), parseBySource(text))
      }),
      { numRuns: 2_000 },
    )
  })

  test('refuses what the platform refuses', () => {
    const spoilt = fc
      .tuple(
        document,
        fc.nat(),
        fc.constantFrom('', '"', '\\', '0', '.', '1.2.3.4.5.6.7.8.9.0', '0123456789012345678', '}', 'e'),
      )
      .map(([text, at, inserted]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + inserted + text.slice(place + 1)
      })
    const isRead = (read: () => unknown) => {
      try {
        read()
        return true
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
        return false
      }
    }
    fc.assert(
      fc.property(spoilt, (text) => {
        expect(isRead(() => parseLosslessJson(text))).toBe(isRead(() => JSON.parse(text)))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['9007199254740993', '9007199254740993'],
    ['123456789012345', 123456789012345],
    ['-12345678901234567890.5', '-12345678901234567890.5'],
    ['49.6499849505605227113711001112', '49.6499849505605227113711001112'],
    ['0.1', 0.1],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
    ['1E2', 100],
  ])('%s', (text, value) => {
    expect(parseLosslessJson(text)).toBe(value)
    expect(parseLosslessJson(`{"a":[${text}]}`)).toEqual({ a: [value] })
  })

  test('what looks like an exponent in a string is none, and does not hide one behind it', () => {
    expect(parseLosslessJson('["4e1234-1e3", 1e400, "5e100"]')).toEqual(['4e1234-1e3', '1e400', '5e100'])
    expect(parseLosslessJson('{"5e1001e0":"7e100","a":2e100,"b":"3e999","c":3}')).toEqual({
      '5e1001e0': '7e100',
      a: '2e100',
      b: '3e999',
      c: 3,
    })
  })

  test('__proto__ is a name like any other, and of names that come twice the last one counts', () => {
    const read = parseLosslessJson('{"__proto__":{"admin":true},"a":1,"a":2}') as Record<string, Json>
    expect(Object.keys(read)).toEqual(['__proto__', 'a'])
    expect(read.admin).toBeUndefined()
    expect(read.a).toBe(2)
  })

  test('takes time in proportion to what it reads, whatever that is', () => {
    const hostile = [
      '"'.repeat(200_001),
      `"${'\\'.repeat(400_000)}"`,
      `"${'\\"'.repeat(200_000)}`,
      '1.'.repeat(200_000),
      '-'.repeat(400_000),
      `[${'1e1,'.repeat(100_000)}1e400]`,
    ]
    for (const text of hostile) {
      try {
        parseLosslessJson(text)
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
      }
    }
  })
})
