import type { FetchFunction } from '../runtime.ts'
import type { Fault } from './fault.ts'
import { ELSEWHERE } from './faults.ts'

/** A request as it is told from others. */
export type Sent = {
  /** Method, origin and path: `'GET https://api.example.com/accounts'`. */
  endpoint: string
  /** What only an identical request shares: address and body as well. */
  identity: string
}

export async function describeRequest(request: Request): Promise<Sent> {
  const { origin, pathname } = new URL(request.url)
  const endpoint = `${request.method} ${origin}${pathname}`
  return { endpoint, identity: `${request.method} ${request.url} ${await request.clone().text()}` }
}

/** What became of a fault. */
export type Watch = {
  /** Whether the endpoint was asked at all. */
  isAsked: boolean
  /** How often the fault was met. */
  met: number
  /** By the identity of a request: how long the provider had slept each time it was sent. */
  sent: Map<string, number[]>
  /** What the provider should not have done. */
  complaints: string[]
  /** Goes up with whatever happens. */
  events: number
  /** How many good answers are being made. */
  pending: number
}

/** After so many times it is certain that there is no end. */
const ENDLESS_ATTEMPTS = 20

/** A fetch with a fault at one endpoint, and who watches it. */
export function createFaultyFetch(
  good: FetchFunction,
  {
    endpoint,
    fault,
    ...asked
  }: {
    endpoint: string
    fault: Fault
    quoted: string
    now(): number
    slept(): number
    abort(): void
  },
): { fetch: FetchFunction; watch: Watch } {
  const watch: Watch = { isAsked: false, met: 0, sent: new Map(), complaints: [], events: 0, pending: 0 }
  const complain = (what: string) => void watch.complaints.push(what)

  const answerWell = async (request: Request) => {
    watch.pending++
    try {
      return await good(request)
    } finally {
      watch.pending--
      watch.events++
    }
  }

  const fetch: FetchFunction = async (request) => {
    watch.events++
    const sent = await describeRequest(request)
    if (new URL(request.url).origin === ELSEWHERE) complain('follows a redirect to another host')
    if (sent.endpoint !== endpoint) return answerWell(request)
    watch.isAsked = true
    const times = watch.sent.get(sent.identity) ?? []
    watch.sent.set(sent.identity, times)
    if (times.push(asked.slept()) > ENDLESS_ATTEMPTS) {
      complain('sends the same request again without end')
      return new Promise(() => {})
    }
    watch.met++
    const answer = await fault.answer({ request, good: () => answerWell(request.clone()), complain, ...asked })
    if (answer !== null) return answer
    watch.met--
    times.pop()
    return answerWell(request)
  }
  return { fetch, watch }
}
