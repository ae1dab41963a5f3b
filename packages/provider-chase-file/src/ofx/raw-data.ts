import type { Json } from '@finport/core'
import type { OfxElement } from './element.ts'

/** Leaves that hold account numbers (OFX sections 11.3.1 and 11.3.2). */
const ACCOUNT_NUMBERS: ReadonlySet<string> = new Set(['ACCTID', 'ACCTKEY'])

/** Stands in an id for the last four digits where a file does not tell them. */
export const UNKNOWN_ACCOUNT = 'unknown'

/** The last four letters or digits of an account number, for people to know it by. */
export function lastFour(accountNumber: string): string {
  return accountNumber.replace(/[^0-9A-Za-z]/g, '').slice(-4)
}

/** An account number as it may be shown. */
export function maskAccountNumber(accountNumber: string): string {
  return `••••${lastFour(accountNumber)}`
}

/** An element under its own names, account numbers masked. What comes more than once is a list. Names are in capitals, so none is a property that every object has. */
export function toRawData(element: OfxElement): Json {
  const data: Record<string, Json | Json[]> = {}
  const { fields, children } = element
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string
    const value = fields[index + 1] as string
    add(data, name, ACCOUNT_NUMBERS.has(name) ? maskAccountNumber(value) : value)
  }
  for (const child of children) add(data, child.name, toRawData(child))
  return data
}

function add(data: Record<string, Json | Json[]>, name: string, value: Json) {
  const known = data[name]
  if (known === undefined) data[name] = value
  else if (Array.isArray(known)) known.push(value)
  else data[name] = [known, value]
}
