import type { ContentChunk } from '../content.ts'
import type { OfxElement } from './element.ts'
import { decodeBytes, decodeEntities } from './text.ts'

/** How an aggregate ended: by its own end tag, by the tag of something that can't be inside it, or with the file. */
export type ElementEnd = 'tag' | 'implied' | 'file'

/** What the scanner is told and what it tells. */
export type ScannerEvents = {
  /** Names that are always aggregates. Any other tag followed by text is a leaf. */
  readonly aggregates: ReadonlySet<string>
  /** A known aggregate started. Returns whether the scanner is to pause there, so that its caller can prepare for what is in it; the next `write` goes on. */
  onStart(name: string): boolean
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
  readonly isAggregate: boolean
  /** The tag that came after this one the last time: records look alike, so that the next one is nearly always known. */
  successor: Tag | null
}

const TAG = /^(\/?)([A-Za-z][\w.:-]*)(?:\s[\s\S]*?)?(\/?)$/
const LONGEST_TAG = 1_024
const CACHED_TAGS = 4_096

/**
 * Reads both dialects of OFX, SGML (1.x, where leaves need no end tag) and XML (2.x), and the mixtures that banks make of them, in one pass and in linear
 * time. It knows the form and no banking:
 * - a tag followed by text is a leaf, which ends at the next tag; end tags of leaves are ignored, wherever they are
 * - a tag followed by another tag is an aggregate or an empty leaf: an aggregate if its end tag comes, else an empty leaf, and what seemed to be inside
 *   belongs to its parent
 * - a known aggregate without an end tag ends where its parent does, or where another of its name starts, since none contains itself
 * - `<` not followed by a name is text; comments, declarations and processing instructions are skipped, so that there are no entities to expand
 */
export function createScanner(events: ScannerEvents, limits: ScannerLimits): Scanner {
  const tags = new Map<string, Tag | null>()
  /** The open aggregates. The first is the file itself. */
  const path: OfxElement[] = [{ name: '', offset: 0, fields: [], children: [] }]
  let top = path[0] as OfxElement

  /** An element that nobody keeps: records are many and look alike. */
  let spare: OfxElement | null = null

  let carried = ''
  let chunkOffset = 0
  let lastTag: Tag | null = null
  let isPaused = false
  /** Whether what is being read, what is carried included, is all plain ASCII. */
  let isPlain = true

  /** A start tag whose text has not been read to its end, so that it is not known yet what it is; and where it stands. */
  let pending: Tag | null = null
  let pendingOffset = 0
  /** Its text so far: decoded, then raw. */
  let pendingDecoded = ''
  let pendingRaw = ''
  /** Whether the last thing read is a leaf without an end tag: text after an empty tag such as `<BR/>` still belongs to it. */
  let isLeafOpen = false

  const parseTag = (inside: string): Tag | null => {
    const match = inside.length > LONGEST_TAG ? null : TAG.exec(inside)
    if (match === null) return null
    const [, slash, word = '', emptySlash] = match
    // As a property's name a text is kept once, so that comparing names compares two references.
    const [name = ''] = Object.keys({ [word.toUpperCase()]: null })
    const kind = slash === '/' ? 'end' : emptySlash === '/' ? 'empty' : 'start'
    return { source: `${inside}>`, kind, name, isAggregate: events.aggregates.has(name), successor: null }
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

  const isOpen = (name: string): boolean => {
    for (let depth = path.length - 1; depth > 0; depth--) if ((path[depth] as OfxElement).name === name) return true
    return false
  }

  const open = (name: string, isAggregate: boolean, offset: number) => {
    if (isOpen(name)) closeThrough(name, 'implied')
    top = spare ?? { name, offset, fields: [], children: [] }
    top.name = name
    top.offset = offset
    spare = null
    path.push(top)
    if (isAggregate && events.onStart(name)) isPaused = true
  }

  const closeTop = (end: ElementEnd) => {
    const element = path.pop() as OfxElement
    top = path[path.length - 1] as OfxElement
    if (events.aggregates.has(element.name)) {
      if (events.onEnd(element, path, end)) {
        top.children.push(element)
      } else {
        element.fields.length = 0
        element.children.length = 0
        spare = element
      }
    } else if (end === 'tag' && element.fields.length + element.children.length > 0) {
      top.children.push(element)
    } else {
      top.fields.push(element.name, '')
      for (const field of element.fields) top.fields.push(field)
      for (const child of element.children) top.children.push(child)
    }
  }

  const closeThrough = (name: string, end: ElementEnd) => {
    while (top.name !== name) closeTop('implied')
    closeTop(end)
  }

  /** The text of the pending tag is up to `end`: it is a leaf if there is any, else an aggregate. */
  const settle = (tag: Tag, text: string, position: number, end: number) => {
    let value = ''
    if (pendingRaw === '' && pendingDecoded === '' && isPlain) {
      let first = position
      let last = end
      while (first < last && text.charCodeAt(first) <= SPACE) first++
      while (last > first && text.charCodeAt(last - 1) <= SPACE) last--
      value = decodeEntities(text.slice(first, last))
    } else {
      value = clean(pendingDecoded + decodeEntities(decodeBytes(pendingRaw + text.slice(position, end))))
    }
    if (value === '' || tag.isAggregate) {
      open(tag.name, tag.isAggregate, pendingOffset)
    } else {
      top.fields.push(tag.name, value)
      isLeafOpen = true
    }
    pending = null
    pendingDecoded = ''
    pendingRaw = ''
  }

  const begin = (tag: Tag, offset: number) => {
    if (tag.kind === 'start') {
      pending = tag
      pendingOffset = offset
      isLeafOpen = false
    } else if (tag.kind === 'end') {
      isLeafOpen = false
      if (isOpen(tag.name)) closeThrough(tag.name, 'tag')
    } else if (isLeafOpen) {
      // The text behind an empty tag goes on with the leaf: take it back and let it be settled again.
      pendingDecoded = `${top.fields.pop()} `
      pending = tagOf(top.fields.pop() as string)
    } else {
      top.fields.push(tag.name, '')
    }
  }

  /** Where the declaration, comment, CDATA section or processing instruction at `start` ends, and its text if it has one; null while that is not known. */
  const skipSpecial = (text: string, start: number): { end: number; literal: string } | null => {
    const close = text.startsWith('<!--', start) ? '-->' : text.startsWith('<![CDATA[', start) ? ']]>' : '>'
    const end = text.indexOf(close, start + 2)
    if (end === -1) return null
    return { end: end + close.length, literal: close === ']]>' ? text.slice(start + '<![CDATA['.length, end) : '' }
  }

  const scan = (text: string, isLast: boolean): ScanProblem | null => {
    let position = 0
    let close = -1
    for (;;) {
      const start = text.indexOf('<', position)
      if (start === -1 || path.length > limits.depth || pendingRaw.length > limits.valueLength) break
      const next = text.charCodeAt(start + 1)
      if (next === EXCLAMATION_MARK || next === QUESTION_MARK) {
        const special = skipSpecial(text, start)
        if (special === null) {
          if (!isLast) return leave(text, position, start)
          break
        }
        if (pending !== null) {
          pendingDecoded +=
            decodeEntities(decodeBytes(pendingRaw + text.slice(position, start))) + decodeBytes(special.literal)
          pendingRaw = ''
        }
        position = special.end
        continue
      }

      let tag: Tag | null
      const expected: Tag | null = lastTag === null ? null : lastTag.successor
      if (expected !== null && text.startsWith(expected.source, start + 1)) {
        tag = expected
        if (pending !== null) settle(pending, text, position, start)
        position = start + 1 + expected.source.length
      } else {
        if (close < start) close = text.indexOf('>', start)
        if (close === -1) close = text.length
        const nextStart = text.indexOf('<', start + 1)
        if (close === text.length && nextStart === -1 && !isLast) return leave(text, position, start)
        tag =
          close === text.length || (nextStart !== -1 && nextStart < close) ? null : tagOf(text.slice(start + 1, close))
        if (tag === null) {
          if (pending !== null) pendingRaw += text.slice(position, start + 1)
          position = start + 1
          continue
        }
        if (pending !== null) settle(pending, text, position, start)
        position = close + 1
      }
      lastTag = tag
      begin(tag, chunkOffset + start)
      if (isPaused) {
        isPaused = false
        return leave(text, position, position)
      }
    }
    return leave(text, position, text.length)
  }

  /** Leaves a chunk: the text from `position` belongs to what is pending, and from `tail` on comes again with the next chunk. */
  const leave = (text: string, position: number, tail: number): ScanProblem | null => {
    if (pending !== null) pendingRaw += text.slice(position, tail)
    carried = text.slice(tail)
    chunkOffset += tail
    if (path.length > limits.depth)
      return { offset: top.offset, reason: `Elements are nested more than ${limits.depth} deep.` }
    if (pendingRaw.length > limits.valueLength) {
      return { offset: pendingOffset, reason: `A value is longer than ${limits.valueLength} bytes.` }
    }
    if (carried.length > limits.valueLength) {
      return { offset: chunkOffset, reason: `A tag or comment is longer than ${limits.valueLength} bytes.` }
    }
    return null
  }

  return {
    write(chunk) {
      isPlain = chunk.isPlain && (carried + pendingRaw === '' || isPlain)
      return scan(carried === '' ? chunk.binary : carried + chunk.binary, false)
    },
    end() {
      const problem = scan(carried, true)
      if (problem !== null) return problem
      if (pending !== null) settle(pending, '', 0, 0)
      while (path.length > 1) closeTop('file')
      return null
    },
  }
}

const EXCLAMATION_MARK = 33
const QUESTION_MARK = 63
const SPACE = 32

/** NULs can't be stored as text in databases, and say nothing. */
function clean(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).trim()
}
