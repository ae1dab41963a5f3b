import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  civilDate,
  type DateProblem,
  isInstant,
  isIsoDate,
  parseInstant,
  parseIsoDate,
  toInstant,
} from '../src/index.ts'

const offsetOnNewYear2026: Record<string, number> = { UTC: 0, 'Pacific/Kiritimati': -840, 'America/St_Johns': 210 }

test('these tests run in the time zone they were started for', () => {
  const zone = process.env.TZ ?? ''
  expect(Object.keys(offsetOnNewYear2026)).toContain(zone)
  expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(offsetOnNewYear2026[zone])
})

describe('parseIsoDate', () => {
  test.each([
    '2026-01-31',
    '2026-12-31',
    '2026-04-30',
    '2024-02-29',
    '2000-02-29',
    '1969-12-31',
    '0000-01-01',
    '0000-02-29',
    '9999-12-31',
  ])('%s is a day', (text) => {
    expect(parseIsoDate(text).unwrap()).toBe(text)
    expect(isIsoDate(text)).toBe(true)
  })

  const refusals: Record<DateProblem, string[]> = {
    impossible: [
      '2026-02-29',
      '2026-02-30',
      '1900-02-29',
      '2100-02-29',
      '2026-04-31',
      '2026-06-31',
      '2026-09-31',
      '2026-11-31',
      '2026-01-32',
      '2026-13-01',
      '2026-00-10',
      '2026-01-00',
    ],
    malformed: [
      '',
      '2026-1-1',
      '2026-01-1',
      '26-01-01',
      '02026-01-01',
      '+002026-01-01',
      '-2026-01-01',
      '2026/01/01',
      '20260101',
      '01/31/2026',
      ' 2026-01-31',
      '2026-01-31 ',
      '2026-01-31\n',
      '2026-01-31T00:00:00Z',
      '２０２６-01-31',
      '2026-01',
    ],
  }
  const cases = Object.entries(refusals).flatMap(([problem, texts]) => texts.map((text) => ({ problem, text })))

  test.each(cases)('$text is $problem', ({ problem, text }) => {
    expect(parseIsoDate(text).unwrapErr()).toBe(problem)
    expect(isIsoDate(text)).toBe(false)
  })

  test.each([null, undefined, 20260131, new Date(0), ['2026-01-31']])(
    'the guard refuses what is no text: %s',
    (value) => {
      expect(isIsoDate(value)).toBe(false)
    },
  )

  test('every day there is, and only those', () => {
    const days = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(days, (day) => {
        const text = day.toISOString().slice(0, 10)
        expect(parseIsoDate(text).unwrap()).toBe(text)
      }),
    )
    const numbers = fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.nat({ max: 13 }), fc.nat({ max: 32 }))
    fc.assert(
      fc.property(numbers, ([year, month, day]) => {
        const text = `${year.toString().padStart(4, '0')}-${month.toString().padStart(2, '0')}-${day.toString().padStart(2, '0')}`
        const rolled = new Date(0)
        rolled.setUTCFullYear(year, month - 1, day)
        expect(isIsoDate(text)).toBe(rolled.toISOString().startsWith(text))
      }),
      { numRuns: 300 },
    )
  })
})

describe('parseInstant', () => {
  test.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00.123999999Z', '2026-01-31T12:00:00.123Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T20:30:00-05:00', '2026-02-01T01:30:00.000Z'],
    ['2026-01-31T20:30:00-0500', '2026-02-01T01:30:00.000Z'],
    ['2026-01-01T00:30:00+05:45', '2025-12-31T18:45:00.000Z'],
    ['2026-01-01T00:00:00+14:00', '2025-12-31T10:00:00.000Z'],
    ['2024-02-28T23:00:00-02:00', '2024-02-29T01:00:00.000Z'],
    ['2026-01-31T12:00:00+00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00-00:00', '2026-01-31T12:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['0099-06-15T00:00:00Z', '0099-06-15T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s', (text, instant) => {
    expect(parseInstant(text).unwrap()).toBe(instant)
    expect(isInstant(instant)).toBe(true)
  })

  const refusals: Record<DateProblem, string[]> = {
    impossible: [
      '2026-01-31T24:00:00Z',
      '2026-01-31T25:00:00Z',
      '2026-01-31T12:60:00Z',
      '2026-01-31T12:00:60Z',
      '2026-02-30T12:00:00Z',
      '2026-13-01T12:00:00Z',
      '2026-01-31T12:00:00+18:01',
      '2026-01-31T12:00:00-99:00',
      '2026-01-31T12:00:00+05:60',
      '2026-01-31T12:00:00-05:99',
      '9999-12-31T23:59:59-01:00',
      '0000-01-01T00:00:00+01:00',
    ],
    malformed: [
      '',
      '2026-01-31',
      '2026-01-31T12:00:00',
      '2026-01-31 12:00:00Z',
      '2026-01-31T12Z',
      '2026-01-31T1:00:00Z',
      '2026-01-31T12:00:00.Z',
      '2026-01-31T12:00:00,5Z',
      '2026-01-31T12:00:00+5',
      '2026-01-31T12:00:00 Z',
      ' 2026-01-31T12:00:00Z',
      '2026-01-31T12:00:00Z\n',
      '2026-01-28T12:00:00.000Z\n',
      '2026-01-28T12:00:00.0000000000Z',
      '+002026-01-31T12:00:00Z',
      'Sat, 31 Jan 2026 12:00:00 GMT',
      '1769860800',
    ],
  }
  const cases = Object.entries(refusals).flatMap(([problem, texts]) => texts.map((text) => ({ problem, text })))

  test.each(cases)('$text is $problem', ({ problem, text }) => {
    expect(parseInstant(text).unwrapErr()).toBe(problem)
    expect(isInstant(text)).toBe(false)
  })

  test('the offset moves the clock and never the moment', () => {
    const moments = fc.record({
      milliseconds: fc.integer({ min: Date.parse('1900-01-01'), max: Date.parse('2200-01-01') }),
      offset: fc.integer({ min: -18 * 60, max: 18 * 60 }),
    })
    fc.assert(
      fc.property(moments, ({ milliseconds, offset }) => {
        const local = new Date(milliseconds + offset * 60_000).toISOString().slice(0, -1)
        const size = Math.abs(offset)
        const [hours, minutes] = [Math.floor(size / 60), size % 60].map((part) => part.toString().padStart(2, '0'))
        expect(parseInstant(`${local}${offset < 0 ? '-' : '+'}${hours}:${minutes}`).unwrap()).toBe(
          toInstant(milliseconds),
        )
        const utc = new Date(milliseconds).toISOString()
        expect(parseInstant(utc).unwrap()).toBe(utc)
        expect(parseInstant(utc.replace('Z', '999Z')).unwrap()).toBe(utc)
      }),
    )
  })
})

describe('toInstant and isInstant', () => {
  test('count from 1970, in UTC', () => {
    expect(toInstant(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(toInstant(-1)).toBe('1969-12-31T23:59:59.999Z')
    expect(toInstant(1_769_860_800_123)).toBe('2026-01-31T12:00:00.123Z')
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1, Date.UTC(10_000, 0, 1), Date.UTC(-1, 11, 31)])(
    'no moment between the years 0 and 9999: %d',
    (milliseconds) => {
      expect(() => toInstant(milliseconds)).toThrow(RangeError)
    },
  )

  test.each([
    '2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00.0Z',
    '2026-01-31T12:00:00.000000Z',
    '2026-01-31t12:00:00.000Z',
    '2026-01-31T12:00:00.000z',
    '2026-01-31T12:00:00.000+00:00',
    '2026-01-31T07:00:00.000-05:00',
    '2026-02-30T12:00:00.000Z',
    '2026-01-31',
  ])('an instant has one form, which is not %s', (text) => {
    expect(isInstant(text)).toBe(false)
  })

  test.each([null, undefined, 0, new Date(0), { toString: () => '2026-01-31T12:00:00.000Z' }])(
    'the guard refuses what is no text: %s',
    (value) => {
      expect(isInstant(value)).toBe(false)
    },
  )

  test('sort as text', () => {
    const milliseconds = fc.array(fc.integer({ min: Date.parse('0001-01-01'), max: Date.parse('9999-12-31') }))
    fc.assert(
      fc.property(milliseconds, (moments) => {
        expect(moments.map(toInstant).sort()).toEqual([...moments].sort((a, b) => a - b).map(toInstant))
      }),
    )
  })
})

describe('civilDate', () => {
  const midnights: [zone: string, first: string, day: string, before: string][] = [
    ['America/New_York', '2026-03-08T05:00:00.000Z', '2026-03-08', '2026-03-07'],
    ['America/New_York', '2026-03-09T04:00:00.000Z', '2026-03-09', '2026-03-08'],
    ['America/New_York', '2026-11-01T04:00:00.000Z', '2026-11-01', '2026-10-31'],
    ['America/New_York', '2026-11-02T05:00:00.000Z', '2026-11-02', '2026-11-01'],
    ['America/St_Johns', '2026-03-08T03:30:00.000Z', '2026-03-08', '2026-03-07'],
    ['America/St_Johns', '2026-03-09T02:30:00.000Z', '2026-03-09', '2026-03-08'],
    ['America/St_Johns', '2026-11-01T02:30:00.000Z', '2026-11-01', '2026-10-31'],
    ['America/St_Johns', '2026-11-02T03:30:00.000Z', '2026-11-02', '2026-11-01'],
    ['Pacific/Kiritimati', '2026-01-31T10:00:00.000Z', '2026-02-01', '2026-01-31'],
    ['Pacific/Kiritimati', '2024-02-28T10:00:00.000Z', '2024-02-29', '2024-02-28'],
    ['UTC', '2026-01-01T00:00:00.000Z', '2026-01-01', '2025-12-31'],
  ]

  test.each(midnights)('in %s the day turns at %s to %s', (zone, first, day, before) => {
    const midnight = Date.parse(first)
    expect(civilDate(toInstant(midnight), zone)).toBe(day)
    expect(civilDate(toInstant(midnight - 1), zone)).toBe(before)
  })

  test('an hour that comes twice or never does not change the day', () => {
    for (const instant of ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z']) {
      expect(civilDate(parseInstant(instant).unwrap(), 'America/New_York')).toBe('2026-11-01')
    }
    expect(civilDate(parseInstant('2026-03-08T07:00:00.000Z').unwrap(), 'America/New_York')).toBe('2026-03-08')
  })

  test('in UTC it is the day of the instant', () => {
    const milliseconds = fc.integer({ min: Date.parse('0001-01-01'), max: Date.parse('9999-12-31') })
    fc.assert(
      fc.property(milliseconds, (moment) => {
        const instant = toInstant(moment)
        expect(civilDate(instant, 'UTC')).toBe(instant.slice(0, 10))
      }),
    )
  })

  test('in UTC it is the day of the instant in the year 0 too, which is before our era', () => {
    expect(civilDate(parseInstant('0000-06-01T00:00:00Z').unwrap(), 'UTC')).toBe('0000-06-01')
  })

  test('it is always a day there is', () => {
    const moments = fc.record({
      milliseconds: fc.integer({ min: Date.parse('1900-01-01'), max: Date.parse('2200-01-01') }),
      zone: fc.constantFrom(
        'America/New_York',
        'Pacific/Kiritimati',
        'America/St_Johns',
        'Asia/Kathmandu',
        'Europe/Dublin',
      ),
    })
    fc.assert(
      fc.property(moments, ({ milliseconds, zone }) => {
        const day = civilDate(toInstant(milliseconds), zone)
        expect(isIsoDate(day)).toBe(true)
        expect(Math.abs(Date.parse(day) - milliseconds)).toBeLessThan(2 * 86_400_000)
      }),
    )
  })

  test("an unknown time zone is a programmer's mistake", () => {
    expect(() => civilDate(toInstant(0), 'America/Gotham')).toThrow(RangeError)
  })
})

describe('days later and earlier', () => {
  test.each([
    ['2026-01-31', 1, '2026-02-01'],
    ['2026-03-01', -1, '2026-02-28'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-03-08', 1, '2026-03-09'], // a day of 23 hours in New York
    ['2026-06-30', -730, '2024-06-30'],
    ['2026-06-30', 0, '2026-06-30'],
  ])('%s and %i days are %s', (day, count, expected) => {
    expect(addDays(parseIsoDate(day).unwrap(), count)).toBe(expected)
  })

  test("there is no day beyond the calendar: to ask for one is a programmer's mistake", () => {
    expect(() => addDays(parseIsoDate('9999-12-31').unwrap(), 1)).toThrow(RangeError)
  })
})
