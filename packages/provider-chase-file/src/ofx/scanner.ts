import type { OfxElement } from './element.ts'
import { decodeBytes, decodeEntities } from './text.ts'

/** How an aggregate ended: by its own end tag, by the tag of something that can't be inside it, or with the file. */
export type ElementEnd = 'tag' | 'implied' | 'file'

/** What the scanner is told and what it tells. */
export type ScannerEvents = {
  /** Names that are always aggregates. Any other tag followed by text is a leaf. */
  readonly aggregates: ReadonlySet<string>
  /** A known aggregate started. */
  onStart(): void
  /** A known aggregate ended; `path` is what it was in. Returns whether its parent keeps it. */
  onEnd(element: OfxElement, path: readonly OfxElement[], end: ElementEnd): boolean
}

/** Bounds that no real file comes near. */
export type ScannerLimits = { readonly depth: number; readonly valueLength: number }

/** Why the scanner gave up, and where. */
export type ScanProblem = { readonly offset: number; readonly reason: string }

/** A scanner that is fed a file piece by piece, as text whose code units are the file's bytes. */
export type Scanner = {
  write(chunk: string): ScanProblem | null
  end(): ScanProblem | null
}

type Tag = { readonly name: string; readonly kind: 'start' | 'end' | 'empty' }

const TAG = /^(\/?)([A-Za-z][\w.:-]*)(?:\s[\s\S]*?)?(\/?)$/
const LONGEST_TAG = 1_024
const CACHED_TAGS = 4_096

function parseTag(inside: string): Tag | null {
  if (inside.length > LONGEST_TAG) return null
  const match = TAG.exec(inside)
  if (match === null) return null
  const [, slash, name = '', emptySlash] = match
  return { name: name.toUpperCase(), kind: slash === '/' ? 'end' : emptySlash === '/' ? 'empty' : 'start' }
}

function isBlank(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 32) return false
  return true
}

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
  const root: OfxElement = { name: '', offset: 0, fields: [], children: [] }
  const path: OfxElement[] = [root]
  const openCount = new Map<string, number>()
  const tags = new Map<string, Tag | null>()

  let carried = ''
  let chunkOffset = 0

  /** A start tag whose text has not been read to its end, so that it is not known yet what it is. */
  let pending: { name: string; offset: number } | null = null
  /** Its text so far: decoded, then raw. */
  let pendingDecoded = ''
  let pendingRaw = ''
  /** The last leaf while its end tag has not come: text after an empty tag such as `<BR/>` still belongs to it. */
  let openLeaf: OfxElement | null = null

  const tagOf = (inside: string): Tag | null => {
    let tag = tags.get(inside)
    if (tag === undefined) {
      tag = parseTag(inside)
      if (tags.size < CACHED_TAGS) tags.set(inside, tag)
    }
    return tag
  }

  const openElement = (name: string, offset: number) => {
    if ((openCount.get(name) ?? 0) > 0) closeThrough(name, 'implied')
    const element: OfxElement = { name, offset, fields: [], children: [] }
    path.push(element)
    openCount.set(name, (openCount.get(name) ?? 0) + 1)
    if (events.aggregates.has(name)) events.onStart()
  }

  const closeTop = (end: ElementEnd) => {
    const element = path.pop() as OfxElement
    const parent = path.at(-1) as OfxElement
    openCount.set(element.name, (openCount.get(element.name) as number) - 1)
    if (events.aggregates.has(element.name)) {
      if (events.onEnd(element, path, end)) parent.children.push(element)
    } else if (end === 'tag' && element.fields.length + element.children.length > 0) {
      parent.children.push(element)
    } else {
      parent.fields.push(element.name, '')
      for (const field of element.fields) parent.fields.push(field)
      for (const child of element.children) parent.children.push(child)
    }
  }

  const closeThrough = (name: string, end: ElementEnd) => {
    while ((path.at(-1) as OfxElement).name !== name) closeTop('implied')
    closeTop(end)
  }

  const settlePending = (rest: string) => {
    if (pending === null) return
    const { name, offset } = pending
    pending = null
    const raw = pendingRaw === '' ? rest : pendingRaw + rest
    const isLeaf = (pendingDecoded !== '' || !isBlank(raw)) && !events.aggregates.has(name)
    if (isLeaf) {
      const element = path.at(-1) as OfxElement
      element.fields.push(name, clean(pendingDecoded + decodeEntities(decodeBytes(raw))))
      openLeaf = element
    } else {
      openElement(name, offset)
    }
    pendingDecoded = ''
    pendingRaw = ''
  }

  const startTag = (tag: Tag, offset: number) => {
    pending = { name: tag.name, offset }
    openLeaf = null
  }

  const emptyTag = (tag: Tag) => {
    const leaf = openLeaf
    if (leaf === null) {
      ;(path.at(-1) as OfxElement).fields.push(tag.name, '')
      return
    }
    // The text behind it goes on with the leaf: take the leaf back and let it be settled again.
    const value = leaf.fields.pop() as string
    pending = { name: leaf.fields.pop() as string, offset: leaf.offset }
    pendingDecoded = `${value} `
    openLeaf = null
  }

  const endTag = (tag: Tag) => {
    openLeaf = null
    if ((openCount.get(tag.name) ?? 0) > 0) closeThrough(tag.name, 'tag')
  }

  /** Where the markup declaration, comment, CDATA section or processing instruction at `start` ends; null while that is not known. */
  const skipSpecial = (text: string, start: number): { end: number; literal: string } | null => {
    const close = text.startsWith('<!--', start) ? '-->' : text.startsWith('<![CDATA[', start) ? ']]>' : '>'
    const end = text.indexOf(close, start + 2)
    if (end === -1) return null
    return { end: end + close.length, literal: close === ']]>' ? text.slice(start + 9, end) : '' }
  }

  const scan = (text: string, isLast: boolean): ScanProblem | null => {
    let position = 0
    let nextClose = -1
    for (;;) {
      const start = text.indexOf('<', position)
      if (start === -1) break
      const problem = path.length > limits.depth || (pending !== null && pendingRaw.length > limits.valueLength)
      if (problem) break
      const next = text.charCodeAt(start + 1)
      const isSpecial = next === 33 || next === 63
      if (isSpecial) {
        const special = skipSpecial(text, start)
        if (special === null) {
          if (!isLast) return keep(text, position, start)
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
      if (nextClose < start) {
        nextClose = text.indexOf('>', start)
        if (nextClose === -1) nextClose = text.length
      }
      const nextStart = text.indexOf('<', start + 1)
      if (nextClose === text.length && nextStart === -1 && !isLast) return keep(text, position, start)
      const tag = nextStart !== -1 && nextStart < nextClose ? null : tagOf(text.slice(start + 1, nextClose))
      if (tag === null || nextClose === text.length) {
        if (pending !== null) pendingRaw += text.slice(position, start + 1)
        position = start + 1
        continue
      }
      settlePending(text.slice(position, start))
      if (tag.kind === 'start') startTag(tag, chunkOffset + start)
      else if (tag.kind === 'end') endTag(tag)
      else emptyTag(tag)
      position = nextClose + 1
    }
    return keep(text, position, text.length)
  }

  /** Ends a chunk: the text from `position` belongs to what is pending, and from `tail` on comes again with the next chunk. */
  const keep = (text: string, position: number, tail: number): ScanProblem | null => {
    if (pending !== null) pendingRaw += text.slice(position, tail)
    carried = text.slice(tail)
    chunkOffset += tail
    if (pending !== null && pendingRaw.length > limits.valueLength) {
      return { offset: pending.offset, reason: `A value is longer than ${limits.valueLength} bytes.` }
    }
    if (carried.length > limits.valueLength) {
      return { offset: chunkOffset, reason: `A tag or comment is longer than ${limits.valueLength} bytes.` }
    }
    if (path.length > limits.depth) {
      return {
        offset: (path.at(-1) as OfxElement).offset,
        reason: `Elements are nested more than ${limits.depth} deep.`,
      }
    }
    return null
  }

  return {
    write: (chunk) => scan(carried + chunk, false),
    end() {
      const problem = scan(carried, true)
      if (problem !== null) return problem
      settlePending('')
      while (path.length > 1) closeTop('file')
      return null
    },
  }
}

/** NULs can't be stored as text in databases, and say nothing. */
function clean(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).trim()
}
