import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays, daysBetween } from '../../src/dates.ts'
import { type DateRange, type IsoDate, parseIsoDate } from '../../src/index.ts'
import { intersect, joinRanges, recentWindows, type WindowPlan, windowBefore } from '../../src/sync/windows.ts'
import { dayOf, rangeOf } from './arbitrary-history.ts'

const plan = (changes: Partial<WindowPlan>): WindowPlan => ({
  covered: rangeOf(0, 40),
  today: dayOf(50),
  overlapDays: 5,
  oldestOpen: null,
  maxWindowDays: 30,
  ...changes,
})

const daysOf = ({ from, to }: DateRange): IsoDate[] =>
  Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => addDays(from, index))

describe('the days that are asked for first', () => {
  test('begin with the overlap, or with what is open', () => {
    expect(recentWindows(plan({}))).toEqual([rangeOf(35, 50)])
    expect(recentWindows(plan({ overlapDays: 0 }))).toEqual([rangeOf(40, 50)])
    expect(recentWindows(plan({ oldestOpen: dayOf(20) }))).toEqual([rangeOf(20, 49), rangeOf(50, 50)])
    expect(recentWindows(plan({ oldestOpen: dayOf(38) }))).toEqual([rangeOf(35, 50)])
    expect(recentWindows(plan({ overlapDays: 90 }))).toEqual([rangeOf(0, 29), rangeOf(30, 50)])
  })

  test('are none before there is a past, and those the caller wants if it says so', () => {
    expect(recentWindows(plan({ covered: null }))).toEqual([])
    expect(recentWindows(plan({ startDate: dayOf(-20), endDate: dayOf(9) }))).toEqual([rangeOf(-20, 9)])
    expect(recentWindows(plan({ startDate: dayOf(51) }))).toEqual([])
    expect(recentWindows(plan({ maxWindowDays: null, startDate: dayOf(-400) }))).toEqual([rangeOf(-400, 50)])
  })

  test('are each of them in one window, none of which is too long', () => {
    const days = fc.integer({ min: -80, max: 80 })
    fc.assert(
      fc.property(days, days, fc.integer({ min: 1, max: 40 }), (from, to, maxWindowDays) => {
        const windows = recentWindows(plan({ startDate: dayOf(from), endDate: dayOf(to), maxWindowDays }))
        expect(windows.flatMap(daysOf)).toEqual(from > to ? [] : daysOf(rangeOf(from, to)))
        for (const window of windows) expect(daysOf(window).length).toBeLessThanOrEqual(maxWindowDays)
      }),
    )
  })
})

test('a window back is of so many days, also over the end of February', () => {
  const march = parseIsoDate('2028-03-01').unwrap()
  expect(windowBefore(march, 2)).toEqual({ from: '2028-02-29', to: '2028-03-01' })
  expect(windowBefore(march, 1)).toEqual({ from: march, to: march })
})

describe('what is covered', () => {
  test('grows by days that touch it, and not by days apart', () => {
    expect(joinRanges(null, rangeOf(1, 2))).toEqual(rangeOf(1, 2))
    expect(joinRanges(rangeOf(1, 2), null)).toEqual(rangeOf(1, 2))
    expect(joinRanges(rangeOf(10, 20), rangeOf(21, 30))).toEqual(rangeOf(10, 30))
    expect(joinRanges(rangeOf(10, 20), rangeOf(5, 9))).toEqual(rangeOf(5, 20))
    expect(joinRanges(rangeOf(10, 20), rangeOf(12, 15))).toEqual(rangeOf(10, 20))
    expect(joinRanges(rangeOf(10, 20), rangeOf(22, 30))).toEqual(rangeOf(10, 20))
    expect(joinRanges(rangeOf(10, 20), rangeOf(1, 8))).toEqual(rangeOf(10, 20))
  })

  test('is no more than was asked for', () => {
    expect(intersect(rangeOf(1, 20), rangeOf(5, 30))).toEqual(rangeOf(5, 20))
    expect(intersect(rangeOf(1, 4), rangeOf(5, 30))).toBeNull()
    expect(intersect(null, rangeOf(5, 30))).toBeNull()
  })
})
