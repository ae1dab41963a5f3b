import type { ProviderAccountData } from '@finport/core'
import { lastFour, maskAccountNumber } from '../ofx/raw-data.ts'
import { accountKindOf, type StatementKind } from '../ofx/tables.ts'

/** Names that Chase gives its downloads: `Chase1234_Activity_20260131.CSV`, with the period, or of the years before. */
const FILE_NAME = /(?:^|[\\/])Chase(\d{4})_(?:Recent)?Activity/i

/** The last four digits of the account that a file's name tells; `null` for another name. */
export function lastFourOfFileName(fileName: string): string | null {
  return FILE_NAME.exec(fileName)?.[1] ?? null
}

/** The last four digits in a cell, such as `1234` or `...1234`; `null` without four. */
export function lastFourOfCell(cell: string): string | null {
  const last = lastFour(cell)
  return /^\d{4}$/.test(last) ? last : null
}

/** The account of a CSV file, which says no more of it than its last four digits and, on a checking account, a balance. */
export function toCsvAccount(kind: StatementKind, providerAccountId: string): ProviderAccountData {
  const { category, accountType, label } = accountKindOf(kind, '')
  const masked = maskAccountNumber(lastFour(providerAccountId))
  return {
    providerAccountId,
    accountNumberMasked: masked,
    name: `${label} ${masked}`,
    category,
    accountType,
    providerAccountType: kind,
    taxTreatment: null,
    currency: 'USD',
    balance: null,
    availableBalance: null,
    cashBalance: null,
    holdingsValue: null,
    balanceAsOf: null,
    status: 'unknown',
    isActive: true,
    paper: false,
    margin: null,
    rawData: null,
  }
}
