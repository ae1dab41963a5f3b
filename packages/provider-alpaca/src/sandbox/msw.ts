import { type HttpHandler, http } from 'msw'
import { hosts } from '../environment.ts'
import type { AlpacaSandbox } from './sandbox.ts'

/**
 * Handlers for [msw](https://mswjs.io): requests to Alpaca's hosts are answered by a sandbox, whoever sends them.
 *
 * @example
 * ```ts
 * import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
 * import { alpacaSandboxHandlers } from '@finport/provider-alpaca/sandbox/msw'
 * import { setupServer } from 'msw/node'
 *
 * const server = setupServer(...alpacaSandboxHandlers(createAlpacaSandbox()))
 * server.listen()
 * ```
 */
export function alpacaSandboxHandlers(sandbox: AlpacaSandbox): HttpHandler[] {
  return Object.values(hosts).map((host) => http.all(`https://${host}/*`, ({ request }) => sandbox.fetch(request)))
}
