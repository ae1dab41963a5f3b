import { Buffer } from 'node:buffer'
import { areEqual, type Bytes, bytesOf } from './bytes.ts'
import { createRecentValue, type RecentValue } from './recent-value.ts'

/** What stands between angle brackets. */
export type Tag = {
  /** Its bytes after the opening bracket, the closing one included. */
  readonly source: Bytes
  readonly kind: 'start' | 'end' | 'empty'
  readonly name: string
  /** How deep it is; {@link UNKNOWN} for what is no known aggregate. */
  readonly level: number
  /** Whether its values are texts that are read again and again. */
  readonly isText: boolean
  /** The last value of its name, where values often come again. */
  readonly recent: RecentValue | null
  /** The tag that came after this one the last time: records look alike, so that the next one is nearly always known. */
  successor: Tag | null
  /** Another that came after this one before. */
  formerSuccessor: Tag | null
}

/** The level of a tag that is no known aggregate. */
export const UNKNOWN = 1_000

const TAG = /^(\/?)([A-Za-z_][\w.:-]*)(?:\s[\s\S]*?)?(\/?)$/
const LONGEST_TAG = 1_024
const CACHED_TAGS = 4_096

/** Reads tags from what stands between their brackets; what is none gives `null`. */
export function createTagReader(
  aggregateLevels: ReadonlyMap<string, number>,
  texts: ReadonlySet<string>,
  repeating: ReadonlySet<string>,
): (inside: string) => Tag | null {
  const known = new Map<string, Tag | null>()
  // One of a name, whatever tags are written with it, so that a file can't make many that keep its bytes.
  const recents = new Map(Array.from(repeating, (name) => [name, createRecentValue()]))

  const parse = (inside: string): Tag | null => {
    const match = inside.length > LONGEST_TAG ? null : TAG.exec(inside)
    if (match === null) return null
    const [, slash, word = '', emptySlash] = match
    // As a property's name a text is kept once, so that comparing names compares two references.
    const [name = ''] = Object.keys({ [word.toUpperCase()]: null })
    const kind = slash === '/' ? 'end' : emptySlash === '/' ? 'empty' : 'start'
    return {
      source: bytesOf(Uint8Array.from(Buffer.from(`${inside}>`, 'latin1'))),
      kind,
      name,
      level: aggregateLevels.get(name) ?? UNKNOWN,
      isText: texts.has(name),
      recent: recents.get(name) ?? null,
      successor: null,
      formerSuccessor: null,
    }
  }

  return (inside) => {
    let tag = known.get(inside)
    if (tag === undefined) {
      tag = parse(inside)
      if (known.size < CACHED_TAGS) known.set(inside, tag)
    }
    return tag
  }
}

/** Whether a tag stands at a position, after its opening bracket. */
export function isTagAt({ source }: Tag, bytes: Bytes, position: number): boolean {
  const { byteLength } = source
  return position + byteLength <= bytes.byteLength && areEqual(source, 0, bytes, position, byteLength)
}
