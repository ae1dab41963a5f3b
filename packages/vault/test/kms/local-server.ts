import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Answer = { status: number; headers?: Readonly<Record<string, string>>; body: string }

/** What a server does in place of its work: another answer, the connection cut, no answer at all, or one that never ends. */
export type Fault = Answer | 'drop' | 'silence' | 'stall'

export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: string }

export type LocalServer = {
  readonly address: string
  /** From now on, or after so many more requests. */
  failWith(fault: Fault, after?: number): void
  recover(): void
  close(): Promise<void>
}

/** A server on this machine that lives as long as the test at hand. */
export async function startLocalServer(work: (received: Received) => Answer): Promise<LocalServer> {
  let failing: Fault | null = null
  let healthy = 0

  const server = createServer(async (request, response) => {
    const received = await receive(request)
    const fault = failing !== null && healthy-- <= 0 ? failing : null
    const answer = attempt(() => work(received))
    if (fault === null) send(response, answer)
    else if (fault === 'drop') request.socket.destroy()
    else if (fault === 'stall') response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":')
    else if (fault !== 'silence') send(response, fault)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const close = async () => {
    server.close()
    server.closeAllConnections()
  }
  onTestFinished(close)

  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failWith(fault, after = 0) {
      failing = fault
      healthy = after
    },
    recover() {
      failing = null
    },
    close,
  }
}

function attempt(work: () => Answer): Answer {
  try {
    return work()
  } catch (error) {
    return { status: 500, body: JSON.stringify({ errors: [String(error)] }) }
  }
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method = '', url = '', headers } = request
  return { method, path: url, headers, body: Buffer.concat(chunks).toString() }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers }).end(body)
}
