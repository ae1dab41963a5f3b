import { createServer } from 'node:http'
import { ConfigurationError, Err, Ok, type Result } from '@finport/core'
import type { AlpacaSandbox } from './sandbox.ts'

/** A sandbox on a local port. */
export type AlpacaSandboxServer = {
  /** Where it listens, such as `'http://127.0.0.1:4010'`: the provider's setting `baseUrl`. */
  readonly url: string
  /** Ends it, with whatever is still being answered. */
  close(): Promise<void>
}

/**
 * Serves a sandbox on a local port, for programs in other processes and other languages. In the same process, `sandbox.fetch` is enough.
 *
 * @param options the port: a free one if nothing is said.
 * @returns where it listens, or `PROVIDER_CONFIGURATION_INVALID` when the port is taken.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { alpaca } from '@finport/provider-alpaca'
 * import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
 * import { serveAlpacaSandbox } from '@finport/provider-alpaca/sandbox/server'
 *
 * const server = (await serveAlpacaSandbox(createAlpacaSandbox())).unwrap()
 * const provider = createProvider(alpaca, { baseUrl: server.url }, { allowLoopback: true }).unwrap()
 * ```
 */
export async function serveAlpacaSandbox(
  sandbox: AlpacaSandbox,
  { port = 0 }: { port?: number } = {},
): Promise<Result<AlpacaSandboxServer, ConfigurationError>> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
      const address = new URL(incoming.url ?? '/', `http://127.0.0.1`)
      const response = await sandbox.fetch(new Request(address, { method: incoming.method ?? 'GET', headers }))
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(new Uint8Array(await response.arrayBuffer()))
    } catch {
      outgoing.destroy()
    }
  })
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  const address = server.address()
  if (!listens || address === null || typeof address === 'string')
    return Err(new ConfigurationError({ provider: 'alpaca', missing: [], invalid: ['port'] }))
  return Ok({
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}
