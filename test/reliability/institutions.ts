import { createRegistry, type FetchFunction, type FinportError, type Result } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { schwab } from '@finport/provider-schwab'
import { createSchwabSandbox } from '@finport/provider-schwab/sandbox'
import { todoist } from '../../examples/todoist-connector/src/index.ts'
import { createTodoist } from '../../examples/todoist-connector/test/todoist.ts'
import { LivingAccount } from '../syncing/living-account.ts'
import { type App, createApp, createClock, DAY, START, userId } from './app.ts'

/** A user at an institution, before the first login. */
export type Institution = {
  readonly app: App
  /** Everything that must not show: it grows with each token. */
  readonly secrets: ReadonlySet<string>
  /** The user logs in, to a connection there is or to a new one. */
  login(connectionId?: string, signal?: AbortSignal): Promise<Result<unknown, FinportError>>
  /** Time goes by, and the institution has other things to tell. Access tokens end meanwhile. */
  change(): void
}

let alpacaTime = () => START

/** It remembers nothing, and answers everybody. */
const alpacaSandbox = createAlpacaSandbox({
  now: () => alpacaTime(),
  days: 20,
  activities: 12,
  requestsPerMinute: null,
})

export function openAlpaca() {
  const clock = createClock()
  alpacaTime = clock.now
  const { app, finport } = createApp(clock, alpacaSandbox.fetch, (runtime) => createRegistry(runtime).register(alpaca))
  const { credentials: input, accountNumber } = alpacaSandbox
  return {
    ...{ app, finport, secrets: new Set([input.apiKey, input.apiSecret, accountNumber]) },
    login: (connectionId?: string, signal?: AbortSignal) =>
      finport.connections.connect({ userId, provider: 'alpaca', connectionId, input, signal }),
    change: () => app.pass(3 * DAY),
  } satisfies Institution
}

/** Learns the tokens and codes that go by. */
function overheard(fetch: FetchFunction, secrets: Set<string>): FetchFunction {
  return async (request) => {
    const form = request.method === 'POST' ? await request.clone().text() : ''
    const code = new URLSearchParams(form).get('code')
    if (code) secrets.add(code)
    const response = await fetch(request)
    if (/token$/.test(new URL(request.url).pathname)) {
      const text = await response.clone().text()
      for (const [, token] of text.matchAll(/"(?:access_token|refresh_token|id_token)"\s*:\s*"([^"]+)"/g))
        if (token) secrets.add(token)
    }
    return response
  }
}

export function openSchwab() {
  let ids = 100_000
  const accounts = ['71234567', '72345678'].map((number) => new LivingAccount(number, `Own ${number[1]}`, () => ids++))
  const clientSecret = 'canary-of-the-schwab-app'
  const secrets = new Set([clientSecret, ...accounts.map(({ accountNumber }) => accountNumber)])
  const clock = createClock()
  const sandbox = createSchwabSandbox({ now: clock.now, accounts, clientSecret, requestsPerMinute: null })
  const { app, finport } = createApp(clock, overheard(sandbox.fetch, secrets), (runtime) =>
    createRegistry(runtime).register(schwab, sandbox.settings),
  )
  for (const account of accounts) {
    for (let days = 240; days > 0; days -= 60) account.transfer(app.now() - days * DAY, 100 + days, `Tfr BANK ${days}`)
    for (let days = 4; days > 0; days--) account.transfer(app.now() - days * DAY, -days, `Tfr CLUB ${days}`)
    account.buy(app.now() - 2 * DAY, 10, 72.5)
  }
  return {
    ...{ app, finport, secrets },
    async login(connectionId?: string, signal?: AbortSignal) {
      const begun = await finport.connections.beginOAuth({ userId, provider: 'schwab', connectionId })
      if (begun.isErr()) return begun
      const callback = await sandbox.approve(begun.value.authorizationUrl)
      return finport.connections.finishOAuth({ userId, provider: 'schwab', callback, signal })
    },
    change() {
      app.pass(3 * DAY)
      for (const account of accounts) {
        const [corrected, gone] = account.recent(app.now(), 8)
        if (corrected !== undefined) account.correct(corrected)
        if (gone !== undefined) account.replace(gone)
        account.transfer(app.now() - DAY, 55, 'Tfr NEW')
        account.buy(app.now() - DAY, 1, 73)
      }
    },
  } satisfies Institution
}

export function openTodoist() {
  const clock = createClock()
  const server = createTodoist(clock)
  const secrets = new Set(['canary-client-secret'])
  const settings = {
    clientId: 'client-1',
    clientSecret: 'canary-client-secret',
    redirectUri: 'https://app.example.com/callback',
  }
  const { app, finport } = createApp(clock, overheard(server.fetch, secrets), (runtime) =>
    createRegistry(runtime).register(todoist, settings),
  )
  for (let task = 1; task <= 5; task++) server.addTask(`t-${task}`, `Task ${task}`)
  return {
    ...{ app, finport, secrets, server },
    async login(connectionId?: string, signal?: AbortSignal) {
      const begun = await finport.connections.beginOAuth({ userId, provider: 'todoist', connectionId })
      if (begun.isErr()) return begun
      const state = new URL(begun.value.authorizationUrl).searchParams.get('state') ?? ''
      const callback = new URLSearchParams({ code: server.approve(), state })
      return finport.connections.finishOAuth({ userId, provider: 'todoist', callback, signal })
    },
    change() {
      app.pass(DAY)
      server.renameTask('t-1', 'Task 1, renamed')
      server.deleteTask('t-2')
      server.addTask('t-6', 'Task 6')
    },
  } satisfies Institution
}
