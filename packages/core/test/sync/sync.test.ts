import { describe, expect, test } from 'vitest'
import { addDays } from '../../src/dates.ts'
import {
  ConnectionError,
  type IsoDate,
  ProviderInvalidInputError,
  ProviderRateLimitError,
  type SyncKind,
} from '../../src/index.ts'
import { Bank, decimal, unavailable } from './bank.ts'
import { connectionId, follow } from './synced-bank.ts'

/** A bank with an account of so many rows, one every few days. */
function bankWith(rows: number, everyDays = 4): Bank {
  const bank = new Bank()
  bank.open('checking')
  for (let index = 0; index < rows; index++) bank.book('checking', { daysAgo: index * everyDays })
  return bank
}

describe('a first sync', () => {
  test('copies everything, back until there is nothing in about a year, and a second one writes nothing', async () => {
    const bank = bankWith(40)
    bank.hold('checking', [{ providerHoldingId: 'h1', quantity: decimal(5) }])
    const { sync, stateOf, truthOf, writes, rowsOf, accountOf, repositories } = follow(bank)
    const report = (await sync()).unwrap()
    expect(report.accounts).toMatchObject([
      { outcome: 'complete', error: null, added: 40, modified: 0, removed: 0, unchanged: 0, holdings: { added: 1 } },
    ])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
    // Twelve windows of thirty days are about a year.
    const silent = Array.from({ length: 12 }, (_, index) => addDays('2025-08-05' as IsoDate, -30 * index))
    expect(bank.calls).toEqual([
      'accounts',
      'checking 2026-01-03..2026-02-01',
      'checking 2025-12-04..2026-01-02',
      'checking 2025-11-04..2025-12-03',
      'checking 2025-10-05..2025-11-03',
      'checking 2025-09-05..2025-10-04',
      'checking 2025-08-06..2025-09-04',
      ...silent.map((to) => `checking ${addDays(to, -29)}..${to}`),
      'checking holdings',
    ])
    const { id } = await accountOf('checking')
    const balances = { userId: 'user-1', accountId: id, after: null, limit: 10 }
    expect((await repositories.balances.list(balances)).unwrap()).toMatchObject([{ day: '2026-02-01', source: 'sync' }])

    const before = await rowsOf('checking')
    writes.rows = 0
    bank.calls.length = 0
    bank.now += 3_600_000
    const again = (await sync()).unwrap()
    expect(writes.rows).toBe(0)
    expect(again.accounts).toMatchObject([{ outcome: 'complete', added: 0, modified: 0, removed: 0 }])
    expect(await rowsOf('checking')).toEqual(before)
    expect(bank.calls).toEqual(['accounts', 'checking 2026-01-27..2026-02-01', 'checking holdings'])
  })

  test('goes back over months in which nothing happened', async () => {
    const bank = new Bank()
    bank.open('checking')
    for (const daysAgo of [100, 300, 660]) bank.book('checking', { daysAgo })
    const { sync, stateOf, truthOf } = follow(bank)
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', added: 3 }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })

  test('asks once for everything where there is no longest window', async () => {
    const bank = new Bank({ maxWindowDays: null, overlapDays: 3 })
    bank.open('checking')
    bank.book('checking', { daysAgo: 900 })
    const { sync, stateOf, truthOf } = follow(bank)
    await sync()
    bank.book('checking')
    bank.pass(10)
    expect((await sync()).unwrap().accounts).toMatchObject([{ added: 1, outcome: 'complete' }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
    expect(bank.calls.filter((call) => call.startsWith('checking 2') || call.includes('all'))).toEqual([
      'checking all..2026-02-01',
      'checking 2026-01-29..2026-02-11',
    ])
  })

  test('that is broken off goes on where it was', async () => {
    const bank = bankWith(40)
    bank.fault = (call) => (call.startsWith('checking 2025-10') ? unavailable() : null)
    const { sync, stateOf, truthOf } = follow(bank)
    const broken = (await sync()).unwrap()
    expect(broken.accounts).toMatchObject([
      {
        outcome: 'partial',
        error: { code: 'PROVIDER_UNAVAILABLE' },
        covered: { from: '2025-11-04', to: '2026-02-01' },
      },
    ])
    bank.fault = () => null
    bank.calls.length = 0
    bank.pass(1)
    const mended = (await sync()).unwrap()
    expect(mended.accounts).toMatchObject([{ outcome: 'complete', error: null }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
    expect(bank.calls.slice(1, 3)).toEqual(['checking 2026-01-27..2026-02-02', 'checking 2025-10-05..2025-11-03'])
  })

  test('ends where the provider refuses to go further back', async () => {
    const bank = bankWith(40)
    const refusal = new ProviderInvalidInputError({
      provider: 'model-bank',
      operation: 'fetchTransactions',
      issues: [],
    })
    bank.fault = (call) => (call.startsWith('checking 2025-10') ? refusal : null)
    const { sync } = follow(bank)
    const report = (await sync()).unwrap()
    expect(report.accounts).toMatchObject([{ outcome: 'complete', warnings: [{ code: 'POSSIBLY_TRUNCATED' }] }])
    // What was a fault of the day must not cut the past off: it is asked for until it is refused on another day.
    for (const asksAgain of [true, true, false]) {
      bank.calls.length = 0
      await sync()
      expect(bank.calls.some((call) => call.startsWith('checking 2025-10'))).toBe(asksAgain)
      if (bank.today === '2026-02-01') bank.pass(1)
    }
  })

  test('goes on into the past when it was refused by mistake', async () => {
    const bank = bankWith(40)
    const { sync, stateOf, truthOf } = follow(bank)
    const refusal = new ProviderInvalidInputError({
      provider: 'model-bank',
      operation: 'fetchTransactions',
      issues: [],
    })
    bank.fault = (call) => (call.startsWith('checking 2025-1') ? refusal : null)
    ;(await sync()).unwrap()
    expect((await stateOf('checking')).length).toBeLessThan(40)
    bank.fault = () => null
    ;(await sync()).unwrap()
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })
})

test.for([
  ['startDate', { startDate: '2026-02-30' as IsoDate }],
  ['endDate', { endDate: '31.01.2026' as IsoDate }],
  ['startDate', { startDate: '2026-02-01' as IsoDate, endDate: '2026-01-01' as IsoDate }],
  ['include', { include: ['transaction' as SyncKind] }],
  ['include', { include: [] }],
] as const)('%s that would sync nothing is refused, and not called complete: %j', async ([path, request]) => {
  const bank = bankWith(3)
  const { sync } = follow(bank)
  const refused = await sync(request)
  expect(refused.isErr() && refused.error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path }] })
  expect(bank.calls).toEqual([])
})

describe('a bank that gives everything at once', () => {
  test('is read once a sync', async () => {
    const bank = bankWith(40)
    bank.open('savings')
    bank.book('savings')
    const { sync, stateOf, truthOf, writes } = follow(bank, undefined, undefined, () => bank.snapshots())
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete' }, { outcome: 'complete' }])
    expect(bank.calls).toEqual(['snapshot'])
    for (const account of ['checking', 'savings']) expect(await stateOf(account)).toEqual(truthOf(account))
    const [row] = bank.rowsOf('checking')
    if (row !== undefined) bank.drop(row)
    expect((await sync()).unwrap().accounts).toMatchObject([{ removed: 1 }, { removed: 0 }])
    writes.rows = 0
    await sync()
    expect(writes.rows).toBe(0)
    expect(bank.calls).toEqual(['snapshot', 'snapshot', 'snapshot'])
  })

  test('that fails, fails as a whole', async () => {
    const bank = bankWith(3)
    bank.fault = () => unavailable()
    const failed = await follow(bank, undefined, undefined, () => bank.snapshots()).sync()
    expect(failed.isErr() && failed.error.code).toBe('PROVIDER_UNAVAILABLE')
  })
})

describe('what changes at the bank', () => {
  test('is changed in place, and what is gone is marked', async () => {
    const bank = bankWith(10, 1)
    const [first, second, third, fourth] = bank.rowsOf('checking')
    const pending = bank.book('checking', { status: 'pending', description: 'HOTEL' })
    const { sync, stateOf, truthOf, rowsOf } = follow(bank)
    await sync()
    const idOf = new Map((await rowsOf('checking')).map((row) => [row.providerTransactionId, row.id]))

    bank.pass(3)
    if (first === undefined || second === undefined || third === undefined || fourth === undefined) return
    bank.put({ ...first, description: 'CORRECTED', amount: decimal(-99) })
    bank.drop(second)
    bank.drop(third)
    bank.put({ ...third, providerTransactionId: 'renumbered' })
    bank.drop(pending)
    bank.put({ ...pending, status: 'posted', providerTransactionId: 'posted', transactionDate: bank.today })
    const late = bank.book('checking', { daysAgo: 6 })
    const report = (await sync()).unwrap()
    expect(report.accounts).toMatchObject([{ outcome: 'complete', added: 1, modified: 3, removed: 1, warnings: [] }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
    const rows = new Map((await rowsOf('checking')).map((row) => [row.providerTransactionId, row]))
    expect(rows.get('renumbered')?.id).toBe(idOf.get(third.providerTransactionId))
    expect(rows.get('posted')?.id).toBe(idOf.get(pending.providerTransactionId))
    expect(rows.get(second.providerTransactionId)).toMatchObject({ removedAt: '2026-02-04T18:00:00.000Z', version: 2 })
    expect(rows.get(late.providerTransactionId)?.version).toBe(1)
  })

  test('reaches as far back as the oldest pending row', async () => {
    const bank = bankWith(10)
    const hotel = bank.book('checking', { status: 'pending', description: 'HOTEL', daysAgo: 1 })
    const { sync, stateOf, truthOf, rowsOf } = follow(bank)
    await sync()
    bank.pass(9)
    await sync()
    bank.pass(4)
    bank.drop(hotel)
    bank.put({ ...hotel, status: 'posted', providerTransactionId: 'posted', transactionDate: bank.today })
    await sync()
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
    expect(await rowsOf('checking')).toHaveLength(11)
  })

  test('is the same pending row when it is posted in the window after its own', async () => {
    const bank = new Bank({ maxWindowDays: 7, overlapDays: 5 })
    bank.open('checking')
    const hold = bank.book('checking', { status: 'pending', description: 'HOTEL' })
    const { sync, rowsOf } = follow(bank)
    await sync()
    const [before] = await rowsOf('checking')
    bank.pass(4)
    bank.drop(hold)
    bank.put({ ...hold, providerTransactionId: 'posted', status: 'posted', transactionDate: bank.today })
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', added: 0, modified: 1, removed: 1 }])
    expect(
      bank.calls.filter((call) => call.startsWith('checking 2026-01-27') || call.includes('..2026-02-05')),
    ).toEqual(['checking 2026-01-27..2026-02-02', 'checking 2026-02-03..2026-02-05'])
    const [row, ...others] = await rowsOf('checking')
    expect(others).toEqual([])
    expect(row).toMatchObject({ id: before?.id, status: 'posted', removedAt: null, version: 3 })
  })

  test('far back is found by asking for those days', async () => {
    const bank = bankWith(30)
    const { sync, stateOf, truthOf } = follow(bank)
    await sync()
    bank.book('checking', { daysAgo: 80 })
    await sync()
    expect(await stateOf('checking')).not.toEqual(truthOf('checking'))
    const report = (await sync({ startDate: bank.rowsOf('checking').at(-2)?.transactionDate })).unwrap()
    expect(report.accounts).toMatchObject([{ outcome: 'complete', added: 1, removed: 0 }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })

  test('at an account that is no longer shown leaves it, and its rows, inactive', async () => {
    const bank = bankWith(5)
    bank.open('savings')
    bank.book('savings')
    const { sync, accountOf, rowsOf } = follow(bank)
    await sync()
    bank.hidden.add('savings')
    await sync()
    expect(await accountOf('savings')).toMatchObject({ isActive: false, version: 2 })
    expect(await rowsOf('savings')).toMatchObject([{ removedAt: null }])
    bank.fault = (call) => (call === 'accounts' ? 'half' : null)
    await sync()
    expect(await accountOf('checking')).toMatchObject({ isActive: true })
    bank.fault = () => null
    bank.hidden.clear()
    await sync()
    expect(await accountOf('savings')).toMatchObject({ isActive: true })
  })
})

describe('an answer that is not to be believed', () => {
  test('an empty one removes nothing and is told of', async () => {
    const bank = bankWith(10, 1)
    const { sync, stateOf, truthOf } = follow(bank)
    await sync()
    bank.fault = () => 'empty'
    const report = (await sync()).unwrap()
    expect(report.accounts).toMatchObject([
      { outcome: 'partial', removed: 0, warnings: [{ code: 'POSSIBLY_TRUNCATED', details: { missing: 6 } }] },
    ])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })

  test('one that lost a few rows is mended by the next, however late it comes', async () => {
    const bank = bankWith(10, 3)
    const { sync, stateOf, truthOf, rowsOf } = follow(bank)
    await sync()
    const ids = (await rowsOf('checking')).map(({ id }) => id)
    bank.pass(4)
    bank.fault = (call) => (call.startsWith('checking 2') ? 'empty' : null)
    expect((await sync()).unwrap().accounts).toMatchObject([{ removed: 2 }])
    bank.fault = () => null
    bank.pass(3)
    await sync()
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
    expect((await rowsOf('checking')).map(({ id }) => id)).toEqual(ids)
  })

  test('one that is empty window after window is one answer', async () => {
    const bank = bankWith(90, 8)
    const { sync, stateOf } = follow(bank)
    await sync()
    bank.fault = (call) => (call.startsWith('checking 2') ? 'empty' : null)
    const startDate = '2025-01-01' as IsoDate
    const report = (await sync({ startDate })).unwrap()
    expect(report.accounts).toMatchObject([{ outcome: 'partial', removed: 4 }])
    expect(await stateOf('checking')).toHaveLength(86)
  })

  test('one that vouches for days to come does not keep them from being asked for', async () => {
    const bank = new Bank({ maxWindowDays: null, overlapDays: 3 })
    bank.open('checking')
    bank.book('checking')
    const { sync, stateOf, truthOf } = follow(bank, undefined, undefined, () => {
      const provider = bank.provider()
      const covered = { from: '0000-01-01' as IsoDate, to: '9999-12-31' as IsoDate }
      return {
        ...provider,
        fetchTransactions: async (...query) =>
          (await provider.fetchTransactions(...query)).map((batch) => ({ ...batch, covered })),
      }
    })
    expect((await sync()).unwrap().accounts).toMatchObject([{ covered: { from: '1900-01-01', to: '2026-02-01' } }])
    bank.pass(3)
    bank.book('checking')
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', added: 1, warnings: [] }])
    expect((await sync({ startDate: '0000-01-01' as IsoDate })).unwrap().accounts).toMatchObject([{ unchanged: 2 }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })

  test('one that is not vouched for removes nothing, and the days are asked for again', async () => {
    const bank = bankWith(10, 1)
    const { sync, stateOf, truthOf } = follow(bank)
    await sync()
    bank.pass(2)
    bank.book('checking')
    bank.fault = () => 'unsure'
    expect((await sync()).unwrap().accounts).toMatchObject([
      { outcome: 'partial', added: 1, removed: 0, covered: { to: '2026-02-01' } },
    ])
    bank.fault = () => null
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', covered: { to: '2026-02-03' } }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })

  test('one of the past that is not vouched for leaves no hole behind it', async () => {
    const bank = bankWith(40)
    bank.fault = (call) => (call.startsWith('checking 2025-11') ? 'half' : null)
    const { sync, stateOf, truthOf } = follow(bank)
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'partial', covered: { from: '2025-12-04' } }])
    expect(await stateOf('checking')).not.toEqual(truthOf('checking'))
    bank.fault = () => null
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', covered: { from: '2024-08-11' } }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })

  test('one of the past that is not vouched for is asked for again, though the provider refuses to go further', async () => {
    const bank = bankWith(24)
    const issues = [{ path: 'startDate', reason: 'It is too early.' }]
    const refusal = new ProviderInvalidInputError({ provider: 'model-bank', operation: 'fetchTransactions', issues })
    const refuse = (call: string) => (call.startsWith('checking 2025-10') ? refusal : null)
    bank.fault = (call) => (call.startsWith('checking 2025-11') ? 'half' : refuse(call))
    const { sync, stateOf, truthOf } = follow(bank)
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'partial' }])
    bank.fault = refuse
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', covered: { from: '2025-11-04' } }])
    bank.pass(1)
    await sync()
    const calls = bank.calls.length
    await sync()
    expect(bank.calls.slice(calls).filter((call) => call.startsWith('checking 2025'))).toEqual([])
    expect(await stateOf('checking')).toEqual(truthOf('checking').filter((row) => row.transactionDate >= '2025-11-04'))
  })

  test('one of days that were stored is asked for again with those that follow', async () => {
    const bank = new Bank({ maxWindowDays: 5, overlapDays: 10 })
    bank.open('checking')
    const [row] = [9, 6, 3].map((daysAgo) => bank.book('checking', { daysAgo }))
    const { sync, stateOf, truthOf } = follow(bank)
    await sync()
    bank.pass(3)
    if (row !== undefined) bank.put({ ...row, description: 'CORRECTED' })
    bank.fault = (call) => (call.startsWith('checking 2026-01-22') ? 'unsure' : null)
    bank.unreadable.push({
      ...{ id: row?.providerTransactionId ?? null, providerAccountId: 'checking' },
      ...{ path: '$', reason: 'bad', rawData: null },
    })
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'partial', covered: { to: '2026-02-01' } }])
    bank.fault = () => null
    bank.unreadable.length = 0
    bank.pass(8)
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', covered: { to: '2026-02-12' } }])
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })

  test('one of days before all that it keeps does not keep the others from being covered', async () => {
    const bank = bankWith(3)
    bank.fault = (call) => (call < 'checking 2026' && call.startsWith('checking 20') ? 'unsure' : null)
    const { sync } = follow(bank)
    const startDate = '2025-10-20' as IsoDate
    expect((await sync({ startDate })).unwrap().accounts).toMatchObject([
      { outcome: 'partial', covered: { from: '2026-01-18', to: '2026-02-01' } },
    ])
    bank.pass(1)
    expect((await sync({ startDate })).unwrap().accounts).toMatchObject([{ covered: { to: '2026-02-02' } }])
  })

  test('a record that can not be read keeps its row, and is reported without what is in it', async () => {
    const bank = bankWith(10, 1)
    const { sync, stateOf, truthOf } = follow(bank)
    await sync()
    const [row] = bank.rowsOf('checking')
    const id = row?.providerTransactionId ?? null
    bank.unreadable.push({ id, providerAccountId: 'checking', path: '$[0]', reason: 'bad', rawData: 'secret 4711' })
    const report = (await sync()).unwrap()
    expect(report.accounts).toMatchObject([
      { outcome: 'partial', removed: 0, rejected: [{ id, path: '$[0]', reason: 'bad' }] },
    ])
    expect(JSON.stringify(report)).not.toContain('4711')
    expect(await stateOf('checking')).toEqual(truthOf('checking'))
  })

  test('records that can not be read are reported however many they are', async () => {
    const bank = new Bank({ maxWindowDays: null, overlapDays: 3 })
    bank.open('checking')
    bank.book('checking')
    const { sync } = follow(bank)
    for (let index = 0; index < 150_000; index++)
      bank.unreadable.push({ id: `u${index}`, providerAccountId: 'checking', path: '$', reason: 'bad', rawData: null })
    const report = (await sync()).unwrap()
    expect(report.accounts).toMatchObject([{ outcome: 'partial', added: 1 }])
    expect(report.accounts[0]?.rejected).toHaveLength(150_000)
  })

  test('texts that a database would change are stored in a form that none does', async () => {
    const bank = bankWith(0)
    const cut = 'CAFE \ud83d'
    bank.book('checking', { providerTransactionId: `id ${cut}`, description: 'A\0B', rawData: { cut } })
    bank.book('checking', { description: '\ufeffPIZZA \ud83c\udf55' })
    bank.hold('checking', [{ providerHoldingId: cut, securityName: '\0' }])
    const { sync, rowsOf, accountOf, repositories, writes } = follow(bank)
    await sync()
    expect(await rowsOf('checking')).toMatchObject([
      { description: 'PIZZA \ud83c\udf55' },
      { providerTransactionId: 'id CAFE \ufffd', description: 'A\ufffdB', rawData: { cut } },
    ])
    const holdings = (await repositories.holdings.listByAccount((await accountOf('checking')).id)).unwrap()
    expect(holdings).toMatchObject([{ providerHoldingId: 'CAFE \ufffd', securityName: '\ufffd' }])
    writes.rows = 0
    await sync()
    expect(writes.rows).toBe(0)
  })
})

describe('several accounts', () => {
  const twoAccounts = () => {
    const bank = bankWith(3)
    bank.open('savings')
    bank.book('savings')
    return bank
  }

  test('one that fails does not fail the other', async () => {
    const bank = twoAccounts()
    bank.fault = (call) => (call.startsWith('checking') ? unavailable() : null)
    const { sync, stateOf, truthOf, events } = follow(bank)
    expect((await sync()).unwrap().accounts).toMatchObject([
      { providerAccountId: 'checking', outcome: 'failed', error: { code: 'PROVIDER_UNAVAILABLE', retryable: true } },
      { providerAccountId: 'savings', outcome: 'complete', error: null },
    ])
    expect(await stateOf('savings')).toEqual(truthOf('savings'))
    expect(events.map(({ type }) => type)).toEqual([
      'AccountSyncAttempted',
      'AccountSyncSucceeded',
      'TransactionSyncAttempted',
      'TransactionSyncFailed',
      'HoldingSyncAttempted',
      'HoldingSyncFailed',
      'TransactionSyncAttempted',
      'TransactionSyncSucceeded',
      'HoldingSyncAttempted',
      'HoldingSyncSucceeded',
    ])
  })

  test('what would meet them all is asked for once', async () => {
    const bank = twoAccounts()
    const limit = { provider: 'model-bank', operation: 'fetchTransactions', retryAfterSeconds: 60 }
    bank.fault = (call) => (call === 'accounts' ? null : new ProviderRateLimitError(limit))
    const { sync } = follow(bank)
    expect((await sync()).unwrap().accounts).toMatchObject([
      { outcome: 'failed', error: { code: 'PROVIDER_RATE_LIMITED', retryAfterSeconds: 60 } },
      { outcome: 'failed', error: { code: 'PROVIDER_RATE_LIMITED' } },
    ])
    expect(bank.calls).toHaveLength(2)
  })

  test('the caller ends it between two steps, and hears of each', async () => {
    const bank = twoAccounts()
    const { sync, stateOf, truthOf } = follow(bank)
    const controller = new AbortController()
    const progress: string[] = []
    const report = await sync({
      signal: controller.signal,
      onProgress: ({ accountsDone, accountsTotal, account }) => {
        progress.push(`${accountsDone}/${accountsTotal} ${account.providerAccountId} ${account.added}`)
        if (accountsDone === 1) controller.abort()
      },
    })
    expect(progress.at(-1)).toBe('1/2 checking 3')
    expect(report.unwrap().accounts).toMatchObject([
      { outcome: 'complete' },
      { outcome: 'failed', error: { code: 'PROVIDER_ABORTED' } },
    ])
    await sync()
    expect(await stateOf('savings')).toEqual(truthOf('savings'))
  })

  test('what the caller throws when told of progress ends nothing', async () => {
    const { sync } = follow(twoAccounts())
    const onProgress = () => {
      throw new Error('of the caller')
    }
    expect((await sync({ onProgress })).unwrap().accounts).toMatchObject([
      { outcome: 'complete' },
      { outcome: 'complete' },
    ])
  })

  test('only what is asked for is fetched', async () => {
    const bank = twoAccounts()
    const { sync } = follow(bank)
    await sync({ include: ['accounts'] })
    expect(bank.calls).toEqual(['accounts'])
    bank.calls.length = 0
    await sync({ include: ['holdings'] })
    expect(bank.calls).toEqual(['checking holdings', 'savings holdings'])
  })
})

describe('two syncs of one connection', () => {
  test('the second is refused before it asks for anything', async () => {
    const bank = bankWith(3)
    const { sync, repositories } = follow(bank)
    await repositories.leases.acquire({ key: `sync:${connectionId}`, owner: 'other', milliseconds: 60_000 })
    const refused = await sync()
    expect(refused.isErr() && refused.error).toMatchObject(new ConnectionError('SYNC_IN_PROGRESS'))
    expect(bank.calls).toEqual([])
    bank.now += 60_000
    expect((await sync()).isOk()).toBe(true)
    expect((await sync()).isOk()).toBe(true)
  })

  test('one that lost its lease writes nothing more', async () => {
    const bank = bankWith(20)
    const { sync, repositories, rowsOf } = follow(bank)
    bank.fault = (call) => {
      if (!call.startsWith('checking 2025-12')) return null
      bank.now += 10 * 60_000
      void repositories.leases.acquire({ key: `sync:${connectionId}`, owner: 'other', milliseconds: 60_000 })
      return null
    }
    const report = (await sync()).unwrap()
    expect(report.accounts).toMatchObject([{ outcome: 'partial', error: { code: 'SYNC_IN_PROGRESS' }, added: 8 }])
    expect(await rowsOf('checking')).toHaveLength(8)
  })
})

describe('the balance', () => {
  test('that does not come of the transactions is told of, with both numbers, until it does', async () => {
    const bank = bankWith(5)
    const { sync } = follow(bank)
    await sync()
    const account = bank.accounts.get('checking')
    if (account?.balance == null) return
    bank.book('checking', { amount: decimal('-20') })
    bank.accounts.set('checking', { ...account, balance: decimal('984.5') })
    const before = account.balance
    const report = (await sync()).unwrap()
    expect(before).toBe('937.5')
    expect(report.accounts).toMatchObject([
      { outcome: 'complete', warnings: [{ code: 'BALANCE_MISMATCH', details: { expected: '917.5', found: '984.5' } }] },
    ])
    expect((await sync()).unwrap().accounts[0]?.warnings).toHaveLength(1)
    bank.accounts.set('checking', { ...account, balance: decimal('917.5') })
    expect((await sync()).unwrap().accounts[0]?.warnings).toEqual([])
  })

  test('is left alone where it was not told just now, or not all days were read', async () => {
    const bank = bankWith(5)
    const { sync } = follow(bank)
    await sync()
    bank.pass(3)
    bank.book('checking')
    const apart = (await sync({ include: ['transactions'] })).unwrap()
    expect(apart.accounts).toMatchObject([{ outcome: 'complete', added: 1, warnings: [] }])
    bank.pass(3)
    bank.book('checking')
    const part = (await sync({ endDate: bank.rowsOf('checking').at(-2)?.transactionDate })).unwrap()
    expect(part.accounts).toMatchObject([{ outcome: 'complete', added: 0, warnings: [] }])
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', added: 1, warnings: [] }])
  })

  test('is followed from where it is after a transaction in another currency', async () => {
    const bank = bankWith(5)
    const { sync } = follow(bank)
    await sync()
    bank.book('checking', { amount: decimal('-20'), currency: 'EUR' })
    const account = bank.accounts.get('checking')
    if (account?.balance == null) return
    bank.accounts.set('checking', { ...account, balance: decimal('914.5') })
    expect((await sync()).unwrap().accounts).toMatchObject([{ added: 1, warnings: [] }])
    bank.book('checking', { amount: decimal('-4.5') })
    expect((await sync()).unwrap().accounts).toMatchObject([{ added: 1, warnings: [] }])
    bank.accounts.set('checking', { ...account, balance: decimal('900') })
    expect((await sync()).unwrap().accounts[0]?.warnings).toMatchObject([
      { code: 'BALANCE_MISMATCH', details: { expected: '910', found: '900' } },
    ])
  })

  test('counts what a broken sync had stored already', async () => {
    const bank = bankWith(20)
    const { sync } = follow(bank)
    await sync()
    bank.pass(40)
    for (const daysAgo of [38, 10, 2]) bank.book('checking', { daysAgo })
    bank.fault = (call) => (call.includes('..2026-03-13') ? unavailable() : null)
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'partial', added: 1 }])
    bank.fault = () => null
    expect((await sync()).unwrap().accounts).toMatchObject([{ outcome: 'complete', added: 2, warnings: [] }])
  })
})
