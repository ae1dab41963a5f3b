import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request as the institution saw it. */
export type Seen = {
  /** The user's key. */
  key: string
  operation: string
  /** The process it came from. */
  worker: string
  /** Milliseconds since the institution opened. */
  arrivedAt: number
  /** When it was answered, or given up by whoever asked; `null` while it is not. */
  endedAt: number | null
  status: number
}

const ANSWER_MILLISECONDS = 15

/** The server of the tests' bank. Keys that begin with `ended-` are refused, and those with `busy-` are told the first time to come back in two seconds. It keeps a record of everything, and refuses nothing for a quota. */
export async function openInstitution() {
  const seen: Seen[] = []
  const busy = new Set<string>()
  const opened = performance.now()
  const now = () => performance.now() - opened

  function statusFor(key: string): number {
    if (key.startsWith('ended-')) return 401
    if (!key.startsWith('busy-') || busy.has(key)) return 200
    busy.add(key)
    return 503
  }

  const server = createServer(async (request, response: ServerResponse) => {
    const key = request.headers.authorization ?? ''
    const status = statusFor(key)
    const record: Seen = {
      key,
      operation: request.url?.slice(1) ?? '',
      worker: String(request.headers['x-worker']),
      arrivedAt: now(),
      endedAt: null,
      status,
    }
    seen.push(record)
    response.once('close', () => {
      record.endedAt = now()
    })
    await sleep(ANSWER_MILLISECONDS)
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(status === 503 ? { 'retry-after': '2' } : {}),
    })
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}

export type Institution = Awaited<ReturnType<typeof openInstitution>>

/** The most requests that arrived in any stretch of so many seconds, wherever it begins. */
export function mostWithin(seen: readonly Seen[], seconds: number): number {
  let most = 0
  let first = 0
  for (const [index, { arrivedAt }] of seen.entries()) {
    while ((seen[first] as Seen).arrivedAt <= arrivedAt - seconds * 1_000) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}

/**
 * Where two syncs of one key overlapped. A sync is a request for accounts and what the same process asks behind it; the one before has to be over when the next begins: its last request answered, or its process gone.
 */
export function overlaps(seen: readonly Seen[]): string[] {
  const found: string[] = []
  const latest = new Map<string, Seen>()
  for (const request of seen) {
    const before = latest.get(request.key)
    if (before !== undefined) {
      const isOpen = before.endedAt === null || before.endedAt > request.arrivedAt
      const continues = before.worker === request.worker && before.operation === 'accounts'
      if (isOpen || (request.operation !== 'accounts' && !continues))
        found.push(`${request.key}: ${request.operation} of ${request.worker} into a sync of ${before.worker}`)
    }
    latest.set(request.key, request)
  }
  return found
}
