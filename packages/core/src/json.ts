/**
 * Plain JSON data. Everything Finport hands out as data fits this type, so it survives `JSON.stringify`, `structuredClone`, a job queue and a
 * database column unchanged.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Deeper than any data, and a bound on what holds itself. */
const DEEPEST = 100

/**
 * Whether a value is plain JSON: it, and all that is in it, comes back from `JSON.parse(JSON.stringify(value))` as it was. A number that is not finite, `undefined`, an instance of a class, and an object with a
 * JSON form of its own, such as masked credentials, are none.
 */
export function isJson(value: unknown): value is Json {
  return isJsonWithin(value, 0)
}

function isJsonWithin(value: unknown, depth: number): boolean {
  if (depth > DEEPEST) return false
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value !== 'object' || typeof (value as { toJSON?: unknown }).toJSON === 'function') return false
  const isInside = (one: unknown) => isJsonWithin(one, depth + 1)
  if (Array.isArray(value)) return Array.from(value).every(isInside)
  const prototype: unknown = Object.getPrototypeOf(value)
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isInside)
}

/** Whether JSON is nested so deeply that it is no data: what goes through it level by level, as writing it out does, would end with the stack. */
export function isDeeperThanData(value: Json, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth > DEEPEST) return true
  if (Array.isArray(value)) return value.some((one: Json) => isDeeperThanData(one, depth + 1))
  const fields = value as { readonly [key: string]: Json }
  for (const key in fields) if (isDeeperThanData(fields[key] as Json, depth + 1)) return true
  return false
}

/** Whether two values of plain JSON are the same, whatever the order of their keys. */
export function isSameJson(one: Json, other: Json): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [left, right] = [one as { [key: string]: Json }, other as { [key: string]: Json }]
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && isSameJson(left[key] as Json, right[key] as Json))
}
