import { type FetchFunction, markSandboxFetch } from '@finport/core'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { createSchwabSandbox } from '@finport/provider-schwab/sandbox'

const DAY = 86_400_000

/** Schwab and Alpaca without either: made-up accounts, in this process. `origin` is where this app shows Schwab's page. */
export function createSandbox({ origin }: { origin: string }) {
  const schwab = createSchwabSandbox()
  const alpaca = createAlpacaSandbox({ now: schwab.now, environment: 'live' })
  const fetch: FetchFunction = markSandboxFetch((request) =>
    new URL(request.url).hostname.endsWith('.alpaca.markets') ? alpaca.fetch(request) : schwab.fetch(request),
  )
  return {
    fetch,
    now: schwab.now,
    schwab: { ...schwab.settings, baseUrl: origin },
    /** A key that Alpaca's sandbox takes. */
    alpacaKey: alpaca.credentials,
    advanceDays: (days: number) => schwab.advance(days * DAY),
    endAccessTokens: () => schwab.endAccessTokens(),

    /** Schwab's page on which users allow access, and what it does when they have decided: back to this app, though it is not registered there. */
    async showLogin(request: Request): Promise<Response> {
      const answered = await schwab.fetch(request)
      const location = answered.headers.get('location')
      if (location !== null) {
        const callback = new URL(location)
        return new Response(null, {
          status: 303,
          headers: { location: `${origin}/oauth/schwab/callback${callback.search}` },
        })
      }
      const page = await answered.text()
      const styled = page.replace(
        '</head>',
        '<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/sandbox-login.css"></head>',
      )
      return new Response(styled, { status: answered.status, headers: { 'content-type': 'text/html; charset=utf-8' } })
    },
  }
}

export type Sandbox = ReturnType<typeof createSandbox>
