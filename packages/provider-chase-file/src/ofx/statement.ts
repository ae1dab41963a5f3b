import {
  type DateRange,
  Err,
  type InputIssue,
  type IsoDate,
  Ok,
  type ProviderAccountData,
  type Result,
  type SnapshotPage,
} from '@finport/core'
import { createTransactionIdentity, type TransactionIdentity } from '../identity.ts'
import { accountElementOf, currencyOf, mergeAccounts, NO_CURRENCY, periodOf, toAccount } from './account.ts'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import { lastFour, toRawData } from './raw-data.ts'
import { createScanner, type ElementEnd, type ScannerLimits } from './scanner.ts'
import { knownAggregates, responseElements, type StatementKind, statementElements, statusReason } from './tables.ts'
import { type TransactionContext, toTransaction } from './transaction.ts'
import { createOfxDateReader } from './values.ts'

/** Chase's id for Quicken, in FI and INTU.BID, and its INTU.BID for QuickBooks. */
const CHASE_ID = '10898'
const CHASE_QUICKBOOKS_ID = '2430'

/** How to read a file. */
export type StatementOptions = {
  readonly includeRawData: boolean
  readonly limits: ScannerLimits
  /** The account of statements that name none. */
  readonly accountId: string | undefined
}

/** What a file holds. */
export type StatementSummary = {
  /** `QFX` for Quicken, `QBO` for QuickBooks (Chase's differ only in INTU.BID), else `OFX`. */
  readonly flavour: 'QFX' | 'QBO' | 'OFX'
  readonly accounts: readonly { readonly account: ProviderAccountData; readonly period: DateRange | null }[]
}

/** A reader that is fed a file piece by piece, as text whose code units are the file's bytes. */
export type StatementReader = {
  /** Reads on; an issue ends it. */
  write(chunk: string): InputIssue | null
  /** Whether anything of OFX has come. */
  hasOfx(): boolean
  /** What has come together, once that is at least so many rows. */
  take(rows: number): SnapshotPage | null
  /** The rest, or why the file as a whole gives nothing. */
  end(): Result<SnapshotPage, InputIssue>
  /** After the end: what the file was. */
  summary(): StatementSummary
}

type FileAccount = {
  data: ProviderAccountData
  readonly bankAndNumber: string
  readonly identify: TransactionIdentity
  period: DateRange | null
  /** Whether a page has it in its present form. */
  isTold: boolean
}

type Row = { readonly element: OfxElement; readonly end: ElementEnd; readonly path: string }

function emptyPage(): SnapshotPage {
  return { accounts: [], transactions: [], holdings: [], rejected: [], warnings: [], completed: [] }
}

/** Reads bank and card statements. */
export function createStatementReader(options: StatementOptions): StatementReader {
  let page = emptyPage()
  const accounts = new Map<string, FileAccount>()
  let isOfx = false
  let isChase = false
  let flavour: StatementSummary['flavour'] = 'OFX'
  let statementCount = 0
  let rowCount = 0
  /** Rows of a statement that come before the account they belong to. */
  let waiting: Row[] = []
  /** The statement whose rows are being read, once its account is known. */
  let current: { statement: OfxElement; context: TransactionContext } | null = null
  const readDate = createOfxDateReader()
  const failures: (InputIssue & { element: OfxElement })[] = []

  const warn = (code: SnapshotPage['warnings'][number]['code'], providerAccountId: string | null, message: string) => {
    page.warnings.push({ code, providerAccountId, message, details: null })
  }

  const reject = (providerAccountId: string | null, path: string, reason: string, element: OfxElement) => {
    const rawData = options.includeRawData ? toRawData(element) : null
    page.rejected.push({ id: null, providerAccountId, path, reason, rawData })
  }

  const contextOf = (statement: OfxElement, account: FileAccount): TransactionContext => ({
    providerAccountId: account.data.providerAccountId,
    kind: account.data.category === 'credit' ? 'card' : 'deposit',
    currency: currencyOf(statement, 'CURDEF') ?? NO_CURRENCY,
    isChase,
    identify: account.identify,
    includeRawData: options.includeRawData,
    readDate,
  })

  const accountOf = (statement: OfxElement, kind: StatementKind): FileAccount => {
    const from = accountElementOf(statement)
    const number = fieldOf(from, 'ACCTID')
    const bankAndNumber = `${fieldOf(from, 'BANKID')}/${number}`
    const last = lastFour(number)
    const base = last === '' ? (options.accountId ?? `${kind}-unknown`) : `${kind}-${last}`
    let providerAccountId = base
    for (let nth = 2; accounts.has(providerAccountId); nth++) {
      const known = accounts.get(providerAccountId) as FileAccount
      if (known.bankAndNumber === bankAndNumber) return known
      providerAccountId = `${base}-${nth}`
    }
    const account: FileAccount = {
      data: toAccount(statement, kind, { providerAccountId, includeRawData: options.includeRawData }),
      bankAndNumber,
      identify: createTransactionIdentity(),
      period: null,
      isTold: false,
    }
    accounts.set(providerAccountId, account)
    if (last === '' && options.accountId === undefined) {
      warn('OTHER', providerAccountId, 'The statement does not say of which account it is. Pass accountId to say so.')
    }
    if (providerAccountId !== base) {
      warn(
        'OTHER',
        providerAccountId,
        'The file holds two accounts with the same last four digits. The second one is told apart by its place in the file.',
      )
    }
    return account
  }

  const readRow = ({ element, end, path }: Row, context: TransactionContext) => {
    const { providerAccountId } = context
    if (end === 'file') return reject(providerAccountId, path, 'The file ends inside this record.', element)
    const transaction = toTransaction(element, context)
    if (transaction.isOk()) page.transactions.push(transaction.value)
    else reject(providerAccountId, path, transaction.error, element)
  }

  const endRow = (element: OfxElement, path: readonly OfxElement[], end: ElementEnd) => {
    rowCount++
    const row: Row = { element, end, path: `STMTTRN[${rowCount}] at byte ${element.offset}` }
    const statement = path.findLast(({ name }) => Object.hasOwn(statementElements, name))
    if (statement === undefined) return reject(null, row.path, 'The record is outside of a statement.', element)
    if (current?.statement !== statement) {
      if (accountElementOf(statement) === undefined || currencyOf(statement, 'CURDEF') === null)
        return void waiting.push(row)
      const account = accountOf(statement, statementElements[statement.name] as StatementKind)
      current = { statement, context: contextOf(statement, account) }
    }
    readRow(row, current.context)
  }

  const endStatement = (statement: OfxElement, kind: StatementKind) => {
    statementCount++
    const account = accountOf(statement, kind)
    const { providerAccountId } = account.data
    for (const row of waiting) readRow(row, contextOf(statement, account))
    waiting = []
    current = null
    account.data = mergeAccounts(
      account.data,
      toAccount(statement, kind, { providerAccountId, includeRawData: options.includeRawData }),
    )
    account.isTold = false
    account.period = unionOf(account.period, periodOf(statement))
    if (account.data.currency === NO_CURRENCY)
      warn('OTHER', providerAccountId, 'The statement does not say its currency.')
    for (const name of ['LEDGERBAL', 'AVAILBAL']) {
      const balance = childOf(statement, name)
      const isRead = name === 'LEDGERBAL' ? account.data.balance : account.data.availableBalance
      if (balance !== undefined && isRead === null)
        warn('OTHER', providerAccountId, `The amount of ${name} can't be read.`)
    }
  }

  const endResponse = (response: OfxElement) => {
    const reason = statusReason(fieldOf(childOf(response, 'STATUS'), 'CODE'))
    if (reason === null) return
    if (response.children.some(({ name }) => Object.hasOwn(statementElements, name))) {
      warn('INSTITUTION_NEEDS_ATTENTION', null, reason)
    } else {
      failures.push({
        path: `${response.name} at byte ${response.offset}`,
        reason,
        offset: response.offset,
        element: response,
      })
    }
  }

  const endSignOn = (response: OfxElement) => {
    const institution = fieldOf(childOf(response, 'FI'), 'FID')
    const quicken = fieldOf(response, 'INTU.BID')
    isChase = institution === CHASE_ID || quicken === CHASE_ID
    flavour = quicken === '' ? 'OFX' : institution === CHASE_ID && quicken === CHASE_QUICKBOOKS_ID ? 'QBO' : 'QFX'
    const reason = statusReason(fieldOf(childOf(response, 'STATUS'), 'CODE'))
    if (reason !== null)
      failures.push({ path: `SONRS at byte ${response.offset}`, reason, offset: response.offset, element: response })
  }

  const scanner = createScanner(
    {
      aggregates: knownAggregates,
      onStart() {
        isOfx = true
      },
      onEnd(element, path, end) {
        const { name } = element
        if (name === 'STMTTRN') endRow(element, path, end)
        else if (Object.hasOwn(statementElements, name)) endStatement(element, statementElements[name] as StatementKind)
        else if (Object.hasOwn(responseElements, name)) endResponse(element)
        else if (name === 'SONRS') endSignOn(element)
        else if (name === 'OFX' && end === 'file') {
          warn('POSSIBLY_TRUNCATED', null, 'The file ends before </OFX>: some of it may be missing.')
        }
        return name !== 'STMTTRN' && !Object.hasOwn(responseElements, name)
      },
    },
    options.limits,
  )

  const takeAll = (): SnapshotPage => {
    const taken = page
    page = emptyPage()
    for (const account of accounts.values()) {
      if (account.isTold) continue
      taken.accounts.push(account.data)
      account.isTold = true
    }
    return taken
  }

  const toIssue = (problem: { offset: number; reason: string } | null): InputIssue | null =>
    problem === null ? null : { path: 'fileContent', ...problem }

  return {
    write: (chunk) => toIssue(scanner.write(chunk)),
    hasOfx: () => isOfx,
    take: (rows) => (page.transactions.length + page.rejected.length >= rows ? takeAll() : null),
    end() {
      const issue = toIssue(scanner.end())
      if (issue !== null) return Err(issue)
      if (statementCount === 0) {
        const [failure] = failures
        if (failure !== undefined)
          return Err({ path: 'fileContent', reason: failure.reason, offset: failure.offset ?? 0 })
        return Err({ path: 'fileContent', reason: 'The file is OFX, but holds no bank or card statement.', offset: 0 })
      }
      for (const { path, reason, element } of failures) reject(null, path, reason, element)
      for (const { data } of accounts.values()) {
        page.completed.push({ providerAccountId: data.providerAccountId, covered: null, holdings: true })
      }
      return Ok(takeAll())
    },
    summary: () => ({
      flavour,
      accounts: [...accounts.values()].map(({ data, period }) => ({ account: data, period })),
    }),
  }
}

function unionOf(a: DateRange | null, b: DateRange | null): DateRange | null {
  if (a === null || b === null) return a ?? b
  const [from] = [a.from, b.from].sort() as [IsoDate, IsoDate]
  const [, to] = [a.to, b.to].sort() as [IsoDate, IsoDate]
  return { from, to }
}
