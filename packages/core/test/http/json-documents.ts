import { Decimal, type Json } from '@finport/core'
import fc from 'fast-check'

class NumberAsWritten {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What the platform sees of a document, each number as it was written: `context.source` (ECMAScript 2025). */
function parseBySource(text: string): unknown {
  return JSON.parse(text, function (this: unknown, _key: string, value: unknown, context: { source: string }) {
    return typeof value === 'number' ? new NumberAsWritten(context.source) : value
  } as never)
}

/** The value of a number, in canonical form, whichever of its forms it has. */
function toCanonical(number: string | number): string {
  return Decimal.parse(number).unwrapOr(`not a decimal: ${number}` as Decimal)
}

function isSame(read: Json | undefined, bySource: unknown): boolean {
  if (bySource instanceof NumberAsWritten) return toCanonical(read as string | number) === toCanonical(bySource.text)
  if (Array.isArray(bySource))
    return (
      Array.isArray(read) &&
      read.length === bySource.length &&
      bySource.every((item, index) => isSame(read[index], item))
    )
  if (bySource === null || typeof bySource !== 'object') return read === bySource
  if (read === null || typeof read !== 'object' || Array.isArray(read)) return false
  const names = Object.keys(bySource)
  return (
    names.join('\n') === Object.keys(read).join('\n') &&
    names.every((name) => isSame(Reflect.get(read, name), Reflect.get(bySource, name)))
  )
}

/** Whether a document was read as the platform reads it, each number with the digits that were written. */
export const isSameBySource = (read: Json, text: string): boolean => isSame(read, parseBySource(text))

const digits = (max: number) => fc.stringMatching(new RegExp(`^(0|[1-9][0-9]{0,${max}})$`))
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits(24),
    fc.option(fc.stringMatching(/^[0-9]{1,24}$/)),
    fc.option(fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/), { freq: 4 }),
  )
  .map(
    ([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent ?? ''}`,
  )
const string = fc
  .oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9.eE"\\,:{}[\] -]{0,30}$/), number)
  .map((text) => JSON.stringify(text))
const space = fc.constantFrom('', ' ', '\n\t')
/** Documents, with numbers of all lengths and strings that look like other parts. */
export const jsonDocument = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    string,
    fc.constantFrom('true', 'false', 'null'),
    fc.tuple(fc.array(tie('value'), { maxLength: 5 }), space).map(([items, gap]) => `[${gap}${items.join(`${gap},`)}]`),
    fc
      .tuple(fc.array(fc.tuple(string, tie('value')), { maxLength: 5 }), space)
      .map(([entries, gap]) => `{${entries.map(([key, value]) => `${key}${gap}:${gap}${value}`).join(`,${gap}`)}}`),
  ),
})).value
