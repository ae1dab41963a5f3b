/** Files that start with these bytes are no statements, whatever their names say. */
const signatures: readonly (readonly [signature: string, what: string])[] = [
  ['PK\x03\x04', 'It is a ZIP archive (or a spreadsheet): unpack it first.'],
  ['\x1f\x8b', 'It is compressed with gzip: unpack it first.'],
  ['BZh', 'It is compressed with bzip2: unpack it first.'],
  ['7z\xbc\xaf', 'It is a 7-Zip archive: unpack it first.'],
  ['Rar!', 'It is a RAR archive: unpack it first.'],
  ['%PDF', 'It is a PDF document.'],
  ['\xd0\xcf\x11\xe0', 'It is an old Office document.'],
  ['\x89PNG', 'It is a picture.'],
  ['\xff\xd8\xff', 'It is a picture.'],
]

const starts: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^<(?:!doctype html|html)/i, 'It is a web page: the download may have ended in a login.'],
  [/^!(?:Type|Account|Option):/i, 'It is a QIF file.'],
  [/^[[{]\s*["[{\]}\d-]/, 'It is JSON.'],
]

/** What an archive, document or picture is, by its first bytes as text; `null` for anything that may be a statement. */
export function describeSignature(head: string): string | null {
  return signatures.find(([signature]) => head.startsWith(signature))?.[1] ?? null
}

/** What a file without any OFX in it is, by its first bytes as text. */
export function describeForeignFile(head: string): string {
  const text = head.replace(/^\u00ef\u00bb\u00bf/, '').trimStart()
  if (text === '') return 'It is empty.'
  const known = starts.find(([pattern]) => pattern.test(text))
  if (known !== undefined) return known[1]
  const [firstLine = ''] = text.split('\n', 1)
  if (firstLine.split(',').length > 2) return "It is a table of comma-separated values, but not in a layout of Chase's."
  if (firstLine.split('\t').length > 2) return 'It is a table of tab-separated values.'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
  return /[\x00-\x08\x0e-\x1a]/.test(head) ? 'It is binary.' : 'It is text of another kind.'
}
