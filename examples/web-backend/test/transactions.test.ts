import { expect, test } from 'vitest'
import type { TransactionPage, TransactionView } from '../src/routes/transactions.ts'
import { type Browser, connectSchwab, openBackend } from './backend.ts'

async function readAll(browser: Browser, query: string): Promise<TransactionView[]> {
  const rows: TransactionView[] = []
  for (let after: string | null = ''; after !== null; ) {
    const answer = await browser(`/transactions?${query}${after === '' ? '' : `&after=${after}`}`)
    const page: TransactionPage = answer.body
    rows.push(...page.transactions)
    after = page.next
  }
  return rows
}

test('pages hold every transaction once, the newest first, whatever their size', async () => {
  const backend = await openBackend()
  const browser = backend.openBrowser()
  await connectSchwab(backend, browser)
  const all = await readAll(browser, 'limit=200')
  expect(all.length).toBeGreaterThan(100)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  expect(all.map(({ transactionDate }) => transactionDate)).toEqual(
    all
      .map(({ transactionDate }) => transactionDate)
      .toSorted()
      .reverse(),
  )
  expect(await readAll(browser, 'limit=7')).toEqual(all)
})

test('a search finds all its words in any order, in texts, symbols and amounts, and takes signs as they are', async () => {
  const backend = await openBackend()
  const browser = backend.openBrowser()
  await connectSchwab(backend, browser)
  const find = (search: string) => readAll(browser, new URLSearchParams({ search }).toString())
  const all = await readAll(browser, '')
  const wires = all.filter(({ description }) => /wire/i.test(description))
  expect(wires.length).toBeGreaterThan(0)
  expect(await find('WIRE')).toEqual(wires)
  expect(await find('incoming wire')).toEqual(wires.filter(({ description }) => /incoming/i.test(description)))
  expect((await find('vti')).every(({ symbol }) => symbol === 'VTI')).toBe(true)
  expect(await find('-500')).toEqual(all.filter(({ amount }) => amount.includes('-500')))
  for (const sign of ['%', '_', '\\', "'", '";--']) {
    expect(await find(sign)).toEqual(all.filter(({ description }) => description.includes(sign)))
  }
})

test('what is disconnected is no longer shown', async () => {
  const backend = await openBackend()
  const browser = backend.openBrowser()
  const connectionId = await connectSchwab(backend, browser)
  expect((await browser(`/connections/${connectionId}`, { method: 'DELETE' })).status).toBe(200)
  expect(await readAll(browser, '')).toEqual([])
  expect((await browser('/accounts')).body).toEqual({ accounts: [], holdings: [], allocation: [] })
})
