import { GetAccountsResponse, GetTransactionsResponse } from '@sudowealth/schwab-api'
import type { JsonObject, SampleFile } from './samples.ts'

/** What @sudowealth/schwab-api makes of a file, row by row: how many its schemas take, and of how many they keep cash and value. */
export type SchwabApiReading = { taken: number; keepsBalances: number | null }

function keepsBalances(row: JsonObject): boolean {
  const parsed = GetAccountsResponse.safeParse([row])
  if (!parsed.success || parsed.data[0] === undefined) return false
  const { currentBalances } = parsed.data[0].securitiesAccount as { currentBalances?: object }
  return currentBalances !== undefined && 'cashBalance' in currentBalances && 'liquidationValue' in currentBalances
}

/** Positions alone are nothing it has a schema for. */
export function readWithSchwabApi({ kind, rows }: SampleFile): SchwabApiReading | null {
  if (kind === 'positions') return null
  const schema = kind === 'accounts' ? GetAccountsResponse : GetTransactionsResponse
  const taken = rows.filter((row) => schema.safeParse([row]).success).length
  return { taken, keepsBalances: kind === 'accounts' ? rows.filter(keepsBalances).length : null }
}
