import { Buffer } from 'node:buffer'
import type { Random } from './random.ts'

/** Changes a text whose code units are bytes; `other` is one to take pieces from. */
type Mutation = (text: string, other: string, random: Random) => string

const LONGEST = 200_000
const READ_AT_ONCE = 65_536

const numbers = [
  ...['0', '-0', '1', '-1', '42', '0.005', '-530,86', '+1.50', '.5', '-.5', '5.', '1,234.56', '1.234,56', '1,2,3', '-'],
  ...['+', '.', ',', '', ' ', '$5', '(5)', '5-', '--5', 'NaN', 'Infinity', '0x10', '1e3', '1e-3', '1e400', '1e-400'],
  ...['1e9999999999', '9'.repeat(32), `0.${'0'.repeat(30)}1`, '9'.repeat(1_001), '\xd9\xa3', '1 000', "1'000", 'one'],
]
const dates = [
  ...['20260131', '20260131120000[0:GMT]', '20260131000000.000[-5:EST]', '202601311200', '20260230', '00000000'],
  ...['99991231235959[-12:AOE]', '00010101[+14]', '20260131[', '20260131[-99:X]', '2026013', '********', '', ' '],
  ...['01/31/2026', '1/3/2026', '02/30/2026', '13/01/2026', '01/31/26', '00/00/0000', '12/31/9999', '2026-01-31'],
]
const texts = [
  ...['&', '&amp;', '&amp;amp;', '&#0;', '&#xD800;', '&#1114112;', '&nbsp;', '&;', '<', '>', '</', '<>', '<a', '<BR/>'],
  ...['<![CDATA[', ']]>', '<!--', '-->', '<!', '<?', '?>', '<!DOCTYPE x [<!ENTITY a "b">]>', '\0', '\x01', '\t', '\r'],
  ...[
    '\n',
    '\r\n',
    '"',
    '""',
    '","',
    "'",
    ',',
    ',,',
    ';',
    '|',
    '\xef\xbb\xbf',
    '\xff\xfe',
    '\xfe\xff',
    '\xc3\xa9',
    '\xe9',
  ],
  ...['\xed\xa0\x80', '\xf0\x9f\x98\x80', '\xe2\x80\xa8', '\xc2\xa0', '__proto__', 'constructor', 'hasOwnProperty'],
  ...['toString', 'x'.repeat(300), ' '.repeat(300), '"'.repeat(50), ','.repeat(50), '<'.repeat(50), '</X>'.repeat(50)],
]
const words = [
  ...['DEBIT', 'CREDIT', 'CHECK', 'DSLIP', 'HOLD', 'XFER', 'REPLACE', 'DELETE', 'SHORT', 'LONG', 'IN', 'OUT', 'CALL'],
  ...['SELLSHORT', 'BUYTOCOVER', 'CHECKING', 'CREDITLINE', 'USD', 'eur', 'Sale', 'Payment', 'Buy', 'REC', 'ACH_DEBIT'],
  ...['10898', '2430', '2000', '0', '15500', 'CUSIP', 'ISIN', 'FIGI', 'FXGL  260320C00045000'],
]
const interesting = [numbers, dates, texts, words]

const TOKEN = /<[^<>]{0,200}>[^<]{0,500}/g
const NAME = /^<\/?([\w.]{1,40})/
const NUMBER = /[+-]?\d+(?:[.,]\d+)?/g
const DATE = /\d{1,2}\/\d{1,2}\/\d{4}|\d{8}(?:\d{6})?(?:\.\d+)?(?:\[[^\]<,]{0,10}\])?/g

const replaceAt = (text: string, at: number, length: number, by: string) =>
  text.slice(0, at) + by + text.slice(at + length)

function someRange(text: string, longest: number, random: Random): [start: number, end: number] {
  const start = random.below(text.length + 1)
  return [start, Math.min(text.length, start + 1 + random.below(longest))]
}

function someMatch(text: string, pattern: RegExp, random: Random): { index: number; match: string } | null {
  // Matches near a random place are as good as any, and the whole text need not be searched.
  pattern.lastIndex = random.below(text.length + 1)
  const found = pattern.exec(text)
  pattern.lastIndex = 0
  return found === null ? null : { index: found.index, match: found[0] }
}

/** An aggregate with all that is in it, or a line. */
function somePart(text: string, random: Random): { index: number; match: string } | null {
  if (!text.includes('<')) return someMatch(text, /[^\n]*\n/g, random)
  const start = someMatch(text, TOKEN, random)
  const name = NAME.exec(start?.match ?? '')?.[1]
  if (start === null || name === undefined) return start
  const end = text.indexOf(`</${name}>`, start.index)
  if (end === -1 || end - start.index > 5_000) return start
  return { index: start.index, match: text.slice(start.index, end + name.length + 3) }
}

const ofParts = (
  change: (text: string, part: { index: number; match: string }, random: Random) => string,
): Mutation => {
  return (text, _other, random) => {
    const part = somePart(text, random)
    return part === null ? text : change(text, part, random)
  }
}

const deletePart = ofParts((text, { index, match }) => replaceAt(text, index, match.length, ''))

const duplicatePart = ofParts((text, { index, match }, random) =>
  replaceAt(text, index, 0, match.repeat(1 + random.below(random.chance(0.1) ? 200 : 3))),
)

const movePart = ofParts((text, { index, match }, random) => {
  const without = replaceAt(text, index, match.length, '')
  return replaceAt(without, random.below(without.length + 1), 0, match)
})

const swapParts: Mutation = (text, _other, random) => {
  const parts = [somePart(text, random), somePart(text, random)].filter((part) => part !== null)
  const [first, second] = parts.sort((a, b) => a.index - b.index)
  if (first === undefined || second === undefined || first.index + first.match.length > second.index) return text
  return replaceAt(
    replaceAt(text, second.index, second.match.length, first.match),
    first.index,
    first.match.length,
    second.match,
  )
}

const takePart: Mutation = (text, other, random) => {
  const part = somePart(other, random)
  if (part === null) return text
  const place = somePart(text, random)
  return replaceAt(text, place?.index ?? 0, random.chance(0.3) ? (place?.match.length ?? 0) : 0, part.match)
}

const renameTag: Mutation = (text, other, random) => {
  const token = someMatch(text, TOKEN, random)
  const name = NAME.exec(token?.match ?? '')?.[1]
  const newName = NAME.exec(someMatch(other, TOKEN, random)?.match ?? '')?.[1]
  if (token === null || name === undefined || newName === undefined) return text
  return replaceAt(text, token.index, token.match.length, token.match.replace(name, newName))
}

const closeLeaf: Mutation = (text, _other, random) => {
  const token = someMatch(text, TOKEN, random)
  const name = NAME.exec(token?.match ?? '')?.[1]
  return token === null || name === undefined
    ? text
    : replaceAt(text, token.index + token.match.length, 0, random.chance(0.5) ? `</${name}>` : `<${name}/>`)
}

const changeValue: Mutation = (text, _other, random) => {
  const token = someMatch(text, TOKEN, random)
  if (token === null) return text
  const at = token.match.indexOf('>') + 1
  return replaceAt(text, token.index + at, token.match.length - at, random.pick(random.pick(interesting)))
}

const changeCell: Mutation = (text, _other, random) => {
  const cell = someMatch(text, /[^,\n]*/g, random)
  return cell === null ? text : replaceAt(text, cell.index, cell.match.length, random.pick(random.pick(interesting)))
}

const changeNumber: Mutation = (text, _other, random) => {
  const found = someMatch(text, NUMBER, random)
  return found === null ? text : replaceAt(text, found.index, found.match.length, random.pick(numbers))
}

const changeDate: Mutation = (text, _other, random) => {
  const found = someMatch(text, DATE, random)
  return found === null ? text : replaceAt(text, found.index, found.match.length, random.pick(dates))
}

const insertText: Mutation = (text, _other, random) =>
  replaceAt(text, random.below(text.length + 1), 0, random.pick(random.pick(interesting)))

const spliceFiles: Mutation = (text, other, random) =>
  text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1))

const changeBytes: Mutation = (text, _other, random) => {
  let changed = text
  for (let count = 1 + random.below(8); count > 0; count--) {
    const at = random.below(changed.length + 1)
    const byte = String.fromCharCode(
      random.chance(0.3) ? (changed.charCodeAt(at) ^ (1 << random.below(8))) & 255 : random.below(256),
    )
    changed = replaceAt(changed, at, random.below(2), byte)
  }
  return changed
}

const deleteRange: Mutation = (text, _other, random) => {
  const [start, end] = someRange(text, random.chance(0.2) ? 2_000 : 30, random)
  return replaceAt(text, start, end - start, '')
}

const repeatRange: Mutation = (text, _other, random) => {
  const [start, end] = someRange(text, random.chance(0.2) ? 500 : 5, random)
  return replaceAt(text, start, 0, text.slice(start, end).repeat(1 + random.below(random.chance(0.1) ? 2_000 : 20)))
}

const truncate: Mutation = (text, _other, random) => text.slice(0, random.below(text.length + 1))

/** Puts the end of what is read at once somewhere into the text. */
const pad: Mutation = (text, _other, random) => {
  const place = somePart(text, random)
  const unit = random.pick([' ', '\n', '\r\n', '<X>1</X>', '<!-- -->', '\0', place?.match || '\n'])
  const length = READ_AT_ONCE - random.below(Math.min(text.length + 1, READ_AT_ONCE))
  const at = random.chance(0.3) ? 0 : (place?.index ?? 0)
  return replaceAt(text, at, 0, unit.repeat(Math.ceil(length / unit.length)).slice(0, length))
}

const changeHeader: Mutation = (text, other, random) => {
  const firstLine = (file: string) => /^[^\n]*\n?/.exec(file)?.[0] ?? ''
  return random.chance(0.5) && other.includes('<OFX') && text.includes('<OFX')
    ? other.slice(0, other.indexOf('<OFX')) + text.slice(text.indexOf('<OFX'))
    : firstLine(other) + text.slice(firstLine(text).length)
}

const encode: Mutation = (text, _other, random) => {
  const utf16 = () => Buffer.from(`\ufeff${text}`, 'utf16le')
  return random.pick([
    () => `\xef\xbb\xbf${text}`,
    () => text.replaceAll('\n', '\r\n'),
    () => text.replace(/\s*\n\s*/g, random.pick(['', ' ', '\r'])),
    () => text.toLowerCase(),
    () => utf16().toString('latin1'),
    () => utf16().swap16().toString('latin1'),
    () => Buffer.from(text, 'utf8').toString('latin1'),
  ])()
}

const mutations: readonly (readonly [weight: number, mutation: Mutation])[] = [
  [4, deletePart],
  [4, duplicatePart],
  [2, movePart],
  [3, swapParts],
  [5, takePart],
  [3, renameTag],
  [2, closeLeaf],
  [6, changeValue],
  [4, changeCell],
  [4, changeNumber],
  [3, changeDate],
  [4, insertText],
  [2, spliceFiles],
  [4, changeBytes],
  [3, deleteRange],
  [2, repeatRange],
  [1, truncate],
  [1, pad],
  [1, changeHeader],
  [1, encode],
]
const weighted = mutations.flatMap(([weight, mutation]) => Array.from({ length: weight }, () => mutation))

/** Changes a text a few times. */
export function mutate(text: string, other: string, random: Random): string {
  let changed = text
  for (let count = 1 + random.below(random.chance(0.2) ? 12 : 4); count > 0; count--) {
    const mutation = random.pick(weighted)
    changed = mutation(changed, other, random).slice(0, LONGEST)
  }
  return changed
}
