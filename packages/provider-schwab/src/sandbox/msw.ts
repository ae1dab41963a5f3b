import { type HttpHandler, http } from 'msw'
import type { SchwabSandbox } from './sandbox.ts'

/**
 * Handlers for [msw](https://mswjs.io): requests to Schwab's host are answered by a sandbox, whoever sends them.
 *
 * @example
 * ```ts
 * import { createSchwabSandbox } from '@finport/provider-schwab/sandbox'
 * import { schwabSandboxHandlers } from '@finport/provider-schwab/sandbox/msw'
 * import { setupServer } from 'msw/node'
 *
 * const server = setupServer(...schwabSandboxHandlers(createSchwabSandbox()))
 * server.listen()
 * ```
 */
export function schwabSandboxHandlers(sandbox: SchwabSandbox): HttpHandler[] {
  return [http.all('https://api.schwabapi.com/*', ({ request }) => sandbox.fetch(request))]
}
