import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProviderTransactionData } from '../../src/index.ts'
import { type Carried, changesOf, nothingCarried, type TransactionChanges } from '../../src/sync/changes.ts'
import { dayOf, everything, histories, LAST_DAY, rangeOf, ranges, toRow } from './arbitrary-history.ts'
import { contentOf, type StoredRow, sorted, storeOf } from './row-store.ts'

const runs = { numRuns: 400 }

type Row = ProviderTransactionData

const isWithin = ({ transactionDate }: Row, range: { from: string; to: string } | null) =>
  range !== null && transactionDate >= range.from && transactionDate <= range.to

const coffee = { day: 10, cents: -425, text: 'SUNRISE COFFEE 1', isPending: false, minute: 0 }

/** What an institution shows now beside what it showed before: some rows are gone, some were corrected, some are new, some have other ids. */
const evolutions = fc
  .tuple(
    histories('old-'),
    fc.array(fc.constantFrom('keep', 'keep', 'keep', 'drop', 'correct', 'rename', 'move'), {
      minLength: 20,
      maxLength: 20,
    }),
    histories('new-', { maxLength: 6 }),
  )
  .map(([before, fates, more]) => {
    const after = before.flatMap((row, index): Row[] => {
      switch (fates[index]) {
        case 'drop':
          return []
        case 'correct':
          return [{ ...row, amount: `${row.amount}1` as Row['amount'], description: `${row.description} CORRECTED` }]
        case 'rename':
          return [{ ...row, providerTransactionId: `renamed-${row.providerTransactionId}` }]
        case 'move':
          return [{ ...row, transactionDate: dayOf((index * 7) % LAST_DAY) }]
        default:
          return [row]
      }
    })
    return { before, after: [...after, ...more] }
  })

describe('whatever an institution says', () => {
  test('applying the changes gives the new state', () => {
    fc.assert(
      fc.property(evolutions, ({ before, after }) => {
        const store = storeOf(before)
        const { withheld } = store.take({ fetched: after, covered: everything })
        expect(store.state()).toEqual(sorted([...after, ...withheld.map(({ id: _, removedAt: __, ...row }) => row)]))
      }),
      runs,
    )
  })

  test('applying them again changes nothing', () => {
    fc.assert(
      fc.property(evolutions, ranges, ({ before, after }, covered) => {
        const store = storeOf(before)
        store.take({ fetched: after, covered })
        const again = store.take({ fetched: after, covered })
        expect(again).toMatchObject({ added: [], modified: [], removed: [], unchanged: after.length })
      }),
      runs,
    )
  })

  test('the order of rows does not matter', () => {
    const shuffled = <T>(rows: readonly T[]) => fc.shuffledSubarray([...rows], { minLength: rows.length })
    const cases = evolutions.chain(({ before, after }) => {
      const stored = storeOf(before).live()
      return fc.record({
        one: fc.constant({ stored, fetched: after }),
        other: fc.record({ stored: shuffled(stored), fetched: shuffled(after) }),
      })
    })
    const inOrder = ({ added, modified, removed, withheld, unchanged }: TransactionChanges<StoredRow>) => ({
      added: sorted(added),
      modified: modified.toSorted((a, b) => (a.stored.id < b.stored.id ? -1 : 1)),
      removed: sorted(removed),
      withheld: sorted(withheld),
      unchanged,
    })
    fc.assert(
      fc.property(cases, ranges, ({ one, other }, covered) => {
        const rest = { rejected: [], covered }
        expect(inOrder(changesOf({ ...other, ...rest }))).toEqual(inOrder(changesOf({ ...one, ...rest })))
      }),
      runs,
    )
  })

  test('nothing outside of what is covered is touched', () => {
    fc.assert(
      fc.property(evolutions, ranges, ({ before, after }, covered) => {
        const store = storeOf(before)
        const told = new Set(after.map(({ providerTransactionId }) => providerTransactionId))
        const outside = store.live().filter((row) => !isWithin(row, covered) && !told.has(row.providerTransactionId))
        store.take({ fetched: after, covered })
        for (const row of outside) expect(store.rows.get(row.id)).toEqual(row)
      }),
      runs,
    )
  })

  test('what is told twice is as it was told last', () => {
    const [first, last] = [toRow(coffee, 'a'), { ...toRow(coffee, 'a'), description: 'CORRECTED' }]
    expect(storeOf([first, last]).state()).toEqual([last])
    const store = storeOf([first])
    store.take({ fetched: [last, first, last], covered: everything })
    expect(store.state()).toEqual([last])
  })

  test('a row that could not be read keeps its twin', () => {
    fc.assert(
      fc.property(histories('a'), fc.nat(), (rows, seed) => {
        const store = storeOf(rows)
        const unread = rows[seed % Math.max(rows.length, 1)]
        if (unread === undefined) return
        const fetched = rows.filter((row) => row !== unread)
        const { removed } = store.take({
          fetched,
          rejected: [{ id: unread.providerTransactionId }],
          covered: everything,
        })
        expect(removed).toEqual([])
        expect(store.state()).toEqual(sorted(rows))
      }),
      runs,
    )
  })
})

describe('a history that is told in another way', () => {
  const told = (name: string, retell: fc.Arbitrary<(rows: Row[]) => Row[]>) =>
    test(`is the same history: ${name}`, () => {
      fc.assert(
        fc.property(histories('a'), retell, (rows, change) => {
          const store = storeOf(rows)
          const before = new Map(store.live().map((row) => [row.id, contentOf(row)]))
          const { added, removed } = store.take({ fetched: change(rows), covered: everything })
          expect(added).toEqual([])
          expect(removed).toEqual([])
          expect(new Map(store.live().map((row) => [row.id, contentOf(row)]))).toEqual(before)
        }),
        runs,
      )
    })

  const numbers = fc.array(fc.nat(), { minLength: 20, maxLength: 20 })
  const shuffle = (order: number[]) => (rows: Row[]) =>
    rows
      .map((row, index) => ({ row, place: order[index] as number }))
      .sort((a, b) => a.place - b.place)
      .map(({ row }) => row)

  told('permuted', numbers.map(shuffle))
  told(
    'with every id another',
    numbers.map(
      (order) => (rows) =>
        shuffle(order)(rows).map((row, index) => ({ ...row, providerTransactionId: `z${index}`, rawData: null })),
    ),
  )
  told(
    'with some ids others',
    numbers.map(
      (order) => (rows) =>
        rows.map((row, index) => {
          const isOther = (order[index] as number) % 2 === 0
          return isOther ? { ...row, providerTransactionId: `z${order[index]}-${index}` } : row
        }),
    ),
  )
  told(
    'with rows twice',
    numbers.map(
      (order) => (rows) =>
        shuffle(order)([...rows, ...rows.filter((_, index) => index % 2 === 0)].slice(0, 20)).concat(rows),
    ),
  )

  test('is the same history: page by page, each of some days', () => {
    fc.assert(
      fc.property(
        evolutions,
        fc.uniqueArray(fc.nat({ max: LAST_DAY }), { maxLength: 5 }),
        fc.boolean(),
        ({ before, after }, cuts, isNewestFirst) => {
          const atOnce = storeOf(before)
          if (atOnce.take({ fetched: after, covered: everything }).withheld.length > 0) return
          const paged = storeOf(before)
          const edges = [-1, ...cuts.toSorted((a, b) => a - b), LAST_DAY + 1]
          const windows = edges.slice(1).map((edge, index) => rangeOf((edges[index] as number) + 1, edge))
          const ids = paged.ids()
          let carried: Carried<StoredRow> = nothingCarried
          for (const covered of isNewestFirst ? windows.toReversed() : windows) {
            const fetched = after.filter((row) => isWithin(row, covered))
            const { withheld, carried: next } = paged.take({ fetched, covered, carried })
            if (withheld.length > 0) return
            carried = { ...next, pending: next.pending.map(({ id }) => paged.rows.get(id) as StoredRow) }
          }
          expect(paged.state()).toEqual(atOnce.state())
          // Oldest first, a posted row is found for no fewer pending ones than when all is told at once.
          const kept = (store: typeof paged) => store.ids().filter((id) => ids.includes(id)).length
          if (!isNewestFirst) expect(kept(paged)).toBeGreaterThanOrEqual(kept(atOnce))
        },
      ),
      runs,
    )
  })

  test('is the same history: with ids that name other rows now', () => {
    fc.assert(
      fc.property(histories('a'), histories('new-', { maxLength: 3 }), (rows, more) => {
        const store = storeOf(rows)
        const renumbered = [...more, ...rows].map((row, index) => ({
          ...row,
          providerTransactionId: `a${String(index).padStart(2, '0')}`,
        }))
        store.take({ fetched: renumbered, covered: everything })
        expect(store.state()).toEqual(sorted(renumbered))
      }),
      runs,
    )
  })
})

describe('pending transactions', () => {
  const pending = toRow({ ...coffee, isPending: true }, 'p')
  const postedAfter = (days: number) => toRow({ ...coffee, day: coffee.day + days }, 'posted')

  test.for([0, 1, 14])('one that is posted %i days later keeps its stored id', (days) => {
    const store = storeOf([pending])
    const [id] = store.ids()
    store.take({ fetched: [postedAfter(days)], covered: everything })
    expect(store.rows.get(id as string)).toMatchObject({ ...postedAfter(days), removedAt: null })
    expect(store.rows.size).toBe(1)
  })

  test.for([-1, 15])('one that is posted %i days later is another transaction', (days) => {
    const store = storeOf([pending])
    const { added, removed } = store.take({ fetched: [postedAfter(days)], covered: everything })
    expect([added.length, removed.length]).toEqual([1, 1])
  })

  test('as many as can be keep their ids, whatever twins there are', () => {
    const days = fc.array(fc.nat({ max: LAST_DAY }), { maxLength: 7 })
    fc.assert(
      fc.property(days, days, (before, after) => {
        const store = storeOf(before.map((day, index) => toRow({ ...coffee, day, isPending: true }, `p${index}`)))
        const fetched = after.map((day, index) => toRow({ ...coffee, day }, `posted${index}`))
        const { modified, added, removed } = store.take({ fetched, covered: everything })
        expect(modified.length).toBe(mostPairs(before, after))
        expect(modified.length + added.length).toBe(after.length)
        expect(modified.length + removed.length).toBe(before.length)
        expect(store.state()).toEqual(sorted(fetched))
      }),
      runs,
    )
  })

  /** How many can be paired at all, found by trying everything. */
  function mostPairs([first, ...rest]: number[], after: readonly number[]): number {
    if (first === undefined) return 0
    const withoutFirst = mostPairs(rest, after)
    return after.reduce((most, day, index) => {
      if (day < first || day > first + 14) return most
      return Math.max(most, 1 + mostPairs(rest, after.toSpliced(index, 1)))
    }, withoutFirst)
  }
})

describe('rows that vanish', () => {
  const rows = Array.from({ length: 12 }, (_, index) =>
    toRow({ ...coffee, day: index, text: `SHOP ${index}` }, `a${index}`),
  )

  test.for([
    [12, 0],
    [12, 5],
    [5, 0],
    [12, 6],
  ] as const)('of %i rows only %i are left', ([before, left]) => {
    const store = storeOf(rows.slice(0, before))
    const { removed, withheld } = store.take({ fetched: rows.slice(0, left), covered: everything })
    const isBelieved = before - left <= 5 || (before - left) * 2 <= before
    expect([removed.length, withheld.length]).toEqual(isBelieved ? [before - left, 0] : [0, before - left])
  })

  test('are gone however many they are, where their equals are told: they were stored under two ids', () => {
    const store = storeOf(rows)
    const renumbered = rows.slice(1).map((row) => ({ ...row, providerTransactionId: `z${row.providerTransactionId}` }))
    store.take({ fetched: renumbered, covered: null })
    expect(store.live()).toHaveLength(23)
    const { removed, withheld } = store.take({ fetched: renumbered, covered: everything })
    expect([removed.length, withheld.length]).toEqual([12, 0])
    expect(store.state()).toEqual(sorted(renumbered))
  })

  test('are not those that arrive on another day', () => {
    const [row] = rows
    if (row === undefined) return
    const store = storeOf([row])
    const [id] = store.ids()
    store.take({ fetched: [{ ...row, providerTransactionId: 'b', transactionDate: dayOf(1) }], covered: everything })
    expect(store.rows.get(id as string)?.removedAt).not.toBeNull()
    expect(store.live()).toHaveLength(1)
  })

  test('and come back have the id they had', () => {
    const store = storeOf(rows)
    const ids = store.ids()
    store.take({ fetched: rows.slice(3), covered: everything })
    expect(store.ids()).toHaveLength(9)
    const { added, modified } = store.take({ fetched: rows, covered: everything })
    expect([added.length, modified.length]).toEqual([0, 3])
    expect(store.ids()).toEqual(ids)
  })

  test('stay while there is a record that can be any of them', () => {
    const store = storeOf(rows)
    const { removed } = store.take({ fetched: rows.slice(1), rejected: [{ id: null }], covered: everything })
    expect(removed).toEqual([])
    expect(store.state()).toEqual(sorted(rows))
  })
})
