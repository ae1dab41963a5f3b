import type { DateRange, Decimal, IsoDate, ProviderAccountData, ProviderWarning } from '@finport/core'
import { unionOf, withDay } from '../period.ts'
import { accountElementOf, mergeAccounts, NO_CURRENCY, periodOf, toAccount, unreadableBalances } from './account.ts'
import { fieldOf, type OfxElement } from './element.ts'
import { lastFour, UNKNOWN_ACCOUNT } from './raw-data.ts'
import type { StatementKind } from './tables.ts'

/** An account over all statements of a file. */
export type FileAccount = {
  data: ProviderAccountData
  readonly kind: StatementKind
  /** The days that its statements say they are of, or else those of its rows. */
  period(): DateRange | null
  /** A row of this day has come. */
  noteDate(date: IsoDate): void
  /** A statement says it is of these days. */
  notePeriod(period: DateRange | null): void
  /** Whether a statement lists its holdings, or it has none by its kind. */
  hasHoldings: boolean
  /** Whether a list of positions has come. */
  hasPositions: boolean
}

/** The accounts of a file. */
export type FileAccounts = {
  /** That of a statement, which may still be open; made when it is met first. */
  of(statement: OfxElement, kind: StatementKind): FileAccount
  /** A statement is through, with its list of positions if it has a whole one; their market value is `null` when that of one is not known. */
  end(statement: OfxElement, kind: StatementKind, positions: { holdingsValue: Decimal | null } | null): FileAccount
  all(): FileAccount[]
  /** Those that are new or have changed since the last call. */
  takeUntold(): ProviderAccountData[]
}

/** How accounts are made, and where to warn. */
export type FileAccountsOptions = {
  readonly includeRawData: boolean
  /** The account of statements that name none. */
  readonly accountId: string | undefined
  warn(warning: Pick<ProviderWarning, 'providerAccountId' | 'message'>): void
}

/** Keeps the accounts of a file: two statements with the same bank and number are of one. */
export function createFileAccounts({ includeRawData, accountId, warn }: FileAccountsOptions): FileAccounts {
  const accounts = new Map<string, FileAccount>()
  const untold = new Set<FileAccount>()
  const idByNumber = new Map<string, string>()
  /** How many accounts end in the same four digits. */
  const counts = new Map<string, number>()

  const read = (statement: OfxElement, kind: StatementKind, providerAccountId: string, holdingsValue: Decimal | null) =>
    toAccount(statement, kind, { providerAccountId, includeRawData, holdingsValue })

  const idOf = (statement: OfxElement, kind: StatementKind): { providerAccountId: string; isSecond: boolean } => {
    const from = accountElementOf(statement)
    const number = fieldOf(from, 'ACCTID')
    const last = lastFour(number)
    const base = last === '' ? (accountId ?? `${kind}-${UNKNOWN_ACCOUNT}`) : `${kind}-${last}`
    const key = `${base}\n${fieldOf(from, 'BANKID')}${fieldOf(from, 'BROKERID')}\n${number}`
    const known = idByNumber.get(key)
    if (known !== undefined) return { providerAccountId: known, isSecond: false }
    const count = (counts.get(base) ?? 0) + 1
    const providerAccountId = count === 1 ? base : `${base}-${count}`
    counts.set(base, count)
    idByNumber.set(key, providerAccountId)
    return { providerAccountId, isSecond: count > 1 }
  }

  const of = (statement: OfxElement, kind: StatementKind): FileAccount => {
    const { providerAccountId, isSecond } = idOf(statement, kind)
    const known = accounts.get(providerAccountId)
    if (known !== undefined) return known
    let ofStatements: DateRange | null = null
    let ofRows: DateRange | null = null
    let lastDate: IsoDate | null = null
    const account: FileAccount = {
      data: read(statement, kind, providerAccountId, null),
      kind,
      period: () => ofStatements ?? ofRows,
      noteDate(date) {
        if (date !== lastDate) ofRows = withDay(ofRows, date)
        lastDate = date
      },
      notePeriod(period) {
        ofStatements = unionOf(ofStatements, period)
      },
      hasHoldings: kind !== 'invest',
      hasPositions: false,
    }
    accounts.set(providerAccountId, account)
    untold.add(account)
    if (providerAccountId.endsWith(UNKNOWN_ACCOUNT)) {
      warn({ providerAccountId, message: 'The statement does not say of which account it is.' })
    }
    if (isSecond) {
      warn({
        providerAccountId,
        message:
          'Two accounts of the file end in the same four digits. The later one is told apart by its place in the file.',
      })
    }
    return account
  }

  const end: FileAccounts['end'] = (statement, kind, positions) => {
    const account = of(statement, kind)
    const { providerAccountId } = account.data
    if (positions !== null && account.hasPositions) {
      account.hasHoldings = false
      warn({
        providerAccountId,
        message: 'The file has two lists of positions of one account: what is in both is as the later one has it.',
      })
    } else if (positions !== null) {
      account.hasPositions = true
      account.hasHoldings = true
    }
    const found = read(statement, kind, providerAccountId, positions?.holdingsValue ?? null)
    account.data = mergeAccounts(account.data, found)
    untold.add(account)
    account.notePeriod(periodOf(statement))
    if (account.data.currency === NO_CURRENCY) {
      warn({ providerAccountId, message: 'The statement does not say its currency.' })
    }
    for (const name of unreadableBalances(statement))
      warn({ providerAccountId, message: `The amount of ${name} can't be read.` })
    return account
  }

  const takeUntold = () => {
    const taken = Array.from(untold, ({ data }) => data)
    untold.clear()
    return taken
  }

  return { of, end, takeUntold, all: () => [...accounts.values()] }
}
