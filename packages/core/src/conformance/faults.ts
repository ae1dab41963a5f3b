import { parseLosslessJson } from '../http/lossless-json.ts'
import type { Json } from '../json.ts'
import type { Asked, Fault } from './fault.ts'

/** Where redirects lead: nothing may be sent there. */
export const ELSEWHERE = 'https://elsewhere.example'

const MiB = 1024 * 1024
const HUGE_CHUNKS = 512

const asJson = { 'content-type': 'application/json' }
const asPage = { 'content-type': 'text/html' }

const inJson = ({ quoted }: Asked) =>
  JSON.stringify({ code: 42, message: 'Refused.', error: 'refused', request: quoted })
const inPage = ({ quoted }: Asked) =>
  `<!doctype html><html><head><title>Maintenance</title></head><body>${quoted}</body></html>`

/** What a network says that fails. */
const networkFailure = ({ quoted }: Asked, code: string) =>
  new TypeError(`fetch failed: ${quoted}`, { cause: Object.assign(new Error(`${code} ${quoted}`), { code }) })

const once = { mayBeOk: 'warned', repeats: 'none', pauseMs: 1 } as const

function refusal(status: number, codes: Fault['codes'], changes: Partial<Fault> = {}): Fault {
  const answer = (asked: Asked) => new Response(inJson(asked), { status, headers: asJson })
  return { ...once, codes, isRefusal: true, answer, ...changes }
}

function outage(answer: Fault['answer'], changes: Partial<Fault> = {}): Fault {
  return { ...once, codes: ['PROVIDER_UNAVAILABLE'], repeats: 'reads', answer, ...changes }
}

function limit(header: (asked: Asked) => HeadersInit, changes: Partial<Fault> = {}): Fault {
  const answer = (asked: Asked) =>
    new Response(inJson(asked), { status: 429, headers: { ...asJson, ...header(asked) } })
  return { ...once, codes: ['PROVIDER_RATE_LIMITED'], repeats: 'all', answer, ...changes }
}

/** Another body than the good one, under a good status and the same headers. */
function replaceBody(good: Response, body: BodyInit): Response {
  const headers = new Headers(good.headers)
  for (const name of ['content-length', 'content-encoding']) headers.delete(name)
  return new Response(body, { status: good.ok ? good.status : 200, headers })
}

/** A body that is made of the good one, where that has any; `null` where it can't be. */
function spoiledBody(
  spoil: (text: string, asked: Asked, good: Response) => BodyInit | null,
  changes: Partial<Fault> = {},
): Fault {
  return {
    ...once,
    codes: ['PROVIDER_INVALID_RESPONSE'],
    mayBeRevoked: true,
    async answer(asked) {
      const good = await asked.good()
      const text = await good.text()
      const body = text === '' ? null : spoil(text, asked, good)
      return body === null ? null : replaceBody(good, body)
    },
    ...changes,
  }
}

/** JSON of another shape than the good one. */
const misshapen = (shape: (json: Json, good: Response) => Json | undefined, changes: Partial<Fault> = {}) =>
  spoiledBody((text, _asked, good) => {
    const json = toJson(text)
    const shaped = json === undefined ? undefined : shape(json, good)
    return shaped === undefined ? null : JSON.stringify(shaped)
  }, changes)

function toJson(text: string): Json | undefined {
  try {
    return parseLosslessJson(text)
  } catch {
    return undefined
  }
}

const isObject = (json: Json): json is { [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** The lists of records in an answer: in itself, or anywhere below. */
function listsIn(json: Json): Json[][] {
  if (Array.isArray(json)) return [...(json.some(isObject) ? [json] : []), ...json.flatMap(listsIn)]
  return isObject(json) ? Object.values(json).flatMap(listsIn) : []
}

/** Puts a record that nobody knows into the longest list. Not in the last place: some ask for what follows the last one. */
function spoilRecord(json: Json, { ok }: Response): Json | undefined {
  const [longest] = listsIn(json).sort((one, other) => other.length - one.length)
  if (longest === undefined || !ok) return undefined
  longest[Math.floor((longest.length - 1) / 2)] = { madeUpByTheKit: true }
  return json
}

const half = (text: string) => text.slice(0, Math.ceil(text.length / 2))

/** The good answer, but something happens in the middle of its body. */
async function halfway(asked: Asked, happen: (rest: string) => Promise<string> | string): Promise<Response | null> {
  const good = await asked.good()
  const text = await good.text()
  if (text === '') return null
  const parts = [() => half(text), () => happen(text.slice(half(text).length))]
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const part = parts.shift()
        if (part === undefined) return controller.close()
        controller.enqueue(new TextEncoder().encode(await part()))
      },
    },
    { highWaterMark: 0 },
  )
  return replaceBody(good, body)
}

/** As fetch does, once its signal is aborted. */
function ended<T>({ signal }: Request): Promise<T> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}

function hugeBody({ complain }: Asked): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(MiB).fill(0x20)
  let sent = 0
  return new ReadableStream(
    {
      pull(controller) {
        if (sent++ < HUGE_CHUNKS) return controller.enqueue(chunk)
        complain(`reads a body of ${HUGE_CHUNKS} MiB to its end: a limit must end it`)
        controller.error(new TypeError('terminated'))
      },
    },
    { highWaterMark: 0 },
  )
}

const invalid = ['PROVIDER_INVALID_INPUT', 'PROVIDER_INVALID_RESPONSE'] as const
const forbidden = [
  'PROVIDER_PERMISSION_DENIED',
  'PROVIDER_AUTHENTICATION_FAILED',
  'PROVIDER_CONFIGURATION_REJECTED',
] as const
const impatient = { retry: { retries: 0 }, timeoutMs: 50 }
const abort = { ...once, codes: ['PROVIDER_ABORTED'], isAbort: true, mayBeOk: 'never' } as const

/** What can go wrong, by what it is called. */
export const faults: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ['400', refusal(400, invalid)],
  ['401', refusal(401, ['PROVIDER_AUTHENTICATION_FAILED'], { mayBeOk: 'never', mayBeRevoked: true })],
  ['403 with JSON', refusal(403, forbidden)],
  [
    '403 with a web page',
    refusal(403, [...forbidden, 'PROVIDER_UNAVAILABLE', 'PROVIDER_INVALID_RESPONSE'], {
      answer: (asked) => new Response(inPage(asked), { status: 403, headers: asPage }),
    }),
  ],
  ['404', refusal(404, invalid, { mayBeRevoked: true })],
  ['408', outage(() => new Response(null, { status: 408 }))],
  ['409', refusal(409, invalid)],
  ['422', refusal(422, invalid)],
  [
    '429 that says in how many seconds to come back',
    limit(() => ({ 'retry-after': '2' }), {
      pauseMs: 2_000,
      retryAfterSeconds: [2, 2],
    }),
  ],
  // A date has no fraction of a second.
  [
    '429 that says when to come back',
    limit(({ now }) => ({ 'retry-after': new Date(Math.ceil(now() / 1_000 + 2) * 1_000).toUTCString() }), {
      pauseMs: 1_000,
      retryAfterSeconds: [1, 3],
    }),
  ],
  ['429 that does not say when to come back', limit(() => ({}))],
  ['500', outage((asked) => new Response(inJson(asked), { status: 500, headers: asJson }))],
  ['502', outage((asked) => new Response(inPage(asked), { status: 502, headers: asPage }))],
  ['503', outage((asked) => new Response(inJson(asked), { status: 503, headers: asJson }))],
  ['504', outage((asked) => new Response(inPage(asked), { status: 504, headers: asPage }))],
  [
    'a connection that is refused',
    outage(
      (asked) => {
        throw networkFailure(asked, 'ECONNREFUSED')
      },
      { repeats: 'all' },
    ),
  ],
  [
    'a connection that is reset in the body',
    outage(
      (asked) =>
        halfway(asked, () => {
          throw networkFailure(asked, 'ECONNRESET')
        }),
      { mayBeRevoked: true },
    ),
  ],
  ['no answer in time', outage(({ request }) => ended(request), { runtime: impatient })],
  [
    'a body that does not end in time',
    outage((asked) => halfway(asked, () => ended(asked.request)), {
      mayBeRevoked: true,
      runtime: impatient,
    }),
  ],
  [
    'a signal that is aborted while it waits for the answer',
    {
      ...abort,
      answer: ({ request, good, ...asked }) => {
        asked.abort()
        return request.signal.aborted ? ended(request) : good()
      },
    },
  ],
  [
    'a signal that is aborted while it reads the body',
    {
      ...abort,
      answer: (asked) =>
        halfway(asked, (rest) => {
          asked.abort()
          return asked.request.signal.aborted ? ended(asked.request) : rest
        }),
    },
  ],
  [
    'a web page instead of data',
    spoiledBody((_text, asked) => inPage(asked), {
      codes: ['PROVIDER_INVALID_RESPONSE', 'PROVIDER_UNAVAILABLE'],
    }),
  ],
  ['an empty body', spoiledBody(() => '')],
  [
    'JSON that is cut off',
    spoiledBody((good) => (toJson(good) === undefined || toJson(half(good)) !== undefined ? null : half(good))),
  ],
  ['JSON that is null', misshapen(() => null)],
  ['JSON that is a number', misshapen(() => 42)],
  [
    'a list instead of an object, or the other way round',
    misshapen((good) => (Array.isArray(good) ? { message: 'Refused.' } : [42])),
  ],
  [
    'an object without its fields',
    misshapen((good) => (isObject(good) ? { message: 'Refused.' } : undefined), {
      mayBeOk: 'whole',
    }),
  ],
  ['a body that is too large', spoiledBody((_text, asked) => hugeBody(asked))],
  [
    'a redirect to another host',
    {
      ...once,
      codes: ['PROVIDER_INVALID_RESPONSE'],
      answer: (asked) => new Response(inPage(asked), { status: 302, headers: { location: `${ELSEWHERE}/` } }),
    },
  ],
  ['one bad record among good ones', misshapen(spoilRecord, { codes: [], mayBeOk: 'always' })],
])
