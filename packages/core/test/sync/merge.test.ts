import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decimal, type ProviderAccountData, type ProviderTransactionData, toInstant } from '../../src/index.ts'
import { mergeAccount, mergeTransaction } from '../../src/sync/merge.ts'
import { sampleAccount, sampleTransaction } from '../sample-data.ts'
import { dayOf, histories } from './arbitrary-history.ts'
import { decimal } from './bank.ts'

const row = (more: Partial<ProviderTransactionData>): ProviderTransactionData => ({ ...sampleTransaction, ...more })

describe('a transaction that another file tells', () => {
  test('keeps what is known, and learns what was not', () => {
    const stored = row({
      symbol: 'AAPL',
      rail: null,
      description: 'A longer text',
      fees: [{ type: 'SEC', amount: decimal(-1) }],
    })
    const told = row({ symbol: null, checkNumber: '0042', description: 'Another', fees: [] })
    expect(mergeTransaction(stored, told)).toMatchObject({
      symbol: 'AAPL',
      checkNumber: '0042',
      description: 'A longer text',
      fees: stored.fees,
    })
  })

  test('takes corrections of what is a fact', () => {
    const told = row({ amount: decimal(-13), transactionDate: sampleTransaction.transactionDate, description: '' })
    expect(mergeTransaction(row({ description: 'TEXT' }), told)).toMatchObject({ amount: '-13', description: 'TEXT' })
  })

  test('takes a kind that says more, and keeps it from one that says less', () => {
    const poor = row({ transactionType: 'transfer', subtype: 'withdrawal', providerType: 'DEBIT', rawData: 'poor' })
    const rich = row({ transactionType: 'payment', subtype: 'loan_payment', providerType: 'LOAN_PMT', rawData: 'rich' })
    for (const merged of [mergeTransaction(poor, rich), mergeTransaction(rich, poor)])
      expect(merged).toMatchObject({ subtype: 'loan_payment', providerType: 'LOAN_PMT', rawData: 'rich' })
    const unknown = row({ transactionType: 'unknown', subtype: null, providerType: '?' })
    expect(mergeTransaction(poor, unknown)).toMatchObject({ transactionType: 'transfer', providerType: 'DEBIT' })
  })

  test('is never pending again', () => {
    expect(mergeTransaction(row({}), row({ status: 'pending' })).status).toBe('posted')
    expect(mergeTransaction(row({ status: 'pending' }), row({})).status).toBe('posted')
  })

  test('has the amount and the day it was posted with, whichever file comes first', () => {
    const foreseen = row({
      status: 'pending',
      amount: decimal(-50),
      description: 'RESTAURANT OF MINE',
      checkNumber: '7',
    })
    const posted = row({
      amount: decimal(-60),
      transactionDate: dayOf(31),
      description: 'RESTAURANT',
      rawData: 'posted',
    })
    const [first, second] = [mergeTransaction(foreseen, posted), mergeTransaction(posted, foreseen)]
    expect(first).toMatchObject({ status: 'posted', amount: '-60', transactionDate: dayOf(31), checkNumber: '7' })
    expect(second).toEqual({ ...first, rawData: 'posted' })
  })

  test('is the same told twice, whatever it was before', () => {
    fc.assert(
      fc.property(histories('a', { maxLength: 2 }), ([stored, told]) => {
        if (stored === undefined || told === undefined) return
        const once = mergeTransaction(stored, told)
        expect(mergeTransaction(once, told)).toEqual(once)
      }),
    )
  })
})

describe('an account that another file tells', () => {
  const account = (balance: number | null, day: string | null, more: Partial<ProviderAccountData> = {}) => ({
    ...sampleAccount,
    balance: balance === null ? null : Decimal.parse(balance).unwrap(),
    balanceAsOf: day === null ? null : toInstant(Date.parse(`${day}T12:00:00Z`)),
    ...more,
  })

  test('has the newer balance, whichever comes first', () => {
    const [older, newer] = [account(1, '2026-01-01', { name: 'Old' }), account(2, '2026-02-01', { name: 'New' })]
    expect(mergeAccount(older, newer)).toEqual(newer)
    expect(mergeAccount(newer, older)).toEqual(newer)
  })

  test('keeps a dated balance from one without a date, and any from none', () => {
    const dated = account(2, '2026-02-01', { availableBalance: decimal(3) })
    expect(mergeAccount(dated, account(9, null))).toMatchObject({ balance: '2', availableBalance: '3' })
    const newer = account(null, '2026-03-01', { availableBalance: decimal(9), name: 'New' })
    expect(mergeAccount(dated, newer)).toMatchObject({ balance: '2', availableBalance: '3', name: 'New' })
    expect(mergeAccount(account(null, null), account(9, null))).toMatchObject({ balance: '9' })
  })

  test('learns from an older file what was not known', () => {
    const newer = account(2, '2026-02-01', { accountType: 'unknown', margin: null })
    const older = account(1, '2026-01-01', { accountType: 'savings', margin: false })
    expect(mergeAccount(newer, older)).toMatchObject({ balance: '2', accountType: 'savings', margin: false })
  })

  test('has the name of the file that knows its kind, whichever comes first', () => {
    const vague = account(null, null, { accountType: 'unknown', name: 'Account 1234' })
    const exact = account(2, '2026-02-01', { accountType: 'savings', name: 'Savings 1234' })
    for (const merged of [mergeAccount(vague, exact), mergeAccount(exact, vague)])
      expect(merged).toMatchObject({ accountType: 'savings', name: 'Savings 1234' })
    const later = { ...vague, balance: decimal(3), balanceAsOf: toInstant(Date.parse('2026-03-01T12:00:00Z')) }
    expect(mergeAccount(exact, later)).toMatchObject({ balance: '3', accountType: 'savings', name: 'Savings 1234' })
    expect(mergeAccount(later, exact)).toMatchObject({ balance: '3', accountType: 'savings', name: 'Savings 1234' })
    expect(mergeAccount(vague, { ...vague, name: 'Mine' })).toMatchObject({ name: 'Mine' })
  })
})
