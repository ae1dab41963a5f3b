import type { Json } from '@finport/core'
import { accessDenied, answerJson, answerPage, answerText } from './answer.ts'

/** The ways in which Schwab is known to fail, and those that every interface has. */
export const schwabFaultKinds = [
  'route_gone',
  'access_denied',
  'too_many_requests',
  'upstream_timeout',
  'body_too_big',
  'whitelabel',
  'unauthorized',
  'maintenance_page',
  'cut_off',
  'connection_lost',
] as const

/** One of {@link schwabFaultKinds}. */
export type SchwabFaultKind = (typeof schwabFaultKinds)[number]

/** Something that goes wrong. */
export type SchwabFault = {
  /**
   * - `route_gone`: an outage as Schwab's looks, a 404 in plain text
   * - `access_denied`: Akamai's page, 403
   * - `too_many_requests`: 429
   * - `upstream_timeout`: 504 in plain text
   * - `body_too_big`: a gateway fault, 502
   * - `whitelabel`: the page of an app that is not ready for use, 500
   * - `unauthorized`: an access token that has ended early, 401
   * - `maintenance_page`: a page where data should be, 200
   * - `cut_off`: JSON that ends in the middle, 200
   * - `connection_lost`: no answer; what was asked for has been done all the same
   */
  kind: SchwabFaultKind
  /** Which requests it hits, by what their path holds, such as `'/transactions'`; all of them if nothing is said. */
  path?: string
  /** How many requests it hits: one if nothing is said. */
  times?: number
}

/** What the trader interface says to a token that it does not take: its `status` is a number. */
export function unauthorized(id: string): Response {
  return answerJson(401, { errors: [{ id, status: 401, title: 'Unauthorized', detail: 'Client not authorized' }] })
}

/** No body of Schwab's is recorded: this is what others report. */
export function tooManyRequests(): Response {
  return answerText(429, 'Rate Limit Exceeded')
}

const gatewayFault: Json = {
  fault: { faultstring: 'Body buffer overflow', detail: { errorcode: 'protocol.http.TooBigBody' } },
}

const whitelabelPage =
  '<html><body><h1>Whitelabel Error Page</h1><p>This application has no explicit mapping for /error, so you are seeing this as a fallback.</p></body></html>'

/** The answer of a fault; `connection_lost` has none. */
const answers: Readonly<
  Record<Exclude<SchwabFaultKind, 'connection_lost'>, (address: string, id: string) => Response>
> = {
  route_gone: () =>
    answerText(404, "404 Not Found: Requested route ('traderapi-accounts.apigx-origin.schwab.com') does not exist.\n"),
  access_denied: (address) => accessDenied(address),
  too_many_requests: tooManyRequests,
  upstream_timeout: () => answerText(504, 'upstream request timeout'),
  body_too_big: () => answerJson(502, gatewayFault),
  whitelabel: () => answerPage(500, whitelabelPage),
  unauthorized: (_, id) => unauthorized(id),
  maintenance_page: () => answerPage(200, '<!doctype html><title>Scheduled maintenance</title>'),
  cut_off: () => answerText(200, '[{"securitiesAccount":{"type":"CASH","accou', 'application/json'),
}

/** Faults that are still to come. */
export interface FaultQueue {
  add(...faults: readonly SchwabFault[]): void
  /** The answer to a request that a fault hits, else what is done anyway. */
  apply(url: URL, id: string, act: () => Promise<Response>): Promise<Response>
}

/** Faults hit requests in the order in which they were added. */
export function createFaultQueue(first: readonly SchwabFault[]): FaultQueue {
  let waiting: SchwabFault[] = []
  const queue: FaultQueue = {
    add(...faults) {
      waiting.push(...faults)
    },
    async apply(url, id, act) {
      const fault = waiting.find(({ path = '' }) => url.pathname.includes(path))
      if (fault === undefined) return act()
      const left = (fault.times ?? 1) - 1
      waiting = waiting.flatMap((each) => (each !== fault ? [each] : left > 0 ? [{ ...fault, times: left }] : []))
      if (fault.kind !== 'connection_lost') return answers[fault.kind](`http://${url.host}${url.pathname}`, id)
      await act()
      throw new TypeError('fetch failed')
    },
  }
  queue.add(...first)
  return queue
}
