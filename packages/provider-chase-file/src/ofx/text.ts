/** What windows-1252 has at 0x80 to 0x9F, where ISO 8859-1 has control characters. Its five gaps stay as they are. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

const NON_ASCII = /[\u0080-\u00ff]/
const HIGH_CONTROLS = /[\u0080-\u009f]/g
const ENTITY = /&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]{2,4});/g
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
  if (!text.includes('&')) return text
  return text.replace(ENTITY, (entity, body: string) => {
    if (!body.startsWith('#')) return NAMED[body.toLowerCase()] ?? entity
    const isHexadecimal = body[1] === 'x' || body[1] === 'X'
    const codePoint = Number.parseInt(body.slice(isHexadecimal ? 2 : 1), isHexadecimal ? 16 : 10)
    const isCharacter = codePoint > 0 && codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff)
    return isCharacter ? String.fromCodePoint(codePoint) : entity
  })
}
