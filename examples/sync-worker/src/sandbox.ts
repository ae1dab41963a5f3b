import { type FetchFunction, markSandboxFetch } from '@finport/core'
import { type AlpacaSandbox, createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import type { AppFinport } from './finport.ts'

const USERS = 50
/** The same in every worker, so that all of them see the same accounts. */
const BEGIN = Date.parse('2026-11-20T21:30:00Z')

/** Fifty users' accounts at Alpaca, made up: the same ones in every process. */
export function createSandbox() {
  const started = Date.now()
  const now = () => BEGIN + (Date.now() - started)
  const byKey = new Map<string, AlpacaSandbox>()
  for (let seed = 1; seed <= USERS; seed++) {
    const account = createAlpacaSandbox({
      seed,
      now: () => Math.max(BEGIN, now()),
      environment: 'live',
      activities: 60,
    })
    byKey.set(account.credentials.apiKey, account)
  }
  const fetch: FetchFunction = markSandboxFetch(async (request) => {
    const account = byKey.get(request.headers.get('apca-api-key-id') ?? '')
    return account?.fetch(request) ?? new Response(null, { status: 403 })
  })

  return {
    fetch,
    now,
    /** Connects those users who are not connected yet. */
    async connectUsers(finport: AppFinport): Promise<void> {
      let user = 0
      for (const { credentials } of byKey.values()) {
        const userId = `user-${++user}`
        const connected = await finport.connections.connect({ userId, provider: 'alpaca', input: credentials })
        if (connected.isErr() && connected.error.code !== 'CONNECTION_ALIAS_TAKEN') throw connected.error
      }
    },
  }
}

export type Sandbox = ReturnType<typeof createSandbox>
