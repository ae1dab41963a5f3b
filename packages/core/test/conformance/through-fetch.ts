import type { ProviderHarness } from '../../src/conformance/index.ts'
import type { FetchFunction } from '../../src/index.ts'

/** The provider of a harness behind a fetch of its own. */
export function through(harness: ProviderHarness, wrap: (fetch: FetchFunction) => FetchFunction): ProviderHarness {
  const create: ProviderHarness['create'] = (runtime) =>
    harness.create({ ...runtime, fetch: runtime.fetch && wrap(runtime.fetch) })
  return { ...harness, create }
}

/** What became of a request. */
export type Seen = {
  /** `0` when there was no answer. */
  status: number
  headers: Headers
  /** Its first 64 KiB; `null` when it broke off. */
  body: string | null
  /** What the network threw instead of an answer. */
  thrown?: unknown
}

/** The beginning of a body, which stays to be read. */
async function peek(response: Response): Promise<string | null> {
  const reader = response.clone().body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (reader !== undefined && text.length < 65_536) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    return null
  }
  reader?.cancel().catch(() => {})
  return text
}

/** Sends a request and looks at what came. */
async function send(fetch: FetchFunction, request: Request): Promise<{ seen: Seen; outcome: () => Response }> {
  try {
    const response = await fetch(request)
    const seen = { status: response.status, headers: response.headers, body: await peek(response) }
    return { seen, outcome: () => response }
  } catch (thrown) {
    const outcome = () => {
      throw thrown
    }
    return { seen: { status: 0, headers: new Headers(), body: '', thrown }, outcome }
  }
}

/** A provider that takes some answers for others. */
export function mistaking(
  harness: ProviderHarness,
  isIt: (seen: Seen, request: Request) => boolean,
  instead: (seen: Seen, request: Request) => Response,
): ProviderHarness {
  return through(harness, (fetch) => async (request) => {
    const { seen, outcome } = await send(fetch, request)
    return isIt(seen, request) ? instead(seen, request) : outcome()
  })
}

/** A provider that sends a request again at once after some answers: once, or until there is another. */
export function repeating(
  harness: ProviderHarness,
  isIt: (seen: Seen, request: Request) => boolean,
  times = 1,
): ProviderHarness {
  return through(harness, (fetch) => async (request) => {
    for (let time = 0; ; time++) {
      const { seen, outcome } = await send(fetch, request.clone())
      if (time >= times || !isIt(seen, request)) return outcome()
    }
  })
}
