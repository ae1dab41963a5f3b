import { Err, Ok, type Result } from '@finport/core'
import type { BalancePoint } from '../balance-history.ts'
import type { Portfolio } from '../routes/accounts.ts'
import type { ConnectionView } from '../routes/connections.ts'
import type { ProviderView } from '../routes/providers.ts'
import type { TransactionPage } from '../routes/transactions.ts'
import { type Problem, toProblem } from './problem.ts'

/** An answer of the backend, or what to tell the user. */
export type Answer<T> = Promise<Result<T, Problem>>

async function ask<T>(method: string, path: string, body?: object): Answer<T> {
  const init: RequestInit = { method }
  if (body instanceof Blob) init.body = body
  else if (body !== undefined) {
    init.body = JSON.stringify(body)
    init.headers = { 'content-type': 'application/json' }
  }
  try {
    const response = await fetch(path, init)
    const content = response.status === 204 ? null : await response.json()
    return response.ok ? Ok(content as T) : Err((content as { problem: Problem }).problem)
  } catch {
    // The backend is not there, or is just being restarted.
    return Err(toProblem({ code: 'STORAGE_UNAVAILABLE' }))
  }
}

export type TransactionSearch = { search: string; accountId: string; after: string | null }

/** How many accounts a sync left incomplete. */
export type SyncAnswer = {
  accounts: {
    outcome: 'complete' | 'partial' | 'failed'
    added: number
    modified: number
    error: { message: string; userAction: string } | null
  }[]
}

/** Everything the page asks of the backend. */
export const backend = {
  providers: () => ask<{ providers: ProviderView[] }>('GET', '/providers'),
  connections: () => ask<{ connections: ConnectionView[] }>('GET', '/connections'),
  portfolio: () => ask<Portfolio>('GET', '/accounts'),
  balances: (accountId: string) => ask<{ points: BalancePoint[] }>('GET', `/accounts/${accountId}/balances`),
  transactions({ search, accountId, after }: TransactionSearch) {
    const query = new URLSearchParams({ search, limit: '20' })
    if (accountId !== '') query.set('accountId', accountId)
    if (after !== null) query.set('after', after)
    return ask<TransactionPage>('GET', `/transactions?${query}`)
  },
  authorize: (slug: string, body: { connectionId?: string }) =>
    ask<{ authorizationUrl: string }>('POST', `/oauth/${slug}/authorize`, body),
  connect: (body: { provider: string; connectionId?: string; input: Record<string, string> }) =>
    ask<ConnectionView>('POST', '/connections', body),
  sync: (connectionId: string) => ask<SyncAnswer>('POST', `/connections/${connectionId}/sync`),
  disconnect: (connectionId: string) => ask<{ revocation: string }>('DELETE', `/connections/${connectionId}`),
  upload: (file: File) => ask<{ id: string }>('POST', `/imports?${new URLSearchParams({ fileName: file.name })}`, file),
  importStep: (id: string, step: 'preview' | 'confirm', body: { accountId?: string }) =>
    ask<{ id: string }>('POST', `/imports/${id}/${step}`, body),
  giveUpImport: (id: string) => ask<null>('DELETE', `/imports/${id}`),
  sandbox: () => ask<{ today: string; alpacaKey: Record<string, string> }>('GET', '/sandbox'),
  advanceSandbox: (days: number) => ask<{ today: string }>('POST', '/sandbox/advance', { days }),
}
