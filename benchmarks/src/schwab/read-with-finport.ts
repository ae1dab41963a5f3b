import { createProvider, type Json, type ProviderHoldingData, type ProviderTransactionData } from '@finport/core'
import { schwab } from '@finport/provider-schwab'
import type { JsonObject, SampleFile } from './samples.ts'

/** What the provider made of a file. */
export type FinportReading = {
  mapped: number
  rejected: string[]
  warnings: string[]
  holdings: ProviderHoldingData[]
  transactions: ProviderTransactionData[]
}

const YEAR_MILLISECONDS = 365 * 86_400_000

/** Accounts of a file under numbers of their own, since owners write the same for each. */
function renumber(rows: readonly JsonObject[]): JsonObject[] {
  return rows.map((row, index) => ({
    ...row,
    securitiesAccount: { ...(row.securitiesAccount as JsonObject), accountNumber: `1000000${index}` },
  }))
}

/** An institution that has nothing but the rows of a file. */
function createFetch({ kind, rows }: SampleFile) {
  const positions = { type: 'CASH', accountNumber: '10000000', currentBalances: {}, positions: rows }
  const accounts =
    kind === 'accounts'
      ? renumber(rows)
      : [{ securitiesAccount: kind === 'positions' ? positions : { ...positions, positions: [] } }]
  const hashOf = (index: number) => `hash-${index}`
  const transactionsBetween = (from: number, to: number) =>
    kind !== 'transactions'
      ? []
      : rows.filter(({ time }) => Date.parse(String(time)) >= from && Date.parse(String(time)) <= to)

  const answer = ({ pathname, searchParams }: URL): Json => {
    const [, , , first, second, third] = pathname.split('/')
    if (first === 'userPreference') return { accounts: [] }
    if (second === undefined) return accounts
    if (second === 'accountNumbers')
      return accounts.map(({ securitiesAccount }, index) => ({
        accountNumber: String((securitiesAccount as JsonObject).accountNumber),
        hashValue: hashOf(index),
      }))
    if (third === 'transactions')
      return transactionsBetween(
        Date.parse(searchParams.get('startDate') ?? ''),
        Date.parse(searchParams.get('endDate') ?? ''),
      )
    return accounts[Number(second.slice('hash-'.length))] ?? null
  }
  return async (request: Request) => Response.json(answer(new URL(request.url)))
}

/** The day after a file's last transaction. */
function endOf({ kind, rows }: SampleFile): number {
  const times = kind === 'transactions' ? rows.map(({ time }) => Date.parse(String(time))) : []
  return Math.max(...times, Date.UTC(2026, 0, 1)) + 86_400_000
}

/** Reads a file through the provider, as if Schwab had answered with it. */
export async function readWithFinport(sample: SampleFile): Promise<FinportReading> {
  const now = endOf(sample)
  const settings = { clientId: 'key', clientSecret: 'secret', redirectUri: 'https://127.0.0.1' }
  const provider = createProvider(schwab, settings, { fetch: createFetch(sample), now: () => now }).unwrap()
  const credentials = provider.parseCredentials({ accessToken: 'token' }).unwrap()
  const accounts = (await provider.fetchAccounts(credentials)).unwrap()
  const reading: FinportReading = {
    mapped: sample.kind === 'accounts' ? accounts.items.length : 0,
    rejected: accounts.rejected.map(({ path, reason }) => `${path}: ${reason}`),
    warnings: accounts.warnings.map(({ message }) => message),
    holdings: [],
    transactions: [],
  }
  for (const { providerAccountId } of accounts.items) {
    const holdings = (await provider.fetchHoldings(credentials, providerAccountId)).unwrap()
    // Some samples are older than the last window that would be looked into.
    const startDate = new Date(now - 4 * YEAR_MILLISECONDS)
      .toISOString()
      .slice(0, 10) as ProviderTransactionData['transactionDate']
    const transactions = (await provider.fetchTransactions(credentials, providerAccountId, { startDate })).unwrap()
    for (const { rejected, warnings } of [holdings, transactions]) {
      reading.rejected.push(...rejected.map(({ path, reason }) => `${path}: ${reason}`))
      reading.warnings.push(
        ...warnings.map(({ code, message, details }) => `${code} ${message} ${JSON.stringify(details)}`),
      )
    }
    reading.holdings.push(...holdings.items)
    reading.transactions.push(...transactions.items)
  }
  if (sample.kind === 'transactions')
    reading.mapped = new Set(
      reading.transactions.map(({ groupId: _, ...row }) => row.providerTransactionId.split(':')[0]),
    ).size
  if (sample.kind === 'positions') reading.mapped = reading.holdings.length
  return reading
}
