import { createProvider } from '@finport/core'
import { todoist } from '../src/index.ts'
import { createTodoist } from './todoist.ts'

export const settings = {
  clientId: 'client-1',
  clientSecret: 'canary-client-secret',
  redirectUri: 'https://app.example.com/callback',
}

/** A user's Todoist with a task, the connector, the user's credentials, and a clock that a test moves on. */
export async function connect() {
  const clock = { now: Date.parse('2026-11-02T09:00:00Z') }
  const now = () => clock.now
  const server = createTodoist({ now })
  server.addTask('t-1', 'File the taxes', { date: '2026-04-15', is_recurring: true })
  const runtime = { fetch: server.fetch, now, sleep: async () => {} }
  const connector = createProvider(todoist, settings, runtime).unwrap()
  const tokens = (await connector.exchangeCodeForTokens(server.approve())).unwrap()
  return { clock, server, runtime, connector, tokens, credentials: connector.credentialsFromTokens(tokens) }
}

/** What is told first from a cursor on. */
export async function firstPage(
  { connector, credentials }: Pick<Awaited<ReturnType<typeof connect>>, 'connector' | 'credentials'>,
  cursor: string | null,
) {
  for await (const page of connector.fetchChanges(credentials, cursor)) return page
  throw new Error('There is no page.')
}
