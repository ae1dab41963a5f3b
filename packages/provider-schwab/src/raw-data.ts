import type { Json } from '@finport/core'

/** Shorter texts could stand in others by chance. */
const SHORTEST_NUMBER = 6

/** An account number as it may be shown. */
export function maskAccountNumber(accountNumber: string): string {
  return `••••${accountNumber.replace(/[^0-9A-Za-z]/g, '').slice(-4)}`
}

/** Masks an account number wherever it stands in a text. */
export function maskWithin(text: string, accountNumber: string): string {
  // Most texts are shorter than the number: looking into each would take longer than all else.
  const isWithin =
    accountNumber.length >= SHORTEST_NUMBER && text.length >= accountNumber.length && text.includes(accountNumber)
  return isWithin ? text.replaceAll(accountNumber, maskAccountNumber(accountNumber)) : text
}

/** A record under its own keys, account numbers masked: those in fields of that name, and this one wherever it stands. What holds none is not copied. */
export function toRawData(record: Json, accountNumber: string, numeric = Number(accountNumber)): Json {
  if (typeof record === 'string') return maskWithin(record, accountNumber)
  if (typeof record === 'number')
    return record === numeric && String(record) === accountNumber ? maskAccountNumber(accountNumber) : record
  if (typeof record !== 'object' || record === null) return record
  if (Array.isArray(record)) {
    const inner = record.map((value: Json) => toRawData(value, accountNumber, numeric))
    return inner.some((value, index) => value !== record[index]) ? inner : record
  }
  const fields = record as { [key: string]: Json }
  let masked: { [key: string]: Json } | null = null
  for (const key in fields) {
    const value = fields[key] as Json
    const isNumber = key === 'accountNumber' && (typeof value === 'string' || typeof value === 'number')
    const inner = isNumber ? maskAccountNumber(String(value)) : toRawData(value, accountNumber, numeric)
    if (inner === value) continue
    // A copy has `__proto__` as a key of its own, so that assigning it is no change of prototype.
    masked ??= { ...fields }
    masked[key] = inner
  }
  return masked ?? record
}
