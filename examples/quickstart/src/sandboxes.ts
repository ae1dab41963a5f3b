import { type FetchFunction, markSandboxFetch } from '@finport/core'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { createSchwabSandbox } from '@finport/provider-schwab/sandbox'

/** Schwab and Alpaca without either, in this process, on a clock that can be moved on. */
export function openSandboxes(startsAt: number) {
  const schwab = createSchwabSandbox({ now: () => startsAt })
  const { now, advance } = schwab
  const alpaca = createAlpacaSandbox({ now, environment: 'live' })
  const fetch: FetchFunction = markSandboxFetch((request) =>
    new URL(request.url).host.endsWith('alpaca.markets') ? alpaca.fetch(request) : schwab.fetch(request),
  )
  return { fetch, now, advance, schwab, alpaca }
}
