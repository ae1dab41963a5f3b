import type { Json, ProviderTransactionData } from '@finport/core'
import { parseLosslessJson } from '@finport/core/http'
import { readActivity } from '../../../packages/provider-alpaca/src/activity.ts'
import { createInstrumentReader } from '../../../packages/provider-alpaca/src/symbol.ts'

/** Text to transactions: exact parse, and each row checked and mapped as the provider does. */
export function mapAlpacaActivities(text: string): ProviderTransactionData[] {
  const context = {
    providerAccountId: 'benchmark',
    currency: 'USD',
    includeRawData: true,
    instrumentOf: createInstrumentReader(),
  }
  return (parseLosslessJson(text) as Json[]).map((row) => {
    const read = readActivity(row, context)
    if ('reason' in read) throw new Error('Not all activities could be read.')
    return read.transaction
  })
}
