const KEY_VERSION = /(?:^|[\s-]|OFXSGML)VERSION\s*:\s*(\d)(\d)(\d)(?!\d)/i
const ATTRIBUTE_VERSION = /<\?OFX[^>]{0,500}?\sVERSION\s*=\s*["'](\d)(\d)(\d)["']/i

/**
 * The version that a header declares, as `'1.0.2'` or `'2.2.0'` (OFX 1.6 section 2.2, OFX 2.2 section 2.2); `null` without a readable one. Nothing but the name of
 * the format depends on it: encodings and dialects are told by content.
 */
export function parseVersion(head: string): string | null {
  const match = ATTRIBUTE_VERSION.exec(head) ?? KEY_VERSION.exec(head)
  return match === null ? null : `${match[1]}.${match[2]}.${match[3]}`
}
