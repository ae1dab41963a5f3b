import { Buffer } from 'node:buffer'
import type { ContentChunk } from '../content.ts'
import type { OfxElement } from './element.ts'
import { findSpecial } from './special-markup.ts'
import { createTagReader, isTagAt, type Tag, UNKNOWN } from './tag.ts'
import { cleanText, decodeBytes, decodeEntities } from './text.ts'
import { findNextTag, readPlainText, type TextListener, type Window, windowOf } from './window.ts'

/** How an aggregate ended: by its own end tag, by the tag of something that can't be inside it, or with the file. */
export type ElementEnd = 'tag' | 'implied' | 'file'

/** What the scanner is told and what it tells. */
export type ScannerEvents = {
  /** The aggregates that are known, and how deep each is. Any other tag followed by text is a leaf. */
  readonly aggregateLevels: ReadonlyMap<string, number>
  /** Leaves that are never aggregates, even if others stand between them and their end tag. */
  readonly leaves: ReadonlySet<string>
  /** Leaves whose values are told to `onText` where they are plain ASCII. */
  readonly texts?: ReadonlySet<string>
  readonly onText?: TextListener
  /** Leaves whose values are often those of the record before. */
  readonly repeating?: ReadonlySet<string>
  /** A known aggregate started. Returns whether the scanner is to pause there, so that its caller can prepare for what is in it; the next `write` goes on. */
  onStart(name: string, offset: number): boolean
  /** A known aggregate ended; `path` is what it was in. Returns whether its parent keeps it. */
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
  const readTag = createTagReader(events.aggregateLevels, events.texts ?? new Set(), events.repeating ?? new Set())
  /** The open aggregates and their levels. The first is the file itself. */
  const path: OfxElement[] = [{ name: '', offset: 0, fields: [], children: [] }]
  const levels: number[] = [-1]
  let top = path[0] as OfxElement

  let carried: Buffer = NOTHING
  let memory: Buffer = NOTHING
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
  /** The name of the leaf that ends where the present tag begins; empty when there is none. */
  let leaf = ''
  /** The first `>` from where one was last looked for. */
  let tagEnd = -1

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
    top = { name, offset, fields: [], children: [] }
    path.push(top)
    levels.push(level)
    if (level !== UNKNOWN && events.onStart(name, offset)) isPaused = true
  }

  const closeTop = (end: ElementEnd) => {
    const element = path.pop() as OfxElement
    const isKnown = levels.pop() !== UNKNOWN
    top = path[path.length - 1] as OfxElement
    if (isKnown) {
      if (events.onEnd(element, path, end)) top.children.push(element)
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
  const settle = (tag: Tag, window: Window, position: number, end: number) => {
    let value = ''
    if (isPlain && pendingRaw === '' && pendingDecoded === '') {
      value = readPlainText(window, tag, position, end, events.onText)
    } else {
      value = cleanText(pendingDecoded + decodeText(pendingRaw + window.text.slice(position, end)))
      pendingDecoded = ''
      pendingRaw = ''
    }
    pending = null
    if (value === '') return open(tag, pendingOffset)
    top.fields.push(tag.name, value)
    leaf = tag.name
  }

  /** Adds to the text of the pending tag, up to something that is no text. */
  const extend = (text: string, position: number, end: number, literal: string) => {
    if (pending === null) return
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
      if (tag.name !== leaf) close(tag.name)
    } else {
      top.fields.push(tag.name, '')
    }
  }

  /** `<` is text where it begins no tag. */
  const keepBracket = (text: string, position: number, start: number) => {
    if (pending !== null) pendingRaw += text.slice(position, start + 1)
  }

  /** Whether an empty tag stands in the text of the pending tag. */
  const isInText = (text: string, position: number, end: number): boolean =>
    pending !== null &&
    (events.leaves.has(pending.name) ||
      pendingDecoded !== '' ||
      cleanText(pendingRaw + text.slice(position, end)) !== '')

  /** The next tag, by what came after the last one before, or by reading it; `null` when `<` begins none, `'unknown'` while that can't be seen. */
  const tagAt = ({ text, bytes }: Window, start: number, isLast: boolean): Tag | 'unknown' | null => {
    const expected: Tag | null = lastTag === null ? null : lastTag.successor
    if (expected !== null && isTagAt(expected, bytes, start + 1)) return expected
    const former: Tag | null = lastTag === null ? null : lastTag.formerSuccessor
    if (former !== null && isTagAt(former, bytes, start + 1)) return former
    if (tagEnd < start) {
      tagEnd = text.indexOf('>', start)
      if (tagEnd === -1) tagEnd = text.length
    }
    const next = text.indexOf('<', start + 1)
    if (tagEnd === text.length && next === -1 && !isLast) return 'unknown'
    const tag = tagEnd === text.length || (next !== -1 && next < tagEnd) ? null : readTag(text.slice(start + 1, tagEnd))
    if (lastTag !== null && tag !== null) {
      lastTag.formerSuccessor = lastTag.successor
      lastTag.successor = tag
    }
    return tag
  }

  /**
   * Reads on from a tag while tags come as they came the last time: nearly all. What else comes is left to `scan`, with the tag before it: that is `lastTag` then, which has not begun
   * unless it pauses or is too deep. Returns where it stands.
   */
  const follow = (window: Window, first: Tag, firstStart: number): number => {
    const { text, bytes } = window
    let tag = first
    let start = firstStart
    while (isPlain) {
      const { successor } = tag
      if (successor === null || successor.kind === 'empty') break
      const position = start + 1 + tag.source.byteLength
      const isLeaf = tag.kind === 'start' && tag.level === UNKNOWN
      const end = isLeaf ? text.indexOf('<', position) : findNextTag(window, position)
      if (end === -1 || end - position > limits.valueLength || !isTagAt(successor, bytes, end + 1)) break
      if (isLeaf) {
        const value = readPlainText(window, tag, position, end, events.onText)
        if (value === '') break
        top.fields.push(tag.name, value)
        leaf = tag.name
      } else {
        begin(tag, chunkOffset + start)
        leaf = ''
        if (isPaused || path.length > limits.depth) break
      }
      tag = successor
      start = end
    }
    lastTag = tag
    return start
  }

  const scan = (window: Window, isLast: boolean): ScanProblem | null => {
    const { text, bytes } = window
    let position = 0
    tagEnd = -1
    for (;;) {
      let start = text.indexOf('<', position)
      if (start === -1 || isOverLimit(start - position)) break
      const next = start + 1 < bytes.byteLength ? bytes.getUint8(start + 1) : null
      if (next === EXCLAMATION_MARK || next === QUESTION_MARK) {
        const special = findSpecial(text, start)
        if (special === 'unknown' && !isLast) return leave(window, position, start)
        if (special === 'unknown') break
        if (special === null) {
          keepBracket(text, position, start)
          position = start + 1
        } else {
          extend(text, position, start, decodeBytes(special.literal))
          position = special.end
        }
        continue
      }

      let tag = tagAt(window, start, isLast)
      if (tag === 'unknown') return leave(window, position, start)
      if (tag === null) {
        keepBracket(text, position, start)
        position = start + 1
        continue
      }
      lastTag = tag
      const textStart = position
      position = start + 1 + tag.source.byteLength
      if (tag.kind === 'empty' && isInText(text, textStart, start)) {
        extend(text, textStart, start, ' ')
        continue
      }
      if (pending !== null) settle(pending, window, textStart, start)

      start = follow(window, tag, start)
      tag = lastTag
      position = start + 1 + tag.source.byteLength
      const hasBegun = isPaused || path.length > limits.depth
      if (!hasBegun) begin(tag, chunkOffset + start)
      leaf = ''
      if (isPaused) {
        isPaused = false
        return leave(window, position, position)
      }
    }
    return leave(window, position, text.length)
  }

  const isOverfull = (): boolean => top.fields.length > 2 * MOST_VALUES || top.children.length > MOST_VALUES

  const isOverLimit = (more: number): boolean =>
    path.length > limits.depth ||
    isOverfull() ||
    (pending !== null && pendingRaw.length + pendingDecoded.length + more > limits.valueLength)

  /** Leaves a chunk: the text from `position` belongs to what is pending, and from `tail` on comes again with the next chunk. */
  const leave = ({ text }: Window, position: number, tail: number): ScanProblem | null => {
    if (pending !== null) pendingRaw += text.slice(position, tail)
    carried = Buffer.from(text.slice(tail), 'latin1')
    chunkOffset += tail
    if (path.length > limits.depth) {
      return { offset: top.offset, reason: `Elements are nested more than ${limits.depth} deep.` }
    }
    if (isOverfull()) {
      return {
        offset: top.offset,
        reason: `${top.name === '' ? 'The file' : top.name} holds too many values of its own.`,
      }
    }
    if (isOverLimit(0)) return { offset: pendingOffset, reason: `A value is longer than ${limits.valueLength} bytes.` }
    if (carried.length > limits.valueLength) {
      return { offset: chunkOffset, reason: `A tag or comment is longer than ${limits.valueLength} bytes.` }
    }
    return null
  }

  /** What is carried and what comes behind it, in the same memory each time. */
  const joined = (bytes: Buffer): Buffer => {
    const length = carried.length + bytes.length
    if (memory.length < length) memory = Buffer.alloc(2 * length)
    memory.set(carried)
    memory.set(bytes, carried.length)
    return memory.subarray(0, length)
  }

  return {
    write(chunk) {
      isPlain = chunk.isPlain && (isPlain || (carried.length === 0 && pendingRaw === ''))
      return scan(windowOf(carried.length === 0 ? chunk.bytes : joined(chunk.bytes)), false)
    },
    end() {
      let problem = scan(windowOf(carried), true)
      while (problem === null && carried.length > 0) problem = scan(windowOf(carried), true)
      if (problem !== null) return problem
      if (pending !== null) settle(pending, windowOf(NOTHING), 0, 0)
      while (path.length > 1) closeTop('file')
      return null
    },
  }
}

/** Records are handed on one by one, so that no element keeps many. */
const MOST_VALUES = 1_000_000
const EXCLAMATION_MARK = 33
const QUESTION_MARK = 63
const NOTHING = Buffer.alloc(0)

function decodeText(raw: string): string {
  return decodeEntities(decodeBytes(raw))
}
