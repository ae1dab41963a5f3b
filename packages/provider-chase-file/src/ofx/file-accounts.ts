import type { DateRange, Decimal, IsoDate, ProviderAccountData, ProviderWarning } from '@finport/core'
import { createTransactionIdentity, type TransactionIdentity } from '../identity.ts'
import { accountElementOf, mergeAccounts, NO_CURRENCY, periodOf, toAccount, unreadableBalances } from './account.ts'
import { childOf, fieldOf, type OfxElement } from './element.ts'
import { lastFour, UNKNOWN_ACCOUNT } from './raw-data.ts'
import type { StatementKind } from './tables.ts'

/** An account over all statements of a file. */
export type FileAccount = {
  data: ProviderAccountData
  readonly kind: StatementKind
  readonly identify: TransactionIdentity
  period: DateRange | null
  /** Whether a statement lists its holdings, or it has none by its kind. */
  hasHoldings: boolean
  /** Whether a page has it in its present form. */
  isTold: boolean
}

/** The accounts of a file. */
export type FileAccounts = {
  /** That of a statement, which may still be open; made when it is met first. */
  of(statement: OfxElement, kind: StatementKind): FileAccount
  /** A statement is through; `holdingsValue` is the market value of its positions, or `null` when that of one is not known. */
  end(statement: OfxElement, kind: StatementKind, holdingsValue: Decimal | null): FileAccount
  all(): FileAccount[]
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
  const numbers = new Map<string, string>()

  const read = (statement: OfxElement, kind: StatementKind, providerAccountId: string, holdingsValue: Decimal | null) =>
    toAccount(statement, kind, { providerAccountId, includeRawData, holdingsValue })

  const of = (statement: OfxElement, kind: StatementKind): FileAccount => {
    const from = accountElementOf(statement)
    const number = fieldOf(from, 'ACCTID')
    const bankAndNumber = `${fieldOf(from, 'BANKID')}${fieldOf(from, 'BROKERID')}/${number}`
    const last = lastFour(number)
    const base = last === '' ? (accountId ?? `${kind}-${UNKNOWN_ACCOUNT}`) : `${kind}-${last}`
    let providerAccountId = base
    for (let nth = 2; accounts.has(providerAccountId); nth++) {
      if (numbers.get(providerAccountId) === bankAndNumber) return accounts.get(providerAccountId) as FileAccount
      providerAccountId = `${base}-${nth}`
    }
    const account: FileAccount = {
      data: read(statement, kind, providerAccountId, null),
      kind,
      identify: createTransactionIdentity(),
      period: null,
      hasHoldings: kind !== 'invest',
      isTold: false,
    }
    accounts.set(providerAccountId, account)
    numbers.set(providerAccountId, bankAndNumber)
    if (last === '' && accountId === undefined) {
      warn({
        providerAccountId,
        message: 'The statement does not say of which account it is. Pass accountId to say so.',
      })
    }
    if (providerAccountId !== base) {
      warn({
        providerAccountId,
        message:
          'Two accounts of the file end in the same four digits. The later one is told apart by its place in the file.',
      })
    }
    return account
  }

  const end = (statement: OfxElement, kind: StatementKind, holdingsValue: Decimal | null): FileAccount => {
    const account = of(statement, kind)
    const { providerAccountId } = account.data
    const hasPositions = childOf(statement, 'INVPOSLIST') !== undefined
    if (hasPositions) account.hasHoldings = true
    const found = read(statement, kind, providerAccountId, hasPositions ? holdingsValue : null)
    account.data = mergeAccounts(account.data, found)
    account.isTold = false
    account.period = unionOf(account.period, periodOf(statement))
    if (account.data.currency === NO_CURRENCY) {
      warn({ providerAccountId, message: 'The statement does not say its currency.' })
    }
    for (const name of unreadableBalances(statement))
      warn({ providerAccountId, message: `The amount of ${name} can't be read.` })
    return account
  }

  return { of, end, all: () => [...accounts.values()] }
}

function unionOf(a: DateRange | null, b: DateRange | null): DateRange | null {
  if (a === null || b === null) return a ?? b
  const [from] = [a.from, b.from].sort() as [IsoDate, IsoDate]
  const [, to] = [a.to, b.to].sort() as [IsoDate, IsoDate]
  return { from, to }
}
