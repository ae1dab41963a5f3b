import { mock } from 'node:test'
import type { FetchFunction } from '@finport/core'
import type { Fault } from '../../packages/core/src/conformance/fault.ts'
import { ELSEWHERE } from '../../packages/core/src/conformance/faults.ts'

/** How long a fault goes on: from the first request to an endpoint, from the second, or for the first alone. */
export const occurrences = ['lasting', 'later', 'once'] as const
export type Occurrence = (typeof occurrences)[number]

const spans = { lasting: [0, Number.POSITIVE_INFINITY], later: [1, Number.POSITIVE_INFINITY], once: [0, 1] } as const

/** Where requests are told apart: by method and path. */
export function endpointOf({ method, url }: Request): string {
  return `${method} ${new URL(url).pathname}`
}

/** The most that a request may take. */
const LONGEST_SECONDS = 30

/** The same request, for a fault that answers with silence: as soon as somebody waits for its end, time passes until then. The clock of timers must be a mock. */
function withoutPatience(request: Request): Request {
  const copy = request.clone()
  let seconds = 0
  const pass = () => {
    if (request.signal.aborted || seconds++ > LONGEST_SECONDS) return
    mock.timers.tick(1_000)
    setImmediate(pass)
  }
  const listen = copy.signal.addEventListener.bind(copy.signal)
  copy.signal.addEventListener = (...listener: Parameters<typeof listen>) => {
    listen(...listener)
    setImmediate(pass)
  }
  return copy
}

/** A fetch with a fault at one endpoint. */
export function createFaultyWire(
  good: FetchFunction,
  {
    endpoint,
    occurrence,
    fault,
    ...asked
  }: {
    endpoint: string
    occurrence: Occurrence
    fault: Fault
    /** What the fault quotes: all secrets that are known. */
    quoted(): string
    now(): number
    abort(): void
  },
): { fetch: FetchFunction; met(): number; complaints: string[] } {
  const complaints: string[] = []
  const [from, to] = spans[occurrence]
  let requests = 0
  let met = 0
  return {
    complaints,
    met: () => met,
    async fetch(request) {
      request.signal.throwIfAborted()
      if (new URL(request.url).origin === ELSEWHERE) complaints.push('follows a redirect to another host')
      if (endpointOf(request) !== endpoint) return good(request)
      const index = requests++
      if (index < from || index >= to) return good(request)
      met++
      const answer = await fault.answer({
        request: withoutPatience(request),
        good: () => good(request.clone()),
        quoted: asked.quoted(),
        now: asked.now,
        abort: asked.abort,
        complain: (what) => void complaints.push(what),
      })
      if (answer !== null) return answer
      met--
      return good(request)
    },
  }
}
