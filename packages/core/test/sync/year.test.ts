import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from '../../src/dates.ts'
import type { ProviderTransactionData } from '../../src/index.ts'
import { Bank, decimal, unavailable } from './bank.ts'
import { follow } from './synced-bank.ts'

const OVERLAP = 6
/** After so many days a bank lets go of what was never posted. */
const PENDING_LIFE = 14

const happenings = fc.record({
  what: fc.constantFrom(
    ...['pass', 'pass', 'book', 'book', 'twins', 'authorize', 'authorize', 'post', 'post', 'void', 'correct'],
    ...['retract', 'renumber', 'renumberAll', 'untick', 'sync', 'sync', 'sync', 'break', 'distrust', 'lose'],
  ),
  pick: fc.nat({ max: 1_000 }),
})

type Happening = { what: string; pick: number }

/** The rows that a bank may still change: those of the last days. */
function recentRows(bank: Bank, account: string, status: 'pending' | 'posted'): ProviderTransactionData[] {
  const from = addDays(bank.today, -(status === 'posted' ? OVERLAP : PENDING_LIFE))
  return bank.rowsOf(account).filter((row) => row.status === status && row.transactionDate >= from)
}

function renumber(bank: Bank, row: ProviderTransactionData, pick: number): void {
  bank.drop(row)
  bank.put({ ...row, providerTransactionId: `n${pick}-${row.providerTransactionId}`.slice(0, 200) })
}

function happen(bank: Bank, account: string, { what, pick }: Happening): void {
  const posted = recentRows(bank, account, 'posted')
  const pending = recentRows(bank, account, 'pending')
  const row = posted[pick % Math.max(posted.length, 1)]
  const hold = pending[pick % Math.max(pending.length, 1)]
  const daysAgo = pick % (OVERLAP + 1)
  if (what === 'pass') {
    bank.pass(pick % 12)
    for (const old of bank.rowsOf(account)) {
      const isLapsed = old.status === 'pending' && old.transactionDate < addDays(bank.today, -PENDING_LIFE)
      if (isLapsed) bank.drop(old)
    }
  }
  if (what === 'book') bank.book(account, { daysAgo, amount: decimal(-pick) })
  if (what === 'twins') for (let twin = 0; twin < 3; twin++) bank.book(account, { daysAgo, description: 'COFFEE' })
  if (what === 'authorize')
    bank.book(account, { status: 'pending', ...(pick % 2 === 0 ? { description: 'COFFEE' } : {}) })
  if (what === 'post' && hold !== undefined) {
    bank.drop(hold)
    bank.book(account, { amount: hold.amount, description: hold.description })
  }
  if (what === 'void' && hold !== undefined) bank.drop(hold)
  if (what === 'correct' && row !== undefined)
    bank.put({ ...row, amount: decimal(-1), description: `${row.description}*`, transactionDate: bank.today })
  if (what === 'retract' && row !== undefined) bank.drop(row)
  if (what === 'renumber' && row !== undefined) renumber(bank, row, pick)
  if (what === 'renumberAll') for (const one of posted) renumber(bank, one, pick)
}

const faults: Readonly<Record<string, (call: string) => ReturnType<Bank['fault']>>> = {
  break: (call) => (call.startsWith('checking 2') ? unavailable() : null),
  distrust: () => 'unsure',
  lose: (call) => (call.startsWith('savings 2') ? 'empty' : null),
}

test('whatever happens at a bank in a year, the store says after each sync what the bank says', async () => {
  let syncs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(happenings, { minLength: 10, maxLength: 60 }), async (events) => {
      const bank = new Bank({ maxWindowDays: 30, overlapDays: OVERLAP })
      for (const account of ['checking', 'savings']) {
        bank.open(account)
        for (let index = 0; index < 8; index++) bank.book(account, { daysAgo: index * 5 })
      }
      const { sync, stateOf, truthOf, writes, accountOf } = follow(bank)
      await sync()
      for (const event of events) {
        const account = event.pick % 2 === 0 ? 'checking' : 'savings'
        happen(bank, account, event)
        if (event.what === 'untick') bank.hidden.add('savings')
        const fault = faults[event.what]
        if (fault !== undefined) {
          // What is lost before it was ever seen can't be missed.
          if (event.what === 'lose') await sync()
          bank.fault = fault
          await sync()
          bank.fault = () => null
        }
        if (event.what !== 'sync' && fault === undefined) continue
        if (event.pick % 3 === 0) bank.hidden.clear()
        const report = (await sync()).unwrap()
        syncs++
        for (const { providerAccountId, outcome, warnings } of report.accounts) {
          expect({ outcome, warnings }).toEqual({ outcome: 'complete', warnings: [] })
          expect(await stateOf(providerAccountId)).toEqual(truthOf(providerAccountId))
        }
        expect((await accountOf('savings')).isActive).toBe(!bank.hidden.has('savings'))
        writes.rows = 0
        await sync()
        expect(writes.rows).toBe(0)
      }
    }),
    { numRuns: 40 },
  )
  expect(syncs).toBeGreaterThan(100)
})
