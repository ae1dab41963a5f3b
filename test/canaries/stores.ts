import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import {
  createFinport,
  createRegistry,
  Err,
  type FinportError,
  type ImportReport,
  markSandboxFetch,
  Ok,
  type Result,
  StorageError,
  type SyncReport,
} from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { chaseFile } from '@finport/provider-chase-file'
import { schwab } from '@finport/provider-schwab'
import { createSchwabSandbox, schwabFaultKinds } from '@finport/provider-schwab/sandbox'
import {
  createKyselyCredentialRepository,
  createKyselyRepositories,
  createPGliteDialect,
  createSqliteDialect,
  type FinportTables,
  migrate,
} from '@finport/storage-kysely'
import { createVault, parseKeyring } from '@finport/vault'
import { Kysely } from 'kysely'
import { todoist } from '../../examples/todoist-connector/src/index.ts'
import { createTodoist } from '../../examples/todoist-connector/test/todoist.ts'
import { LivingAccount } from '../syncing/living-account.ts'
import { learnFrom } from './connections.ts'
import { markedFiles } from './files.ts'
import type { CanarySearch } from './search.ts'

const userId = 'user-1'
const DAY = 86_400_000

/** Everything in the files of a database, the log of what is not in it yet among them. */
export async function hearDatabase({ hear }: CanarySearch, path: string): Promise<void> {
  for (const end of ['', '-wal', '-shm'])
    if (existsSync(path + end)) hear('database', `the file of SQLite${end}`, await readFile(path + end))
}

/** Institutions in which everything is marked, and a fetch that learns each token that goes by. */
function openMarkedInstitutions(search: CanarySearch, now: () => number) {
  let ids = 100_000
  const rowText = () => search.plant('text of a row', ['data', 'database'])
  const accounts = [1, 2].map(() => {
    const number = search.plantDigits('account number', 10)
    return new LivingAccount(number, search.plant('name of an account', ['data', 'database']), () => ids++)
  })
  for (const account of accounts)
    for (let days = 1; days < 30; days += 7) account.transfer(now() - days * DAY, days, rowText())
  const bank = createSchwabSandbox({
    ...{ now, accounts, requestsPerMinute: null },
    clientId: search.plant('client id'),
    clientSecret: search.plant('client secret'),
  })
  const broker = createAlpacaSandbox({ now, days: 20, activities: 15, requestsPerMinute: null })
  search.learn('account number', broker.accountNumber)
  const tasks = createTodoist({ now })
  tasks.addTask('t-1', search.plant('content of a task', ['data']))
  const fetch = markSandboxFetch(async (request: Request) => {
    const { host } = new URL(request.url)
    const institution = host.includes('alpaca') ? broker : host.includes('todoist') ? tasks : bank
    const sent = request.clone()
    const response = await institution.fetch(request)
    await learnFrom(search, sent, response.clone())
    return response
  })
  return { bank, broker, tasks, fetch, accounts }
}

/** Syncs, imports and feeds with marked secrets and rows, that go well and that fail, into a file of SQLite. */
export async function storeMarkedData(search: CanarySearch): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-canaries-'))
  const path = join(folder, 'marked.sqlite')
  const db = new Kysely<FinportTables>({ dialect: createSqliteDialect({ database: new DatabaseSync(path) }) })
  try {
    ;(await migrate({ db })).unwrap()
    await storeMarked(search, db)
    await hearDatabase(search, path)
    await db.destroy()
    await hearDatabase(search, path)
    // The text of a row belongs there: what does not show would not be found either.
    if (!(await readFile(path)).includes('canary')) throw new Error('The file must have marked rows.')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The tables of PostgreSQL that are not its own, and its log of what was written. */
const OF_USERS = /(?:^|\/)(?:base\/\d+\/(?:1[6-9]|[2-9]\d)\d{3,}|pg_wal\/[0-9A-F]+)$/

/** The same into a folder of PGlite: it takes some seconds. */
export async function storeMarkedDataInPGlite(search: CanarySearch): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-canaries-'))
  const db = new Kysely<FinportTables>({
    dialect: createPGliteDialect({ dataDir: join(folder, 'marked'), open: (dataDir) => PGlite.create({ dataDir }) }),
  })
  try {
    ;(await migrate({ db })).unwrap()
    await storeMarked(search, db)
    await db.destroy()
    let isMarked = false
    for (const file of await readdir(folder, { recursive: true })) {
      if (!OF_USERS.test(file)) continue
      // Most of it is zeros.
      const bytes = (await readFile(join(folder, file))).filter((byte) => byte !== 0)
      search.hear('database', 'a file of PGlite', bytes)
      isMarked ||= Buffer.from(bytes).includes('canary')
    }
    if (!isMarked) throw new Error('The files must have marked rows.')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function storeMarked(search: CanarySearch, db: Kysely<FinportTables>): Promise<void> {
  let time = Date.parse('2026-03-02T18:00:00Z')
  const now = () => time
  const { bank, broker, tasks, fetch, accounts } = openMarkedInstitutions(search, now)
  const logger = search.logger('registry')
  const hook = (value: unknown) => search.hear('log', 'hook', value)
  const hooks = { onAttempt: hook, onResult: hook }
  const settings = {
    clientId: 'client-1',
    clientSecret: 'canary-client-secret',
    redirectUri: 'https://app.example.com/callback',
  }
  const providers = createRegistry({ fetch, now, sleep: async () => {}, logger, hooks })
    .register(schwab, bank.settings)
    .register(alpaca)
    .register(chaseFile)
    .register(todoist, settings)
  const key = Buffer.from(search.plantDigits('key of a keyring', 32))
  search.learn('key of a keyring', key.toString('base64url'))
  const keyring = parseKeyring(`k1:${key.toString('base64url')}`).unwrap()
  const events = (event: unknown) => search.hear('event', 'finport', event)
  const repositories = createKyselyRepositories({ db })
  const vault = createVault({ keyring, credentials: createKyselyCredentialRepository({ db }), now, events })
  const finport = createFinport({ providers, vault, repositories, events, runtime: { now, logger } })
  for (const [what, shown] of Object.entries({ finport, repositories, providers, vault }))
    search.hear('shown form', what, shown)

  const onProgress = (progress: unknown) => search.hear('report', 'progress', progress)
  const tell = (what: string, result: Result<unknown, FinportError>) =>
    search.hear(result.isOk() ? 'report' : 'error', what, result.isOk() ? result.value : result.error)
  const sync = async (what: string, connectionId: string): Promise<SyncReport | null> => {
    const synced = await finport.sync({ userId, connectionId, onProgress })
    tell(`sync ${what}`, synced)
    return synced.unwrapOr(null)
  }
  const login = async (provider: 'schwab' | 'todoist') => {
    const browserBinding = search.plant('cookie of a browser')
    const begun = (await finport.connections.beginOAuth({ userId, provider, browserBinding })).unwrap()
    const state = new URL(begun.authorizationUrl).searchParams.get('state') ?? ''
    search.learn('state', state)
    const callback =
      provider === 'schwab'
        ? await bank.approve(begun.authorizationUrl)
        : new URLSearchParams({ code: tasks.approve(), state })
    search.learn('code', callback.get('code'))
    ;(await finport.connections.finishOAuth({ userId, provider, callback, browserBinding })).unwrap()
    return begun.connectionId
  }

  const atBank = await login('schwab')
  const input = broker.credentials
  search.learn('api key', input.apiKey)
  search.learn('api secret', input.apiSecret)
  const atBroker = (await finport.connections.connect({ userId, provider: 'alpaca', input })).unwrap().id
  for (const [what, connectionId] of Object.entries({ schwab: atBank, alpaca: atBroker })) {
    const report = await sync(what, connectionId)
    if (!report?.accounts.every(({ added }) => added > 0)) throw new Error(`${what} must have rows.`)
  }
  for (const kind of schwabFaultKinds) {
    time += DAY / 10
    bank.fail({ kind, times: 4 })
    for (const account of accounts) account.transfer(now(), 1, search.plant('text of a row', ['data', 'database']))
    await sync(`schwab, ${kind}`, atBank)
  }
  tell('sync of another user', await finport.sync({ userId: 'user-2', connectionId: atBank }))

  const atTasks = await login('todoist')
  const keeper = async (page: { changes: unknown[] }) => {
    search.hear('data', 'a page of changes', page.changes)
    search.hear('report', 'a page of changes', { ...page, changes: [] })
    return Ok(undefined)
  }
  const follow = { userId, connectionId: atTasks }
  const refuse = async () => Err(new StorageError('STORAGE_UNAVAILABLE'))
  tell('feed, not kept', await finport.feed({ ...follow, onPage: refuse }))
  tell('feed', await finport.feed({ ...follow, onPage: keeper }))

  for (const { name, content } of markedFiles(search)) {
    for (const dryRun of [true, false]) {
      const file = { fileName: name, fileContent: new TextEncoder().encode(content) }
      const imported: Result<ImportReport, FinportError> = await finport.importFile({
        userId,
        file,
        dryRun,
        onProgress,
      })
      tell(`import ${name}`, imported)
    }
    const broken = async function* () {
      yield new TextEncoder().encode(content.slice(0, content.length / 2))
      throw new Error(search.plant('words of a stream'))
    }
    tell(
      `import of a stream of ${name}`,
      await finport.importFile({ userId, file: { fileName: name, fileContent: broken } }),
    )
  }
  const stored = (await repositories.transactions.list({ userId, after: null, limit: 1_000 })).unwrap()
  if (!stored.some(({ description }) => description.startsWith('canary')))
    throw new Error('Marked rows must be stored.')
  search.hear('data', 'rows', stored)
  search.hear('data', 'accounts', (await repositories.accounts.listByUser(userId)).unwrap())
  search.hear(
    'stored',
    'connections',
    (await repositories.connections.list({ userId, after: null, limit: 10 })).unwrap(),
  )
  for (const id of [atBank, atBroker])
    tell('disconnect', await finport.connections.disconnect({ userId, connectionId: id }))
}
