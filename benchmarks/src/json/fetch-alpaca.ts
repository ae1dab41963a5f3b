import { createProvider } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'

const account = { id: 'benchmark', status: 'ACTIVE', currency: 'USD' }
const now = () => Date.UTC(2026, 11, 31)

/** Everything that the provider does with an answer of activities: receiving its bytes, reading, checking, mapping, putting each into its order once, looking for gaps. One page has them all. */
export async function fetchAlpacaActivities(text: string): Promise<number> {
  let isRead = false
  const fetch = async (request: Request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/v2/account') return Response.json(account)
    const body = isRead ? '[]' : text
    isRead = true
    return new Response(body)
  }
  const provider = createProvider(alpaca, {}, { fetch, now, rateLimiter: { take: async () => 0 } }).unwrap()
  const key = provider.parseCredentials({ apiKey: 'PK1', apiSecret: 'x' }).unwrap()
  const batch = (await provider.fetchTransactions(key, account.id)).unwrap()
  if (batch.rejected.length + batch.warnings.length > 0 || batch.items.length === 0)
    throw new Error('Not all activities could be read.')
  return batch.items.length
}
