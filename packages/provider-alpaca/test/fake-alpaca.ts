import { createProvider, type FetchFunction, type Json, type ProviderOf, type RuntimeOptions } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'

/** What an account at Alpaca has, as its interface gives it. */
export type Contents = { account?: Json; positions?: Json; activities?: readonly Row[] }

/** An activity; `created_at` is when it was recorded, which the filters go by. */
export type Row = { readonly id: string; readonly activity_type: string; readonly [key: string]: Json }

export const accountId = '11111111-2222-4333-8444-555555555555'

const account = {
  id: accountId,
  status: 'ACTIVE',
  currency: 'USD',
  account_number: 'PA00TEST1234',
  created_at: '2026-01-05T14:00:00Z',
}

/** How the fake pages: by default as Alpaca does. */
export type Paging = {
  /** The most rows of a page, whatever is asked for. */
  pageSize?: number
  /** Rows that are left out unless a day is asked for. */
  skipped?: ReadonlySet<string>
  /** Leaves out the rows of the millisecond that a page ended in, unless a day is asked for. */
  skipsAtBoundaries?: boolean
  /** Rows that are left out always. */
  lost?: ReadonlySet<string>
}

const recordedAt = (row: Row) => Date.parse(String(row.created_at ?? row.transaction_time ?? `${row.date}T12:00:00Z`))

function isRecorded(query: URLSearchParams): (row: Row) => boolean {
  const date = query.get('date')
  const after = query.get('after')
  return (row) =>
    (date === null || new Date(recordedAt(row)).toISOString().startsWith(date)) &&
    (after === null || recordedAt(row) > Date.parse(after))
}

function listRows(
  rows: readonly Row[],
  query: URLSearchParams,
  { pageSize = 100, skipped, lost, skipsAtBoundaries }: Paging,
): Row[] {
  const isByDay = query.has('date')
  const isTrade = query.get('category') === 'trade_activity'
  const token = query.get('page_token') ?? ''
  const size =
    isByDay && !query.has('page_size') ? rows.length : Math.min(pageSize, Number(query.get('page_size') ?? 100))
  return rows
    .filter((row) => (row.activity_type === 'FILL') === isTrade)
    .filter(isRecorded(query))
    .filter(({ id }) => !lost?.has(id) && (isByDay || !skipped?.has(id)))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .filter(({ id }) => id > token)
    .filter(({ id }) => !skipsAtBoundaries || isByDay || id.split('::')[0] !== token.split('::')[0])
    .slice(0, size)
}

/** Answers as Alpaca does for an account with these contents. */
export function fakeFetch(contents: Contents, paging: Paging = {}): FetchFunction {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/v2/account') return Response.json(contents.account ?? account)
    if (pathname === '/v2/positions') return Response.json(contents.positions ?? [])
    return Response.json(listRows(contents.activities ?? [], searchParams, paging))
  }
}

/** The afternoon, in New York, of the day on which the tests take place. */
export const now = () => Date.parse('2026-11-20T20:00:00Z')

/** A provider whose clock stands still, which never waits and counts no requests; with credentials of a paper account. */
export function connect(fetch: FetchFunction, settings: Settings = {}, runtime: RuntimeOptions = {}) {
  const provider = createProvider(alpaca, settings, {
    fetch,
    now,
    sleep: async () => {},
    rateLimiter: { take: async () => 0 },
    ...runtime,
  }).unwrap()
  const credentials = provider.parseCredentials({ apiKey: 'PKTESTKEY', apiSecret: 'test-secret' }).unwrap()
  return { provider, credentials }
}

type Settings = NonNullable<
  Parameters<typeof createProvider<'alpaca', (typeof alpaca)['settings'], ProviderOf<typeof alpaca>>>[1]
>

/** The fill of a part of an order. */
export function fill(id: string, at: string, fields: { [key: string]: Json } = {}): Row {
  const part = { side: 'buy', symbol: 'AAPL', price: '100', qty: '1', cum_qty: '1', leaves_qty: '0', type: 'fill' }
  return { id, activity_type: 'FILL', transaction_time: at, order_id: `order-${id.split('::')[1]}`, ...part, ...fields }
}

/** The id of a row with a time in New York, such as `20261102093000000`. */
export function idOf(time: string, name: string): string {
  return `${time.padEnd(17, '0')}::${name}`
}
