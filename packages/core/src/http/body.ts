/** The body of an answer, decoded; or why there is none. */
export type Body = Uint8Array | 'too_large' | 'interrupted'

/** Reads a body as it streams; nothing is kept of one that is larger than allowed. It is let go as soon as a signal says so, also where its fetch pays no heed to that. */
export async function readBody(response: Response, maxBytes: number, ending: AbortSignal): Promise<Body> {
  if (response.body === null) return new Uint8Array()
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  const end = () => discard(reader)
  ending.addEventListener('abort', end)
  if (ending.aborted) end()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      length += value.length
      if (length > maxBytes) {
        discard(reader)
        return 'too_large'
      }
      chunks.push(value)
    }
  } catch {
    return 'interrupted'
  } finally {
    ending.removeEventListener('abort', end)
  }
  if (ending.aborted) return 'interrupted'
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** Lets go of a body that nobody reads, so that its connection is freed. */
export function discard(body: { cancel(): Promise<void> } | null): void {
  body?.cancel().catch(() => {})
}
