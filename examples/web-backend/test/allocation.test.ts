import type { AssetType, Decimal } from '@finport/core'
import { expect, test } from 'vitest'
import { toAllocation } from '../src/allocation.ts'

const held = (assetType: AssetType, marketValue: string | null, currency = 'USD') => ({
  assetType,
  marketValue: marketValue as Decimal | null,
  currency,
})
const account = (cashBalance: string | null, currency = 'USD') => ({
  cashBalance: cashBalance as Decimal | null,
  currency,
})

test('kinds are summed exactly with the cash of accounts, the largest first', () => {
  const holdings = [held('etf', '0.1'), held('equity', '0.4'), held('etf', '0.2')]
  expect(toAllocation([account('0.3'), account(null)], holdings, 'USD')).toEqual([
    { assetType: 'equity', value: '0.4', share: 0.4 },
    { assetType: 'etf', value: '0.3', share: 0.3 },
    { assetType: 'cash', value: '0.3', share: 0.3 },
  ])
})

test('what is owed, worth nothing, of another currency or not told has no part', () => {
  const holdings = [
    held('equity', '5'),
    held('option', '-2'),
    held('crypto', '0'),
    held('adr', null),
    held('etf', '9', 'EUR'),
  ]
  expect(toAllocation([account('-1'), account('7', 'EUR')], holdings, 'USD')).toEqual([
    { assetType: 'equity', value: '5', share: 1 },
  ])
  expect(toAllocation([], [], 'USD')).toEqual([])
})
