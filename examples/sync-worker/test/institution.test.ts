import { expect, test } from 'vitest'
import { mostWithin, overlaps, type Seen } from './institution.ts'

const at = (arrivedAt: number, part: Partial<Seen> = {}): Seen => ({
  ...{ key: 'k', operation: 'accounts', worker: '1', arrivedAt, endedAt: arrivedAt + 10, status: 200 },
  ...part,
})

test('the most requests are found wherever the stretch begins', () => {
  const seen = [0, 900, 950, 1_000, 1_899, 1_901].map((time) => at(time))
  expect(mostWithin(seen, 1)).toBe(4)
})

test('two syncs at once are found, and one after the other is none', () => {
  const transactions = (time: number, worker = '1') => at(time, { operation: 'transactions', worker })
  expect(overlaps([at(0), transactions(20), at(40, { worker: '2' }), transactions(60, '2')])).toEqual([])
  // The process of the first was gone: its request ended without an answer.
  expect(overlaps([at(0), at(40, { worker: '2' }), transactions(60, '2')])).toEqual([])
  expect(overlaps([at(0, { endedAt: null }), at(40, { worker: '2' })])).toHaveLength(1)
  expect(overlaps([at(0), at(5, { worker: '2' })])).toHaveLength(1)
  expect(overlaps([at(0), at(20, { worker: '2' }), transactions(40)])).toHaveLength(1)
  expect(overlaps([at(0), at(20), transactions(40), transactions(60)])).toHaveLength(1)
})
