import { Decimal, type Json, type RejectedRecord } from '@finport/core'
import * as z from 'zod'

/** An object of an answer, whose fields may be anything. */
export type WireRecord = { readonly [name: string]: unknown }

export function isWireRecord(value: unknown): value is WireRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object whose fields are read in one transform behind it. With a schema for each of its fifty fields, reading a transaction takes several times as long. */
export const wireRecord = z.custom<WireRecord>(isWireRecord)

/** Where in a row something is read, and where what is wrong with it is noted. */
export type Place = { readonly context: z.core.ParsePayload; readonly path: readonly (string | number)[] }

/** Takes note that a field is not what it must be. */
export function refuse({ context, path }: Place, ...rest: (string | number)[]): never {
  context.issues.push({ code: 'custom', input: context.value, path: [...path, ...rest], message: 'of another form' })
  return z.NEVER
}

/** A number of an answer: lossless JSON gives those of many digits as text. `null` for anything else. */
function toDecimal(value: unknown): Decimal | null {
  const parsed = typeof value === 'number' || typeof value === 'string' ? Decimal.parse(value) : null
  return parsed?.isOk() ? parsed.value : null
}

export function decimalIn(record: WireRecord, name: string, place: Place): Decimal {
  return toDecimal(record[name]) ?? refuse(place, name)
}

/** {@link decimalIn}, `null` where it is absent: Schwab leaves fields out and sends `null`. */
export function optionalDecimalIn(record: WireRecord, name: string, place: Place): Decimal | null {
  const value = record[name]
  return value === undefined || value === null ? null : decimalIn(record, name, place)
}

const anything = z.unknown().optional()

/** {@link optionalDecimalIn} as a schema. */
export const optionalDecimal = anything.transform((value, context) =>
  value === undefined || value === null ? null : (toDecimal(value) ?? refuse({ context, path: [] })),
)

/** A text without blanks around it. What a row can do without is `null` where it is no text: an odd label must not cost the row. */
export function textOf(value: unknown): string | null {
  return (typeof value === 'string' && value.trim()) || null
}

export const optionalText = anything.transform(textOf)

/** The text of an id, where it can be read. Ids come as numbers; account numbers have been seen as both. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

export const wireId = anything.transform((value, context) => idOf(value) ?? refuse({ context, path: [] }))

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
  return isWireRecord(value) ? (value as { readonly [key: string]: Json })[name] : undefined
}
