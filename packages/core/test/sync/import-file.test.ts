import { describe, expect, test } from 'vitest'
import { createEventEmitter, type FinportEvent } from '../../src/events.ts'
import {
  createMemoryRepositories,
  createRegistry,
  type Decimal,
  defineProvider,
  type ImportFile,
  Ok,
  type ProviderAccountData,
  type ProviderHoldingData,
  type ProviderRuntime,
  type ProviderTransactionData,
  toInstant,
} from '../../src/index.ts'
import type { ProviderSource } from '../../src/sync/choose-file-provider.ts'
import { createImportFile, type ImportRequest } from '../../src/sync/import-file.ts'
import { fileBank, keyBank } from '../fake-provider.ts'
import { sampleAccount, sampleHolding, sampleTransaction } from '../sample-data.ts'
import { dayOf } from './arbitrary-history.ts'
import { decimal } from './bank.ts'
import { countWrites, type Writes } from './count-writes.ts'
import { fileOf, type Statement, statementBank } from './statement-bank.ts'
import { countingBytes, userId } from './synced-bank.ts'

/** Another provider of files, which knows none of these. */
const otherBank = defineProvider({
  ...fileBank,
  slug: 'other-bank',
  create: () => ({ ...fileBank.create({}, {} as ProviderRuntime), identify: async (_file: ImportFile) => Ok(null) }),
})

const at = (day: number) => toInstant(Date.parse(`${dayOf(day)}T18:00:00Z`))

function account(balance: number | null, day: number, more: Partial<ProviderAccountData> = {}): ProviderAccountData {
  return {
    ...sampleAccount,
    balance: balance === null ? null : decimal(balance),
    balanceAsOf: balance === null ? null : at(day),
    ...more,
  }
}

function row(id: string, day: number, more: Partial<ProviderTransactionData> = {}): ProviderTransactionData {
  return { ...sampleTransaction, providerTransactionId: id, transactionDate: dayOf(day), description: id, ...more }
}

const allBanks = () => createRegistry().register(keyBank).register(otherBank).register(statementBank)

function importer(providers: Pick<ReturnType<typeof allBanks>, 'list'> = allBanks()) {
  const repositories = createMemoryRepositories()
  const writes: Writes = { rows: 0 }
  const events: FinportEvent[] = []
  const source = { now: () => Date.parse('2026-06-01T12:00:00Z'), random: countingBytes() }
  const importFile = createImportFile({
    repositories: countWrites(repositories, writes),
    emit: createEventEmitter((event) => void events.push(event), source),
    ...source,
    providers: providers as unknown as ProviderSource,
  })
  const rows = async (includeRemoved = true) => {
    const query = { userId, includeRemoved, after: null, limit: 1_000 }
    return (await repositories.transactions.list(query)).unwrap().toReversed()
  }
  const accounts = async () => (await repositories.accounts.listByUser(userId)).unwrap()
  const connections = async () => (await repositories.connections.list({ userId, after: null, limit: 10 })).unwrap()
  return {
    repositories,
    writes,
    events,
    rows,
    accounts,
    connections,
    take: (statement: Statement, request: Partial<ImportRequest> = {}) =>
      importFile({ userId, provider: 'statement-bank', file: fileOf(statement), ...request }),
    importFile,
  }
}

const january: Statement = {
  accounts: [account(900, 31)],
  transactions: Array.from({ length: 8 }, (_, index) => row(`t${index}`, 20 + index)),
}

describe('the first file', () => {
  test('makes an active connection, the account, its balance of the day and its rows', async () => {
    const { take, rows, accounts, connections, repositories, events } = importer()
    const report = (await take(january)).unwrap()
    const [connection] = await connections()
    expect(connection).toMatchObject({ provider: 'statement-bank', alias: '', status: 'active', version: 1 })
    expect(report).toMatchObject({ connectionId: connection?.id, provider: 'statement-bank', format: 'JSON 1' })
    expect(report.accounts).toMatchObject([{ outcome: 'complete', added: 8, modified: 0, removed: 0, unchanged: 0 }])
    expect(await accounts()).toMatchObject([{ balance: '900', connectionId: connection?.id }])
    expect((await rows()).map(({ description }) => description)).toEqual(
      january.transactions.map((one) => one.description),
    )
    const accountId = report.accounts[0]?.accountId as string
    const balances = await repositories.balances.list({ userId, accountId, after: null, limit: 10 })
    expect(balances.unwrap()).toMatchObject([{ day: '2026-02-01', balance: '900', source: 'file' }])
    expect(events.map(({ type }) => type)).toEqual(['FileImportAttempted', 'FileImportSucceeded'])
  })

  test('again writes nothing, and neither does one of the middle', async () => {
    const { take, writes, connections } = importer()
    await take(january)
    writes.rows = 0
    expect((await take(january)).unwrap().accounts).toMatchObject([{ added: 0, modified: 0, unchanged: 8 }])
    const middle = { accounts: [account(950, 25)], transactions: january.transactions.slice(2, 5) }
    expect((await take(middle)).unwrap().accounts).toMatchObject([{ added: 0, modified: 0, unchanged: 3 }])
    expect(await connections()).toHaveLength(1)
    // The balance of another day, and nothing else.
    expect(writes.rows).toBe(1)
  })

  test('as a rehearsal gives the same report and writes nothing', async () => {
    const { take, rows, accounts, connections, events } = importer()
    const rehearsed = (await take(january, { dryRun: true })).unwrap()
    expect([await rows(), await accounts(), await connections(), events]).toEqual([[], [], [], []])
    const done = (await take(january)).unwrap()
    const shown = ({ accounts: [one], ...report }: typeof done) => ({
      ...report,
      ...one,
      connectionId: '',
      accountId: '',
    })
    expect(shown({ ...rehearsed, dryRun: false })).toEqual(shown(done))
  })
})

describe('which provider', () => {
  test('is found by asking each one of files', async () => {
    const { take, importFile } = importer()
    expect((await take(january, { provider: undefined })).unwrap()).toMatchObject({
      provider: 'statement-bank',
    })
    const file = { fileName: 'page.html', fileContent: new TextEncoder().encode('<html>') }
    const refused = await importFile({ userId, file })
    expect(refused.isErr() && refused.error).toMatchObject({
      code: 'PROVIDER_INVALID_INPUT',
      issues: [{ path: 'fileContent' }],
    })
  })

  test('that is the only one for files says itself what is wrong with a file', async () => {
    const { importFile, events, connections } = importer(createRegistry().register(keyBank).register(statementBank))
    const file = { fileName: 'page.html', fileContent: new TextEncoder().encode('<html>') }
    const refused = await importFile({ userId, file })
    expect(refused.isErr() && refused.error).toMatchObject({ issues: [{ reason: 'It is no statement.' }] })
    expect(events.map(({ type }) => type)).toEqual(['FileImportAttempted', 'FileImportFailed'])
    expect(await connections()).toEqual([])
  })

  test.for([
    ['a path instead of a file', '/home/ada/january.qfx', ['fileName', 'fileContent']],
    ['no file', undefined, ['fileName', 'fileContent']],
    ['text instead of bytes', { fileName: 'january.qfx', fileContent: 'OFXHEADER:100' }, ['fileContent']],
  ] as const)('is not asked about %s', async ([, file, paths]) => {
    const { importFile, connections } = importer()
    for (const provider of [undefined, 'statement-bank']) {
      const refused = await importFile({ userId, provider, file: file as unknown as ImportFile })
      expect(refused.isErr() && refused.error).toMatchObject({ issues: paths.map((path) => ({ path })) })
    }
    expect(await connections()).toEqual([])
  })

  test.for([
    ['key-bank', 'PROVIDER_INVALID_INPUT'],
    ['no-bank', 'PROVIDER_UNKNOWN'],
  ] as const)('%s is refused', async ([provider, code]) => {
    const { take, connections } = importer()
    const refused = await take(january, { provider })
    expect(refused.isErr() && refused.error.code).toBe(code)
    expect(await connections()).toEqual([])
  })
})

describe('which account', () => {
  const unnamed: Statement = {
    accounts: [account(900, 31, { providerAccountId: '?' })],
    transactions: [row('t1', 1, { providerAccountId: '?' })],
  }

  test('is the caller to say where the file does not: by either id', async () => {
    const { take, accounts, connections } = importer()
    const refused = await take(unnamed)
    expect(refused.isErr() && refused.error.code).toBe('PROVIDER_INVALID_INPUT')
    expect(await connections()).toEqual([])
    const first = (await take(unnamed, { accountId: 'checking' })).unwrap()
    expect(await accounts()).toMatchObject([{ providerAccountId: 'checking' }])
    const again = (await take(unnamed, { accountId: first.accounts[0]?.accountId })).unwrap()
    expect(again.accounts).toMatchObject([{ providerAccountId: 'checking', unchanged: 1 }])
  })

  test('is not one of another connection, whose id would become the name of a new one', async () => {
    const { take, accounts, connections } = importer()
    const first = (await take(unnamed, { accountId: 'checking' })).unwrap()
    const accountId = first.accounts[0]?.accountId
    for (const dryRun of [true, false]) {
      const refused = await take(unnamed, { accountId, alias: 'partner', dryRun })
      expect(refused.isErr() && refused.error).toMatchObject({
        code: 'PROVIDER_INVALID_INPUT',
        issues: [{ path: 'accountId', reason: expect.stringContaining('another connection') }],
      })
    }
    expect([(await accounts()).length, (await connections()).length]).toEqual([1, 1])
  })

  test('of another alias is another account', async () => {
    const { take, connections, accounts } = importer()
    await take(january)
    await take(january, { alias: 'partner' })
    expect(await connections()).toHaveLength(2)
    expect(await accounts()).toHaveLength(2)
  })
})

describe('a later file', () => {
  const poor = row('t1', 1, { description: 'SUNRISE COFFEE 0042 KITT', providerType: 'DEBIT', subtype: 'purchase' })
  const rich = row('t1', 1, {
    description: 'SUNRISE COFFEE 0042 KITTERY ME',
    providerType: 'FEE_TRANSACTION',
    transactionType: 'fee',
    subtype: 'service_charge',
    authorizedDate: dayOf(0),
    rail: 'card',
  })

  test('that knows more improves the rows there, and one that knows less takes nothing away', async () => {
    const { take, rows } = importer()
    await take({ accounts: [account(null, 1)], transactions: [poor] })
    const [before] = await rows()
    expect((await take({ accounts: [account(null, 1)], transactions: [rich] })).unwrap().accounts[0]).toMatchObject({
      added: 0,
      modified: 1,
    })
    expect(await rows()).toMatchObject([{ ...rich, id: before?.id }])
    expect((await take({ accounts: [account(null, 1)], transactions: [poor] })).unwrap().accounts[0]).toMatchObject({
      modified: 0,
      unchanged: 1,
    })
  })

  test('of an earlier day never brings its balance, and its holdings neither', async () => {
    const { take, accounts, repositories } = importer()
    const holding = (id: string): ProviderHoldingData => ({ ...sampleHolding, providerHoldingId: id })
    await take({ accounts: [account(900, 31)], transactions: [], holdings: [holding('new')] })
    await take({ accounts: [account(500, 10, { name: 'Old' })], transactions: [], holdings: [holding('old')] })
    const [stored] = await accounts()
    expect(stored).toMatchObject({ balance: '900', balanceAsOf: at(31), name: sampleAccount.name })
    const held = async () =>
      (await repositories.holdings.listByUser(userId)).unwrap().map((one) => one.providerHoldingId)
    expect(await held()).toEqual(['new'])
    await take({ accounts: [account(901, 32)], transactions: [], holdings: [holding('newer')] })
    expect(await held()).toEqual(['newer'])
    await take({ accounts: [account(901, 33)], transactions: [], holdings: [], completed: false })
    expect(await held()).toEqual(['newer'])
    const accountId = stored?.id as string
    const balances = await repositories.balances.list({ userId, accountId, after: null, limit: 10 })
    expect(balances.unwrap().map(({ balance }) => balance)).toEqual(['901', '901', '900', '500'])
  })

  test('without a row removes none', async () => {
    const { take, rows } = importer()
    await take(january)
    await take({ ...january, transactions: january.transactions.slice(0, 1) })
    expect((await rows()).map(({ removedAt }) => removedAt)).toEqual(Array.from({ length: 8 }, () => null))
  })

  test('shows pending rows as posted, in place, whatever page they come on', async () => {
    const { take, rows } = importer()
    const pending = (id: string, day: number, text: string) => row(id, day, { description: text, status: 'pending' })
    const coffee = pending('p1', 10, 'COFFEE')
    const still = pending('p2', 11, 'COFFEE')
    await take({ accounts: [account(900, 11)], transactions: [coffee, still] })
    const ids = (await rows()).map(({ id }) => id)
    const others = Array.from({ length: 7 }, (_, index) => row(`t${index}`, 14))
    const posted = row('posted', 12, { description: 'COFFEE' })
    const report = (await take({ accounts: [account(800, 14)], transactions: [posted, ...others, still] })).unwrap()
    expect(report.accounts).toMatchObject([{ added: 7, modified: 1, removed: 0, unchanged: 1 }])
    const stored = await rows()
    expect(stored.find(({ id }) => id === ids[0])).toMatchObject({ status: 'posted', providerTransactionId: 'posted' })
    expect(stored.find(({ id }) => id === ids[1])).toMatchObject({ status: 'pending', providerTransactionId: 'p2' })
    expect(stored).toHaveLength(9)
  })

  test('whose rows do not make its balance is told of', async () => {
    const { take } = importer()
    const cents = (amount: string) => ({ amount: amount as Decimal })
    await take({ accounts: [account(900, 10)], transactions: [row('t1', 10, cents('-10'))] })
    const next = [row('t1', 10, cents('-10')), row('t2', 12, cents('-25'))]
    const good = (await take({ accounts: [account(875, 12)], transactions: next })).unwrap()
    expect(good.accounts[0]?.warnings).toEqual([])
    const last = [...next.slice(1), row('t3', 13, cents('-5')), row('t4', 13, cents('-30'))]
    const bad = (await take({ accounts: [account(850, 13)], transactions: last })).unwrap()
    expect(bad.accounts[0]?.warnings).toMatchObject([
      { code: 'BALANCE_MISMATCH', details: { expected: '840', found: '850', difference: '10', cause: 'sign' } },
    ])
  })
})

describe('a file that is not whole', () => {
  test('is reported as it is: what was read stays, and the rest comes with the next', async () => {
    const { take, rows, events } = importer()
    const report = (await take({ ...january, brokenAt: 6 })).unwrap()
    expect(report.accounts).toMatchObject([
      { outcome: 'partial', added: 6, error: { code: 'PROVIDER_INVALID_INPUT', userAction: 'fix_input' } },
    ])
    expect(await rows()).toHaveLength(6)
    expect(events.map(({ type }) => type)).toEqual(['FileImportAttempted', 'FileImportFailed'])
    expect((await take(january)).unwrap().accounts).toMatchObject([{ outcome: 'complete', added: 2, unchanged: 6 }])
  })

  test('from its start writes nothing at all', async () => {
    const { take, connections, events } = importer()
    const refused = await take({ ...january, brokenAt: 0 })
    expect(refused.isErr() && refused.error.code).toBe('PROVIDER_INVALID_INPUT')
    expect(await connections()).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['FileImportAttempted', 'FileImportFailed'])
  })

  test('names its unreadable records without what is in them', async () => {
    const { take, events } = importer()
    const record = { id: null, path: 'line 4', reason: 'No amount.', rawData: 'secret 4711' }
    const rejected = [
      { ...record, providerAccountId: 'account-1' },
      { ...record, providerAccountId: null },
    ]
    const report = (await take({ ...january, rejected })).unwrap()
    const told = [{ id: null, path: 'line 4', reason: 'No amount.' }]
    expect(report).toMatchObject({ rejected: told, accounts: [{ outcome: 'partial', rejected: told }] })
    expect(JSON.stringify([report, events])).not.toContain('4711')
    expect(events.at(-1)).toMatchObject({ type: 'FileImportFailed', error: null, rejected: 2, counts: { added: 8 } })
  })
})

test('progress is told page by page', async () => {
  const { take } = importer()
  const rows: number[] = []
  await take(january, { onProgress: (progress) => rows.push(progress.rows) })
  expect(rows).toEqual([3, 6, 8, 8])
})

test('what the caller throws when told of progress ends nothing', async () => {
  const { take, rows } = importer()
  const onProgress = () => {
    throw new Error('of the caller')
  }
  expect((await take(january, { onProgress })).unwrap().accounts).toMatchObject([{ outcome: 'complete', added: 8 }])
  expect(await rows()).toHaveLength(8)
})

test('a file is refused while its connection is being written', async () => {
  const { take, connections, repositories } = importer()
  await take(january)
  const [connection] = await connections()
  await repositories.leases.acquire({ key: `sync:${connection?.id}`, owner: 'other', milliseconds: 60_000 })
  for (const dryRun of [false, true]) {
    const refused = await take(january, { dryRun })
    expect(refused.isErr() && refused.error.code).toBe('SYNC_IN_PROGRESS')
  }
})
