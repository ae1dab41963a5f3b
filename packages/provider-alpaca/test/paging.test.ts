import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountId, connect, fakeFetch, fill, idOf, type Row } from './fake-alpaca.ts'

const start = Date.parse('2026-08-03T13:30:00Z')
const names = new Map<number, string>()
/** A name that is no order of anything. */
function nameOf(index: number): string {
  const known = names.get(index) ?? (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  names.set(index, known)
  return known
}

/** In New York, in summer. */
const prefixOf = (time: number) => new Date(time - 4 * 60 * 60 * 1000).toISOString().replace(/\D/g, '')

/** Orders whose fills follow each other, often within a millisecond, and end filled or cancelled. */
const orders = fc.array(
  fc.record({
    at: fc.nat({ max: 3 * 24 * 60 * 60 * 1000 }),
    parts: fc.array(
      fc.record({ units: fc.integer({ min: 1, max: 9 }), wait: fc.constantFrom<number>(0, 0, 0, 1, 40) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    ),
    isCancelled: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
)
type Orders = typeof orders extends fc.Arbitrary<infer T> ? T : never

/** The fills of each order, in the order in which it was filled. */
function fillsOf(generated: Orders): Row[][] {
  let index = 0
  return generated.map(({ at, parts, isCancelled }, order) => {
    const whole = parts.reduce((sum, { units }) => sum + units, isCancelled ? 5 : 0)
    let cumulative = 0
    let time = start + at
    return parts.map(({ units, wait }) => {
      cumulative += units
      time += wait
      const leaves = whole - cumulative
      return fill(idOf(prefixOf(time), nameOf(index++)), new Date(time).toISOString(), {
        qty: String(units),
        cum_qty: String(cumulative),
        leaves_qty: String(leaves),
        type: leaves === 0 ? 'fill' : 'partial_fill',
        order_id: `order-${order}`,
      })
    })
  })
}

async function fetchAll(rows: readonly Row[], paging: Parameters<typeof fakeFetch>[1]) {
  const { provider, credentials } = connect(fakeFetch({ activities: rows }, paging))
  return (await provider.fetchTransactions(credentials, accountId)).unwrap()
}

test('pages of any size give the same transactions, the fills of each order in their order', async () => {
  await fc.assert(
    fc.asyncProperty(orders, fc.integer({ min: 1, max: 100 }), async (generated, pageSize) => {
      const all = fillsOf(generated)
      const { items, covered, warnings } = await fetchAll(all.flat(), { pageSize })
      expect(warnings).toEqual([])
      expect(covered).toEqual({ from: '2026-01-05', to: '2026-11-20' })
      for (const [order, rows] of all.entries()) {
        const given = items.filter(({ groupId }) => groupId === `order-${order}`)
        expect(given.map(({ providerTransactionId }) => providerTransactionId)).toEqual(
          rows.map(({ id }) => id.split('::')[1]),
        )
      }
      expect(items).toHaveLength(all.flat().length)
    }),
  )
})

test('any fill that is left out among others of its order is noticed: it comes by its day, or its days are not covered', async () => {
  const chosen = orders.filter((generated) => generated.some(({ parts }) => parts.length > 1))
  await fc.assert(
    fc.asyncProperty(chosen, fc.nat(), fc.boolean(), async (generated, pick, isLost) => {
      const all = fillsOf(generated)
      // Not the last: an order that is filled no further may as well have been cancelled.
      const candidates = all.flatMap((rows) => rows.slice(0, -1))
      const row = candidates[pick % candidates.length] as Row
      const missing = new Set([row.id])
      const { items, covered, warnings } = await fetchAll(all.flat(), isLost ? { lost: missing } : { skipped: missing })
      const isThere = items.some(({ providerTransactionId }) => row.id.endsWith(providerTransactionId))
      expect(isThere).toBe(!isLost)
      if (!isLost) {
        expect(warnings).toEqual([])
        return
      }
      expect(warnings).toMatchObject([{ code: 'POSSIBLY_TRUNCATED' }])
      const day = new Date(Date.parse(String(row.transaction_time)) - 4 * 60 * 60 * 1000).toISOString().slice(0, 10)
      expect(covered === null || day < covered.from || day > covered.to).toBe(true)
    }),
  )
})

test('what is left out where a page ends, among fills of its millisecond, comes by its day when other fills of its order are there', async () => {
  await fc.assert(
    fc.asyncProperty(orders, async (generated) => {
      // So many before them that the first page ends among them.
      const before = Array.from({ length: 95 }, (_, index) => ({
        at: -100_000 + index,
        parts: [{ units: 1, wait: 0 }],
        isCancelled: false,
      }))
      const rows = fillsOf([...before, ...generated])
      const { items } = await fetchAll(rows.flat(), { skipsAtBoundaries: true })
      const given = new Set(items.map(({ providerTransactionId }) => providerTransactionId))
      for (const order of rows) {
        const there = order.filter(({ id }) => given.has(id.split('::')[1] ?? ''))
        expect([0, order.length]).toContain(there.length)
      }
    }),
  )
})
