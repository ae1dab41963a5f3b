import { Buffer, isAscii } from 'node:buffer'
import { setImmediate } from 'node:timers/promises'
import type { FileContent } from '@finport/core'

const CHUNK_BYTES = 32 * 1024
/** How much is read before others get a turn. */
const TURN_BYTES = 32 * CHUNK_BYTES

/** A piece of a file. */
export type ContentChunk = {
  /** How many bytes of the file it is. */
  readonly size: number
  /** What it holds: the bytes themselves, or those of UTF-8 in place of UTF-16. */
  readonly bytes: Buffer
  /** Whether all of it is ASCII other than NUL, so that there is nothing to decode or clean. */
  readonly isPlain: boolean
}

/**
 * A file in pieces of 32 KB or so, whatever pieces it comes in. UTF-16 is made UTF-8 first.
 *
 * @throws whatever the host's stream throws, and a {@link ContentError} when it gives something other than bytes.
 */
export async function* readChunks(content: FileContent, signal?: AbortSignal): AsyncGenerator<ContentChunk> {
  let decoder: TextDecoder | null = null
  let isFirst = true
  let sinceTurn = 0
  const pieces = content instanceof Uint8Array ? [content] : coalesced(untilAborted(opened(content), signal))
  for await (const piece of pieces) {
    for (const bytes of slices(piece)) {
      if (isFirst) decoder = utf16DecoderOf(bytes)
      isFirst = false
      const utf8 = decoder === null ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }))
      yield {
        size: bytes.length,
        bytes: Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength),
        isPlain: isAscii(utf8) && !utf8.includes(0),
      }
      sinceTurn += bytes.length
      if (sinceTurn >= TURN_BYTES) {
        sinceTurn = 0
        await setImmediate()
      }
    }
  }
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES)
}

function opened(content: () => AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const stream: unknown = content()
  if (typeof stream === 'object' && stream !== null && Symbol.asyncIterator in stream)
    return stream as AsyncIterable<Uint8Array>
  throw new ContentError('fileContent gives no stream: return one, or pass the bytes themselves as a Uint8Array.')
}

/** Why a host's stream can't be read, fit for its developer. */
export class ContentError extends Error {
  override readonly name = 'ContentError'
}

async function* coalesced(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const bytes of stream) {
    if (!(bytes instanceof Uint8Array)) {
      throw new ContentError('The stream of fileContent gives something other than bytes: open it without an encoding.')
    }
    if (bytes.length === 0) continue
    waiting.push(bytes)
    length += bytes.length
    if (length < CHUNK_BYTES) continue
    yield waiting.length === 1 ? bytes : Buffer.concat(waiting)
    waiting = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(waiting)
}

/** A stream that ends with an error as soon as the signal is aborted, even while it waits. */
async function* untilAborted(
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) return yield* stream
  signal.throwIfAborted()
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
  })
  signal.addEventListener('abort', abort, { once: true })
  aborted.catch(() => {})
  const iterator = stream[Symbol.asyncIterator]()
  try {
    for (
      let next = await Promise.race([iterator.next(), aborted]);
      !next.done;
      next = await Promise.race([iterator.next(), aborted])
    ) {
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', abort)
    const closed = iterator.return?.()
    // A stream that waits for ever would never answer.
    if (signal.aborted) closed?.catch(() => {})
    else await closed
  }
}

/** UTF-16 has a byte order mark, or an ASCII character for its first. */
function utf16DecoderOf([first, second]: Uint8Array): TextDecoder | null {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return new TextDecoder('utf-16le')
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && second !== undefined))
    return new TextDecoder('utf-16be')
  return null
}
