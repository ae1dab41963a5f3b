import { createProvider, Decimal, parseIsoDate, type SnapshotPage } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'
import { describe, expect, test } from 'vitest'
import { importFile } from '../src/import-file.ts'
import { addPage, createSummary } from '../src/summary.ts'
import { statement } from './statement.ts'

const provider = createProvider(chaseFile).unwrap()

async function read(dates: string[]): Promise<SnapshotPage[]> {
  const content = statement(dates.map((date) => ({ date, amount: '-0.10', name: date })))
  const pages: SnapshotPage[] = []
  const file = { fileName: 'test.qfx', fileContent: new TextEncoder().encode(content) }
  await importFile(provider, file, (page) => void pages.push(page)).then((imported) => imported.unwrap())
  return pages
}

describe('addPage', () => {
  test('keeps the newest ten, in whatever order the file has them', async () => {
    const days = Array.from({ length: 12 }, (_, index) => `202608${10 + index}`)
    for (const dates of [days, days.toReversed()]) {
      const summary = createSummary()
      for (const page of await read(dates)) addPage(summary, page)
      const newest = summary.newest.get('deposit-1234')?.map(({ description }) => description)
      expect(newest).toEqual(days.slice(2).toReversed())
      expect([...summary.totals.values()]).toMatchObject([{ count: 12, in: '0', out: '-1.2' }])
    }
  })

  test('keeps the order of the file within a day', async () => {
    const summary = createSummary()
    const [page] = await read(['20260820', '20260820'])
    const named = page?.transactions.map((transaction, index) => ({ ...transaction, description: `${index}` })) ?? []
    addPage(summary, { ...(page as SnapshotPage), transactions: named })
    expect(summary.newest.get('deposit-1234')?.map(({ description }) => description)).toEqual(['0', '1'])
  })

  test('adds up each currency of its own, and takes an account as it is told last', async () => {
    const summary = createSummary()
    const [page] = await read(['20260820'])
    const { accounts, transactions } = page as SnapshotPage
    const amount = Decimal.parse('5').unwrap()
    const transactionDate = parseIsoDate('2026-08-21').unwrap()
    const euros = transactions.map((transaction) => ({
      ...transaction,
      providerTransactionId: 'another',
      amount,
      transactionDate,
      currency: 'EUR',
    }))
    addPage(summary, page as SnapshotPage)
    addPage(summary, {
      ...(page as SnapshotPage),
      accounts: accounts.map((account) => ({ ...account, name: 'As told last' })),
      transactions: euros,
    })
    expect([...summary.totals.values()]).toMatchObject([
      { currency: 'USD', count: 1, in: '0', out: '-0.1' },
      { currency: 'EUR', count: 1, in: '5', out: '0' },
    ])
    expect([...summary.accounts.values()]).toMatchObject([{ name: 'As told last' }])
  })

  test('takes a transaction out of the totals when a later one corrects it', async () => {
    const summary = createSummary()
    const [page] = await read(['20260820', '20260821'])
    const { transactions } = page as SnapshotPage
    addPage(summary, page as SnapshotPage)
    const corrected = transactions.slice(0, 1).map((transaction) => ({ ...transaction, status: 'cancelled' as const }))
    addPage(summary, { ...(page as SnapshotPage), transactions: corrected })
    expect([...summary.totals.values()]).toMatchObject([{ count: 1, in: '0', out: '-0.1' }])
  })
})
