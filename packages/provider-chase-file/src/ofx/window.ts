import type { Buffer } from 'node:buffer'
import { type Bytes, bytesOf } from './bytes.ts'
import { isRecent, keepRecent } from './recent-value.ts'
import type { Tag } from './tag.ts'
import { cleanText, decodeEntities } from './text.ts'

/** What of a file is looked at: its bytes, the same as a text whose code units are bytes, and where its next `&` is, as far as that is known. */
export type Window = { readonly bytes: Bytes; readonly text: string; ampersand: number }

/** A window on some bytes. */
export function windowOf(bytes: Buffer): Window {
  return { bytes: bytesOf(bytes), text: bytes.toString('latin1'), ampersand: -1 }
}

/** Is told of a value that is read as it stands, and between which bytes that is. */
export type TextListener = (value: string, bytes: Bytes, from: number, to: number) => void

/** The value of a text that is plain ASCII, without the blanks around it. `onText` is told of it if its tag has texts. */
export function readPlainText(
  window: Window,
  tag: Tag,
  position: number,
  end: number,
  onText: TextListener | undefined,
): string {
  const { text, bytes } = window
  const { recent } = tag
  if (recent !== null && isRecent(recent, bytes, position, end)) return recent.value
  let from = position
  let to = end
  while (from < to && isBlank(bytes.getUint8(from))) from++
  while (to > from && isBlank(bytes.getUint8(to - 1))) to--
  if (window.ampersand < from) {
    const next = text.indexOf('&', from)
    window.ampersand = next === -1 ? text.length : next
  }
  const value = text.slice(from, to)
  if (window.ampersand < to) return cleanText(decodeEntities(value))
  if (tag.isText) onText?.(value, bytes, from, to)
  if (recent !== null) keepRecent(recent, value, bytes, position, end)
  return value
}

/** Where the next `<` is behind something other than a leaf's tag: nearly always after a line's end. -1 when there is none. */
export function findNextTag({ text, bytes }: Window, position: number): number {
  let index = position
  while (index < bytes.byteLength && isBlank(bytes.getUint8(index))) index++
  return index < bytes.byteLength && bytes.getUint8(index) === LESS_THAN ? index : text.indexOf('<', index)
}

const LESS_THAN = 60

function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13)
}
