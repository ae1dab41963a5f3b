/**
 * Asks a mock that checks requests against Alpaca's OpenAPI document, such as Prism, and says how it took each request and what the provider made of the answer.
 *
 *     npx --yes @stoplight/prism-cli@5.14.2 mock -p 4010 <OpenAPI document>
 *     node benchmarks/src/alpaca-mock.ts http://127.0.0.1:4010
 */
import type { IsoDate, ProviderError, Result } from '@finport/core'
import { connect } from './alpaca/connect.ts'
import { renderTable } from './table.ts'

const [baseUrl] = process.argv.slice(2)
if (baseUrl === undefined) {
  console.error('usage: node benchmarks/src/alpaca-mock.ts <address>')
  process.exit(1)
}

/** What Prism is told to answer with. */
const preferences = [undefined, 'example=empty', 'code=401', 'code=403', 'code=429', 'code=500']
const rows: string[][] = []
let violations = 0

function describe(
  result: Result<{ items: unknown[]; rejected: unknown[]; warnings: unknown[] }, ProviderError>,
): string {
  if (result.isErr()) return result.error.code
  const { items, rejected, warnings } = result.value
  return `${items.length} items, ${rejected.length} rejected, ${warnings.length} warnings`
}

for (const preference of preferences) {
  const asked: string[] = []
  const { provider, credentials } = connect(
    async (request) => {
      if (preference !== undefined && !request.url.endsWith('/account')) request.headers.set('prefer', preference)
      if (preference?.startsWith('code')) request.headers.set('prefer', preference)
      const response = await fetch(request)
      const violation = response.headers.get('sl-violations')
      const isRefused = response.status === 422 || violation?.includes('"request"') === true
      if (isRefused) violations++
      const { pathname, search } = new URL(request.url)
      asked.push(`${pathname}${decodeURIComponent(search)}: ${isRefused ? `REFUSED ${violation}` : response.status}`)
      return response
    },
    { baseUrl },
  )
  const accounts = await provider.fetchAccounts(credentials)
  const id = accounts.isOk() ? (accounts.value.items[0]?.providerAccountId ?? '') : 'unknown'
  const range = { startDate: '2020-01-01' as IsoDate, endDate: '2026-12-31' as IsoDate }
  const calls = {
    fetchAccounts: accounts,
    fetchHoldings: await provider.fetchHoldings(credentials, id),
    fetchTransactions: await provider.fetchTransactions(credentials, id),
    'fetchTransactions of days': await provider.fetchTransactions(credentials, id, range),
  }
  for (const [call, result] of Object.entries(calls)) rows.push([call, preference ?? 'the examples', describe(result)])
  console.log(`${preference ?? 'the examples'}\n  ${[...new Set(asked)].join('\n  ')}`)
}
console.log(`\n${renderTable(['call', 'answers', 'what it gives'], rows)}`)
console.log(`\nRequests that the document does not allow: ${violations}`)
process.exitCode = violations === 0 ? 0 : 1
