import {
  Decimal,
  Err,
  type InputIssue,
  Ok,
  type ProviderTransactionData,
  type RejectedRecord,
  type Result,
  type SnapshotPage,
} from '@finport/core'
import type { ContentChunk } from '../content.ts'
import type { FileReader } from '../file-reader.ts'
import { createTransactionIdentity } from '../identity.ts'
import { emptyPage } from '../page.ts'
import { createTextPrints } from '../text-print.ts'
import { accountElementOf, currencyOf, NO_CURRENCY } from './account.ts'
import { type Correction, correctionOf, fitIdKey, fitIdOf, resolveCorrections } from './correction.ts'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import {
  aggregateLevels,
  knownLeaves,
  repeatingLeaves,
  responseElements,
  rowElements,
  statementElements,
  textLeaves,
} from './elements.ts'
import { createFileAccounts, type FileAccount } from './file-accounts.ts'
import { type HoldingContext, positionElements, toHolding } from './holding.ts'
import { type InvestmentContext, toInvestmentTransactions } from './investment-transaction.ts'
import { toRawData } from './raw-data.ts'
import { createScanner, type ElementEnd, type ScannerLimits, type ScanProblem } from './scanner.ts'
import type { Security } from './security.ts'
import { type StatementKind, statusReason } from './tables.ts'
import { PENDING_ELEMENT, toTransaction } from './transaction.ts'
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
  /** The file's security list, which stands behind the statements that need it. While it is `null`, reading pauses where they start. */
  readonly securities: () => ReadonlyMap<string, Security> | null
  /** Rows to look out for, by {@link fitIdKey}, because others correct them. */
  readonly wanted?: ReadonlySet<string>
}

/** Rows by {@link fitIdKey}. */
export type FoundRows = ReadonlyMap<string, readonly ProviderTransactionData[]>

/** What {@link readOfx} is made of: it reads a file once, and can say what it would have to know of it beforehand. */
export type StatementReader = Omit<FileReader, 'write' | 'end'> & {
  write(chunk: ContentChunk): InputIssue | null
  /** Whether reading paused because the security list is needed now. */
  isPaused(): boolean
  /** Rows that others correct: they may have gone out already, so that the file has to be read again for them. */
  wanted(): ReadonlySet<string>
  /** The rows that were to be looked out for. */
  found(): FoundRows
  /** The rest; `corrected` are the rows that were {@link StatementReader.wanted | wanted}. */
  end(corrected: FoundRows): Result<SnapshotPage, InputIssue>
}

type Row = { readonly element: OfxElement; readonly end: ElementEnd; readonly number: number }
type RowContext = InvestmentContext & HoldingContext & { readonly account: FileAccount }

const positions: ReadonlySet<string> = new Set(positionElements)
const zero = '0' as Decimal
/** Only these names, and not such as `status` or `transfer`, tell that a file is OFX. */
const STATEMENT_LEVEL = aggregateLevels.get('STMTRS') ?? 0
const ambiguousElements: ReadonlySet<string> = new Set(['STATUS', 'FI'])
const NO_SECURITIES: ReadonlyMap<string, Security> = new Map()

/** Reads bank, card and investment statements. */
export function createStatementReader(options: StatementOptions): StatementReader {
  let page = emptyPage()
  let recognisedAt: number | null = null
  let isPaused = false
  let isChase = false
  let flavour = 'OFX'
  let statementCount = 0
  let rowCount = 0
  let holdingsValue: Decimal | null = zero
  /** Whether the statement has a list of positions that is whole. */
  let hasPositions = false
  /** Rows of a statement that come before the account they belong to. */
  let waiting: { statement: OfxElement; rows: Row[] } | null = null
  /** The statement whose rows are being read, once its account is known. */
  let current: { statement: OfxElement; context: RowContext } | null = null
  /** Statements that did not come, and why. */
  const failures: (RejectedRecord & { offset: number })[] = []
  const corrections: Correction[] = []
  const found = new Map<string, ProviderTransactionData[]>()
  const readDate = createOfxDateReader()
  const prints = createTextPrints()

  const warn = (code: SnapshotPage['warnings'][number]['code'], providerAccountId: string | null, message: string) => {
    page.warnings.push({ code, providerAccountId, message, details: null })
  }
  const accounts = createFileAccounts({
    includeRawData: options.includeRawData,
    accountId: options.accountId,
    warn: ({ providerAccountId, message }) => warn('OTHER', providerAccountId, message),
  })

  const reject = (providerAccountId: string | null, path: string, reason: string, element: OfxElement) => {
    const rawData = options.includeRawData ? toRawData(element) : null
    page.rejected.push({ id: null, providerAccountId, path, reason, rawData })
  }

  const contextOf = (statement: OfxElement, account: FileAccount): RowContext => {
    const positionCounts = new Map<string, number>()
    return {
      account,
      providerAccountId: account.data.providerAccountId,
      kind: account.data.category === 'credit' ? 'card' : account.kind,
      currency: currencyOf(statement, 'CURDEF') ?? NO_CURRENCY,
      isChase,
      identify: createTransactionIdentity(),
      identifyHolding(key) {
        const count = positionCounts.get(key) ?? 0
        positionCounts.set(key, count + 1)
        return count === 0 ? key : `${key}/${count}`
      },
      includeRawData: options.includeRawData,
      readDate,
      prints,
      securities: options.securities() ?? NO_SECURITIES,
    }
  }

  const readHolding = (element: OfxElement, context: RowContext): string | null => {
    const holding = toHolding(element, context)
    if (typeof holding === 'string') {
      holdingsValue = null
      return holding
    }
    page.holdings.push(holding)
    const { marketValue, currency } = holding
    const isOwnCurrency = currency === context.currency
    holdingsValue =
      holdingsValue !== null && marketValue !== null && isOwnCurrency ? Decimal.add(holdingsValue, marketValue) : null
    return null
  }

  const give = (transaction: ProviderTransactionData, context: RowContext) => {
    page.transactions.push(transaction)
    context.account.noteDate(transaction.transactionDate)
  }

  /** Holds back what corrects another, and keeps what others correct. Returns whether it is held back. */
  const correct = (
    element: OfxElement,
    number: number,
    transactions: ProviderTransactionData[],
    context: RowContext,
  ) => {
    const correction = correctionOf(element)
    const target = correction === null ? null : fitIdKey(context.providerAccountId, correction.fitId)
    if (options.wanted !== undefined) {
      const key = fitIdKey(context.providerAccountId, fitIdOf(element))
      if (options.wanted.has(key) && !found.has(key) && key !== target) found.set(key, transactions)
    }
    if (correction === null || target === null) return false
    corrections.push({ action: correction.action, target, transactions, path: pathOf(element, number) })
    return true
  }

  const readBankTransaction = (element: OfxElement, number: number, context: RowContext): string | null => {
    const transaction = toTransaction(element, context)
    if (typeof transaction === 'string') return transaction
    const isPlain = options.wanted === undefined && fieldOf(element, 'CORRECTFITID') === ''
    if (isPlain || !correct(element, number, [transaction], context)) give(transaction, context)
    return null
  }

  const readInvestmentTransactions = (element: OfxElement, number: number, context: RowContext): string | null => {
    const transactions = toInvestmentTransactions(element, context)
    if (typeof transactions === 'string') return transactions
    if (!correct(element, number, transactions, context))
      for (const transaction of transactions) give(transaction, context)
    return null
  }

  const readRow = (element: OfxElement, end: ElementEnd, number: number, context: RowContext) => {
    const { name } = element
    const problem =
      end === 'file'
        ? 'The file ends inside this record.'
        : name === 'STMTTRN' || name === PENDING_ELEMENT
          ? readBankTransaction(element, number, context)
          : positions.has(name)
            ? readHolding(element, context)
            : readInvestmentTransactions(element, number, context)
    if (problem !== null) reject(context.providerAccountId, pathOf(element, number), problem, element)
  }

  /** Reads a row, unless its account is not known yet. */
  const endRow = (element: OfxElement, path: readonly OfxElement[], end: ElementEnd): 'read' | 'waiting' => {
    rowCount++
    if (current === null || !path.includes(current.statement)) {
      const statement = path.findLast(({ name }) => Object.hasOwn(statementElements, name))
      if (statement === undefined) {
        reject(null, pathOf(element, rowCount), 'The record is outside of a statement.', element)
        return 'read'
      }
      if (waiting?.statement === statement) {
        waiting.rows.push({ element, end, number: rowCount })
        return 'waiting'
      }
      if (accountElementOf(statement) === undefined || currencyOf(statement, 'CURDEF') === null) {
        waiting = { statement, rows: [{ element, end, number: rowCount }] }
        return 'waiting'
      }
      const account = accounts.of(statement, statementElements[statement.name] as StatementKind)
      current = { statement, context: contextOf(statement, account) }
    }
    readRow(element, end, rowCount, current.context)
    return 'read'
  }

  const endStatement = (statement: OfxElement, kind: StatementKind) => {
    statementCount++
    const context =
      current?.statement === statement ? current.context : contextOf(statement, accounts.of(statement, kind))
    for (const { element, end, number } of waiting?.rows ?? []) readRow(element, end, number, context)
    accounts.end(statement, kind, hasPositions ? { holdingsValue } : null)
    hasPositions = false
    waiting = null
    current = null
    holdingsValue = zero
  }

  const endResponse = (response: OfxElement) => {
    const reason = statusReason(fieldOf(childOf(response, 'STATUS'), 'CODE'))
    if (reason === null) return
    if (response.children.some(({ name }) => Object.hasOwn(statementElements, name))) {
      return warn('INSTITUTION_NEEDS_ATTENTION', null, reason)
    }
    const { name, offset } = response
    const rawData = options.includeRawData ? toRawData(response) : null
    failures.push({ id: null, providerAccountId: null, path: `${name} at byte ${offset}`, reason, rawData, offset })
  }

  const endSignOn = (response: OfxElement) => {
    const institution = fieldOf(childOf(response, 'FI'), 'FID')
    const quicken = fieldOf(response, 'INTU.BID')
    isChase = institution === CHASE_ID || quicken === CHASE_ID
    flavour = quicken === '' ? 'OFX' : institution === CHASE_ID && quicken === CHASE_QUICKBOOKS_ID ? 'QBO' : 'QFX'
    endResponse(response)
  }

  const scanner = createScanner(
    {
      aggregateLevels,
      leaves: knownLeaves,
      texts: textLeaves,
      repeating: repeatingLeaves,
      onText: prints.note,
      onStart(name, offset) {
        if (
          recognisedAt === null &&
          !ambiguousElements.has(name) &&
          (aggregateLevels.get(name) ?? 0) <= STATEMENT_LEVEL
        )
          recognisedAt = offset
        isPaused = name === 'INVSTMTRS' && options.securities() === null
        return isPaused
      },
      onEnd(element, path, end) {
        const { name } = element
        if (rowElements.has(name)) return endRow(element, path, end) === 'waiting'
        if (Object.hasOwn(statementElements, name)) endStatement(element, statementElements[name] as StatementKind)
        else if (name === 'SONRS') endSignOn(element)
        else if (responseElements.has(name)) endResponse(element)
        else if (name === 'INVPOSLIST') hasPositions = end !== 'file'
        else if (name === 'OFX' && end === 'file') {
          warn('POSSIBLY_TRUNCATED', null, 'The file ends before </OFX>: some of it may be missing.')
        }
        return !responseElements.has(name)
      },
    },
    options.limits,
  )

  const takeAll = (): SnapshotPage => {
    const taken = page
    page = emptyPage()
    taken.accounts = accounts.takeUntold()
    return taken
  }

  const addCorrections = (corrected: FoundRows) => {
    const { transactions, unresolved } = resolveCorrections(corrections, corrected)
    for (const transaction of transactions) page.transactions.push(transaction)
    for (const {
      path,
      transactions: [one],
    } of unresolved) {
      warn('OTHER', one?.providerAccountId ?? null, `The transaction that ${path} corrects is not in the file.`)
    }
  }

  return {
    write(chunk) {
      isPaused = false
      return toIssue(scanner.write(chunk))
    },
    recognisedAt: () => recognisedAt,
    rowCount: () => rowCount,
    take: (rows) => (page.transactions.length + page.holdings.length + page.rejected.length >= rows ? takeAll() : null),
    isPaused: () => isPaused,
    wanted: () => new Set(corrections.map(({ target }) => target)),
    found: () => found,
    end(corrected) {
      const issue = toIssue(scanner.end())
      if (issue !== null) return Err(issue)
      if (statementCount === 0) {
        const [failure] = failures
        const reason =
          failure?.reason ??
          'The file is OFX, but holds no statement: download account activity, not a list of accounts or a profile.'
        return Err({ path: 'fileContent', reason, offset: failure?.offset ?? 0 })
      }
      for (const { offset: _offset, ...record } of failures) page.rejected.push(record)
      addCorrections(corrected)
      for (const { data, hasHoldings } of accounts.all()) {
        page.completed.push({ providerAccountId: data.providerAccountId, covered: null, holdings: hasHoldings })
      }
      return Ok(takeAll())
    },
    summary: () => ({
      format: flavour,
      accounts: accounts.all().map(({ data, period }) => ({ account: data, period: period() })),
    }),
  }
}

function pathOf({ name, offset }: OfxElement, number: number): string {
  return `${name}[${number}] at byte ${offset}`
}

function toIssue(problem: ScanProblem | null): InputIssue | null {
  return problem === null ? null : { path: 'fileContent', ...problem }
}
