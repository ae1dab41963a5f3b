import { readFile } from 'node:fs/promises'
import { createProvider } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'
import { expect, test } from 'vitest'
import { DAY, openInstitutions, userId } from './syncing/institutions.ts'

/** In this month one account is not ticked, and in this one an answer breaks off; in every third, Schwab is out of order. */
const [UNTICKED, CUT_OFF, OUT_OF_ORDER] = [5, 6, 3]

test('a year at Schwab: late rows, corrections, pending rows, other ids, lost answers, an account that was not ticked', async () => {
  const { accounts, login, syncWell, finport, storedOf, schwabSandbox, now, pass } = openInstitutions()
  const numbers = accounts.map(({ accountNumber }) => accountNumber)
  for (const account of accounts) {
    for (let days = 500; days > 0; days -= 20) account.transfer(now() - days * DAY, 100 + days, `Tfr BANK ${days}`)
    account.buy(now() - 30 * DAY, 10, 72.5)
  }
  const connectionId = await login(numbers)
  const first = await syncWell(connectionId)
  expect(first.accounts.map(({ added }) => added)).toEqual([26, 26])

  for (let month = 1; month <= 12; month++) {
    const start = now()
    const pending = accounts.map((account) => account.transfer(start, -40 - month, `Hold ${month}`, 'PENDING'))
    await syncWell(connectionId)
    for (const [index, account] of accounts.entries()) {
      const [corrected, gone, renumbered] = account.recent(start, 6)
      if (corrected !== undefined) account.correct(corrected)
      if (gone !== undefined) account.replace(gone)
      if (renumbered !== undefined) account.renumber(renumbered)
      const hold = pending[index]
      if (hold !== undefined) account.post(hold, start + 3 * DAY)
      account.transfer(start - 5 * DAY, 7, `Late ${month}`)
      for (const days of [2, 9, 16, 23, 26, 27, 28]) account.transfer(start + days * DAY, days, `Tfr ${month} ${days}`)
      account.buy(start + 10 * DAY, 1, 70 + month)
    }
    pass(30)

    // A refresh token lives seven days, so that the user is back each month.
    await login(month === UNTICKED ? numbers.slice(0, 1) : numbers, connectionId)
    if (month % OUT_OF_ORDER === 0) {
      const kind = month === CUT_OFF ? 'cut_off' : 'upstream_timeout'
      schwabSandbox.fail({ kind, path: '/transactions', times: month === CUT_OFF ? 1 : 4 })
      const [broken, other] = (await finport.sync({ userId, connectionId })).unwrap().accounts
      expect(broken?.error?.code).toBe(month === CUT_OFF ? 'PROVIDER_INVALID_RESPONSE' : 'PROVIDER_UNAVAILABLE')
      expect(other).toMatchObject({ outcome: 'complete', error: null })
    }
    expect((await syncWell(connectionId)).accounts).toHaveLength(month === UNTICKED ? 1 : 2)
  }

  const roth = await storedOf(connectionId, first.accounts[1]?.providerAccountId ?? '')
  expect(roth.account.isActive).toBe(true)
  const holds = roth.rows.filter(({ description }) => description.startsWith('Hold')).toReversed()
  // Stored as pending, and changed in place when it was posted: but for the one that was both while the account was not ticked.
  expect(holds.map(({ version }) => version)).toEqual(holds.map((_, index) => (index === UNTICKED ? 1 : 2)))
  expect(holds.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 'posted'))
}, 60_000)

test('two weeks at Alpaca, whose rows come late and whose pages leave some out', async () => {
  const { finport, alpacaSandbox, syncWell, pass } = openInstitutions()
  const input = alpacaSandbox.credentials
  const connection = (await finport.connections.connect({ userId, provider: 'alpaca', input })).unwrap()
  const first = await syncWell(connection.id)
  expect(first.accounts[0]?.added).toBeGreaterThan(200)
  let added = 0
  for (let day = 0; day < 14; day++) {
    pass(1)
    added += (await syncWell(connection.id)).accounts[0]?.added ?? 0
  }
  expect(added).toBeGreaterThan(10)
}, 60_000)

test('a file of Chase, once and again', async () => {
  const { finport, written, storedOf } = openInstitutions()
  const fileName = 'chase-activity-2026-11-02.qfx'
  const fileContent = await readFile(new URL(`../examples/chase-import/data/${fileName}`, import.meta.url))
  const file = { fileName, fileContent }
  const report = (await finport.importFile({ userId, file })).unwrap()
  const provider = createProvider(chaseFile).unwrap()
  const credentials = provider.parseCredentials(file).unwrap()
  expect(report.accounts).not.toEqual([])
  for (const { providerAccountId, outcome, added } of report.accounts) {
    const truth = (await provider.fetchTransactions(credentials, providerAccountId)).unwrap().items
    const { transactions } = await storedOf(report.connectionId, providerAccountId)
    expect({ outcome, added }).toEqual({ outcome: 'complete', added: truth.length })
    expect(transactions).toEqual(truth.toSorted((a, b) => (a.providerTransactionId < b.providerTransactionId ? -1 : 1)))
  }
  written.rows = 0
  await finport.importFile({ userId, file })
  expect(written.rows).toBe(0)
})
