import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { addDays } from '../../src/dates.ts'
import { createRegistry, type Json, type ProviderTransactionData, type Repositories } from '../../src/index.ts'
import type { ProviderSource } from '../../src/sync/choose-file-provider.ts'
import { createImportFile } from '../../src/sync/import-file.ts'
import { openSqliteRepositories } from '../sqlite-repositories.ts'
import { Bank, decimal } from './bank.ts'
import { fileOf, type Statement, statementBank } from './statement-bank.ts'
import { countingBytes, follow, userId } from './synced-bank.ts'

/** A bank on its first day, or a few days later with a history of changes. */
function bankOf(day: 'first' | 'later'): Bank {
  const bank = new Bank({ maxWindowDays: 30, overlapDays: 6 })
  for (const account of ['checking', 'savings']) {
    bank.open(account, { balanceAsOf: '2026-02-01T18:00:00.000Z' as never })
    for (let index = 0; index < 40; index++) bank.book(account, { daysAgo: index * 3 })
    bank.hold(account, [{ providerHoldingId: 'h1', quantity: decimal(5) }, { providerHoldingId: 'h2' }])
    const hotel = bank.book(account, { status: 'pending', description: 'HOTEL' })
    if (day === 'first') continue
    const [first, second, third] = bank.rowsOf(account) as [
      ProviderTransactionData,
      ProviderTransactionData,
      ProviderTransactionData,
    ]
    bank.put({ ...first, amount: decimal(-99), description: 'CORRECTED' })
    bank.drop(second)
    bank.drop(third)
    bank.put({ ...third, providerTransactionId: 'renumbered' })
    bank.drop(hotel)
    bank.put({ ...hotel, providerTransactionId: 'posted', status: 'posted', transactionDate: addDays(bank.today, 3) })
    for (let index = 0; index < 20; index++) bank.book(account, { daysAgo: index % 5 })
    bank.hold(account, [{ providerHoldingId: 'h2', quantity: decimal(1) }, { providerHoldingId: 'h3' }])
  }
  if (day === 'later') bank.pass(3)
  return bank
}

/** A file of an account with two hundred rows, and a later one that overlaps it. */
function statementOf(day: 'first' | 'later'): Statement {
  const bank = bankOf(day)
  const [from, to] = day === 'first' ? [0, 30] : [10, 100]
  const transactions = bank.rowsOf('checking').toReversed().slice(from, to)
  const accounts = [...bank.accounts.values()].slice(0, 1)
  const balanceAsOf = day === 'first' ? '2026-02-01T18:00:00.000Z' : '2026-02-04T18:00:00.000Z'
  return {
    accounts: accounts.map((account) => ({ ...account, balanceAsOf: balanceAsOf as never })),
    transactions,
    holdings: bank.holdings.get('checking') ?? [],
  }
}

export const scenes = ['sync first', 'sync later', 'import first', 'import later'] as const
export type Scene = (typeof scenes)[number]

/** Does what is killed: the same each time, into whatever is stored. */
async function play(scene: Scene, repositories: Repositories, random: (bytes: number) => Uint8Array): Promise<void> {
  const day = scene.endsWith('later') ? 'later' : 'first'
  const bank = bankOf(day)
  if (scene.startsWith('sync')) {
    const report = (await follow(bank, repositories, random).sync()).unwrap()
    if (report.accounts.some(({ outcome }) => outcome !== 'complete')) throw new Error('The sync is not complete.')
    return
  }
  const providers = createRegistry().register(statementBank) as unknown as ProviderSource
  const importFile = createImportFile({ repositories, providers, emit() {}, now: () => bank.now, random })
  const report = (await importFile({ userId, file: fileOf(statementOf(day)) })).unwrap()
  if (report.accounts.some(({ outcome }) => outcome !== 'complete')) throw new Error('The import is not complete.')
}

type OpenRepositories = Repositories & { close(): Promise<void> | void }

/** Where what is killed is stored. */
export type KilledStore = {
  /** The path of a module that exports `openRepositories(place, onStep?)`, or `null` for the one of this file. Without `onStep`, leases that are left have ended. */
  module: string | null
  createPlace(): Promise<string>
  copyPlace(place: string): Promise<string>
  removePlace(place: string): Promise<void>
}

/** The file of SQLite that these tests have. */
const fileStore: KilledStore = {
  module: null,
  async createPlace() {
    const place = join(await mkdtemp(join(tmpdir(), 'finport-kill-')), 'finport.sqlite')
    openSqliteRepositories(place).close()
    return place
  },
  async copyPlace(place) {
    const copy = await this.createPlace()
    await copyFile(place, copy)
    return copy
  },
  removePlace: (place) => rm(dirname(place), { recursive: true }),
}

/** Opens a place of the file store. */
async function openFile(place: string, onStep?: () => void): Promise<OpenRepositories> {
  return openSqliteRepositories(place, onStep === undefined ? { now: () => Date.now() + 600_000 } : { onStep })
}

async function loadOpen(module: string | null): Promise<typeof openFile> {
  if (module === null) return openFile
  const { openRepositories } = (await import(module)) as { openRepositories: typeof openFile }
  return openRepositories
}

/** Everything that is stored, without what is made up anew in each run. */
async function contentOf(repositories: OpenRepositories): Promise<Json> {
  const accounts = (await repositories.accounts.listByUser(userId)).unwrap()
  const names = new Map(accounts.map((account) => [account.id, account.providerAccountId]))
  const all = { userId, after: null, limit: 1_000_000 }
  const listed = (await repositories.transactions.list({ ...all, includeRemoved: true })).unwrap()
  const holdings = (await repositories.holdings.listByUser(userId)).unwrap()
  const connections = (await repositories.connections.list(all)).unwrap()
  const balances = []
  const cursors = []
  for (const { id, providerAccountId, connectionId: connection } of accounts) {
    balances.push(...(await repositories.balances.list({ ...all, accountId: id })).unwrap())
    cursors.push((await repositories.cursors.find(connection, `transactions:${providerAccountId}`)).unwrap())
  }
  await repositories.close()
  const nameless = (row: { accountId?: string; connectionId?: string; id?: string }): Json => ({
    ...(row as { [field: string]: Json }),
    id: '',
    connectionId: '',
    accountId: names.get(row.accountId ?? '') ?? '',
  })
  const texts = [
    ...connections,
    ...accounts,
    ...listed,
    ...holdings,
    ...balances,
    ...cursors.filter((one) => one !== null),
  ]
  return texts.map((row) => JSON.stringify(nameless(row))).sort()
}

/** What a number of kills came to. */
export type KillReport = { kills: number; steps: number; different: string[] }

/** Kills a scene at its steps, at random, as long as it is told to go on, and lets it be played again: what is stored then must be what is stored without a kill. */
export async function killOften(
  scene: Scene,
  goesOn: (kills: number) => boolean,
  random: () => number,
  store: KilledStore = fileStore,
): Promise<KillReport> {
  const open = await loadOpen(store.module)
  const run = async (place: string, which: Scene, onStep?: () => void) => {
    const repositories = await open(place, onStep)
    await play(which, repositories, (bytes) => crypto.getRandomValues(new Uint8Array(bytes)))
    await repositories.close()
  }
  const start = await store.createPlace()
  if (scene.endsWith('later')) await run(start, scene.replace('later', 'first') as Scene)
  const whole = await store.copyPlace(start)
  let steps = 0
  await run(whole, scene, () => void steps++)
  const expected = JSON.stringify(await contentOf(await open(whole)))
  const different: string[] = []
  let done = 0
  for (; goesOn(done); done++) {
    const killed = await store.copyPlace(start)
    const at = 1 + Math.floor(random() * steps)
    const words = [import.meta.filename, scene, killed, String(at), ...(store.module === null ? [] : [store.module])]
    const child = spawn(process.execPath, words, { stdio: 'inherit' })
    const [, signal] = await once(child, 'exit')
    if (signal !== 'SIGKILL') different.push(`step ${at}: it was not killed`)
    await run(killed, scene)
    if (JSON.stringify(await contentOf(await open(killed))) !== expected) different.push(`step ${at}: other rows`)
    await store.removePlace(killed)
  }
  for (const place of [start, whole]) await store.removePlace(place)
  return { kills: done, steps, different }
}

if (process.argv[1] === import.meta.filename) {
  const [scene, place, at, module = null] = process.argv.slice(2) as [Scene, string, string, string?]
  const open = await loadOpen(module)
  let step = 0
  const onStep = () => {
    step++
    if (step === Number(at)) process.kill(process.pid, 'SIGKILL')
  }
  await play(scene, await open(place, onStep), countingBytes())
}
