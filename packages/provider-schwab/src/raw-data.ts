import type { Json } from '@finport/core'

/** Shorter texts could stand in others by chance. */
const SHORTEST_NUMBER = 6

/** An account number as it may be shown. */
export function maskAccountNumber(accountNumber: string): string {
  return `••••${accountNumber.replace(/[^0-9A-Za-z]/g, '').slice(-4)}`
}

/** Masks an account number wherever it stands in a text. */
export function maskWithin(text: string, accountNumber: string): string {
  return accountNumber.length < SHORTEST_NUMBER
    ? text
    : text.replaceAll(accountNumber, maskAccountNumber(accountNumber))
}

/** A record under its own keys, account numbers masked: those in fields of that name, and this one wherever it stands. */
export function toRawData(record: Json, accountNumber: string): Json {
  if (typeof record === 'string') return maskWithin(record, accountNumber)
  if (typeof record === 'number') return String(record) === accountNumber ? maskAccountNumber(accountNumber) : record
  if (typeof record !== 'object' || record === null) return record
  if (Array.isArray(record)) return record.map((inner: Json) => toRawData(inner, accountNumber))
  const masked: { [key: string]: Json } = {}
  for (const [key, value] of Object.entries(record)) {
    const isNumber = key === 'accountNumber' && (typeof value === 'string' || typeof value === 'number')
    const inner = isNumber ? maskAccountNumber(String(value)) : toRawData(value, accountNumber)
    // Assigned, it would be no key.
    if (key === '__proto__')
      Object.defineProperty(masked, key, { value: inner, enumerable: true, writable: true, configurable: true })
    else masked[key] = inner
  }
  return masked
}
