/**
 * Reads every recorded answer of a folder with the provider for Alpaca, and says what it makes of it. Recorded activities are served in pages of several sizes, which must give the same.
 *
 *     node benchmarks/src/alpaca-samples.ts <folder>
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Json } from '@finport/core'
import { connect } from './alpaca/connect.ts'
import { renderTable } from './table.ts'

type Fields = { readonly [key: string]: Json }
type Sample = { file: string; status: number; body: Json }

const account: Fields = { id: 'account', status: 'ACTIVE', currency: 'USD' }
const pageSizes = [1, 7, 20, 100]
const isFields = (value: Json): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isActivity = (value: Json) => isFields(value) && 'activity_type' in value && 'id' in value
const isPosition = (value: Json) => isFields(value) && 'qty' in value && 'side' in value && !isActivity(value)
const isAccount = (value: Json) => isFields(value) && 'buying_power' in value

/** Every object in a document of which something holds, and not those inside of it. */
function collect(value: Json, holds: (value: Json) => boolean): Json[] {
  if (holds(value)) return [value]
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap((inner: Json) => collect(inner, holds))
    : []
}

function readSample(folder: string, file: string): Sample {
  const content = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json
  if (!isFields(content) || !('body' in content)) return { file, status: 200, body: content }
  const { status, body } = content as { status: number | { code?: number; status_code?: number }; body: Json }
  return { file, status: typeof status === 'number' ? status : (status.code ?? status.status_code ?? 200), body }
}

async function failureOf({ status, body }: Sample): Promise<string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const { provider, credentials } = connect(async () => new Response(text, { status }))
  return (await provider.fetchAccounts(credentials)).unwrapErr().code
}

async function accountOf(body: Json): Promise<string> {
  const { provider, credentials } = connect(async () => Response.json(body))
  const { items, rejected } = (await provider.fetchAccounts(credentials)).unwrap()
  return (
    items
      .map(({ balance, currency, status, paper }) => `${balance} ${currency}, ${status}${paper ? ', paper' : ''}`)
      .join() || `rejected: ${rejected[0]?.path}`
  )
}

async function positionsOf(positions: Json[]): Promise<string> {
  const { provider, credentials } = connect(async ({ url }) =>
    Response.json(url.endsWith('/account') ? account : positions),
  )
  const { items, rejected } = (await provider.fetchHoldings(credentials, 'account')).unwrap()
  const held = items.map(({ symbol, quantity, costBasis }) => `${quantity} ${symbol} for ${costBasis}`)
  return [...held, ...rejected.map(({ path }) => `rejected: ${path}`)].join('; ')
}

async function readActivities(activities: readonly Fields[], pageSize: number) {
  const sorted = [...activities].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
  const { provider, credentials } = connect(async ({ url }) => {
    const { pathname, searchParams } = new URL(url)
    if (pathname.endsWith('/account')) return Response.json(account)
    const isTrade = searchParams.get('category') === 'trade_activity'
    const token = searchParams.get('page_token') ?? ''
    const rows = sorted.filter(({ id, activity_type: type }) => (type === 'FILL') === isTrade && String(id) > token)
    return Response.json(searchParams.has('date') ? [] : rows.slice(0, pageSize))
  })
  return (await provider.fetchTransactions(credentials, 'account')).unwrap()
}

async function activitiesOf(activities: Fields[]): Promise<string> {
  const batches = []
  for (const pageSize of pageSizes) batches.push(await readActivities(activities, pageSize))
  const sets = new Set(batches.map(({ items }) => JSON.stringify(items)))
  const [batch] = batches
  if (batch === undefined || sets.size !== 1) throw new Error('Pages of different sizes give different transactions.')
  const { items, rejected, warnings } = batch
  const counts = new Map<string, number>()
  for (const { transactionType, subtype } of items) {
    const kind = `${transactionType}/${subtype}`
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [
    [...counts].map(([kind, count]) => `${count} ${kind}`).join(', '),
    ...rejected.map(({ path, reason }) => `rejected: ${path}: ${reason}`),
    ...warnings.map(({ code, details }) => `${code} ${JSON.stringify(details)}`),
  ].join('; ')
}

async function outcomeOf(sample: Sample): Promise<{ what: string; outcome: string }> {
  if (sample.status >= 400) return { what: `answer of ${sample.status}`, outcome: await failureOf(sample) }
  const activities = collect(sample.body, isActivity) as Fields[]
  if (activities.length > 0) return { what: `${activities.length} activities`, outcome: await activitiesOf(activities) }
  const positions = collect(sample.body, isPosition)
  if (positions.length > 0) return { what: `${positions.length} positions`, outcome: await positionsOf(positions) }
  const [one] = collect(sample.body, isAccount)
  return one === undefined ? { what: 'none of these', outcome: '' } : { what: 'account', outcome: await accountOf(one) }
}

const [folderArgument] = process.argv.slice(2)
if (folderArgument === undefined) {
  console.error('usage: node benchmarks/src/alpaca-samples.ts <folder>')
  process.exit(1)
}
const folder = resolve(process.env.INIT_CWD ?? '', folderArgument)
const rows: string[][] = []
for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith('.json') || file.includes('openapi')) continue
  const { what, outcome } = await outcomeOf(readSample(folder, file))
  rows.push([file, what, outcome])
}
console.log(renderTable(['sample', 'what it is', 'what it gives'], rows))
console.log(`\nActivities were served in pages of ${pageSizes.join(', ')}: each time with the same transactions.`)
