import { Decimal } from '@finport/core'
import * as z from 'zod'

/** A decimal as Alpaca sends it, which is a text; a few fields have been numbers. */
export const wireDecimal = z.union([z.string(), z.number()]).nullish()

/** What {@link wireDecimal} lets through. */
export type WireDecimal = z.infer<typeof wireDecimal>

/** The decimals of a record, or the name of the first field that is none. Absent is `null`, never 0. */
export function readDecimals<const Name extends string>(
  record: { readonly [name in Name]?: WireDecimal },
  names: readonly Name[],
): { [name in Name]: Decimal | null } | Name {
  const decimals = {} as { [name in Name]: Decimal | null }
  for (const name of names) {
    const value = record[name]
    if (value === null || value === undefined || value === '') {
      decimals[name] = null
      continue
    }
    const parsed = Decimal.parse(value)
    if (parsed.isErr()) return name
    decimals[name] = parsed.value
  }
  return decimals
}
