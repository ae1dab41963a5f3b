import { Decimal } from '@finport/core'
import { expect, test } from 'vitest'
import { formatAmount } from '../src/amount.ts'
import { parseLines, run } from './run.ts'

test('shows the bundled file, and as JSON the same of it', async () => {
  const [shown, json] = await Promise.all([run([]), run(['--json'])])
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' })
  await expect(shown.stdout).toMatchFileSnapshot('./golden/demo.txt')

  expect(json).toMatchObject({ exitCode: 0, stderr: '' })
  const lines = parseLines(json.stdout)
  expect(new Set(lines.map(({ file }) => file))).toEqual(new Set(['chase-activity-2026-11-02.qfx']))
  const accounts = lines.filter(({ kind }) => kind === 'account')
  const transactions = lines.filter(({ kind }) => kind === 'transaction')
  expect([accounts.length, transactions.length, lines.length]).toEqual([2, 68, 70])
  for (const { providerAccountId, name } of accounts) {
    const amounts = transactions
      .filter((transaction) => transaction.providerAccountId === providerAccountId)
      .map(({ amount }) => amount as Decimal)
    const sum = (some: Decimal[]) => formatAmount(some.reduce(Decimal.add))
    const isOut = (amount: Decimal) => amount.startsWith('-')
    const [totalsOfAccount] = shown.stdout.match(new RegExp(`(?<=Totals[^]*)${name} .*`)) ?? []
    expect(totalsOfAccount?.split(/ {2,}/)).toEqual([
      name,
      sum(amounts.filter((amount) => !isOut(amount))),
      sum(amounts.filter(isOut)),
      sum(amounts),
      'USD',
    ])
  }
})
