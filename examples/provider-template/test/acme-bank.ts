import type { FetchFunction } from '@finport/core'

const accounts = [
  { id: 'a-1', number: '000123451234', name: 'Everyday', type: 'CHECKING', currency: 'USD', balance: '1204.50' },
  {
    id: 'a-2',
    number: '000123455678',
    name: 'Rainy days',
    type: 'SAVINGS',
    currency: 'USD',
    balance: '90071992.54740993',
  },
]

const transactions = [
  { id: 't-1', date: '2026-01-05', amount: '4.50', direction: 'out', description: 'CORNER BAKERY', type: 'CARD' },
  { id: 't-2', date: '2026-01-05', amount: '4.50', direction: 'out', description: 'CORNER BAKERY', type: 'CARD' },
  { id: 't-3', date: '2026-01-30', amount: '2500', direction: 'in', description: 'PAYROLL', type: 'DIRECT_DEPOSIT' },
  { id: 't-4', date: '2026-01-31', amount: '0.07', direction: 'in', description: 'INTEREST PAID', type: 'INTEREST' },
  { id: 't-5', date: '2026-02-02', amount: '12', direction: 'out', description: 'MYSTERY', type: 'ZELDA' },
]

const pageLength = 2

/** Acme Bank, made up: as much of it as the provider uses. */
export const acmeBank: FetchFunction = async ({ url, headers }) => {
  if (headers.get('x-api-key') !== 'key-1' || headers.get('x-api-secret') !== 'canary-secret') {
    return Response.json({ error: 'unauthorized' }, { status: 401 })
  }
  const { pathname, searchParams } = new URL(url)
  if (pathname === '/v1/accounts') return Response.json({ accounts })
  const [, id] = /^\/v1\/accounts\/([^/]+)\/transactions$/.exec(pathname) ?? []
  if (!accounts.some((account) => account.id === id)) return Response.json({ error: 'not_found' }, { status: 404 })

  const from = searchParams.get('from') ?? '0000-01-01'
  const to = searchParams.get('to') ?? '9999-12-31'
  const start = Number(searchParams.get('cursor') ?? 0)
  const rows = (id === 'a-1' ? transactions : [])
    .filter(({ date }) => from <= date && date <= to)
    .map((row) => ({ ...row, currency: 'USD', pending: row.id === 't-5' }))
  const next = start + pageLength < rows.length ? `${start + pageLength}` : null
  return Response.json({ transactions: rows.slice(start, start + pageLength), next })
}
