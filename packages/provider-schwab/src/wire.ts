import { Decimal, type Json, type RejectedRecord } from '@finport/core'
import * as z from 'zod'

/** A number of an answer: lossless JSON gives those of many digits as text. */
export const wireDecimal = z.union([z.number(), z.string()]).transform((value, context): Decimal => {
  const parsed = Decimal.parse(value)
  if (parsed.isOk()) return parsed.value
  context.issues.push({ code: 'custom', input: value, message: 'not a decimal number' })
  return z.NEVER
})

/** `null` where it is absent: Schwab leaves fields out and sends `null`. */
export const optionalDecimal = wireDecimal.nullish().transform((value) => value ?? null)

/** What a row can do without is `null` where it is no text: an odd label must not cost the row. */
export const optionalText = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => (value === undefined || value === null || value.trim() === '' ? null : value.trim()))

/** Ids come as numbers; account numbers have been seen as both. */
export const wireId = z.union([z.string(), z.number()]).transform(String).pipe(z.string().regex(/\S/))

export const optionalId = wireId
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)

/** Rows of an answer, each read on its own, so that one that has changed does not cost the others. */
export const wireRows = z.array(z.custom<Json>(() => true))

/** Where the issues of a row stand, without their messages: those may quote a value. */
function pathOf(place: string, error: z.ZodError): string {
  const keys = error.issues[0]?.path ?? []
  return keys.reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : `${path}.${String(key)}`),
    place,
  )
}

/** A row that does not have the shape it must have. */
export function toRejected(
  row: Pick<RejectedRecord, 'id' | 'providerAccountId' | 'rawData'> & { place: string; error: z.ZodError },
): RejectedRecord {
  const { place, error, ...rest } = row
  return { ...rest, path: pathOf(place, error), reason: 'Schwab left this out or sent it in another form.' }
}

/** A field of a value that need not be an object. */
export function fieldOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined
}

/** The text of an id that may be a number, where it can be read. */
export function idOf(value: Json | undefined): string | null {
  const parsed = wireId.safeParse(value)
  return parsed.success ? parsed.data : null
}
