/** A text as it is kept, and looked for: PostgreSQL refuses NUL. No institution means it, and who asks for it finds nothing. */
export function toText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}
