import type { Json, ProviderTransactionData } from '@finport/core'
import { parseLosslessJson } from '@finport/core/http'
import { toRawData } from '../../../packages/provider-schwab/src/raw-data.ts'
import { createSecurityNames } from '../../../packages/provider-schwab/src/security-names.ts'
import { toTransactions, transactionSchema } from '../../../packages/provider-schwab/src/transaction.ts'

/** Text to transactions: exact parse, and each row checked and mapped as the provider does. */
export function mapSchwabTransactions(text: string): ProviderTransactionData[] {
  const names = createSecurityNames()
  return (parseLosslessJson(text) as Json[]).flatMap((row) => {
    const wire = transactionSchema.parse(row)
    const rawData = toRawData(row, wire.accountNumber ?? '')
    return toTransactions(wire, { providerAccountId: 'benchmark', names, rawData })
  })
}
