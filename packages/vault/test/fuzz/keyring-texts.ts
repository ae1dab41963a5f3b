import { Buffer } from 'node:buffer'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { parseKeyring } from '../../src/index.ts'

const KEY_BYTES = 32
/** So much of a key gives it away. */
const SHOWN_CHARACTERS = 12

const id = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/),
  fc.constantFrom('k1', 'k1', 'k2', '', '__proto__', 'é'),
)
const encoded = fc
  .oneof(
    { weight: 6, arbitrary: fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  )
  .map((bytes) => Buffer.from(bytes).toString('base64url'))
const entry = fc.tuple(id, encoded).map(([name, key]) => `${name}:${key}`)
const separator = fc.constantFrom(',', ',', ', ', ' ,\n', ',,', ';')
const change = fc.record({
  at: fc.nat(),
  removed: fc.nat({ max: 3 }),
  text: fc.oneof(
    fc.constantFrom('', ':', ',', ' ', '=', '==', '+', '/', '\n', '\0', '\ufeff', '"', 'A', '_', '-', '\u00a0'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  ),
})

/** What the text says, read in another way; `null` when it says nothing that is allowed. */
function idsOf(text: string): string[] | null {
  const entries = text.split(',').map((one) => one.trim().split(':'))
  const ids = entries.map(([name = '']) => name)
  const isGood = ([name = '', key = '', ...more]: string[]) => {
    const bytes = Buffer.from(key, 'base64url')
    const isCanonical = bytes.length === KEY_BYTES && bytes.toString('base64url') === key
    return more.length === 0 && /^[A-Za-z0-9._-]{1,64}$/.test(name) && isCanonical
  }
  return entries.every(isGood) && new Set(ids).size === ids.length ? ids : null
}

/** Texts of keys, broken in any place: they are the keyring they say, or refused without a word of them. */
export function createKeyringFuzz() {
  const tally: Record<string, number> = {}
  const property = fc.property(
    fc.array(fc.tuple(entry, separator), { minLength: 1, maxLength: 4 }),
    fc.array(change, { maxLength: 3 }),
    (entries, changes) => {
      const whole = entries.map(([one, after], index) => (index + 1 < entries.length ? one + after : one)).join('')
      const text = changes.reduce((changed, { at, removed, text: inserted }) => {
        const place = at % (changed.length + 1)
        return changed.slice(0, place) + inserted + changed.slice(place + removed)
      }, whole)
      const parsed = parseKeyring(text)
      const outcome = parsed.isOk() ? 'read' : `${parsed.error.code} ${parsed.error.reason}`
      tally[outcome] = (tally[outcome] ?? 0) + 1
      const shown = inspect(parsed.isOk() ? parsed.value : parsed.error, { depth: 9, showHidden: true })
      for (const key of text.split(/[:,]/).filter(({ length }) => length > SHOWN_CHARACTERS))
        if (idsOf(text)?.includes(key) !== true && shown.includes(key.slice(0, SHOWN_CHARACTERS)))
          throw new Error('It shows a part of a key.')
      const expected = idsOf(text)
      if (JSON.stringify(expected) !== JSON.stringify(parsed.isOk() ? parsed.value.ids : null))
        throw new Error(`It is ${outcome}, where ${JSON.stringify(expected)} is right.`)
    },
  )
  return { property, tally }
}
