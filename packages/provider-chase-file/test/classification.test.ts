import type { ProviderTransactionData } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { printOfx } from './ofx-builder.ts'
import { readRecords } from './read-everything.ts'

async function transactionOf(kind: 'deposit' | 'card', word: string, amount: string): Promise<ProviderTransactionData> {
  const row = { TRNTYPE: word, DTPOSTED: '20260131', TRNAMT: amount, NAME: 'X' }
  const account = kind === 'card' ? { ACCTID: '604118227-3391' } : undefined
  const { items } = await readRecords(printOfx([{ kind, rows: [row], ...(account && { account }) }]))
  expect(items).toHaveLength(1)
  return items[0] as ProviderTransactionData
}

const kindOf = ({ transactionType, subtype, rail }: ProviderTransactionData) =>
  [transactionType, subtype, rail].filter((part) => part !== null).join(' ')

const deposit = 'transfer deposit'
const withdrawal = 'transfer withdrawal'
const purchase = 'payment purchase'
const refund = 'payment refund'
const interest = ['income interest', 'fee interest_charge'] as const
const charge = ['credit fee_refund', 'fee service_charge'] as const
const twice = <T>(value: T) => [value, value] as const

/** Each word: what it is in a bank account by the sign, in and out, then in a card account. */
const table: Record<string, readonly [string, string, string, string]> = {
  CREDIT: [deposit, withdrawal, refund, purchase],
  DEBIT: [deposit, withdrawal, refund, purchase],
  INT: [...interest, ...interest],
  DIV: [...twice('income dividend'), ...twice('income dividend')],
  FEE: [...charge, ...charge],
  SRVCHG: [...charge, ...charge],
  DEP: [deposit, withdrawal, deposit, withdrawal],
  ATM: [`${deposit} cash`, 'payment atm_withdrawal cash', `${deposit} cash`, 'payment atm_withdrawal cash'],
  POS: [`${refund} card`, `${purchase} card`, `${refund} card`, `${purchase} card`],
  XFER: [...twice('transfer internal book'), ...twice('transfer internal book')],
  CHECK: [...twice('payment check check'), ...twice('payment check check')],
  PAYMENT: ['payment bill_payment', 'payment bill_payment', 'payment card_payment', 'payment bill_payment'],
  CASH: [`${deposit} cash`, `${withdrawal} cash`, `${deposit} cash`, `${withdrawal} cash`],
  DIRECTDEP: [`${deposit} ach`, `${withdrawal} ach`, `${deposit} ach`, `${withdrawal} ach`],
  DIRECTDEBIT: [...twice('payment direct_debit ach'), ...twice('payment direct_debit ach')],
  REPEATPMT: [...twice('payment recurring'), ...twice('payment recurring')],
}

/** HOLD and OTHER say nothing; the rest are words that OFX does not have, among them names that every object has. */
const sayNothing = ['HOLD', 'OTHER', 'CASHBACK', 'constructor', '__proto__', '']
const cases = [...Object.entries(table), ...sayNothing.map((word) => [word, Array(4).fill('unknown')] as const)]

describe('transactions', () => {
  test.each(cases)('%s is told by its account and sign', async (word, expected) => {
    const found = [
      await transactionOf('deposit', word, '12.50'),
      await transactionOf('deposit', word, '-12.50'),
      await transactionOf('card', word, '12.50'),
      await transactionOf('card', word, '-12.50'),
    ]
    expect(found.map(kindOf)).toEqual(expected)
  })

  test.each(cases)('%s is kept as the word it was, and the amount as it is signed', async (word) => {
    for (const amount of ['12.5', '-12.5']) {
      const { providerType, amount: found, status } = await transactionOf('deposit', word, amount)
      expect({ providerType, found, status }).toEqual({
        providerType: word,
        found: amount,
        status: word === 'HOLD' ? 'pending' : 'posted',
      })
    }
  })
})

describe('accounts', () => {
  test.each([
    ['CHECKING', 'depository', 'checking'],
    ['SAVINGS', 'depository', 'savings'],
    ['MONEYMRKT', 'depository', 'money_market'],
    ['CD', 'depository', 'cd'],
    ['CREDITLINE', 'credit', 'line_of_credit'],
    ['CREDITCARD', 'credit', 'credit_card'],
    ['PIGGYBANK', 'depository', 'unknown'],
    ['toString', 'depository', 'unknown'],
  ])('%s is %s, %s', async (word, category, accountType) => {
    const account = { BANKID: '000000186', ACCTID: '000000904482', ACCTTYPE: word }
    const { accounts } = await readRecords(printOfx([{ account, rows: [] }]))
    expect(accounts).toMatchObject([{ category, accountType, providerAccountType: word }])
  })

  test('a card statement is a credit card though it has no type', async () => {
    const { accounts } = await readRecords(
      printOfx([{ kind: 'card', account: { ACCTID: '604118227-3391' }, rows: [] }]),
    )
    expect(accounts).toMatchObject([
      {
        providerAccountId: 'card-3391',
        accountNumberMasked: '••••3391',
        category: 'credit',
        accountType: 'credit_card',
        providerAccountType: 'CCSTMTRS',
      },
    ])
  })
})
