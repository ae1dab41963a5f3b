/** What windows-1252 has at 0x80 to 0x9F, where ISO 8859-1 has control characters. Its five gaps stay as they are. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

const NON_ASCII = /[\u0080-\u00ff]/
const HIGH_CONTROLS = /[\u0080-\u009f]/g
const LONGEST_ENTITY = '&#1114111'.length
const NUMBER = /^#(?:(\d{1,7})|[xX]([\da-fA-F]{1,6}))$/
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', nbsp: ' ', quot: '"', apos: "'" }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The characters of a text whose code units are bytes: UTF-8 when they are valid UTF-8, else windows-1252. What a file declares is not asked, since headers lie: Chase
 * declares USASCII and 1252 and sends UTF-8.
 */
export function decodeBytes(binary: string): string {
  if (!NON_ASCII.test(binary)) return binary
  try {
    return utf8.decode(Uint8Array.from(binary, (unit) => unit.charCodeAt(0)))
  } catch {
    return binary.replace(HIGH_CONTROLS, (unit) => WINDOWS_1252[unit.charCodeAt(0) - 0x80] as string)
  }
}

/** Decodes entities (OFX section 2.3.2.1, and XML's) exactly once; what is no entity stays as it is. */
export function decodeEntities(text: string): string {
  let decoded = ''
  let position = 0
  let end = 0
  for (let start = text.indexOf('&'); start !== -1; start = text.indexOf('&', start + 1)) {
    if (end <= start) end = text.indexOf(';', start)
    if (end === -1) break
    const character = end - start <= LONGEST_ENTITY ? characterOf(text.slice(start + 1, end)) : null
    if (character === null) continue
    decoded += text.slice(position, start) + character
    position = end + 1
  }
  return position === 0 ? text : decoded + text.slice(position)
}

function characterOf(entity: string): string | null {
  if (!entity.startsWith('#')) {
    const name = entity.toLowerCase()
    return Object.hasOwn(NAMED, name) ? (NAMED[name] as string) : null
  }
  const match = NUMBER.exec(entity)
  if (match === null) return null
  const codePoint = match[1] === undefined ? Number.parseInt(match[2] as string, 16) : Number(match[1])
  const isCharacter = codePoint > 0 && codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff)
  return isCharacter ? String.fromCodePoint(codePoint) : null
}

/** NULs can't be stored as text in databases, and say nothing. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text
}

/** A text without NULs, and without blanks around it. */
export function cleanText(text: string): string {
  return withoutNul(text).trim()
}
