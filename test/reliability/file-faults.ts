import type { FileContent } from '@finport/core'

/** A file as it is meant, and what the fault may use. */
type Meant = {
  readonly bytes: Uint8Array
  /** Aborts the signal of the import. */
  abort(): void
}

/** Something that goes wrong with a file, or on its way here. */
export type FileFault = {
  /** What an import of it may come to. */
  readonly outcomes: readonly string[]
  /** Whether it goes wrong before the import begins. */
  readonly isEarly?: boolean
  spoil(meant: Meant): FileContent
}

const text = (content: string) => new TextEncoder().encode(content)
const refused = ['PROVIDER_INVALID_INPUT'] as const
const CHUNK_BYTES = 1_000

async function* inChunks(bytes: Uint8Array, size = CHUNK_BYTES): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

/** A stream of the file, in the middle of which something happens. */
function halfway(happen: (meant: Meant) => AsyncIterable<Uint8Array> | Promise<void>): FileFault['spoil'] {
  return (meant) =>
    async function* () {
      const { bytes } = meant
      yield* inChunks(bytes.subarray(0, bytes.length / 2))
      const then = happen(meant)
      if (then instanceof Promise) await then
      else yield* then
    }
}

const foreign = (content: string | Uint8Array): FileFault => ({
  outcomes: refused,
  spoil: () => (typeof content === 'string' ? text(content) : content),
})

/** Puts something into the middle of a file, between two lines. */
function inserted({ bytes }: Meant, content: Uint8Array): Uint8Array {
  const at = bytes.indexOf(0x0a, bytes.length / 2) + 1
  return Buffer.concat([bytes.subarray(0, at), content, bytes.subarray(at)])
}

/** A stream that breaks off before anything came of it. */
async function* failing(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array()
  throw new Error('canary: connection reset')
}

/** A silence that no good stream has. */
const never = () => new Promise<void>(() => {})

/** What can go wrong, by what it is called. */
export const fileFaults: ReadonlyMap<string, FileFault> = new Map<string, FileFault>([
  ['it is empty', foreign('')],
  ['it is a web page', foreign('<!doctype html><html><body>Sign in</body></html>')],
  [
    'it is a ZIP archive',
    foreign(Uint8Array.from({ length: 500 }, (_, at) => [0x50, 0x4b, 3, 4][at] ?? (at * 151) % 256)),
  ],
  ['it is a PDF document', foreign('%PDF-1.7\n1 0 obj\n<<>>\nendobj')],
  ['it is JSON', foreign('{"accounts":[]}')],
  ['it is text of another kind', foreign('Dear customer,\nyour statement is ready.\n')],
  ['it is cut off in its first line', { outcomes: refused, spoil: ({ bytes }) => bytes.slice(0, 12) }],
  [
    'it is cut off in the middle',
    { outcomes: ['partial', 'ok'], spoil: ({ bytes }) => bytes.slice(0, bytes.length / 2) },
  ],
  [
    'it is UTF-16',
    { outcomes: ['ok'], spoil: ({ bytes }) => Buffer.from(`\ufeff${new TextDecoder().decode(bytes)}`, 'utf16le') },
  ],
  ['zero bytes are in it', { outcomes: ['ok', 'partial'], spoil: (meant) => inserted(meant, new Uint8Array(2_000)) }],
  [
    'a line in it does not end for a megabyte',
    {
      outcomes: ['ok', 'partial', ...refused],
      spoil: (meant) => inserted(meant, new Uint8Array(1_000_000).fill(0x78)),
    },
  ],
  ['it is larger than files may be', { outcomes: ['partial', ...refused], spoil: (meant) => () => endless(meant) }],
  [
    'it comes in small pieces',
    {
      outcomes: ['ok'],
      spoil:
        ({ bytes }) =>
        () =>
          inChunks(bytes, 101),
    },
  ],
  [
    'its stream fails at once',
    {
      outcomes: refused,
      spoil: () => () => failing(),
    },
  ],
  [
    'its stream fails in the middle',
    {
      outcomes: refused,
      spoil: halfway(async () => {
        throw new Error('canary: connection reset')
      }),
    },
  ],
  [
    'its stream gives text',
    {
      outcomes: refused,
      spoil: () =>
        async function* () {
          yield 'text' as unknown as Uint8Array
        },
    },
  ],
  [
    'its stream can not be opened',
    {
      outcomes: refused,
      spoil: () => () => {
        throw new Error('canary: no such object')
      },
    },
  ],
  [
    'what should open a stream gives none',
    { outcomes: refused, spoil: () => () => null as unknown as AsyncIterable<Uint8Array> },
  ],
  [
    'the signal is aborted before',
    {
      outcomes: ['PROVIDER_ABORTED'],
      isEarly: true,
      spoil: ({ bytes }) => bytes,
    },
  ],
  [
    'the signal is aborted in the middle',
    {
      outcomes: ['PROVIDER_ABORTED'],
      spoil: halfway((meant) => {
        meant.abort()
        return inChunks(meant.bytes.subarray(meant.bytes.length / 2))
      }),
    },
  ],
  [
    'its stream falls silent, and the signal is aborted',
    {
      outcomes: ['PROVIDER_ABORTED'],
      spoil: halfway((meant) => {
        setImmediate(meant.abort)
        return never()
      }),
    },
  ],
])

/** The file, and lines that go on and on. */
async function* endless({ bytes }: Meant): AsyncGenerator<Uint8Array> {
  const at = bytes.lastIndexOf(0x0a, bytes.length - 40) + 1
  yield* inChunks(bytes.subarray(0, at), 64 * 1024)
  const line = text(`${' '.repeat(99)}\n`.repeat(650))
  for (let sent = 0; sent < 100; sent++) yield line
}
