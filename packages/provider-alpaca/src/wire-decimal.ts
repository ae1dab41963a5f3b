import { Decimal, isDecimal } from '@finport/core'
import * as z from 'zod'

/** A decimal as Alpaca sends it: a text, and in a few fields a number. {@link readDecimals} looks at it. */
export const wireDecimal = z.unknown().optional()

/** The decimals of a record, or the name of the first field that is none. Absent is `null`, never 0. */
export function readDecimals<const Name extends string>(
  record: { readonly [name in Name]?: unknown },
  names: readonly Name[],
): { [name in Name]: Decimal | null } | Name {
  const decimals = {} as { [name in Name]: Decimal | null }
  for (const name of names) {
    const decimal = readDecimal(record[name])
    if (decimal === undefined) return name
    decimals[name] = decimal
  }
  return decimals
}

function readDecimal(value: unknown): Decimal | null | undefined {
  if (isDecimal(value)) return value
  if (value === null || value === undefined || value === '') return null
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  return Decimal.parse(value).unwrapOr<Decimal | undefined>(undefined)
}
