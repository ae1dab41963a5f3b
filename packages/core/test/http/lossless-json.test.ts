import type { Json } from '@finport/core'
import { parseLosslessJson } from '@finport/core/http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSameBySource, jsonDocument } from './json-documents.ts'

describe('parseLosslessJson', () => {
  test('reads every document as the platform does, and no digit is lost', () => {
    fc.assert(
      fc.property(jsonDocument, (text) => {
        // Names that come twice keep the place of the first and the value of the last: as in JSON.parse.
        expect(isSameBySource(parseLosslessJson(text), text)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('refuses what the platform refuses', () => {
    const spoilt = fc
      .tuple(
        jsonDocument,
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

  test.each(['{1e999:1}', '{12345678901234567:1}', '{"a":1,-1e400 \n: 2}'])(
    'refuses a number for a name: %s',
    (text) => {
      expect(() => parseLosslessJson(text)).toThrow(SyntaxError)
    },
  )

  test.each([
    ['9007199254740993', '9007199254740993'],
    ['-123456789012345', '-123456789012345'],
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
