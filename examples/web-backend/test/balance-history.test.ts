import type { AccountBalance, Decimal, IsoDate } from '@finport/core'
import { expect, test } from 'vitest'
import { toBalanceHistory } from '../src/balance-history.ts'

const told = (day: string, balance: string) => ({ day, balance }) as AccountBalance
const row = (transactionDate: string, amount: string, status: 'posted' | 'pending' = 'posted') => ({
  transactionDate: transactionDate as IsoDate,
  amount: amount as Decimal,
  status,
})

test('balances are reckoned back from the first that was told, and those that were told stay', () => {
  const rows = [row('2026-03-04', '5'), row('2026-03-02', '-0.1'), row('2026-03-02', '-0.2'), row('2026-03-01', '10')]
  expect(toBalanceHistory([told('2026-03-05', '20'), told('2026-03-03', '9.7')], rows)).toEqual([
    { day: '2026-03-01', balance: '10', source: 'reckoned' },
    { day: '2026-03-02', balance: '9.7', source: 'reckoned' },
    { day: '2026-03-03', balance: '9.7', source: 'told' },
    { day: '2026-03-05', balance: '20', source: 'told' },
  ])
})

test('what is pending has not moved the balance, and the day of the first balance is in it', () => {
  const rows = [row('2026-03-03', '-3'), row('2026-03-02', '-4', 'pending'), row('2026-03-01', '1')]
  expect(toBalanceHistory([told('2026-03-03', '7')], rows)).toEqual([
    { day: '2026-03-01', balance: '10', source: 'reckoned' },
    { day: '2026-03-03', balance: '7', source: 'told' },
  ])
})

test('without a balance there is nothing to reckon from', () => {
  expect(toBalanceHistory([], [row('2026-03-01', '1')])).toEqual([])
})
