import type { ContentChunk } from '../content.ts'
import type { OfxElement } from './element.ts'
import { findSpecial } from './special-markup.ts'
import { decodeBytes, decodeEntities, withoutNul } from './text.ts'

/** How an aggregate ended: by its own end tag, by the tag of something that can't be inside it, or with the file. */
export type ElementEnd = 'tag' | 'implied' | 'file'

/** What the scanner is told and what it tells. */
export type ScannerEvents = {
  /** The aggregates that are known, and how deep each is. Any other tag followed by text is a leaf. */
  readonly aggregateLevels: ReadonlyMap<string, number>
  /** Leaves that are never aggregates, even if others stand between them and their end tag. */
  readonly leaves: ReadonlySet<string>
  /** A known aggregate started. Returns whether the scanner is to pause there, so that its caller can prepare for what is in it; the next `write` goes on. */
  onStart(name: string, offset: number): boolean
  /** A known aggregate ended; `path` is what it was in. Returns whether its parent keeps it; if not, the element is used again for another. */
  onEnd(element: OfxElement, path: readonly OfxElement[], end: ElementEnd): boolean
}

/** Bounds that no real file comes near. */
export type ScannerLimits = { readonly depth: number; readonly valueLength: number }

/** Why the scanner gave up, and where. */
export type ScanProblem = { readonly offset: number; readonly reason: string }

/** A scanner that is fed a file piece by piece. */
export type Scanner = {
  write(chunk: ContentChunk): ScanProblem | null
  end(): ScanProblem | null
}

type Tag = {
  /** What stands between the angle brackets, and the closing one. */
  readonly source: string
  readonly kind: 'start' | 'end' | 'empty'
  readonly name: string
  /** How deep it is; `UNKNOWN` for what is no known aggregate. */
  readonly level: number
  /** The tag that came after this one the last time: records look alike, so that the next one is nearly always known. */
  successor: Tag | null
}

const TAG = /^(\/?)([A-Za-z_][\w.:-]*)(?:\s[\s\S]*?)?(\/?)$/
const LONGEST_TAG = 1_024
const CACHED_TAGS = 4_096
const UNKNOWN = Number.POSITIVE_INFINITY

/**
 * Reads both dialects of OFX, SGML (1.x, where leaves need no end tag) and XML (2.x), and the mixtures that banks make of them, in one pass and in linear
 * time. It knows the form and no banking:
 * - a tag followed by text is a leaf, which ends at the next tag; end tags of leaves are ignored, wherever they are
 * - a tag followed by another tag is an aggregate or an empty leaf: an aggregate if its end tag comes, else an empty leaf, and what seemed to be inside
 *   belongs to its parent
 * - a known aggregate without an end tag ends where its parent does, or where another starts that can't be inside it
 * - an empty tag in a text, such as `<BR/>`, is a blank
 * - `<` not followed by a name is text; comments, declarations and processing instructions are skipped, so that there are no entities to expand
 */
export function createScanner(events: ScannerEvents, limits: ScannerLimits): Scanner {
  const tags = new Map<string, Tag | null>()
  /** The open aggregates and their levels. The first is the file itself. */
  const path: OfxElement[] = [{ name: '', offset: 0, fields: [], children: [] }]
  const levels: number[] = [-1]
  let top = path[0] as OfxElement
  /** An element that nobody keeps: records are many and look alike. */
  let spare: OfxElement | null = null

  let carried = ''
  let chunkOffset = 0
  let lastTag: Tag | null = null
  let isPaused = false
  /** Whether what is being read, what is carried included, is all plain ASCII. */
  let isPlain = true

  /** A start tag that is no known aggregate's, and whose text has not been read to its end, so that it is not known yet what it is; and where it stands. */
  let pending: Tag | null = null
  let pendingOffset = 0
  /** Its text so far: decoded, then raw. */
  let pendingDecoded = ''
  let pendingRaw = ''

  const parseTag = (inside: string): Tag | null => {
    const match = inside.length > LONGEST_TAG ? null : TAG.exec(inside)
    if (match === null) return null
    const [, slash, word = '', emptySlash] = match
    // As a property's name a text is kept once, so that comparing names compares two references.
    const [name = ''] = Object.keys({ [word.toUpperCase()]: null })
    const kind = slash === '/' ? 'end' : emptySlash === '/' ? 'empty' : 'start'
    return { source: `${inside}>`, kind, name, level: events.aggregateLevels.get(name) ?? UNKNOWN, successor: null }
  }

  const tagOf = (inside: string): Tag | null => {
    let tag = tags.get(inside)
    if (tag === undefined) {
      tag = parseTag(inside)
      if (tags.size < CACHED_TAGS) tags.set(inside, tag)
    }
    if (lastTag !== null) lastTag.successor = tag
    return tag
  }

  const open = (tag: Tag, offset: number) => {
    const { name, level } = tag
    // Levels grow along the path, but for unknown elements between them.
    let outer = path.length
    for (let depth = path.length - 1; depth > 0; depth--) {
      const known = levels[depth] as number
      if (known === UNKNOWN ? (path[depth] as OfxElement).name === name : known >= level) outer = depth
      else if (known !== UNKNOWN) break
    }
    while (path.length > outer) closeTop('implied')
    top = spare ?? { name, offset, fields: [], children: [] }
    top.name = name
    top.offset = offset
    spare = null
    path.push(top)
    levels.push(level)
    if (level !== UNKNOWN && events.onStart(name, offset)) isPaused = true
  }

  const closeTop = (end: ElementEnd) => {
    const element = path.pop() as OfxElement
    const isKnown = levels.pop() !== UNKNOWN
    top = path[path.length - 1] as OfxElement
    if (isKnown) {
      if (events.onEnd(element, path, end)) {
        top.children.push(element)
      } else {
        element.fields.length = 0
        element.children.length = 0
        spare = element
      }
    } else if (
      end === 'tag' &&
      element.fields.length + element.children.length > 0 &&
      !events.leaves.has(element.name)
    ) {
      top.children.push(element)
    } else {
      top.fields.push(element.name, '')
      for (const field of element.fields) top.fields.push(field)
      for (const child of element.children) top.children.push(child)
    }
  }

  const close = (name: string) => {
    let depth = path.length - 1
    while (depth > 0 && (path[depth] as OfxElement).name !== name) depth--
    if (depth === 0) return
    while (path.length > depth + 1) closeTop('implied')
    closeTop('tag')
  }

  /** The text of the pending tag is up to `end`: it is a leaf if there is any, else an aggregate. */
  const settle = (tag: Tag, text: string, position: number, end: number) => {
    let value = ''
    if (isPlain && pendingRaw === '' && pendingDecoded === '') {
      const source = text.slice(position, end).trim()
      value = source.includes('&') ? clean(decodeEntities(source)) : source
    } else {
      value = clean(pendingDecoded + decodeText(pendingRaw + text.slice(position, end)))
    }
    pending = null
    pendingDecoded = ''
    pendingRaw = ''
    if (value === '') open(tag, pendingOffset)
    else top.fields.push(tag.name, value)
  }

  /** Adds to the text of the pending tag, up to something that is no text. */
  const extend = (text: string, position: number, end: number, literal: string) => {
    pendingDecoded += decodeText(pendingRaw + text.slice(position, end)) + literal
    pendingRaw = ''
  }

  const begin = (tag: Tag, offset: number) => {
    if (tag.kind === 'start' && tag.level !== UNKNOWN) {
      open(tag, offset)
    } else if (tag.kind === 'start') {
      pending = tag
      pendingOffset = offset
    } else if (tag.kind === 'end') {
      close(tag.name)
    } else {
      top.fields.push(tag.name, '')
    }
  }

  const hasText = (text: string, position: number, end: number): boolean =>
    pendingDecoded !== '' || clean(pendingRaw + text.slice(position, end)) !== ''

  const scan = (text: string, isLast: boolean): ScanProblem | null => {
    let position = 0
    let end = -1
    for (;;) {
      const start = text.indexOf('<', position)
      if (start === -1 || isOverLimit(start - position)) break
      const next = text.charCodeAt(start + 1)
      if (next === EXCLAMATION_MARK || next === QUESTION_MARK) {
        const special = findSpecial(text, start)
        if (special === 'unknown' && !isLast) return leave(text, position, start)
        if (special === 'unknown') break
        if (special === null) {
          if (pending !== null) pendingRaw += text.slice(position, start + 1)
          position = start + 1
        } else {
          if (pending !== null) extend(text, position, start, decodeBytes(special.literal))
          position = special.end
        }
        continue
      }

      const expected: Tag | null = lastTag === null ? null : lastTag.successor
      let tag: Tag | null = expected
      if (expected !== null && text.startsWith(expected.source, start + 1)) {
        end = start + expected.source.length
      } else {
        if (end < start) end = text.indexOf('>', start)
        if (end === -1) end = text.length
        const nextStart = text.indexOf('<', start + 1)
        if (end === text.length && nextStart === -1 && !isLast) return leave(text, position, start)
        tag = end === text.length || (nextStart !== -1 && nextStart < end) ? null : tagOf(text.slice(start + 1, end))
        if (tag === null) {
          if (pending !== null) pendingRaw += text.slice(position, start + 1)
          position = start + 1
          continue
        }
      }
      lastTag = tag as Tag
      if (
        lastTag.kind === 'empty' &&
        pending !== null &&
        (events.leaves.has(pending.name) || hasText(text, position, start))
      ) {
        extend(text, position, start, ' ')
      } else {
        if (pending !== null) settle(pending, text, position, start)
        begin(lastTag, chunkOffset + start)
      }
      position = end + 1
      if (isPaused) {
        isPaused = false
        return leave(text, position, position)
      }
    }
    return leave(text, position, text.length)
  }

  const isOverLimit = (more: number): boolean =>
    path.length > limits.depth ||
    (pending !== null && pendingRaw.length + pendingDecoded.length + more > limits.valueLength)

  /** Leaves a chunk: the text from `position` belongs to what is pending, and from `tail` on comes again with the next chunk. */
  const leave = (text: string, position: number, tail: number): ScanProblem | null => {
    if (pending !== null) pendingRaw += text.slice(position, tail)
    carried = text.slice(tail)
    chunkOffset += tail
    if (path.length > limits.depth) {
      return { offset: top.offset, reason: `Elements are nested more than ${limits.depth} deep.` }
    }
    if (isOverLimit(0)) return { offset: pendingOffset, reason: `A value is longer than ${limits.valueLength} bytes.` }
    if (carried.length > limits.valueLength) {
      return { offset: chunkOffset, reason: `A tag or comment is longer than ${limits.valueLength} bytes.` }
    }
    return null
  }

  return {
    write(chunk) {
      isPlain = chunk.isPlain && (isPlain || (carried === '' && pendingRaw === ''))
      return scan(carried === '' ? chunk.binary : carried + chunk.binary, false)
    },
    end() {
      let problem = scan(carried, true)
      while (problem === null && carried !== '') problem = scan(carried, true)
      if (problem !== null) return problem
      if (pending !== null) settle(pending, '', 0, 0)
      while (path.length > 1) closeTop('file')
      return null
    },
  }
}

const EXCLAMATION_MARK = 33
const QUESTION_MARK = 63
function decodeText(raw: string): string {
  return decodeEntities(decodeBytes(raw))
}

function clean(text: string): string {
  return withoutNul(text).trim()
}
