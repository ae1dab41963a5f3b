import {
  type DateRange,
  type Decimal,
  Err,
  type InputIssue,
  Ok,
  type ProviderAccountData,
  type ProviderTransactionData,
  type Result,
  type SnapshotPage,
} from '@finport/core'
import papaparse from 'papaparse'
import type { FileReader } from '../file-reader.ts'
import { createTransactionIdentity, type TransactionIdentity } from '../identity.ts'
import { maskAccountNumber, UNKNOWN_ACCOUNT } from '../ofx/raw-data.ts'
import { describeAmountProblem } from '../ofx/transaction.ts'
import { emptyPage } from '../page.ts'
import { withDay } from '../period.ts'
import { lastFourOfCell, lastFourOfFileName, toCsvAccount } from './account.ts'
import { findLayout, type Layout } from './layouts.ts'
import { createPendingRows } from './pending-rows.ts'
import { createRowSplitter, type RowPlace } from './rows.ts'
import { createRunningBalance } from './running-balance.ts'
import { createRowReader, readCsvAmount } from './transaction.ts'

/** Chase puts no more than this into one download of a card, and says so only on its page. */
const CARD_ROWS_AT_MOST = 1_000

const SHIFTED = 'The cells are not under their columns: a comma that is not in quotes divides one.'

/** How to read a file. */
export type CsvOptions = {
  readonly layout: Layout
  readonly fileName: string
  readonly accountId: string | undefined
  readonly includeRawData: boolean
  /** Whether rows of no known account are to be read all the same, to tell what the file is. */
  readonly isIdentifying: boolean
}

type FileAccount = {
  data: ProviderAccountData
  readonly identify: TransactionIdentity
  period: DateRange | null
}

/** The layout of a file by its first bytes as text; `null` for one that is no CSV of Chase's. */
export function sniffLayout(head: string): Layout | null {
  const { data } = papaparse.parse<string[]>(withoutMark(head), { delimiter: ',', newline: '\n', preview: 1 })
  return findLayout((data[0] ?? []).map((cell) => cell.trim()))
}

/** A text without the byte order mark of UTF-8. */
function withoutMark(binary: string): string {
  return binary.startsWith('\u00ef\u00bb\u00bf') ? binary.slice(3) : binary
}

/** Reads the transactions of a CSV file. */
export function createCsvReader(options: CsvOptions): FileReader {
  const { layout, includeRawData } = options
  let page = emptyPage()
  let isHeaderRead = !layout.hasHeader
  let rowCount = 0
  let isFirstChunk = true
  /** The account that the rows name. */
  let numberOfFile: string | null = null
  let issue: InputIssue | null = checkAccountId(options)
  const accounts = new Map<string, FileAccount>()
  /** Accounts that no page has in their present form. */
  const untold = new Set<FileAccount>()
  const reader = createRowReader(layout)
  const hasBalance = layout.roles.balance !== undefined
  const running = createRunningBalance()
  const namesAccounts = layout.roles.card !== undefined || layout.roles.accountNumber !== undefined
  const pending = createPendingRows((transaction) => page.transactions.push(transaction))
  const named = accountIdOf(lastFourOfFileName(options.fileName))
  const ofFile = options.accountId ?? named
  const otherwise = options.isIdentifying ? `${layout.kind}-${UNKNOWN_ACCOUNT}` : null

  function accountIdOf(last: string | null): string | null {
    return last === null ? null : `${layout.kind}-${last}`
  }

  const accountOf = (providerAccountId: string): FileAccount => {
    let account = accounts.get(providerAccountId)
    if (account === undefined) {
      const data = toCsvAccount(layout.kind, providerAccountId)
      account = { data, identify: createTransactionIdentity(), period: null }
      accounts.set(providerAccountId, account)
      untold.add(account)
    }
    return account
  }

  const accountIdOfRow = (row: readonly string[]): string | null =>
    ofFile ??
    accountIdOf(lastFourOfCell(reader.cardOf(row))) ??
    accountIdOf(lastFourOfCell(reader.accountNumberOf(row))) ??
    otherwise

  const reject = (
    providerAccountId: string | null,
    { line, offset }: RowPlace,
    reason: string,
    rawData: SnapshotPage['rejected'][number]['rawData'],
  ) => {
    page.rejected.push({
      id: null,
      providerAccountId,
      path: `line ${line} at byte ${offset}`,
      reason,
      rawData: includeRawData ? rawData : null,
    })
  }

  const addWithBalance = (transaction: ProviderTransactionData, balance: Decimal | null) => {
    running.add({ number: rowCount, date: transaction.transactionDate, amount: transaction.amount, balance })
    pending.add(transaction, balance !== null, running.order())
  }

  /** Why the cells of a row can't be those of its columns; `null` when they can. */
  const widthProblem = (row: readonly string[]): string | null => {
    const columns = layout.header.length
    if (row.length > columns && row.slice(columns).some((text) => text.trim() !== '')) return SHIFTED
    if (row.length < columns - layout.optionalFields) return `There are ${row.length} cells for ${columns} columns.`
    return reader.isShifted(row) ? SHIFTED : null
  }

  const readRow = (row: readonly string[], place: RowPlace) => {
    rowCount++
    const problem = widthProblem(row)
    if (problem !== null) return reject(ofFile, place, problem, maskNumbers(reader.toRawData(row)))
    const providerAccountId = accountIdOfRow(row)
    const ofRow = accountIdOf(lastFourOfCell(reader.accountNumberOf(row)))
    if (providerAccountId === null && namesAccounts)
      return reject(null, place, 'The row does not say of which account it is.', maskNumbers(reader.toRawData(row)))
    if (providerAccountId === null) {
      issue ??= { path: 'accountId', line: place.line, reason: whoseFile(layout) }
      return
    }
    numberOfFile ??= ofRow
    if (ofFile !== null && ofRow !== null && ofRow !== numberOfFile) {
      issue ??= {
        path: 'accountId',
        line: place.line,
        reason: 'The file has rows of several accounts: leave accountId out, and rename the file.',
      }
      return
    }
    const account = accountOf(providerAccountId)
    const transaction = reader.toTransaction(row, { providerAccountId, identify: account.identify, includeRawData })
    if (typeof transaction === 'string') return reject(providerAccountId, place, transaction, reader.toRawData(row))
    const balance = readBalance(reader.balanceOf(row))
    if (balance.isErr()) return reject(providerAccountId, place, balance.error, reader.toRawData(row))
    account.period = withDay(account.period, transaction.transactionDate)
    if (hasBalance) addWithBalance(transaction, balance.value)
    else page.transactions.push(transaction)
  }

  const splitter = createRowSplitter({
    onRow(row, place) {
      if (isHeaderRead) return readRow(row, place)
      isHeaderRead = true
    },
    onBrokenLine(place) {
      rowCount++
      reject(ofFile, place, 'A quote is opened and never closed, or the line is far too long.', null)
    },
  })

  const warn = (
    code: SnapshotPage['warnings'][number]['code'],
    message: string,
    details: SnapshotPage['warnings'][number]['details'],
  ) => {
    const [providerAccountId = null] = accounts.size === 1 ? accounts.keys() : []
    page.warnings.push({ code, providerAccountId, message, details })
  }

  const takeAll = (): SnapshotPage => {
    const taken = page
    page = emptyPage()
    for (const account of untold) taken.accounts.push(account.data)
    untold.clear()
    return taken
  }

  const checkBalances = () => {
    const mismatch = running.mismatch()
    if (mismatch === null) return
    const { first, count } = mismatch
    warn(
      'BALANCE_MISMATCH',
      `The running balance does not add up at row ${first.row}: rows may be missing, or not in their order.`,
      {
        row: first.row,
        expected: first.expected,
        found: first.found,
        mismatches: count,
      },
    )
  }

  return {
    write({ bytes }) {
      const binary = bytes.toString('latin1')
      splitter.write(isFirstChunk ? withoutMark(binary) : binary)
      isFirstChunk = false
      return issue
    },
    recognisedAt: () => 0,
    rowCount: () => rowCount,
    take: (rows) => (page.transactions.length + page.rejected.length >= rows ? takeAll() : null),
    end() {
      splitter.end()
      if (issue !== null) return Err(issue)
      if (ofFile !== null && [named, numberOfFile].some((one) => one !== null && one !== ofFile)) {
        warn('OTHER', 'The file tells of another account than accountId, or its own name, does.', null)
      }
      if (accounts.size === 0) {
        const providerAccountId = ofFile ?? otherwise
        if (providerAccountId === null) return Err({ path: 'accountId', reason: whoseFile(layout) })
        accountOf(providerAccountId)
      }
      if (hasBalance) {
        pending.end(running.likelyOrder())
        checkBalances()
        for (const account of accounts.values()) {
          account.data = { ...account.data, balance: running.newest() }
          untold.add(account)
        }
      }
      if (layout.kind === 'card' && rowCount >= CARD_ROWS_AT_MOST) {
        warn(
          'POSSIBLY_TRUNCATED',
          `The file has ${rowCount} rows: Chase cuts downloads of cards at about ${CARD_ROWS_AT_MOST}. Choose shorter periods.`,
          null,
        )
      }
      for (const providerAccountId of accounts.keys())
        page.completed.push({ providerAccountId, covered: null, holdings: layout.kind !== 'invest' })
      return Ok(takeAll())
    },
    summary: () => ({
      format: layout.name,
      accounts: [...accounts.values()].map(({ data, period }) => ({ account: data, period })),
    }),
  }
}

function whoseFile({ kind }: Layout): string {
  return `The file does not say of which account it is. Pass accountId, such as '${kind}-1234', or keep the name that Chase gave it.`
}

/** The account that the caller means must be one of the file's kind, lest a checking account becomes a card. */
function checkAccountId({ accountId, layout }: CsvOptions): InputIssue | null {
  if (accountId === undefined || accountId.startsWith(`${layout.kind}-`)) return null
  return {
    path: 'accountId',
    reason: `For this file it must look like '${layout.kind}-1234': the kind of account and the last four digits of its number.`,
  }
}

/** A balance; blank on rows that are pending, and now and then on others. */
function readBalance(text: string): Result<Decimal | null, string> {
  if (text === '') return Ok(null)
  return readCsvAmount(text).mapErr((problem) => describeAmountProblem('Balance', problem))
}

/** A row whose cells are under other columns may have an account number in any of them. */
function maskNumbers(data: { [name: string]: string }): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(data).map(([name, text]) => [name, text.replace(/\d{6,}/g, maskAccountNumber)]),
  )
}
