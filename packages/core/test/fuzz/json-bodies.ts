import { inspect } from 'node:util'
import type { Json } from '@finport/core'
import fc from 'fast-check'
import { isSameBySource, jsonDocument } from '../http/json-documents.ts'
import { failing, request, scripted } from '../http/scripted-client.ts'

const CANARY = 'canary-7f3a91bc'

type Change = { at: number; removed: number; bytes: Uint8Array }

const piece = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\0',
    '\ufeff',
    '1e999',
    '-',
    '.',
    'NaN',
    '<html>',
    '__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.nat({ max: 5_000 }).map((depth) => '['.repeat(depth)),
)
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  removed: fc.nat({ max: 40 }),
  bytes: fc.oneof(
    piece.map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 8 }),
  ),
})

function apply(bytes: Uint8Array, { at, removed, bytes: inserted }: Change): Uint8Array {
  const place = at % (bytes.length + 1)
  return Uint8Array.of(...bytes.subarray(0, place), ...inserted, ...bytes.subarray(place + removed))
}

function delivered(bytes: Uint8Array, chunk: number): ReadableStream<Uint8Array> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      if (offset < bytes.length) controller.enqueue(bytes.slice(offset, offset + chunk))
      offset += chunk
      if (offset >= bytes.length) controller.close()
    },
  })
}

/** What the platform makes of a body; `undefined` where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Answers of all kinds with a secret in them, broken in any place: they are read without loss, or refused without a word of theirs. */
export function createJsonBodyFuzz() {
  const tally: Record<string, number> = {}
  const property = fc.asyncProperty(
    jsonDocument,
    fc.array(change, { maxLength: 4 }),
    fc.integer({ min: 1, max: 300 }),
    fc.constantFrom(200, 200, 200, 201, 400, 401, 404, 429, 500),
    async (document, changes, chunk, status) => {
      const whole = new TextEncoder().encode(`{"token":"${CANARY}","value":${document}}`)
      const bytes = changes.reduce(apply, whole)
      const headers = { 'content-type': 'application/json', 'retry-after': '1' }
      const { client } = scripted([() => new Response(delivered(bytes, chunk), { status, headers }), failing(418)], {
        runtime: { retry: { retries: 0 } },
      })
      const answer = await client.request(request)
      const outcome = answer.isOk() ? 'read' : answer.error.code
      tally[outcome] = (tally[outcome] ?? 0) + 1
      if (answer.isErr()) {
        if (inspect(answer.error, { depth: 9, showHidden: true }).includes(CANARY))
          throw new Error('It shows a secret.')
        if (status >= 300) return
        if (parse(new TextDecoder().decode(bytes)) !== undefined) throw new Error(`It refuses JSON: ${outcome}`)
        return
      }
      if (status >= 300) throw new Error('It takes a failure for an answer.')
      if (!isSameBySource(answer.value.value as Json, new TextDecoder().decode(bytes)))
        throw new Error('It reads something else than is there.')
    },
  )
  return { property, tally }
}
