import { createProvider, parseIsoDate } from '@finport/core'
import { expect, test } from 'vitest'
import { acme } from '../src/index.ts'
import { acmeBank } from './acme-bank.ts'

const now = () => Date.parse('2026-02-03T12:00:00Z')
const day = (text: string) => parseIsoDate(text).unwrap()

/** The provider over a bank, and a user's key. */
function open(fetch = acmeBank) {
  const provider = createProvider(acme, {}, { fetch, now, sleep: async () => {} }).unwrap()
  return { provider, key: provider.parseCredentials({ apiKey: 'key-1', apiSecret: 'canary-secret' }).unwrap() }
}

/** The bank with one record instead of all. */
const bankWith = (record: object) => async () =>
  Response.json({ accounts: [record], transactions: [record], next: null })

test('accounts keep every digit of their balance, and show four of their number', async () => {
  const { provider, key } = open()
  const { items } = (await provider.fetchAccounts(key)).unwrap()
  expect(
    items.map(({ name, accountType, accountNumberMasked, balance }) => [
      name,
      accountType,
      accountNumberMasked,
      balance,
    ]),
  ).toEqual([
    ['Everyday', 'checking', '••••1234', '1204.5'],
    ['Rainy days', 'savings', '••••5678', '90071992.54740993'],
  ])
})

test('transactions come from all pages: out is negative, and the word that is not known is kept', async () => {
  const { provider, key } = open()
  const { items, rejected, covered } = (await provider.fetchTransactions(key, 'a-1')).unwrap()
  expect(
    items.map((one) => [one.transactionDate, one.amount, one.transactionType, one.providerType, one.status]),
  ).toEqual([
    ['2026-01-05', '-4.5', 'payment', 'CARD', 'posted'],
    ['2026-01-05', '-4.5', 'payment', 'CARD', 'posted'],
    ['2026-01-30', '2500', 'transfer', 'DIRECT_DEPOSIT', 'posted'],
    ['2026-01-31', '0.07', 'income', 'INTEREST', 'posted'],
    ['2026-02-02', '-12', 'unknown', 'ZELDA', 'pending'],
  ])
  expect(rejected).toEqual([])
  expect(covered).toEqual({ from: '2026-01-05', to: '2026-02-03' })
})

test('days that are not over are not said to be covered', async () => {
  const { provider, key } = open()
  const asked = async (startDate: string, endDate: string) =>
    (await provider.fetchTransactions(key, 'a-1', { startDate: day(startDate), endDate: day(endDate) })).unwrap()
      .covered
  expect(await asked('2026-01-01', '2026-01-31')).toEqual({ from: '2026-01-01', to: '2026-01-31' })
  expect(await asked('2026-02-01', '2026-03-31')).toEqual({ from: '2026-02-01', to: '2026-02-03' })
  expect(await asked('2026-03-01', '2026-03-31')).toBeNull()
})

test.for([
  [{ id: 't-9', date: '2026-02-30' }, 'Its date is no day.'],
  [{ id: 't-9', amount: '1,2.3.4' }, 'Its amount is no decimal number.'],
  [{ id: 't-9', direction: 'sideways' }, 'It has another form than is known.'],
] as const)('a transaction that is not understood is rejected, not lost: %j', async ([fields, reason]) => {
  const good = {
    date: '2026-01-05',
    amount: '1',
    direction: 'in',
    currency: 'USD',
    description: '',
    type: 'CARD',
    pending: false,
  }
  const { provider, key } = open(bankWith({ ...good, ...fields }))
  const { items, rejected } = (await provider.fetchTransactions(key, 'a-1')).unwrap()
  expect(items).toEqual([])
  expect(rejected).toMatchObject([{ id: 't-9', providerAccountId: 'a-1', path: '$.transactions[0]', reason }])
})

test('an account that is not understood is rejected without its number', async () => {
  const { provider, key } = open(bankWith({ id: 'a-9', number: '000123459999' }))
  const batch = (await provider.fetchAccounts(key)).unwrap()
  expect(batch.items).toEqual([])
  expect(batch.rejected).toHaveLength(1)
  expect(JSON.stringify(batch)).not.toContain('000123459999')
})

test('pages that lead in a circle are an error', async () => {
  const { provider, key } = open(async () => Response.json({ transactions: [], next: 'again' }))
  const result = await provider.fetchTransactions(key, 'a-1')
  expect(result.isErr() && result.error.code).toBe('PROVIDER_INVALID_RESPONSE')
})
