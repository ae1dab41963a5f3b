import { Buffer } from 'node:buffer'
import { cpuUsage } from 'node:process'
import {
  type Batch,
  createProvider,
  type FileImportCredentials,
  type ProviderAccountData,
  type ProviderError,
  type ProviderHoldingData,
  type ProviderTransactionData,
  type ProviderWarning,
  type RejectedRecord,
  type Result,
  type TransactionBatch,
} from '@finport/core'
import {
  accountBatchSchema,
  accountSchema,
  type DataSchema,
  holdingBatchSchema,
  holdingSchema,
  transactionBatchSchema,
  transactionSchema,
} from '@finport/core/schemas'
import { chaseFile } from '../../src/index.ts'

/** What is given to the provider. */
export type Input = {
  /** The file, its bytes as code units. */
  readonly text: string
  readonly fileName: string
  readonly accountId: string | undefined
  /** The sizes of the chunks it is delivered in, in turn. */
  readonly chunkSizes: readonly number[]
}

/** What came of an input. */
export type Outcome = {
  /** What is wrong; `null` when nothing is. */
  readonly failure: string | null
  /** What the input made the provider do, in words: an input that has a new one is worth keeping. */
  readonly traits: readonly string[]
  /** The processor's time for the slowest of the readings. */
  readonly milliseconds: number
}

const MEGABYTE = 1024 * 1024
const MILLISECONDS_PER_MEGABYTE = 1_000
/** Below this, a measurement says more of the collector of garbage than of the reading. */
const FLOOR_MILLISECONDS = 400
const MEASUREMENTS = 3

/** As JSON has it: behind an even number of backslashes it is one, behind an odd number it is a text of six characters. */
const NUL = /(?:^|[^\\])(?:\\\\)*\\u0000/

const provider = createProvider(chaseFile).unwrap()

class Failure extends Error {}

function demand(isRight: boolean, otherwise: string): asserts isRight {
  if (!isRight) throw new Failure(otherwise)
}

function demandValid<T>(schema: DataSchema<T>, value: unknown, what: string): void {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise || result.issues === undefined) return
  const [issue] = result.issues
  throw new Failure(`${what} is not well formed: ${issue?.path?.map(String).join('.')}: ${issue?.message}`)
}

function demandUnique(ids: readonly string[], what: string): void {
  demand(new Set(ids).size === ids.length, `${what} have ids in common`)
}

const withoutNumbers = (text: string) => text.replace(/\d+/g, '#').replace(/'[^']*'/g, "'…'")

type Read = {
  accounts: ProviderAccountData[]
  transactions: ProviderTransactionData[]
  holdings: ProviderHoldingData[]
  rejected: RejectedRecord[]
  warnings: ProviderWarning[]
  error: string | null
}

/** What is wrong with a file, in words. */
function reasonOf(error: ProviderError): string {
  demand(error.code === 'PROVIDER_INVALID_INPUT', `the error is ${error.code}`)
  demand(error.issues.length === 1, `the error has ${error.issues.length} issues`)
  const [issue] = error.issues
  demand(issue !== undefined && issue.reason !== '' && issue.reason.length < 400, 'the reason is empty or long')
  return `${issue.path} at ${issue.line ?? issue.offset}: ${issue.reason}`
}

function demandOk<T>(result: Result<T, ProviderError>, what: string): T {
  if (result.isOk()) return result.value
  throw new Failure(`${what} failed: ${reasonOf(result.error)}`)
}

/** Adds up the processor's time of what it is given, so that looking at the answers does not count. */
type Stopwatch = { time<T>(call: () => Promise<T>): Promise<T>; milliseconds(): number }

function createStopwatch(): Stopwatch {
  let microseconds = 0
  return {
    async time(call) {
      const before = cpuUsage()
      const value = await call()
      const { user, system } = cpuUsage(before)
      microseconds += user + system
      return value
    },
    milliseconds: () => microseconds / 1_000,
  }
}

async function readByFetches(file: FileImportCredentials, { time }: Stopwatch): Promise<Read> {
  const read: Read = { accounts: [], transactions: [], holdings: [], rejected: [], warnings: [], error: null }
  const add = ({ rejected, warnings }: Pick<Batch<unknown>, 'rejected' | 'warnings'>) => {
    for (const one of rejected) read.rejected.push(one)
    for (const one of warnings) read.warnings.push(one)
  }
  const accounts = await time(() => provider.fetchAccounts(file))
  if (accounts.isErr()) return { ...read, error: reasonOf(accounts.error) }
  demandValid(accountBatchSchema, accounts.value, 'the accounts')
  add(accounts.value)
  read.accounts = accounts.value.items
  demandUnique(
    read.accounts.map(({ providerAccountId }) => providerAccountId),
    'accounts',
  )
  for (const { providerAccountId } of read.accounts.slice(0, 20)) {
    const transactions: TransactionBatch = demandOk(
      await time(() => provider.fetchTransactions(file, providerAccountId)),
      'fetchTransactions',
    )
    const holdings = demandOk(await time(() => provider.fetchHoldings(file, providerAccountId)), 'fetchHoldings')
    demandValid(transactionBatchSchema, transactions, 'the transactions')
    demandValid(holdingBatchSchema, holdings, 'the holdings')
    demand(transactions.covered === null, 'a file covers days')
    demandUnique(
      transactions.items.map(({ providerTransactionId }) => providerTransactionId),
      'transactions',
    )
    demandUnique(
      holdings.items.map(({ providerHoldingId }) => providerHoldingId),
      'holdings',
    )
    add(transactions)
    for (const one of transactions.items) read.transactions.push(one)
    for (const one of holdings.items) read.holdings.push(one)
  }
  return read
}

async function readBySnapshot(file: FileImportCredentials, { time }: Stopwatch): Promise<Read> {
  const read: Read = { accounts: [], transactions: [], holdings: [], rejected: [], warnings: [], error: null }
  const known = new Set<string>()
  const completed = new Set<string>()
  const pages = provider.fetchSnapshot(file)[Symbol.asyncIterator]()
  for (let next = await time(() => pages.next()); !next.done; next = await time(() => pages.next())) {
    const page = next.value
    demand(read.error === null, 'a page comes after the error')
    if (page.isErr()) {
      read.error = reasonOf(page.error)
      continue
    }
    const { accounts, transactions, holdings, rejected, warnings } = page.value
    for (const account of accounts) {
      demandValid(accountSchema, account, 'an account')
      known.add(account.providerAccountId)
      read.accounts.push(account)
    }
    for (const one of transactions) {
      demandValid(transactionSchema, one, 'a transaction')
      demand(known.has(one.providerAccountId), 'a transaction comes before its account')
      read.transactions.push(one)
    }
    for (const one of holdings) {
      demandValid(holdingSchema, one, 'a holding')
      demand(known.has(one.providerAccountId), 'a holding comes before its account')
      read.holdings.push(one)
    }
    for (const one of rejected) read.rejected.push(one)
    for (const one of warnings) read.warnings.push(one)
    for (const { providerAccountId } of page.value.completed) completed.add(providerAccountId)
  }
  demand(
    read.error !== null || [...known].every((providerAccountId) => completed.has(providerAccountId)),
    'an account is never completed',
  )
  return read
}

const toldLast = <T>(records: readonly T[], keyOf: (record: T) => string): T[] => [
  ...new Map(records.map((record) => [keyOf(record), record])).values(),
]

/** What has to be the same however a file is delivered. */
function summaryOf({ accounts, transactions, holdings, rejected, error }: Read): Readonly<Record<string, string>> {
  const some = new Set<string>(accounts.slice(0, 20).map(({ providerAccountId }) => providerAccountId))
  const isOfSome = ({ providerAccountId }: { providerAccountId: string | null }) => some.has(providerAccountId ?? '')
  const print = <T extends { providerAccountId: string }>(records: readonly T[], keyOf: (record: T) => string) =>
    toldLast(records.filter(isOfSome), (one) => `${one.providerAccountId}\n${keyOf(one)}`)
      .map((one) => JSON.stringify(one))
      .sort()
      .join('\n')
  if (error !== null) return { error }
  return {
    error: 'none',
    accounts: print(accounts, () => ''),
    transactions: print(transactions, ({ providerTransactionId }) => providerTransactionId),
    holdings: print(holdings, ({ providerHoldingId }) => providerHoldingId),
    rejected: [...new Set(rejected.filter(isOfSome).map(({ path, reason }) => `${path} ${reason}`))].sort().join('\n'),
  }
}

function demandSame(fetched: Read, streamed: Read): void {
  const [whole, delivered] = [summaryOf(fetched), summaryOf(streamed)]
  const different = Object.keys(whole).find((key) => whole[key] !== delivered[key])
  if (different === undefined) return
  const how = different === 'error' ? ` ${withoutNumbers(`${whole.error} or ${delivered.error}`)}` : ''
  throw new Failure(`what comes depends on how the file is delivered: its ${different}${how}`)
}

function traitsOf({ accounts, transactions, holdings, rejected, warnings, error }: Read, format: string): string[] {
  const size = (name: string, { length }: readonly unknown[]) =>
    `${name} ${Math.min(5, Math.ceil(Math.log2(length + 1)))}`
  const traits = new Set([
    `format ${format}`,
    size('accounts', accounts),
    size('transactions', transactions),
    size('holdings', holdings),
    size('rejected', rejected),
    ...(error === null ? [] : [`error ${withoutNumbers(error)}`]),
  ])
  for (const { reason, path } of rejected) traits.add(`rejected ${path.replace(/\W.*/s, '')} ${withoutNumbers(reason)}`)
  for (const { code, message } of warnings) traits.add(`warning ${code} ${withoutNumbers(message)}`)
  for (const { category, accountType, balance, cashBalance, holdingsValue } of accounts)
    traits.add(`account ${category} ${accountType} ${[balance, cashBalance, holdingsValue].map((one) => one !== null)}`)
  for (const { transactionType, subtype, status, rail, replaces, groupId, fees, quantity } of transactions) {
    const parts = [transactionType, subtype, status, rail, replaces !== null, groupId !== null, fees.length > 0]
    traits.add(`transaction ${parts} ${quantity === null ? '' : Math.sign(Number(quantity))}`)
  }
  for (const { assetType, multiplier, identifiers, marketValue } of holdings)
    traits.add(`holding ${assetType} ${multiplier === '1'} ${identifiers.occ !== null} ${marketValue !== null}`)
  return [...traits]
}

function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let turn = 0
  for (let start = 0; start < bytes.length; ) {
    const size = sizes[turn++ % sizes.length] ?? bytes.length
    yield bytes.subarray(start, start + size)
    start += size
  }
}

/** Gives an input to the provider in every way there is, and looks at what comes. What takes too long is a failure only when `timed`. */
export async function tryInput(
  { text, fileName, accountId, chunkSizes }: Input,
  { timed }: { timed: boolean },
): Promise<Outcome> {
  const bytes = new Uint8Array(Buffer.from(text, 'latin1'))
  const most = timed
    ? Math.max(FLOOR_MILLISECONDS, (bytes.length / MEGABYTE) * MILLISECONDS_PER_MEGABYTE)
    : Number.POSITIVE_INFINITY
  let slowest = 0

  const toFile = (fileContent: FileImportCredentials['fileContent']) =>
    provider.parseCredentials({ type: 'file_import', fileName, fileContent, accountId }).unwrap()
  const whole = () => toFile(bytes)
  const delivered = () =>
    toFile(async function* () {
      yield* chunksOf(bytes, chunkSizes)
    })

  const measure = async <T>(what: string, read: (stopwatch: Stopwatch) => Promise<T>): Promise<T> => {
    let least = Number.POSITIVE_INFINITY
    for (let count = 1; ; count++) {
      const stopwatch = createStopwatch()
      const value = await read(stopwatch)
      least = Math.min(least, stopwatch.milliseconds())
      if (least <= most || count === MEASUREMENTS) {
        slowest = Math.max(slowest, least)
        demand(least <= most, `${what} takes ${Math.round(least)} ms for ${bytes.length} bytes`)
        return value
      }
    }
  }

  try {
    const identified = await measure('identify', ({ time }) => time(() => provider.identify(whole())))
    const format = identified.isOk() ? (identified.value?.format ?? 'none') : 'broken'
    if (identified.isErr()) reasonOf(identified.error)
    const fetched = await measure('fetching', (stopwatch) => readByFetches(whole(), stopwatch))
    const streamed = await measure('streaming', (stopwatch) => readBySnapshot(delivered(), stopwatch))
    demand(identified.isErr() || identified.value !== null || fetched.error !== null, 'what is read is not identified')
    demandSame(fetched, streamed)
    demand(!NUL.test(JSON.stringify(fetched)), 'a NUL comes through, which databases refuse')
    return { failure: null, traits: traitsOf(fetched, format), milliseconds: slowest }
  } catch (error) {
    const failure = error instanceof Failure ? error.message : `it throws ${String(error)}`
    return { failure, traits: [], milliseconds: slowest }
  }
}
