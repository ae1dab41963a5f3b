import type { ProviderTransactionData } from '@finport/core'
import { describe, expect, test } from 'vitest'
import {
  cardHeader,
  cardLine,
  cardName,
  checkingHeader,
  checkingLine,
  checkingName,
  csvText,
  investingHeader,
  investingLine,
  oldHeaders,
} from './csv-builder.ts'
import { readRecords } from './read-everything.ts'

const files = {
  deposit: (type: string, amount: string) => [csvText(checkingHeader, [checkingLine({ type, amount })]), checkingName],
  details: (type: string, amount: string) => [
    csvText(oldHeaders.checking2013, [`${type},01/31/2013,SUNRISE COFFEE,${amount},`]),
    checkingName,
  ],
  card: (type: string, amount: string) => [csvText(cardHeader, [cardLine({ type, amount })]), cardName],
  invest: (type: string, amount: string) => [csvText(investingHeader, [investingLine({ type, amount })]), 'jpm.csv'],
} as const

async function transactionOf(kind: keyof typeof files, type: string, amount: string): Promise<ProviderTransactionData> {
  const [text = '', fileName = ''] = files[kind](type, amount)
  const { items, rejected } = await readRecords(text, { fileName })
  expect(rejected).toEqual([])
  expect(items).toHaveLength(1)
  return items[0] as ProviderTransactionData
}

const kindOf = ({ transactionType, subtype, rail }: ProviderTransactionData) =>
  [transactionType, subtype, rail].filter((part) => part !== null).join(' ')

const twice = <T>(value: T) => [value, value] as const
const transfer = (rail: string) => [`transfer deposit${rail}`, `transfer withdrawal${rail}`] as const
const purchase = ['payment refund card', 'payment purchase card'] as const

/** Each word: what it is when money comes in, and when it goes out. */
const tables: Record<keyof typeof files, Record<string, readonly [string, string]>> = {
  deposit: {
    ACH_DEBIT: twice('payment direct_debit ach'),
    ACH_PAYMENT: twice('payment direct_debit ach'),
    ACH_CREDIT: transfer(' ach'),
    DEBIT_CARD: purchase,
    MISC_DEBIT: transfer(''),
    MISC_CREDIT: transfer(''),
    ACCT_XFER: twice('transfer internal book'),
    LOAN_PMT: twice('payment loan_payment'),
    QUICKPAY_DEBIT: transfer(' p2p'),
    QUICKPAY_CREDIT: transfer(' p2p'),
    CHASE_TO_PARTNERFI: transfer(' p2p'),
    PARTNERFI_TO_CHASE: transfer(' p2p'),
    FEE_TRANSACTION: twice('fee service_charge'),
    REFUND_TRANSACTION: twice('credit fee_refund'),
    CHECK_PAID: twice('payment check check'),
    CHECK_DEPOSIT: transfer(' check'),
    DEPOSIT: transfer(''),
    DEPOSIT_RETURN: twice('adjustment reversal'),
    ATM: ['transfer deposit cash', 'payment atm_withdrawal cash'],
    ATM_DEPOSIT: transfer(' cash'),
    BILLPAY: twice('payment bill_payment'),
    WIRE_INCOMING: transfer(' wire'),
    WIRE_OUTGOING: transfer(' wire'),
  },
  details: {
    DEBIT: transfer(''),
    CREDIT: transfer(''),
    CHECK: twice('payment check check'),
    DSLIP: transfer(''),
  },
  card: {
    Sale: purchase,
    Return: twice('payment refund card'),
    Payment: twice('payment card_payment'),
    Fee: twice('fee other_fee'),
    Adjustment: ['credit adjustment_credit', 'adjustment correction'],
  },
  invest: {
    Buy: twice('trade buy'),
    Sell: twice('trade sell'),
    Dividend: twice('income dividend'),
    Interest: twice('income interest'),
    Reinvest: twice('trade reinvest'),
    BNK: transfer(' ach'),
    DBS: twice('trade sweep'),
    WDL: twice('trade sweep'),
    REC: twice('transfer security_in book'),
  },
}

/** None of Chase's, among them names that every object has. */
const newWords = ['STABLECOIN_CREDIT', 'constructor', '__proto__', 'toString']

describe.each(Object.keys(tables) as (keyof typeof files)[])('%s', (kind) => {
  test.each(Object.entries(tables[kind]))('%s is told by its sign', async (word, expected) => {
    const found = [await transactionOf(kind, word, '12.50'), await transactionOf(kind, word, '-12.50')]
    expect(found.map(kindOf)).toEqual(expected)
    expect(found.map(({ amount, providerType }) => [amount, providerType])).toEqual([
      ['12.5', word],
      ['-12.5', word],
    ])
  })

  test.each(newWords)('%s is unknown, and kept', async (word) => {
    for (const amount of ['12.50', '-12.50']) {
      const found = await transactionOf(kind, word, amount)
      expect(found).toMatchObject({ transactionType: 'unknown', subtype: null, rail: null, providerType: word })
    }
  })
})

test('a row without a Type is told by its Details', async () => {
  expect(kindOf(await transactionOf('deposit', '', '-12.50'))).toBe('transfer withdrawal')
  const check = 'CHECK,01/31/2026,"CHECK 0107",-12.50,,95.75,0107,'
  const { items } = await readRecords(csvText(checkingHeader, [check]), { fileName: checkingName })
  expect(items.map(kindOf)).toEqual(['payment check check'])
})
