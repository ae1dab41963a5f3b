import { describe, expect, test } from 'vitest'
import type { ProviderHoldingData, ProviderTransactionData } from '../../src/index.ts'
import { checkBalance, checkHoldings } from '../../src/sync/reconciliation.ts'
import { sampleAccount, sampleHolding, sampleTransaction } from '../sample-data.ts'
import { decimal } from './bank.ts'

const row = (amount: string, more: Partial<ProviderTransactionData> = {}): ProviderTransactionData => ({
  ...sampleTransaction,
  amount: decimal(amount),
  description: amount,
  ...more,
})
const stored = (one: ProviderTransactionData) => ({ ...one, removedAt: null })
const check = (opening: string, closing: string, rows: Partial<Parameters<typeof checkBalance>[0]>) =>
  checkBalance({
    account: sampleAccount,
    opening: decimal(opening),
    closing: decimal(closing),
    added: [],
    modified: [],
    removed: [],
    ...rows,
  })
const details = (expected: string, found: string, difference: string, cause: string) => ({
  code: 'BALANCE_MISMATCH',
  providerAccountId: 'account-1',
  details: { expected, found, difference, cause },
})

describe('opening balance and transactions', () => {
  test('make the closing balance, exactly', () => {
    expect(check('0.1', '0.3', { added: [row('0.2')] })).toBeNull()
    expect(check('100', '100', {})).toBeNull()
    expect(check('100', '80', { added: [row('-20'), row('-5', { status: 'pending' })] })).toBeNull()
    expect(check('100', '100', { added: [row('-7', { status: 'cancelled' })] })).toBeNull()
    expect(check('100', '95', { modified: [{ stored: stored(row('-20')), data: row('-25') }] })).toBeNull()
    expect(check('100', '120', { removed: [row('-20')] })).toBeNull()
    expect(
      check('100', '80', { modified: [{ stored: stored(row('-20', { status: 'pending' })), data: row('-20') }] }),
    ).toBeNull()
    const back = { ...row('-20'), removedAt: '2026-01-01T00:00:00.000Z' }
    expect(check('100', '80', { modified: [{ stored: back, data: row('-20') }] })).toBeNull()
  })

  test('count what was reversed where another moved it back, and not where none did', () => {
    const was = row('-20')
    const reversed = { ...was, status: 'reversed' } as const
    const undoing = row('20', { providerTransactionId: 'undoing', replaces: was.providerTransactionId })
    const modified = [{ stored: stored(was), data: reversed }]
    expect(check('80', '100', { modified, added: [undoing] })).toBeNull()
    expect(check('100', '100', { added: [reversed, undoing] })).toBeNull()
    expect(check('80', '100', { modified })).toBeNull()
    expect(check('100', '100', { added: [reversed] })).toBeNull()
    expect(check('100', '80', { added: [reversed] })).not.toBeNull()
  })

  test.for([
    ['pending', '75', [row('-20'), row('-5', { status: 'pending' })]],
    [
      'missing_fee',
      '78.5',
      [row('-20', { commission: decimal(-1), fees: [{ type: 'SEC', amount: decimal('-0.5') }] })],
    ],
    ['sign', '120', [row('-20')].concat(row('0'))],
    ['duplicate', '80', [row('-20'), row('-20', { providerTransactionId: 'other' })]],
    ['unknown', '83', [row('-20')]],
  ] as const)('that do not tell of a likely cause: %s', ([cause, closing, added]) => {
    const warning = check('100', closing, { added })
    expect(warning).toMatchObject({ code: 'BALANCE_MISMATCH', details: { found: closing, cause } })
  })

  test('are left alone where some of them are of another currency', () => {
    const euros = row('-18', { currency: 'EUR' })
    expect(check('100', '80', { added: [euros] })).toBeNull()
    expect(check('100', '80', { removed: [euros] })).toBeNull()
    expect(check('100', '80', { added: [{ ...euros, status: 'pending' }] })).not.toBeNull()
    expect(check('100', '83', { added: [row('-18', { currency: 'XXX' })] })).not.toBeNull()
  })

  test('are told with both numbers, in the details alone', () => {
    const warning = check('100', '83', { added: [row('-20')] })
    expect(warning).toMatchObject(details('80', '83', '3', 'unknown'))
    expect(warning?.message).not.toMatch(/\d/)
  })
})

describe('cash and market values', () => {
  const account = { ...sampleAccount, balance: decimal(1_100), cashBalance: decimal(100) }
  const held = (value: string | null, more: Partial<ProviderHoldingData> = {}): ProviderHoldingData => ({
    ...sampleHolding,
    marketValue: value === null ? null : decimal(value),
    ...more,
  })

  test('make the value of the account, but for what prices move meanwhile', () => {
    expect(checkHoldings(account, [held('400'), held('600')])).toBeNull()
    expect(checkHoldings(account, [held('1500'), held('-500')])).toBeNull()
    expect(checkHoldings(account, [held('1004.9')])).toBeNull()
    expect(checkHoldings(account, [held('1006')])).toMatchObject({ code: 'BALANCE_MISMATCH' })
  })

  test('are left alone where one of them is not known, or is of another currency', () => {
    expect(checkHoldings(account, [held(null)])).toBeNull()
    expect(checkHoldings(account, [held('1', { currency: 'EUR' })])).toBeNull()
    expect(checkHoldings({ ...account, cashBalance: null }, [])).toBeNull()
    expect(checkHoldings({ ...account, balance: null }, [])).toBeNull()
  })

  test.for([
    ['sign', [held('1250'), held('250')]],
    ['duplicate', [held('750'), held('250'), held('250')]],
    ['duplicate', [held('1000'), held('100')]],
    ['unknown', [held('700')]],
  ] as const)('tell of a likely cause: %s', ([cause, holdings]) => {
    expect(checkHoldings(account, holdings)).toMatchObject({ details: { cause } })
  })
})
