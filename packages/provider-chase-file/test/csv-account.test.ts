import { describe, expect, test } from 'vitest'
import {
  cardColumnHeader,
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
import { provider, readEverything, readRecords, toFile } from './read-everything.ts'

const checking = csvText(checkingHeader, [checkingLine()])
const card = csvText(cardHeader, [cardLine()])
const cards = csvText(
  cardColumnHeader,
  ['8820', '6604', '...8820'].map((number) => `${number},${cardLine()}`),
)
const investing = csvText(investingHeader, [investingLine(), investingLine({ accountNumber: '...7720' })])

async function accountsOf(text: string, fileName: string, accountId?: string): Promise<string[]> {
  const { accounts, items } = await readRecords(text, { fileName, ...(accountId !== undefined && { accountId }) })
  const ids = accounts.map(({ providerAccountId }) => providerAccountId)
  expect(ids).toEqual(expect.arrayContaining(items.map(({ providerAccountId }) => providerAccountId)))
  return ids
}

describe('the account by the name of the file', () => {
  test.each([
    'Chase4482_Activity_20260202.CSV',
    'Chase4482_Activity20240202_20260202_20260202.CSV',
    'Chase4482_Activity20220720.CSV',
    'Chase4482_Activity_20260801_20260831_20260902.CSV',
    'Chase4482_Activity_Stmt_20171231.CSV',
    'Chase4482_RecentActivity_20171231.CSV',
    'Chase4482_Activity_20260202 (1).CSV',
    'Chase4482_Activity_20260202 (1).csv',
    'chase4482_activity_20260202.csv',
    '/home/otter/Downloads/Chase4482_Activity_20260202.CSV',
    'C:\\Users\\otter\\Downloads\\Chase4482_Activity_20260202.CSV',
    'uploads/2026/Chase4482_Activity20240202_20260202_20260202 (12).CSV',
  ])('%s', async (fileName) => {
    expect(await accountsOf(checking, fileName)).toEqual(['deposit-4482'])
    expect(await accountsOf(card, fileName)).toEqual(['card-4482'])
  })

  test.each([
    'Chasenull_Activity20260201_20260228_20260414.CSV',
    'Chase448_Activity_20260202.CSV',
    'MyChase4482_Activity_20260202.CSV',
    'Chase4482.CSV',
    'Activity_4482.csv',
    'download.csv',
  ])('%s does not tell it', async (fileName) => {
    for (const [text, category, accountId] of [
      [checking, 'depository', 'deposit-4482'],
      [card, 'credit', 'card-4482'],
      [csvText(checkingHeader, []), 'depository', 'deposit-4482'],
    ] as const) {
      const error = (await readEverything(text, { fileName })).unwrapErr()
      expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'accountId' }] })
      expect(error.message).toMatch(/Pass accountId, such as '(?:deposit|card|invest)-1234'/)
      const identified = (await provider.identify(toFile(text, { fileName }))).unwrap()
      expect(identified?.accounts).toMatchObject([{ providerAccountId: null, accountNumberMasked: null, category }])
      expect(await accountsOf(text, fileName, accountId)).toEqual([accountId])
    }
  })
})

describe('the account by a column', () => {
  test('Card, one account for each card', async () => {
    expect(await accountsOf(cards, 'cards.csv')).toEqual(['card-8820', 'card-6604'])
    const { items } = await readRecords(cards, { fileName: 'cards.csv' })
    expect(items.map((item) => `${item.providerAccountId} ${item.providerTransactionId.at(-1)}`)).toEqual([
      'card-8820 0',
      'card-8820 1',
      'card-6604 0',
    ])
  })

  test('Card of 2019', async () => {
    const text = csvText(oldHeaders.card2019, ['3391,06/28/2019,06/30/2019,SUNRISE COFFEE,Food & Drink,Sale,-3.95'])
    expect(await accountsOf(text, 'cards.csv')).toEqual(['card-3391'])
  })

  test('Account Number', async () => {
    expect(await accountsOf(investing, 'activity.csv')).toEqual(['invest-6118', 'invest-7720'])
    expect(JSON.stringify(await readRecords(investing, { fileName: 'activity.csv' }))).not.toContain('...6118')
  })

  test('identify tells all of them', async () => {
    const identified = (await provider.identify(toFile(cards, { fileName: 'cards.csv' }))).unwrap()
    expect(identified?.accounts).toMatchObject([
      { providerAccountId: 'card-8820', accountNumberMasked: '••••8820', accountType: 'credit_card' },
      { providerAccountId: 'card-6604', accountNumberMasked: '••••6604', accountType: 'credit_card' },
    ])
  })

  test('a row whose Card is empty has none, unless the caller or the name tells it', async () => {
    const text = csvText(cardColumnHeader, [`,${cardLine()}`])
    const error = (await readEverything(text, { fileName: 'cards.csv' })).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'accountId' }] })
    expect(await accountsOf(text, cardName)).toEqual(['card-3391'])
  })

  test('a row whose Card is empty is rejected among rows of known cards', async () => {
    const text = csvText(cardColumnHeader, [`3391,${cardLine()}`, `,${cardLine()}`, `7713,${cardLine()}`])
    const { accounts, rejected } = await readRecords(text, { fileName: 'cards.csv' })
    expect(accounts.map(({ providerAccountId }) => providerAccountId)).toEqual(['card-3391', 'card-7713'])
    const reason = 'The row does not say of which account it is.'
    expect(rejected).toMatchObject([{ providerAccountId: null, path: expect.stringContaining('line 3'), reason }])
  })
})

describe('what tells the account', () => {
  test('the caller before the name before a column', async () => {
    expect(await accountsOf(cards, cardName)).toEqual(['card-3391'])
    expect(await accountsOf(cards, cardName, 'card-0001')).toEqual(['card-0001'])
    expect(await accountsOf(cards, 'cards.csv', 'card-0001')).toEqual(['card-0001'])
    expect(await accountsOf(checking, checkingName, 'deposit-0001')).toEqual(['deposit-0001'])
  })

  test('rows of several accounts are not mixed in the one that the caller names', async () => {
    const file = { fileName: 'activity.csv', accountId: 'invest-0001' }
    expect((await readEverything(investing, file)).unwrapErr()).toMatchObject({
      code: 'PROVIDER_INVALID_INPUT',
      issues: [{ path: 'accountId', line: 3 }],
    })
  })

  test('the caller before the name, with a warning', async () => {
    const { warnings } = await readRecords(checking, { fileName: checkingName, accountId: 'deposit-0001' })
    expect(warnings).toMatchObject([{ code: 'OTHER', providerAccountId: 'deposit-0001' }])
    expect((await readRecords(checking, { fileName: checkingName, accountId: 'deposit-4482' })).warnings).toEqual([])
  })

  test.each([
    ['a checking file', checking, 'card-4482'],
    ['a card file', card, 'deposit-4482'],
    ['a card file', card, '4482'],
    ['an investing file', investing, 'deposit-6118'],
  ])('%s is refused as %3$s', async (_, text, accountId) => {
    const error = (await readEverything(text, { fileName: checkingName, accountId })).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'accountId' }] })
  })

  test('ids do not depend on it', async () => {
    const idsOf = async (fileName: string, accountId?: string) =>
      (await readRecords(checking, { fileName, ...(accountId !== undefined && { accountId }) })).items.map(
        ({ providerTransactionId }) => providerTransactionId,
      )
    expect(await idsOf('download.csv', 'deposit-4482')).toEqual(await idsOf(checkingName))
  })

  test('an account is of the kind of its layout', async () => {
    for (const [text, fileName, category] of [
      [checking, checkingName, 'depository'],
      [card, cardName, 'credit'],
      [investing, 'activity.csv', 'investment'],
    ] as const) {
      const { accounts } = await readRecords(text, { fileName })
      expect(accounts[0]).toMatchObject({ category, currency: 'USD', status: 'unknown', balanceAsOf: null })
    }
  })
})
