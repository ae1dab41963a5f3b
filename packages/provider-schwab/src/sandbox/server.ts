import { createServer, type IncomingMessage } from 'node:http'
import { ConfigurationError, Err, Ok, type Result } from '@finport/core'
import type { SchwabSandbox } from './sandbox.ts'

/** A sandbox on a local port. */
export type SchwabSandboxServer = {
  /** Where it listens, such as `'http://127.0.0.1:4010'`: the provider's setting `baseUrl`. */
  readonly url: string
  /** Ends it, with whatever is still being answered. */
  close(): Promise<void>
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/' } = incoming
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array)
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
  const body = method === 'GET' || method === 'HEAD' ? null : await new Blob(chunks as BlobPart[]).arrayBuffer()
  return new Request(new URL(url, `http://${incoming.headers.host ?? '127.0.0.1'}`), { method, headers, body })
}

/**
 * Serves a sandbox on a local port: for a browser that shows the page on which users allow access, and for programs in other processes and other languages. In the same process, `sandbox.fetch` is enough.
 *
 * @param options the port: a free one if nothing is said.
 * @returns where it listens, or `PROVIDER_CONFIGURATION_INVALID` when the port is taken.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { schwab } from '@finport/provider-schwab'
 * import { createSchwabSandbox } from '@finport/provider-schwab/sandbox'
 * import { serveSchwabSandbox } from '@finport/provider-schwab/sandbox/server'
 *
 * const sandbox = createSchwabSandbox()
 * const server = (await serveSchwabSandbox(sandbox)).unwrap()
 * const settings = { ...sandbox.settings, baseUrl: server.url }
 * const provider = createProvider(schwab, settings, { allowLoopback: true, now: sandbox.now }).unwrap()
 * ```
 */
export async function serveSchwabSandbox(
  sandbox: SchwabSandbox,
  { port = 0 }: { port?: number } = {},
): Promise<Result<SchwabSandboxServer, ConfigurationError>> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const response = await sandbox.fetch(await toRequest(incoming))
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(new Uint8Array(await response.arrayBuffer()))
    } catch {
      // As a network looks that fails.
      outgoing.destroy()
    }
  })
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  const address = server.address()
  if (!listens || address === null || typeof address === 'string')
    return Err(new ConfigurationError({ provider: 'schwab', missing: [], invalid: ['port'] }))
  return Ok({
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}
