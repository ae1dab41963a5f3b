import { styleText } from 'node:util'
import { Decimal, type FileIdentification, type ProviderAccountData, type ProviderTransactionData } from '@finport/core'
import { formatAmount, formatCount } from './amount.ts'
import type { Listed, Summary, Total } from './summary.ts'
import { type Column, renderTable } from './table.ts'

/** What people are shown of a file. */
export function renderReport(
  name: string,
  identification: FileIdentification | null,
  summary: Summary,
  width: number,
): string {
  const accounts = [...summary.accounts.values()]
  const totals = [...summary.totals.values()]
  const sections = [
    [styleText('bold', name), describeFile(identification)],
    [title('Accounts'), ...accountTable(accounts, totals, width)],
    ...accounts.map((account) => {
      const newest = summary.newest.get(account.providerAccountId) ?? []
      const count = formatCount(countOf(account, totals))
      if (newest.length === 0) return [title(account.name), 'No transactions']
      return [title(`${account.name}: the newest ${newest.length} of ${count}`), ...transactionTable(newest, width)]
    }),
    totals.length === 0 ? [] : [title('Totals'), ...totalTable(totals, summary, width)],
    listSection('Rejected', 'red', summary.rejected, ({ path, reason }) => `${path}: ${reason}`),
    listSection('Warnings', 'yellow', summary.warnings, ({ message, providerAccountId }) => {
      const account = summary.accounts.get(providerAccountId ?? '')
      return account === undefined ? message : `${account.name}: ${message}`
    }),
  ]
  const shown = sections.filter((lines) => lines.length > 0)
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function title(text: string): string {
  return styleText(['bold', 'cyan'], text)
}

function describeFile(identification: FileIdentification | null): string {
  if (identification === null) return 'Unknown format'
  const periods = identification.accounts.flatMap(({ period }) => period ?? [])
  const [from] = periods.map((period) => period.from).sort()
  const to = periods
    .map((period) => period.to)
    .sort()
    .at(-1)
  return from === undefined ? identification.format : `${identification.format}, ${from} to ${to}`
}

function countOf({ providerAccountId }: ProviderAccountData, totals: Total[]): number {
  return totals.reduce((sum, total) => sum + (total.providerAccountId === providerAccountId ? total.count : 0), 0)
}

function accountTable(accounts: ProviderAccountData[], totals: Total[], width: number): string[] {
  const columns: Column[] = [
    { title: 'Name', isFlexible: true },
    { title: 'Type' },
    { title: 'Balance', align: 'right' },
    { title: 'Available', align: 'right' },
    { title: '' },
    { title: 'As of' },
    { title: 'Rows', align: 'right' },
  ]
  const rows = accounts.map((account) => [
    account.name,
    account.accountType,
    formatAmount(account.balance),
    formatAmount(account.availableBalance),
    account.currency,
    account.balanceAsOf?.slice(0, 10) ?? '',
    formatCount(countOf(account, totals)),
  ])
  return renderTable(columns, rows, width)
}

function transactionTable(transactions: ProviderTransactionData[], width: number): string[] {
  const columns: Column[] = [
    { title: 'Date' },
    { title: 'Description', isFlexible: true },
    { title: 'Type' },
    { title: 'Amount', align: 'right', style: (cell) => (cell.startsWith('-') ? cell : styleText('green', cell)) },
    { title: '' },
  ]
  const rows = transactions.map((transaction) => [
    transaction.transactionDate,
    transaction.description,
    [transaction.transactionType, transaction.subtype].filter((word) => word !== null).join('/'),
    formatAmount(transaction.amount),
    transaction.currency,
  ])
  return renderTable(columns, rows, width)
}

function totalTable(totals: Total[], { accounts }: Summary, width: number): string[] {
  const columns: Column[] = [
    { title: 'Account', isFlexible: true },
    { title: 'In', align: 'right' },
    { title: 'Out', align: 'right' },
    { title: 'Net', align: 'right' },
    { title: '' },
  ]
  const rows = totals.map((total) => [
    accounts.get(total.providerAccountId)?.name ?? total.providerAccountId,
    formatAmount(total.in),
    formatAmount(total.out),
    formatAmount(Decimal.add(total.in, total.out)),
    total.currency,
  ])
  return renderTable(columns, rows, width)
}

function listSection<T>(
  heading: string,
  colour: 'red' | 'yellow',
  { first, count }: Listed<T>,
  toLine: (item: T) => string,
): string[] {
  if (count === 0) return []
  const lines = first.map(toLine)
  if (count > first.length) lines.push(`and ${formatCount(count - first.length)} more`)
  return [styleText(['bold', colour], `${heading} (${formatCount(count)})`), ...lines]
}
