const specials = [
  { open: '<!--', close: '-->', isText: false },
  { open: '<![CDATA[', close: ']]>', isText: true },
] as const

/** Where a comment, CDATA section, declaration or processing instruction ends, and its text if it has one; `null` when it is none, `'unknown'` while that can't be seen. */
export function findSpecial(text: string, start: number): { end: number; literal: string } | 'unknown' | null {
  const next = text[start + 2]
  if (next === undefined) return 'unknown'
  const special = specials.find(({ open }) => text.startsWith(open, start))
  if (special === undefined && !/[A-Za-z[-]/.test(next)) return null
  const { open = '<!', close = '>', isText = false } = special ?? {}
  const end = text.indexOf(close, start + open.length)
  if (end === -1) return 'unknown'
  return { end: end + close.length, literal: isText ? text.slice(start + open.length, end) : '' }
}
